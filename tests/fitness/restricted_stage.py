"""Who is there while a child is restricted, and what there is of her by now: for the walk over the acts."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.test import Client

from assessments.models import Assessment
from contacts.facts import AddressFacts, PersonFacts
from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Role
from frontdoor.accounts.models import OnDuty, Team, User
from frontdoor.people.models import Person
from referrals import actions as referrals
from referrals.models import Referral
from tests.api.conftest import Caller
from tests.factories import AgencyFactory
from tests.reading import Reader
from tests.referrals.conftest import each, some_facts

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
BORN, NHS, RING, HOME = date(2014, 2, 3), "9990000018", "01632 960777", "41 Larkspur Lantern"
#: Whatever of her might stand somewhere: names, birth in every way a page says it, number, telephone, home.
OF_THE_CHILD = [
    "Zephyrine", "Quillfeather", "Isaura", "3 February 2014", "3 Feb 2014", "03/02/2014", "2014-02-03", NHS,
    "999 000 0018", RING, "01632960777", "Larkspur Lantern",
]  # fmt: skip


@dataclass
class Stage:
    """Who is there, and what there is of the child by now."""

    staff: dict[Role, User]
    holder: User
    worker: User
    team: Team
    police: Caller
    at: datetime = NOW
    #: References nobody else may find anywhere.
    references: list[str] = field(default_factory=list)
    #: What else of her has been written down.
    words: list[str] = field(default_factory=lambda: list(OF_THE_CHILD))
    #: Contacts of which everybody may know that a manager has them, and no more.
    lines: list[str] = field(default_factory=list)
    #: Contacts a manager had and has given back: everybody reads them again.
    open_again: list[str] = field(default_factory=list)
    #: A record of the family everybody may see.
    kin: str = ""
    turn: int = 0
    key: int = 0

    @cached_property
    def clients(self) -> dict[Role, Client]:
        made: dict[Role, Client] = {}
        for role, user in self.staff.items():
            made[role] = Reader(raise_request_exception=True)
            made[role].force_login(user)
        return made

    @property
    def child(self) -> Person:
        found: Person = Person.objects.get(pk=self.key)
        return found

    @property
    def protector(self) -> User:
        return self.staff[Role.DATA_PROTECTION_OFFICER]

    def contact(self, number: int) -> Contact:
        """The contact of this number, in the order in which they were recorded."""
        found: Contact = Contact.objects.get(reference=[r for r in self.references if r[0] == "C"][number])
        return found

    @property
    def referral(self) -> Referral:
        found: Referral = Referral.objects.filter(child_id=self.key).latest("pk")
        return found

    @property
    def assessment(self) -> Assessment:
        found: Assessment = Assessment.objects.filter(referral__child_id=self.key).latest("pk")
        return found

    def hide(self, *references: str) -> None:
        self.references += [each for each in references if each not in self.references]


def set_up() -> Stage:
    """Somebody in each role, two colleagues who will be named, an agency; and what everybody may see on every list."""
    staff = {
        role: User.objects.create_user(role.value.replace("_", "."), role.value.title(), roles=[role.value])
        for role in Role
    }
    holder = User.objects.create_user("named.manager", "Nan Named", roles=[Role.SERVICE_MANAGER.value])
    team = Team.objects.create(code="one", name="Team one", kind="assessment", manager=staff[Role.TEAM_MANAGER])
    worker = User.objects.create_user("named.worker", "Ned Named", roles=[Role.SOCIAL_WORKER.value], team=team)
    User.objects.filter(pk=staff[Role.SOCIAL_WORKER].pk).update(team=team)
    found = Stage(staff, holder, worker, team, Caller(AgencyFactory.create(code="police", name="Kestrel Police")))
    # With nobody on the rota every service manager would be on call, and be told of what climbs.
    OnDuty.objects.create(user=holder, kind="on_call", from_at=NOW - timedelta(days=1), to_at=NOW + timedelta(days=300))
    officer, manager = staff[Role.CONTACT_OFFICER], staff[Role.DUTY_MANAGER]
    open_to_all = recording.record_contact(facts=some_facts(), by=officer, at=NOW - timedelta(days=9))
    referrals.decide_contact(
        contact=open_to_all, decisions=each(open_to_all, "referral"), by=manager, at=NOW - timedelta(days=8), team=team
    )
    recording.record_contact(facts=some_facts(grade="amber"), by=officer, at=NOW - timedelta(days=2))
    return found


def told(stage: Stage, **more: Any) -> Contact:
    """The child is told of by whoever may know her, and confirmed before anybody else looks."""
    facts = some_facts(
        concerns="Zephyrine Quillfeather has a burn. Isaura says she fell.",
        grade="amber",
        address=AddressFacts(lines=[HOME], postcode="ZZ99 4AA"),
        people=[
            PersonFacts(
                given_name="Zephyrine", family_name="Quillfeather", date_of_birth=BORN, nhs_number=NHS, telephone=RING
            ),
            PersonFacts(is_child=False, given_name="Isaura", family_name="Quillfeather", role="carer"),
        ],
    )
    made = recording.record_contact(facts=facts, by=more.pop("by", stage.worker), at=stage.at, **more)
    screening.link_person(on_contact=made.people.get(position=1), person=stage.child, by=stage.worker, at=stage.at)
    stage.hide(made.reference)
    made.refresh_from_db()
    return made
