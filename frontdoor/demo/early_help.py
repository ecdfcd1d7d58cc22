"""Early help in the demonstration borough: assessments at each stage, and links given out."""

from datetime import timedelta

from assessments.early_help import actions, steps
from assessments.early_help.facts import ActionFacts, ConsentFacts, EarlyHelpFacts, MemberFacts
from assessments.early_help.models import EarlyHelpAssessment
from contacts.facts import AddressFacts, ReferrerFacts
from frontdoor.clocks.working_days import london_date
from frontdoor.demo.stories import Teller, as_given

LEADS = (
    ("Hattie Headley", "Deputy head teacher", "Exampleton Primary School"),
    ("Noor Nursing", "Health visitor", "Exampleshire Community Health"),
    ("Charlie Givens", "Family worker", "Exampleton Family Charity"),
)


def early_help(tell: Teller, number: int) -> None:
    """An early-help assessment at one of its stages."""
    at = tell.workdays_ago(3 + (number * 13) % 60, 11, number)
    family = tell.family()
    name, role, organisation = LEADS[number % len(LEADS)]
    child = family.children[0]
    home = AddressFacts([family.street], family.postcode)
    people = [as_given(each, "sibling") for each in family.children[1:]]
    people += [as_given(each, "carer", is_child=False) for each in family.adults]
    for each in people:
        each.address = home
    subject = as_given(child, "subject")
    subject.address = home
    stage = number % 6
    today = london_date(at)
    facts = EarlyHelpFacts(
        child=subject,
        family=people,
        lead=ReferrerFacts(name=name, role=role, organisation=organisation, telephone="01632 960450"),
        assessor=ReferrerFacts(name=name, role=role),
        organisation=organisation,
        assessed_at=at,
        level_of_need="3" if number % 2 else "2",
        consent=ConsentFacts(status="refused" if stage == 1 else "given", to_share="given", by="Mother"),
        family_told="yes",
        texts={
            "situation": "Often late and tired in the mornings since the move in the summer.",
            "strengths": "A warm family; grandmother helps at weekends.",
            "needs": "Help with mornings and with money after the change of benefits.",
            "conclusion": "With a little help now it should not grow.",
            "child_comments": "“I like breakfast club.”",
            "parent_comments": "“I am glad somebody asked.”",
        },
        findings={"learning": "Behind in reading.", "housing_money": "Rent owed for two months."},
        actions=[
            ActionFacts("Breakfast club each morning", organisation, today + timedelta(days=14)),
            ActionFacts("Advice on benefits", "Family worker", today + timedelta(days=28)),
        ],
        team=[MemberFacts("Noor Nursing", "Health visitor", "Exampleshire Community Health", "01632 960451")],
    )
    officer, manager = tell.staff["contact.officer"], tell.staff["duty.manager"]
    if stage in (1, 2):
        agency = tell.staff.agencies[("school", "health", "charity")[number % 3]]
        made = actions.record(facts=facts, by=None, agency=agency, at=at, how="api")
    else:
        made = actions.record(facts=facts, by=officer, at=at, how="staff", as_draft=stage == 0)
    found = EarlyHelpAssessment.objects.get(pk=made.pk)
    if stage >= 3:
        actions.link(row=found.child, person=child, by=officer, at=at)
    later = min(at + timedelta(days=2), tell.now - timedelta(minutes=5))
    if stage == 3:
        actions.review(
            assessment=EarlyHelpAssessment.objects.get(pk=made.pk),
            held_on=london_date(later),
            present="All of the team",
            summary="Two good weeks at breakfast club.",
            child_view="“I am not hungry now.”",
            outcome="continue",
            by=officer,
            at=later,
        )
    elif stage == 4:
        steps.step_up(
            assessment=EarlyHelpAssessment.objects.get(pk=made.pk), by=manager, at=later, grade="amber",
            reason="The mother is low again and the children were alone on Tuesday night.",
        )  # fmt: skip
    elif stage == 5:
        actions.close(
            assessment=EarlyHelpAssessment.objects.get(pk=made.pk), ending="outcomes_met", by=officer, at=later,
            reason="On time every day, and the rent is paid.",
        )  # fmt: skip
