"""What a caller, an agency or a form tells us about one approach: plain data, the same for every way in."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from frontdoor.people.identifiers import safe_to_ring
from frontdoor.people.words import fold, is_no_name

#: How a contact reached us that somebody wrote behind a link we sent them.
WEB_FORM = "web_form"
#: What is written where there is nothing to say.
NOTHING = r"^\s*(none|no|nil|n/?a|not known|unknown|-)?\.?\s*$"


@dataclass
class AddressFacts:
    """An address as given."""

    lines: list[str] = field(default_factory=list)
    postcode: str = ""
    is_confidential: bool = False

    @property
    def text(self) -> str:
        """The lines and the postcode as one line."""
        return ", ".join(part for part in (*self.lines, self.postcode) if part)

    @property
    def letters(self) -> str:
        """Its letters and figures alone, so that a comma or a blank makes no other address of it."""
        return "".join(filter(str.isalnum, fold(self.text)))


@dataclass
class PersonFacts:
    """A child or adult exactly as given. Nothing here is checked against the record."""

    is_child: bool = True
    given_name: str = ""
    family_name: str = ""
    known_as: str = ""
    date_of_birth: date | None = None
    dob_is_estimated: bool = False
    expected_on: date | None = None
    sex: str = ""
    ethnicity: str = ""
    nhs_number: str = ""
    upn: str = ""
    language: str = ""
    interpreter: str = ""
    school: str = ""
    gp: str = ""
    disability: str = ""
    communication: str = ""
    account: str = ""
    role: str = "subject"
    relationship: str = ""
    parental_responsibility: bool | None = None
    lives_with_children: bool | None = None
    telephone: str = ""
    # None: not known. False of the last: nobody may let them know.
    is_safe_to_ring: bool | None = None
    safe_time: str = ""
    knows_of_us: bool | None = None
    address: AddressFacts | None = None
    family_group: int = 1
    # The record somebody suggested on the page; linked only when a person confirms it at screening.
    suggested_reference: str = ""

    def __post_init__(self) -> None:
        """What the words with the number warn of stands as the answer until somebody gives one."""
        self.is_safe_to_ring = safe_to_ring(self.telephone, self.is_safe_to_ring)

    @property
    def name(self) -> str:
        """The name as given; empty when none was ("Unknown" counts as none)."""
        text = " ".join(part for part in (self.given_name, self.family_name) if part).strip()
        return "" if is_no_name(text) else text


FORMER = ("former_partner", "ex_partner")


class Told(Protocol):
    """Somebody as told of: while a contact is recorded, or as kept on it."""

    @property
    def is_child(self) -> bool:
        """Whether this is one of the children."""

    @property
    def role(self) -> str:
        """Their part in what happened."""

    @property
    def relationship(self) -> str:
        """What they are to the children."""

    @property
    def lives_with_children(self) -> bool | None:
        """As said; None when nobody said."""


def lives_there(person: Told) -> bool:
    """Whether the address of a contact is this person's: the children's, and of adults who live with them.

    Of an adult nobody said it of, only where they are the victim or care for the children, and are nobody's former
    partner. An address typed for somebody is theirs whatever this says.
    """
    if person.lives_with_children is not None:
        return person.lives_with_children
    return person.is_child or (person.role in ("victim", "carer") and not is_former_partner(person))


def may_be_kept_from(person: Told) -> bool:
    """Whether a confidential address may be meant to be kept from them: said to have harmed, or a former partner."""
    return person.role == "suspect" or is_former_partner(person)


def is_former_partner(person: Told) -> bool:
    """Whether they are told of as a former partner, in our words or an agency's."""
    return person.relationship.strip().casefold().replace(" ", "_").replace("-", "_") in FORMER


@dataclass
class FamilyFacts:
    """What the family knows and agrees to; one for each family on the contact."""

    number: int = 1
    label: str = ""
    told: str = ""
    told_reason: str = ""
    agreement: str = ""
    agreement_reason: str = ""
    agreement_by: str = ""
    agreement_scope: str = ""


@dataclass
class ReferrerFacts:
    """Who is telling us."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    telephone: str = ""
    is_safe_to_ring: bool | None = None
    safe_time: str = ""
    email: str = ""
    is_professional: bool = False
    is_anonymous: bool = False
    withhold_name_from_family: bool = False
    is_the_child: bool = False
    safe_way: str = ""

    def __post_init__(self) -> None:
        """As of a person told of: :class:`PersonFacts`."""
        self.is_safe_to_ring = safe_to_ring(self.telephone, self.is_safe_to_ring)


@dataclass
class ContactFacts:
    """Everything one approach says."""

    kind: str = "concern"
    occurred_at: datetime | None = None
    agency_reference: str = ""
    source: str = ""
    how: str = "telephone"
    referrer: ReferrerFacts = field(default_factory=ReferrerFacts)
    concerns: str = ""
    child_said: str = ""
    injuries: str = ""
    child_location: str = ""
    child_with: str = ""
    safe_until: datetime | None = None
    person_of_concern_location: str = ""
    pregnancy: str = ""
    summary: str = ""
    grade: str = ""
    own_grade: str = ""
    grade_reasons: list[str] = field(default_factory=list)
    level_of_need: str = ""
    child_protection: bool = False
    information_only: bool = False
    address: AddressFacts | None = None
    incident_reference: str = ""
    powers_of_protection_at: datetime | None = None
    police_told: str = ""
    can_it_wait: str = ""
    dash_grade: str = ""
    dash_ticks: int | None = None
    no_child_identified: bool = False
    # Of a type of contact alone: contacts.fields.OF_A_TYPE.
    last_seen_at: datetime | None = None
    last_seen: str = ""
    found_at: datetime | None = None
    found: str = ""
    interview_offered_by: str = ""
    fostered_with: str = ""
    fostered_since: date | None = None
    fostered_until: date | None = None
    court: str = ""
    ordered_on: date | None = None
    report_due_on: date | None = None
    hearing_on: date | None = None
    plan_from: str = ""
    plan_category: str = ""
    plan_started_on: date | None = None
    # None: not known.
    reported_to_police: bool | None = None
    request_basis: str = ""
    arrived_on: date | None = None
    arrival_place: str = ""
    arrived_how: str = ""
    home_office_reference: str = ""
    port_reference: str = ""
    dialect: str = ""
    companions: str = ""
    health_needs: str = ""
    trafficking_signs: str = ""
    appropriate_adult: str = ""
    interpreter_booked: str = ""
    homeless_since: date | None = None
    homeless_why: str = ""
    safe_tonight: str = ""
    housing_told: str = ""
    joint_assessment_on: date | None = None
    section_20: str = ""
    section_20_advice: str = ""
    immigration_status: str = ""
    status_evidence: str = ""
    lives_on: str = ""
    support_asked: str = ""
    complaint_of: str = ""
    complaint_wish: str = ""
    people: list[PersonFacts] = field(default_factory=list)
    families: list[FamilyFacts] = field(default_factory=list)

    @property
    def children(self) -> list[PersonFacts]:
        """The children among the people."""
        return [person for person in self.people if person.is_child]
