"""What a visitor should find at once that no story leaves: a plan, an enquiry, returned work, pairs, sessions.

Told after everything else, and of the referrals the stories left, so that it takes no family away from them and
changes none of their dice.
"""

from datetime import datetime, timedelta

from assessments import actions as assessments
from assessments.models import Assessment
from frontdoor.clocks.working_days import is_working_day, london_date
from frontdoor.demo.stories import Teller, write_assessment
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.matching.candidates import Sought, candidates
from frontdoor.people.merging.pairs import FoundPair, offer_many
from frontdoor.people.models import Person
from frontdoor.people.protection.warnings import add_warning
from referrals.models import Allocation, Referral
from referrals.protection import enquiries, plans
from referrals.protection.actions import record_strategy_discussion
from referrals.protection.minutes import Agreed, Decided, Minutes, Participant
from supervision import actions as supervision

#: So many pairs to review.
PAIRS = 3
WARNINGS = (
    ("dogs", "Two large dogs loose in the yard: ring before you go in.", "Health visitor"),
    ("do_not_visit_alone", "Visit in pairs: threats to a colleague on the doorstep in October.", "Police"),
)


def show(tell: Teller) -> None:
    """Add each of them; fewer in a borough with few referrals, and nothing in one with none."""
    worker = tell.staff["social.worker"]
    rows = Referral.objects.visible_to(worker).exclude(child=None).select_related("child")
    mine = Allocation.objects.current().filter(worker=worker)
    # The last of them first: who looks for somebody's case to work on takes an early one.
    untouched = list(rows.filter(status=Referral.Status.ALLOCATED, allocations__in=mine).order_by("-id")[:2])
    for referral in untouched[:1]:
        on_a_plan(tell, referral)
    for referral in untouched[1:]:
        returned(tell, referral)
    others = rows.filter(status=Referral.Status.ALLOCATED).exclude(pk__in=[each.pk for each in untouched])
    # Of last week or before: what is discussed was heard first.
    for referral in others.filter(received_at__lt=tell.workdays_ago(6, 14)).order_by("-id")[:1]:
        enquired(tell, referral)
    warn(tell, untouched)
    plan_supervision(tell, untouched[1:])
    worked_on = list(
        rows.filter(status__in=[Referral.Status.CLOSED, Referral.Status.IN_SERVICE]).order_by("id")[:PAIRS]
    )
    put_up_pairs(tell, worked_on)


def on_a_plan(tell: Teller, referral: Referral) -> None:
    """A child whose assessment led to a service under the plan that came with them; its first review is due."""
    write_assessment(tell, begun(tell, referral), 2, outcome="conference", service="protection_plan")
    plans.record_transfer_in(
        referral=Referral.objects.get(pk=referral.pk),
        by=tell.staff["duty.manager"],
        at=tell.now,
        held_on=london_date(tell.workdays_ago(2, 11)),
        result="plan",
        category="NEG",
        came_from="Norshire",
    )


def returned(tell: Teller, referral: Referral) -> None:
    """An assessment that came back to its author with comments, and waits to be sent in again."""
    assessment = begun(tell, referral)
    write_assessment(tell, assessment, 1)
    assessments.return_with_comments(
        assessment=Assessment.objects.get(pk=assessment.pk),
        by=tell.staff["team.manager"],
        at=tell.now - timedelta(minutes=5),
        comments="What does the father say? Please ask him, and say what would change our minds.",
    )


def begun(tell: Teller, referral: Referral) -> Assessment:
    """An assessment its worker began the day after the contact."""
    at = min(referral.received_at + timedelta(days=1), tell.now - timedelta(minutes=30))
    return assessments.start(referral=referral, by=tell.staff["social.worker"], at=at)


def enquired(tell: Teller, referral: Referral) -> None:
    """A strategy discussion last week that decided a section 47 enquiry, in which the child has been seen."""
    held_at = tell.workdays_ago(6, 14)
    seats = (
        ("social_care", "Grace Obi", "Social worker", "The mother has been open with us."),
        ("police", "DS Tom Reed", "Child abuse investigation", "No record of the father."),
        ("health", "Dr Lena Ode", "Paediatrician", "The bruise does not fit a fall."),
        ("education", "Pat Hale", "Deputy head", "Often hungry on Mondays."),
    )
    minutes = Minutes(
        held_at=held_at,
        chair_name=tell.staff["duty.manager"].name,
        chair_role="Duty manager",
        participants=[Participant(agency, name, role, "attended", told) for agency, name, role, told in seats],
        children=[
            Decided(
                referral, "section47_joint", "An injury nobody has explained, on a child who is afraid to go home.",
                "With the grandmother, who lets nobody in.", "Grace Obi with DS Reed, at school",
                held_at + timedelta(hours=20),
            )
        ],
        actions=[Agreed("Medical examination", "Dr Lena Ode", london_date(held_at) + timedelta(days=1))],
    )  # fmt: skip
    discussion = record_strategy_discussion(
        referral=referral,
        by=tell.staff["duty.manager"],
        at=min(held_at + timedelta(hours=1), tell.now),
        minutes=minutes,
    )
    enquiry = discussion.enquiries.get()
    enquiries.record_seen(
        enquiry=enquiry, by=tell.staff["social.worker"], at=min(held_at + timedelta(hours=21), tell.now),
        seen_at=min(held_at + timedelta(hours=20), tell.now), is_seen_alone=True,
    )  # fmt: skip


def warn(tell: Teller, cases: list[Referral]) -> None:
    """Warnings on children with a worker, to be looked at again in three weeks."""
    for case, (kind, text, source) in zip(cases, WARNINGS, strict=False):
        if case.child is not None:
            add_warning(
                person=case.child, by=tell.staff["social.worker"], at=tell.workdays_ago(2, 11), kind=kind, text=text,
                source=source, review_on=london_date(tell.now) + timedelta(days=21),
            )  # fmt: skip


def plan_supervision(tell: Teller, cases: list[Referral]) -> None:
    """What the team manager planned: a session of each worker's own, and one about a case of the first."""
    manager, at = tell.staff["team.manager"], tell.workdays_ago(3, 9)
    for days, username in ((2, "social.worker"), (5, "social.worker2")):
        supervision.plan(
            worker=tell.staff[username], supervisor=manager, by=manager, at=at,
            planned_for=_in_office_hours(tell, days),
        )  # fmt: skip
    for case in cases:
        supervision.plan(
            worker=tell.staff["social.worker"], supervisor=manager, by=manager, at=tell.now - timedelta(minutes=4),
            planned_for=_in_office_hours(tell, 6), referral=Referral.objects.get(pk=case.pk),
        )  # fmt: skip


def _in_office_hours(tell: Teller, days: int) -> datetime:
    """A morning so many days from now, or that of the next working day."""
    moment = (tell.now + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)
    while not is_working_day(london_date(moment)):
        moment += timedelta(days=1)
    return moment


def put_up_pairs(tell: Teller, cases: list[Referral]) -> None:
    """A second record of some children, made in a hurry from what was heard, put up with the weights matching gives."""
    manager, at = tell.staff["duty.manager"], tell.workdays_ago(4, 15)
    children: dict[int, Person] = {row.child.pk: row.child for row in cases if row.child is not None}
    found = []
    for number, child in enumerate(children.values()):
        given, _, family = child.display_name.rpartition(" ")
        # By turns the family name or the day of birth was misheard.
        if number % 2 == 0:
            family = f"{family}e"
        born = child.date_of_birth
        if number % 2 == 1 and born is not None:
            born -= timedelta(days=1)
        heard = Sought(given=given, family=family, date_of_birth=born, sex=child.sex)
        likely = [each for each in candidates(heard, manager) if each.person == child]
        again = create_person(
            by=manager, at=at, names=[GivenName(given, family)], date_of_birth=born, sex=child.sex,
            dob_precision=child.dob_precision,
        )  # fmt: skip
        found += [
            FoundPair(child.pk, again.pk, sum(bits for _, bits in each.weights), each.probability, each.weights)
            for each in likely
        ]
    offer_many(found, at=at)
