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
from frontdoor.signing import actions as signing
from frontdoor.signing import oversight
from referrals import holding
from referrals.letters import actions as letters
from referrals.letters import guards, reading
from referrals.letters import whom as letters_to
from referrals.models import Allocation, Letter, Referral
from referrals.protection import enquiries, measures, plans
from referrals.protection.actions import record_strategy_discussion
from referrals.protection.minutes import Agreed, Decided, Minutes, Participant
from referrals.transfers import actions as transfers
from referrals.transfers import drafting
from referrals.transfers.actions import Check, Receiver
from referrals.transfers.models import items
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
    heard_first = list(others.filter(received_at__lt=tell.workdays_ago(6, 14)).order_by("-id")[:4])
    for referral in heard_first[:1]:
        enquired(tell, referral)
        overseen(tell, referral)
    for referral in others.order_by("id")[:1]:
        written_to(tell, referral)
    for referral in heard_first[1:2]:
        protected(tell, referral)
    transferred(tell, heard_first[2:])
    sign_while_away(tell)
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


def written_to(tell: Teller, referral: Referral) -> None:
    """A letter that was posted to somebody of the family, and another that is drafted."""
    worker, at = tell.staff["social.worker"], tell.workdays_ago(2, 12)
    places = letters_to.places(referral, worker, london_date(at))
    if not places:
        return
    place = next((place for place in places if place.person != referral.child), places[0])
    written = {row.code: row for row in letters.templates(london_date(at))}
    made: dict[str, Letter] = {}
    for code in ("referral_received", "assessment_begins"):
        (made[code],) = letters.draft(
            referral=referral, template=written[code], at_addresses=[place.address.pk], by=worker, at=at
        )
    posted = made["referral_received"]
    if guards.needs_yes(posted):
        posted = letters.allow_home(letter=posted, by=worker, at=at, reason="Agreed with the child, at school.")
    text, _ = reading.printed(posted, worker)
    knows = [letters.Knows(name, "yes") for name in reading.named_in(posted, text, worker)]
    ready = letters.check(letter=posted, by=worker, at=at, knows=knows)
    letters.send(letter=ready, by=worker, at=at + timedelta(minutes=20), posted_on=london_date(at))


def protected(tell: Teller, referral: Referral) -> None:
    """A child whom the police took into protection yesterday; the strategy discussion is due."""
    began_at = tell.now - timedelta(hours=26)
    measures.record(
        referral=referral, by=tell.staff["social.worker"], at=tell.now - timedelta(minutes=50),
        facts=measures.Facts(
            kind="police", began_at=began_at, officer="Inspector Dale, Norbury", police_reference="NB/4471",
            place="With her aunt, Joan Ashby, in Norbury", parents_told_at=began_at + timedelta(hours=1),
            parents_told="Inspector Dale told the mother at home. Nobody knows where the father is.",
            authority_told_at=tell.now - timedelta(hours=1), authority_told="The duty team here, by telephone",
        ),
    )  # fmt: skip


def transferred(tell: Teller, referrals: list[Referral]) -> None:
    """Two cases on their way to another team: one waits for its answer, one was declined and stays."""
    worker, manager = tell.staff["social.worker"], tell.staff["team.manager"]
    for place, referral in enumerate(referrals):
        now = referral.current_allocation()
        at = tell.workdays_ago(1, 15)
        to = holding.teams().exclude(pk=now.team_id if now is not None else 0).order_by("pk").first()
        if now is None or to is None or now.from_at > at:
            continue
        by = now.active_worker or worker
        made = transfers.propose(
            referral=referral, by=by, at=at, to=Receiver(team=to),
            reason="The family now needs work over a longer time.",
            summary=drafting.summary_of(referral, by, at),
            checks={
                item.code: Check(item.code != "network_told", "The school is told on Monday.")
                for item in items(is_elsewhere=False, on=london_date(at))
            },
            apart_reason="The others have a worker they trust.",
        ).transfer  # fmt: skip
        if place == 1:
            answers = next((each for each in transfers.who_answers(to) if each != by), manager)
            transfers.decline(
                transfer=made, by=answers, at=at + timedelta(hours=1),
                reason="The assessment is not written down yet: send it again when it is.",
            )  # fmt: skip


def overseen(tell: Teller, referral: Referral) -> None:
    """What the team manager noted when they looked at the case."""
    at = tell.workdays_ago(2, 16)
    oversight.note(
        reference=referral.reference, on=london_date(at), by=tell.staff["team.manager"], at=at,
        text="Seen alone, at school, within the day. I want the grandmother’s account before the conference is booked.",
    )  # fmt: skip


def sign_while_away(tell: Teller) -> None:
    """The team manager's leave of next week, in which the duty manager signs for them."""
    first = london_date(tell.now) + timedelta(days=3)
    signing.delegate(
        of=tell.staff["team.manager"], to=tell.staff["duty.manager"], from_on=first,
        until_on=first + timedelta(days=6), by=tell.staff["team.manager"], at=tell.now,
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
