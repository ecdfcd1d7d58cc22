"""What happened in the demonstration borough: contacts taken along the path by the same actions the pages use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from assessments import actions as assessments
from assessments import outline
from assessments.models import Assessment
from contacts.agencies.information.actions import ask_information
from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.clocks.working_days import is_working_day, london_date
from frontdoor.demo import words
from frontdoor.demo.borough import Family
from frontdoor.demo.staff import Staff
from frontdoor.people.actions import add_address, create_person
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from frontdoor.people.protection.warnings import add_warning
from referrals import actions as referrals
from referrals import owed, sending
from referrals.actions import ChildDecision
from referrals.models import Referral, Sent
from referrals.unaccompanied import actions as unaccompanied
from referrals.unaccompanied import age

HISTORY_DAYS = 75
#: Contacts that ended go further back, so that figures by month have six of them.
ENDED_DAYS = 175


class RanOut(Exception):
    """Every family has its story."""


@dataclass
class Teller:
    """Tells stories: the staff, the families, the moment it all leads up to, and the dice."""

    staff: Staff
    families: list[Family]
    now: datetime
    rng: Random

    def workdays_ago(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A moment in office hours, so many days before now, moved back to a working day; never after now."""
        moment = (self.now - timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        while not is_working_day(london_date(moment)):
            moment -= timedelta(days=1)
        return min(moment, self.now - timedelta(minutes=5))

    def family(self) -> Family:
        """A family with children nobody told a story about yet. Raises RanOut when there is none."""
        while self.families:
            family = self.families.pop(self.rng.randrange(len(self.families)))
            if family.children:
                return family
        raise RanOut

    def call(self, family: Family, number: int, **changes: object) -> ContactFacts:
        """What a caller says about a family."""
        role, source, grade, level, sentence, said, injuries = words.CALLS[number % len(words.CALLS)]
        adult = family.adults[0] if family.adults else None
        given = family.children[0].display_name.split(" ")[0]
        filled = sentence.format(child=given, adult=adult.display_name if adult else "the mother")
        facts = ContactFacts(
            source=source,
            referrer=ReferrerFacts(
                name=f"{self.rng.choice(words.WOMEN)} {self.rng.choice(words.FAMILIES)}",
                role=role,
                telephone=f"01632 960{self.rng.randrange(200, 1000)}",
                is_professional=source not in ("1A", "1B"),
            ),
            concerns=f"{filled} It has been going on for some weeks, and it seems to be getting worse.",
            summary=filled,
            child_said=said,
            injuries=injuries,
            grade=grade,
            grade_reasons=["as told by the caller"],
            level_of_need=level,
            child_location="At home with the mother",
            address=AddressFacts(lines=[family.street], postcode=family.postcode),
            families=[FamilyFacts(told="yes", agreement="given", agreement_by="Mother")],
            people=[as_given(child, "subject") for child in family.children]
            + [as_given(person, "carer", is_child=False) for person in family.adults],
        )
        for name, value in changes.items():
            setattr(facts, name, value)
        return facts

    def record(self, facts: ContactFacts, at: datetime, agency: str = "") -> Contact:
        """Record it, as the contact officer or as an agency sends it."""
        if agency:
            return recording.record_contact(facts=facts, by=None, agency=self.staff.agencies[agency], at=at)
        return recording.record_contact(facts=facts, by=self.staff["contact.officer"], at=at)

    def confirm(self, contact: Contact, family: Family, at: datetime) -> Contact:
        """Confirm who the children and adults are."""
        known = {person.display_name: person for person in (*family.children, *family.adults)}
        for row in contact.people.all():
            if row.name in known:
                screening.link_person(on_contact=row, person=known[row.name], by=self.staff["duty.manager"], at=at)
        contact.refresh_from_db()
        return contact

    def decide(self, contact: Contact, outcome: str, at: datetime, by: str = "duty.manager") -> list[Referral]:
        """Decide it the same for every child."""
        detail = {"receiver": "Early help hub", "told": "Ellen Hubbard"} if outcome == "early_help" else {}
        decisions = [
            ChildDecision(
                child=row.pk,
                outcome=outcome,
                reason=words.REASONS[outcome],
                response_type="assessment",
                primary_need="N1" if outcome == "referral" else "",
                detail=detail,
                is_new_record=row.person_id is None,
            )
            for row in contact.people.filter(is_child=True).order_by("position")
        ]
        done = referrals.decide_contact(contact=contact, decisions=decisions, by=self.staff[by], at=at)
        return list(done.referrals)

    def allocate(self, referral: Referral, worker: str, at: datetime) -> Referral:
        """Give it to a worker and their team."""
        user = self.staff[worker]
        team = user.team or self.staff.teams["assessment_a"]
        return referrals.allocate(referral=referral, by=self.staff["team.manager"], at=at, team=team, worker=user)


def as_given(person: Person, role: str, *, is_child: bool = True) -> PersonFacts:
    """A person on record as a caller would give them."""
    given, _, family = person.display_name.partition(" ")
    return PersonFacts(
        is_child=is_child,
        given_name=given,
        family_name=family,
        date_of_birth=person.date_of_birth if is_child else None,
        dob_is_estimated=person.dob_precision == "estimated",
        sex=person.sex,
        ethnicity=person.ethnicity if is_child else "",
        school=person.school,
        role=role,
        relationship="" if is_child else ("mother" if person.sex == "F" else "father"),
        lives_with_children=None if is_child else True,
        parental_responsibility=None if is_child else True,
    )


def agency_of(facts: ContactFacts, number: int) -> str:
    """The agency whose own system a contact comes from: every other one of those that an agency could send."""
    return {"6": "police", "2": "school", "3": "health"}.get(facts.source[:1], "") if number % 2 else ""


Story = Callable[[Teller, int], object]


def ended(tell: Teller, number: int) -> None:
    """A contact that ended without a referral."""
    at = tell.workdays_ago(5 + number * 29 % ENDED_DAYS, 10, number % 60)
    family = tell.family()
    facts = tell.call(family, number)
    contact = tell.confirm(tell.record(facts, at, agency_of(facts, number)), family, at + timedelta(minutes=30))
    contact = screening.claim(contact=contact, by=tell.staff["duty.manager"], at=at + timedelta(minutes=40))
    tell.decide(contact, ("advice", "early_help", "no_further_action")[number % 3], at + timedelta(hours=2))
    for sent in Sent.objects.waiting().filter(contact=contact).order_by("pk") if number % 12 != 1 else ():
        answered = at + timedelta(hours=26)  # the hub answers the next day, but for the odd one
        sending.note_taken(
            sent=sent, by=tell.staff["duty.manager"], at=answered, taken_at=answered, who_took_it="Ellen Hubbard",
            how_we_know="She rang back.",
        )  # fmt: skip


def referred(tell: Teller, number: int) -> list[Referral]:
    """A contact that became referrals, allocated the same day."""
    at = tell.workdays_ago(6 + (number * 7) % HISTORY_DAYS, 9, number % 60)
    family = tell.family()
    contact = tell.confirm(tell.record(tell.call(family, number + 1), at), family, at + timedelta(minutes=20))
    opened = tell.decide(contact, "referral", at + timedelta(hours=3))
    worker = ("social.worker", "social.worker2", "senior.practitioner")[number % 3]
    return [tell.allocate(referral, worker, at + timedelta(hours=4)) for referral in opened]


def assessed(tell: Teller, number: int) -> None:
    """Referrals being assessed: begun, waiting for a manager, authorised, in service, closed."""
    for place, referral in enumerate(referred(tell, number)):
        worker = referral.current_worker
        if worker is None:
            continue
        begun = min(referral.received_at + timedelta(days=1), tell.now - timedelta(minutes=30))
        assessment = assessments.start(referral=referral, by=worker, at=begun)
        write_assessment(tell, assessment, number + place)


def write_assessment(
    tell: Teller, assessment: Assessment, number: int, *, outcome: str = "child_in_need", service: str = "child_in_need"
) -> None:
    """Write an assessment as far as its story goes; ``outcome`` and ``service`` say what it leads to."""
    by, begun = assessment.author, assessment.started_at
    seen = min(begun + timedelta(days=2), tell.now - timedelta(minutes=20))
    assessments.save_section(
        assessment=assessment, section="purpose", by=by, at=seen,
        given={"purpose": words.REASONS["referral"], "information_from": "Mother, school, health visitor."},
    )  # fmt: skip
    assessments.record_visit(
        assessment=assessment, by=by, at=seen, happened_at=seen, mode="in_person", place="home", is_seen=True,
        seen_alone="yes", observed="Settled, talked about school and drew the family. The kitchen was cold.",
    )  # fmt: skip
    if number % 4 == 0:
        return
    at = min(seen + timedelta(days=8), tell.now - timedelta(minutes=15))
    save = assessments.save_section
    told = {"words": "“I like it when Nan comes. I do not like the shouting.”", "how": "Alone, with drawing."}
    save(assessment=assessment, section="child", by=by, at=at, given=told)
    today = london_date(tell.now)
    for section, domain, _ in outline.DOMAINS:
        found = {
            code: ("strength" if place % 3 else "need", f"{label}: as seen at home and told by school.")
            for place, (code, label) in enumerate(assessments.dimensions_on(today)[domain])
        }
        save(assessment=assessment, section=section, by=by, at=at, given={"dimensions": found})
    save(
        assessment=assessment, section="analysis", by=by, at=at,
        given={
            "worries": "Shouting at night, missed meals, and a mother who is often too low to get up.",
            "strengths": "Grandmother comes three times a week; school is a safe place.",
            "impact": "Tired and hungry in the morning; without help it will get worse over the winter.",
            "unknown": "What the father knows and wants.",
            "conclusion": "The child needs help that the family cannot give alone at the moment.",
        },
    )  # fmt: skip
    save(
        assessment=assessment, section="outcome", by=by, at=at,
        given={"outcome": outcome, "outcome_reason": "A plan with school and grandmother.", "factors": ["4B"]},
    )  # fmt: skip
    done = assessments.submit(assessment=Assessment.objects.get(pk=assessment.pk), by=by, at=at)
    if number % 4 == 1:
        return
    signed = min(at + timedelta(days=1), tell.now - timedelta(minutes=10))
    manager = tell.staff["team.manager"]
    authorised = assessments.authorise(
        assessment=done, by=manager, at=signed, reason="I agree. The plan starts this week."
    )
    referral = authorised.referral
    if number % 4 == 2:
        referrals.provide_service(referral=referral, by=manager, at=signed, service=service, reason="As assessed.")
        return
    referrals.close(
        referral=referral, by=manager, at=signed, closure_reason="RC8",
        what_changed="Breakfast at school, and grandmother has the children at weekends.",
    )  # fmt: skip


def waiting(tell: Teller, number: int) -> None:
    """A contact on the queue now, in one of its states."""
    minutes = (35, 80, 150, 240, 400, 1500, 2900)[number % 7]
    at = tell.now - timedelta(minutes=minutes + number)
    family = tell.family()
    facts = tell.call(family, number)
    contact = tell.record(facts, at, agency_of(facts, number))
    by = tell.staff["social.worker"]
    later = at + timedelta(minutes=20)
    if number % 5 == 1:
        screening.claim(contact=contact, by=by, at=tell.now - timedelta(minutes=4))
    elif number % 5 == 2:
        contact = screening.claim(contact=contact, by=by, at=later)
        contact.families.update(agreement="given")
        ask_information(
            contact=contact,
            by=by,
            at=later,
            asked_of="The school",
            question="Attendance since September, and any worries of the staff.",
            why="To know whether the worry is seen elsewhere.",
            lawful_basis="Agreement of the mother",
        )
    elif number % 5 == 3:
        contact = tell.confirm(contact, family, later)
        tell.decide(contact, "referral", later, by="social.worker")


def unallocated(tell: Teller, number: int) -> None:
    """A referral accepted two days ago without a worker."""
    at = tell.workdays_ago(2, 11, number)
    family = tell.family()
    contact = tell.confirm(tell.record(tell.call(family, 4), at), family, at + timedelta(minutes=15))
    tell.decide(contact, "referral", at + timedelta(hours=1))


def of_a_type(tell: Teller, number: int) -> None:
    """What a type of contact owes beside its decision: a visit in private fostering; a return interview, held."""
    at = tell.workdays_ago(3, 10, number)
    family = tell.family()
    if number % 2 == 0:
        told = "A friend of the mother has looked after the child since the summer. The mother works abroad."
        facts = tell.call(
            family, 4, kind="private_fostering", concerns=told, summary=told, child_said="", injuries="",
            fostered_with="A friend of the mother, no relative", fostered_since=london_date(at) - timedelta(days=90),
        )  # fmt: skip
    else:
        told = "The child did not come home from school and was found at a friend’s home in the morning."
        facts = tell.call(
            family, 4, kind="missing", concerns=told, summary=told, child_said="", injuries="",
            last_seen_at=at - timedelta(hours=18), last_seen="At the bus stop outside the school",
            found_at=at - timedelta(hours=2), found="At a friend’s home", interview_offered_by="Ellen Hubbard",
        )  # fmt: skip
    contact = tell.confirm(tell.record(facts, at), family, at + timedelta(minutes=15))
    for referral in tell.decide(contact, "referral", at + timedelta(hours=1)):
        if facts.kind == "missing":
            held = at + timedelta(hours=4)
            owed.record_done(
                record=referral, by=tell.staff["social.worker"], at=held, done_at=held, who_did_it="Ellen Hubbard",
                note="Seen alone at school. There had been a row about a telephone; no harm while away.",
            )  # fmt: skip


def came_alone(tell: Teller, number: int) -> None:
    """A child who came alone: referred to the transfer scheme; the age is disputed, and the child has been told."""
    at = tell.workdays_ago(4, 9, number)
    family = tell.family()
    told = "The young person came off a lorry alone and asks for asylum. He gives his age as 16."
    facts = tell.call(
        family, 4, kind="unaccompanied_child", concerns=told, summary=told, child_said="", injuries="",
        arrived_on=london_date(at), arrival_place="Exampleport", arrived_how="In a lorry, by Italy and France",
        home_office_reference="HO-EX-104", port_reference="EXP-77", dialect="Kurdish: Sorani",
        companions="Two older boys he met on the way; not known where they are", health_needs="Scabies, a sore knee",
        trafficking_signs="He owes money to somebody whose number he has on a slip of paper",
        appropriate_adult="Ruth Standby", interpreter_booked="Exampleshire Interpreting, in person",
        safe_tonight="With emergency foster carers",
    )  # fmt: skip
    contact = tell.confirm(tell.record(facts, at), family, at + timedelta(minutes=15))
    worker, later = tell.staff["social.worker"], at + timedelta(hours=2)
    for referral in tell.decide(contact, "referral", at + timedelta(hours=1))[:1]:
        tell.allocate(referral, "social.worker", later)
        record = unaccompanied.begin(referral=referral, by=worker, at=later)
        record = unaccompanied.record_facts(
            record=record, by=worker, at=later, section_20_on=london_date(at), accommodation="Emergency foster carers",
            solicitor="Lee and Lee", missing_plan="The police have a photograph; the carers ring within the hour.",
            trafficking_referred_on=london_date(at), trafficking_referred_by="Exampleport Arrivals Unit",
            trafficking_decision="waiting",
        )  # fmt: skip
        unaccompanied.refer(record=record, by=worker, at=later, referred_on=london_date(later))
        assessment = age.begin(
            referral=referral, by=worker, at=later, first_assessor=worker,
            second_assessor=tell.staff["senior.practitioner"], claimed="16, born in spring",
            disputed_by="Exampleport Arrivals Unit", dispute="He looks older than he says.",
        )  # fmt: skip
        told_at = later + timedelta(days=1)
        age.tell(
            assessment=assessment, by=worker, at=told_at, told_at=told_at,
            minded_to="That he is the age he gives: his account of school fits, and both of us found him young.",
            answer="He agrees, and asks where he will go to school.", appropriate_adult="Ruth Standby",
            interpreter="Exampleshire Interpreting, in person",
        )  # fmt: skip


def fast_tracked(tell: Teller, number: int) -> None:
    """A fast track six minutes ago that nobody has taken yet."""
    at = tell.now - timedelta(minutes=6)
    facts = tell.call(tell.family(), 5, child_location="At school with the head teacher until 15:15")
    referrals.record_and_fast_track(facts=facts, by=tell.staff["contact.officer"], at=at)


def news(tell: Teller, number: int) -> None:
    """News of an open child, which the worker has not taken yet."""
    referral = referred(tell, number)[0]
    at = tell.now - timedelta(hours=3)
    if referral.child is None:
        return
    family = Family("", "2 Mill Lane, Exampleton", "ZZ99 1AA", "", [], [referral.child])
    contact = tell.confirm(tell.record(tell.call(family, 1), at, "police"), family, at)
    referrals.decide_contact(
        contact=contact,
        decisions=[
            ChildDecision(child=row.pk, outcome="open_work", reason="The child has a worker.")
            for row in contact.people.filter(is_child=True)
        ],
        by=tell.staff["duty.manager"],
        at=at + timedelta(minutes=30),
    )


def protected(tell: Teller, number: int) -> None:
    """A restricted child, a confidential address, a warning, an unborn child."""
    dpo, manager = tell.staff["dpo"], tell.staff["service.manager"]
    at = tell.workdays_ago(20, 10)
    family = tell.family()
    set_restriction(
        person=family.children[0],
        holders=[manager, tell.staff["team.manager"]],
        by=dpo,
        at=at,
        reason="The child of a colleague.",
    )
    family = tell.family()
    add_address(
        person=family.children[0],
        by=manager,
        at=at,
        lines="Refuge, address kept at the office",
        is_confidential=True,
        confidential_from="the father",
        why="Violence by the father; non-molestation order",
        review_on=london_date(tell.now) + timedelta(days=60),
    )
    add_warning(
        person=family.adults[0],
        by=tell.staff["social.worker"],
        at=at,
        kind="do_not_visit_alone",
        text="Visit in pairs: threats to a worker in September.",
        source="Police",
        review_on=london_date(tell.now) - timedelta(days=3),
    )
    create_person(
        by=manager,
        at=at,
        description=f"Unborn child of {family.adults[0].display_name}",
        expected_on=london_date(tell.now) + timedelta(days=70),
        dob_precision="expected",
    )


def plan(size: int) -> Iterator[tuple[Story, int]]:
    """Which stories are told for a borough of this size, and how often."""
    yield fast_tracked, 1
    yield protected, 1
    yield news, 1
    yield unallocated, 3
    yield of_a_type, 2
    yield came_alone, 1
    yield waiting, 15 if size < 500 else 25
    yield ended, max(6, size // 80)
    yield referred, max(4, size // 150)
    yield assessed, max(6, size // 100)
