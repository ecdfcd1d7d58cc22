"""What can be known of a contact and of a person on it: one list, which the page, the API, files and the import read.

A fact stands here once, with what it is called and how long it may be everywhere. Beside this list a new fact needs a
place in :mod:`contacts.facts` (where code reads it) and a column. Pure: imports no models.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from frontdoor.db import as_seen


class Kind(Enum):
    """What an answer is."""

    LINE = "one line of text"
    TEXT = "a text of several lines"
    TEXTS = "a list of short texts"
    CODE = "one of a list"
    DAY = "a date"
    MOMENT = "a date and time"
    FLAG = "yes or no"
    NUMBER = "a whole number"


LINE, TEXT, TEXTS, CODE = Kind.LINE, Kind.TEXT, Kind.TEXTS, Kind.CODE
DAY, MOMENT, FLAG, NUMBER = Kind.DAY, Kind.MOMENT, Kind.FLAG, Kind.NUMBER

#: What happened, what a child said: the longest text of one approach.
LONGEST_TEXT = 20_000
#: So many children, and so many adults, on one contact.
MOST_PEOPLE = 30
GRADES = ("red", "amber", "green", "blue")
CONSENT = ("given", "refused", "not_sought", "withdrawn", "not_required")
TOLD = (("yes", "Yes"), ("no", "No"), ("not_known", "Not known"))
DASH = ("standard", "medium", "high")
CHILD_ROLES = (
    ("subject", "The contact is about this child"),
    ("sibling", "A brother or sister in the household"),
    ("other", "Another child"),
)
ADULT_ROLES = (
    ("carer", "Parent or carer"),
    ("victim", "Victim"),
    ("suspect", "Alleged to have harmed"),
    ("witness", "Witness"),
    ("other", "Somebody else"),
)
SEX = ("M", "F", "U")
YES_NO = (("", "Not known"), ("yes", "Yes"), ("no", "No"))

#: Names of a fact by where it is asked: on the page the form, in the API the object, in a file the element.
Names = Mapping[str, str]


@dataclass(frozen=True)
class Fact:
    """One thing that can be known.

    ``longest``: the most characters, of a list of texts those of each; of a number the highest it can truly be.
    ``most``: of texts how many; of a number up to what an agency's system may send it: what is higher than ``longest``
    is kept as received and marked. ``codes`` are those an agency may send, ``code_list`` names the list the page
    chooses from. ``told``: what the description of the API says of it. ``is_personal``: says something of somebody.
    ``is_number``: an identifier or a postcode, taken without what nobody sees.
    ``part``: where on the page it is asked among others like it; one without has a place of its own in the template.
    ``kinds``: the types of contact (codes) that ask it beside what every contact asks; empty: every contact does.
    """

    name: str
    label: str
    kind: Kind
    longest: int = 0
    most: int = 0
    column: str = ""
    page: Names = field(default_factory=dict)
    api: Names = field(default_factory=dict)
    feed: Names = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    code_list: str = ""
    empty: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    part: str = ""
    kinds: tuple[str, ...] = ()
    rows: int = 3
    attrs: Names = field(default_factory=dict)
    may_be_ahead: bool = False
    words: str = ""
    told: str = ""
    is_number: bool = False
    is_personal: bool = True

    @property
    def shown(self) -> str:
        """What a page that shows it calls it."""
        return self.words or self.label

    @property
    def whole(self) -> int:
        """The most characters it may have written as one text."""
        return self.most * (self.longest + 2) if self.kind is TEXTS else self.longest

    @property
    def inline(self) -> str:
        """The same inside a sentence."""
        return self.shown if self.shown[:2].isupper() else self.shown[:1].lower() + self.shown[1:]

    def tidy(self, text: str) -> str:
        """A text as it is measured and kept: without blanks at its ends, a number without what nobody sees."""
        return " ".join(as_seen(text).split()) if self.is_number else text.strip()

    def as_kept(self, text: str) -> str:
        """A text that is known to fit, tidied; as it was given where tidying would make it longer than its column."""
        tidy = self.tidy(text)
        return tidy if len(tidy) <= self.longest else text

    def doubt(self, value: object) -> str:
        """What is marked about a value kept as received; empty when nothing is odd."""
        if self.kind is NUMBER and isinstance(value, int) and value > self.longest:
            return f"{self.shown}: {value}, more than the {self.longest} there are. Kept as received"
        return ""


def at(where: str, called: str) -> Names:
    """Asked in each of these places, by one name."""
    return dict.fromkeys(where.split(), called)


def _narrow(width: str, **more: str) -> Names:
    return {"class": f"govuk-input--width-{width}", **more}


PLAIN = {"spellcheck": "false"}


def _of(*kinds: str) -> Callable[..., Fact]:
    """Facts of these types of contact alone, asked on the page of a call and kept with the texts of the contact."""

    def asked_of(name: str, label: str, kind: Kind, longest: int = 0, **more: Any) -> Fact:
        return Fact(
            name, label, kind, longest, column=f"ContactText.{name}", page=at("contact", name), kinds=kinds, **more
        )

    return asked_of


_MISSING, _FOSTERED, _COURT = _of("missing"), _of("private_fostering"), _of("court_s7", "court_s37")
_TRANSFER, _FGM, _REQUEST = _of("transfer_in"), _of("fgm"), _of("information_request")
_ALONE, _HOMELESS, _NO_FUNDS = _of("unaccompanied_child"), _of("homeless_16_17"), _of("no_recourse")
_TONIGHT, _COMPLAINT = _of("unaccompanied_child", "homeless_16_17"), _of("complaint")
SECTION_20 = (
    ("", "Not known"),
    ("not_offered", "Not offered yet"),
    ("accepted", "Offered and accepted"),
    ("refused", "Offered and refused"),
)
#: What a type of contact asks beside what every contact asks.
OF_A_TYPE = (
    _MISSING("last_seen_at", "When was the child last seen?", MOMENT, words="Last seen", is_personal=False),
    _MISSING("last_seen", "Where was the child last seen, and who with?", TEXT, 1000, rows=2,
             words="Where last seen"),
    _MISSING("found_at", "When was the child found, or did the child come back?", MOMENT, words="Found or back",
             is_personal=False),
    _MISSING("found", "Where was the child found?", TEXT, 1000, rows=2, words="Where found"),
    _MISSING("interview_offered_by", "Who offers the return interview?", LINE, 150,
             hint="The deadline runs until it has been offered", words="Return interview offered by"),
    _FOSTERED("fostered_with", "Who does the child live with, and how are they related?", TEXT, 1000, rows=2,
              hint="Not a parent, brother, sister, grandparent, uncle, aunt or step-parent", words="Private carer"),
    _FOSTERED("fostered_since", "Since when?", DAY, may_be_ahead=True, words="Arrangement since", is_personal=False),
    _FOSTERED("fostered_until", "How long is it expected to last?", DAY, may_be_ahead=True,
              words="Arrangement expected until", is_personal=False),
    _COURT("court", "Which court?", LINE, 150, words="Court", is_personal=False),
    _COURT("ordered_on", "When was the report ordered?", DAY, words="Report ordered", is_personal=False),
    _COURT("report_due_on", "When is the report due?", DAY, may_be_ahead=True,
           hint="As the court directed. Section 37: left empty, it is due in 8 weeks", words="Report due",
           is_personal=False),
    _COURT("hearing_on", "When is the hearing?", DAY, may_be_ahead=True, words="Hearing", is_personal=False),
    _TRANSFER("plan_from", "Which authority is the plan of?", LINE, 150, words="Plan of", is_personal=False),
    _TRANSFER("plan_category", "Category of the plan", CODE, 3, code_list="category_of_abuse", empty="Not known"),
    _TRANSFER("plan_started_on", "When did the plan start?", DAY, words="Plan since", is_personal=False),
    _FGM("reported_to_police", "Has the professional reported it to the police?", FLAG, choices=YES_NO,
         hint="They have to, where the girl told them or they saw it. Never tell the family",
         words="Reported to the police by the professional", is_personal=False),
    _REQUEST("request_basis", "On what lawful basis do they ask?", CODE, 20, code_list="lawful_basis",
             empty="Not said", words="Lawful basis they gave", is_personal=False),
    _ALONE("arrived_on", "When did the child arrive in the country?", DAY, words="Arrived", is_personal=False),
    _ALONE("arrival_place", "At which port or place?", LINE, 150, words="Where the child arrived"),
    _ALONE("arrived_how", "How did the child travel, and by which countries?", TEXT, 2000, rows=2,
           words="How the child travelled"),
    _ALONE("home_office_reference", "Home Office reference", LINE, 50),
    _ALONE("port_reference", "Port reference", LINE, 50),
    _ALONE("dialect", "Which language and dialect does the child speak?", LINE, 150,
           hint="For example, Kurdish: Sorani", words="Language and dialect"),
    _ALONE("companions", "Who travelled with the child, and where are they now?", TEXT, 1000, rows=2,
           words="Companions"),
    _ALONE("health_needs", "Health: injuries, illness, medicine, pregnancy", TEXT, 2000, rows=2, words="Health"),
    _ALONE("trafficking_signs", "Signs of trafficking or exploitation", TEXT, 2000, rows=2,
           hint="Money owed, somebody waiting, a telephone number to ring, fear of somebody"),
    _ALONE("appropriate_adult", "Who is the appropriate adult?", LINE, 150, words="Appropriate adult"),
    _ALONE("interpreter_booked", "Which interpreter is booked, in person or by telephone?", LINE, 150,
           words="Interpreter booked"),
    _HOMELESS("homeless_since", "Since when has the young person had nowhere to live?", DAY, may_be_ahead=True,
              words="Without a home since", is_personal=False),
    _HOMELESS("homeless_why", "Why can they not go home?", TEXT, 1000, rows=2, words="Why they cannot go home"),
    _TONIGHT("safe_tonight", "Where are they safe tonight?", TEXT, 1000, rows=2, words="Safe accommodation tonight"),
    _HOMELESS("housing_told", "Who at housing assesses together with us?", LINE, 150,
              words="Joint assessment with housing"),
    _HOMELESS("joint_assessment_on", "On which day?", DAY, may_be_ahead=True, words="Joint assessment on",
              is_personal=False),
    _HOMELESS("section_20", "Has accommodation under section 20 been offered?", CODE, 20, choices=SECTION_20,
              codes=tuple(code for code, _ in SECTION_20[1:]),
              words="Accommodation under section 20"),
    _HOMELESS("section_20_advice", "Who advised the young person on what accepting or refusing means, and how?", TEXT,
              1000, rows=2, hint="A refusal counts only after advice on what is lost by it",
              words="Advice on section 20"),
    _NO_FUNDS("immigration_status", "Immigration status, as they say it", LINE, 200,
              words="Immigration status, as said"),
    _NO_FUNDS("status_evidence", "What has been seen of it?", LINE, 200, words="Papers seen"),
    _NO_FUNDS("lives_on", "What do they live on, and where do they sleep?", TEXT, 1000, rows=2,
              words="What they live on"),
    _NO_FUNDS("support_asked", "What support do they ask for?", TEXT, 1000, rows=2, words="Support asked for"),
    _COMPLAINT("complaint_of", "Who or what is complained of?", LINE, 200, words="Complaint of"),
    _COMPLAINT("complaint_wish", "What do they want to happen?", TEXT, 1000, rows=2, words="What they want to happen"),
)  # fmt: skip

#: Of the contact, in the order of a call.
CONTACT = (
    Fact("agency_reference", "Their own reference", LINE, 100, column="Contact.agency_reference",
         page=at("contact", "agency_reference"), api=at("contact", "agency_reference"), feed=at("contact", "reference"),
         hint="For example, a police notification number", attrs=_narrow("20"), is_personal=False,
         told="Your own reference; the police always give one"),
    Fact("concerns", "What happened, in the caller’s words", TEXT, LONGEST_TEXT, column="ContactText.concerns",
         page=at("contact", "concerns"), api=at("contact", "concerns"), feed=at("contact", "concerns"), rows=8,
         words="What happened"),
    Fact("occurred_at", "When did it happen?", MOMENT, column="Contact.occurred_at",
         page=at("contact", "occurred_at"), api=at("contact", "occurred_at"), feed=at("contact", "occurred_at"),
         words="When it happened", is_personal=False),
    Fact("child_said", "What the child said, in the child’s words, and who to", TEXT, LONGEST_TEXT,
         column="ContactText.child_said", page=at("contact", "child_said"), words="What the child said"),
    Fact("injuries", "Injuries, or what the child disclosed", TEXT, 5000, column="ContactText.injuries",
         page=at("contact", "injuries"), api=at("contact", "injuries"), feed=at("contact", "injuries"),
         words="Injuries or disclosure", part="harm"),
    Fact("summary", "The sentence that says what happened", LINE, 250, column="Contact.summary",
         page=at("contact", "summary"), hint="Copy it from what you wrote. Left empty, the gravest sentence is shown"),
    Fact("child_location", "Where is the child now?", LINE, 250, column="Contact.child_location",
         page=at("contact", "child_location"), api=at("child_location", "now"), feed=at("contact", "child_location"),
         hint="Say “not known” if nobody knows", words="Where the child is"),
    Fact("child_with", "Who are they with?", TEXT, 1000, column="ContactText.child_with",
         page=at("contact", "child_with"), rows=2, words="Who the child is with"),
    Fact("safe_until", "When does that change?", MOMENT, column="Contact.safe_until", may_be_ahead=True,
         page=at("contact", "safe_until"), api=at("child_location", "safe_until"), feed=at("contact", "safe_until"),
         hint="For example, when school ends. The time can be 3:15pm or 15:15", words="Safe until", is_personal=False),
    Fact("person_of_concern_location", "Where is the person the worry is about?", TEXT, 1000,
         column="ContactText.person_of_concern_location", page=at("contact", "person_of_concern_location"), rows=2,
         words="Where the person of concern is"),
    Fact("pregnancy", "Is anybody pregnant?", TEXT, 2000, column="ContactText.pregnancy",
         page=at("contact", "pregnancy"), feed=at("contact", "pregnancy"), rows=2, words="Pregnancy", part="harm"),
    Fact("police_told", "Have the police been told?", TEXT, 1000, column="ContactText.police_told",
         page=at("contact", "police_told"), api=at("contact", "police_told"),
         hint="Who by, when, and what they said", rows=2, words="Police", part="police"),
    Fact("can_it_wait", "Out of hours: can it wait until tomorrow, and why?", TEXT, 1000,
         column="ContactText.can_it_wait", page=at("contact", "can_it_wait"), api=at("contact", "can_it_wait"), rows=2,
         words="Can it wait until tomorrow?", part="police"),
    Fact("incident_reference", "Crime or incident reference", LINE, 100, column="Contact.incident_reference",
         page=at("contact", "incident_reference"), api=at("incident", "reference"),
         feed=at("contact", "incident_reference"), attrs=_narrow("20"), words="Incident reference",
         is_personal=False, part="police"),
    Fact("powers_of_protection_at", "When did the police use powers of protection?", MOMENT,
         column="Contact.powers_of_protection_at", page=at("contact", "powers_of_protection_at"),
         api=at("incident", "powers_of_protection_at"), feed=at("contact", "powers_of_protection_at"),
         hint="If they did", words="Powers of protection", is_personal=False),
    Fact("dash_grade", "DASH grade", CODE, 10, column="Contact.dash_grade", page=at("contact", "dash_grade"),
         api=at("dash", "grade"), feed=at("contact", "dash_grade"), codes=DASH, code_list="dash_grade",
         empty="Not assessed", is_personal=False),
    Fact("dash_ticks", "DASH ticks", NUMBER, 27, most=99, column="Contact.dash_ticks",
         page=at("contact", "dash_ticks"), api=at("dash", "ticks"), feed=at("contact", "dash_ticks"),
         attrs=_narrow("3"), told="0 to 27; a higher number is kept as received and marked", is_personal=False),
    Fact("level_of_need", "Level of need", CODE, 1, column="Contact.level_by_agency",
         page=at("contact", "level_of_need"), code_list="level_of_need", is_personal=False),
    Fact("grade", "Grade", CODE, 10, column="Contact.grade", page=at("contact", "grade"), api=at("risk", "grade"),
         feed=at("contact", "grade"), codes=GRADES, code_list="grade", is_personal=False),
    Fact("own_grade", "The agency’s own grade, as it calls it", LINE, 40, column="Contact.own_grade",
         page=at("contact", "own_grade"), api=at("risk", "own_grade"), feed=at("contact", "own_grade"),
         hint="Of their own system: high, medium, standard. It is shown beside our grade", attrs=_narrow("20"),
         words="Their own grade", is_personal=False),
    Fact("grade_reasons", "Reasons for the grade", TEXTS, 60, most=20, column="Contact.grade_reasons",
         page=at("contact", "grade_reasons"), api=at("risk", "reasons"), feed=at("contact", "grade_reasons"),
         hint="One on each line", rows=2, is_personal=False),
    Fact("no_child_identified", "No child is identified", FLAG, column="Contact.no_child_identified",
         page=at("contact", "no_child_identified"), hint="Only for a contact about adults", is_personal=False),
    Fact("child_protection", "Child protection", FLAG, column="Contact.child_protection_marked",
         api=at("contact", "child_protection"), is_personal=False),
    Fact("information_only", "For information only", FLAG, column="Contact.information_only",
         api=at("contact", "information_only"), is_personal=False),
    *OF_A_TYPE,
)  # fmt: skip

#: Of whoever is telling us.
REFERRER = (
    Fact("name", "Name of the caller", LINE, 200, column="Contact.referrer_name", page=at("contact", "referrer_name"),
         api=at("referrer", "name"), feed=at("contact", "officer_name")),
    Fact("role", "Their job, or who they are to the child", LINE, 100, column="Contact.referrer_role",
         page=at("contact", "referrer_role"), api=at("referrer", "role"), feed=at("contact", "officer_role"),
         hint="For example, head teacher, neighbour, aunt"),
    Fact("organisation", "Organisation", LINE, 150, column="Contact.referrer_organisation",
         page=at("contact", "referrer_organisation")),
    Fact("telephone", "Number to ring back", LINE, 40, column="Contact.referrer_telephone",
         page=at("contact", "referrer_telephone"), api=at("referrer", "phone"),
         feed=at("contact", "officer_telephone"), attrs=_narrow("20", inputmode="tel")),
    Fact("is_safe_to_ring", "Is it safe to ring back?", FLAG, column="Contact.referrer_is_safe_to_ring",
         page=at("contact", "referrer_is_safe_to_ring"), api=at("referrer", "safe_to_ring"), choices=YES_NO,
         words="Safe to ring back", told="Whether it is safe to ring this number", is_personal=False),
    Fact("safe_time", "When is it safe to ring?", LINE, 100, column="Contact.referrer_safe_time",
         page=at("contact", "referrer_safe_time"), api=at("referrer", "safe_time"), words="Safe time to ring",
         told="When it is safe to ring"),
    Fact("email", "E-mail address", LINE, 254, column="Contact.referrer_email", page=at("contact", "referrer_email"),
         api=at("referrer", "email")),
    Fact("safe_way", "A safe way and time to reach them", LINE, 250, column="Contact.safe_way",
         page=at("contact", "safe_way")),
    Fact("is_professional", "They are a professional", FLAG, column="Contact.is_professional",
         api=at("referrer", "is_professional"), is_personal=False),
    Fact("withhold_name_from_family", "The family must not be told who called", FLAG,
         column="Contact.withhold_name_from_family", api=at("referrer", "withhold_name_from_family"),
         is_personal=False),
)  # fmt: skip

#: Of where somebody lives. Written as one text it has ``LONGEST_ADDRESS`` characters at most.
LONGEST_ADDRESS = 300
ADDRESS = (
    Fact("lines", "Address", TEXTS, 100, most=8, column="ContactPerson.address",
         page=at("contact child adult", "address_lines"), api=at("address", "lines"),
         feed=at("contact child adult", "address"), rows=2),
    Fact("postcode", "Postcode", LINE, 10, column="ContactPerson.postcode", page=at("contact child adult", "postcode"),
         api=at("address", "postcode"), feed=at("contact child adult", "postcode"), is_number=True,
         attrs=_narrow("10", spellcheck="false")),
    Fact("is_confidential", "Keep this address confidential", FLAG, column="ContactPerson.address_is_confidential",
         page=at("contact child adult", "address_is_confidential"), api=at("address", "is_confidential"),
         feed=at("contact", "address_is_confidential"), hint="A refuge, or somebody may look for them",
         is_personal=False),
)  # fmt: skip

#: Of what a family knows and agrees to.
FAMILY = (
    Fact("label", "Which family is this?", LINE, 100, column="FamilyGroup.label", page=at("family", "label"),
         hint="For example, the Example family or the father’s household"),
    Fact("told", "Has the family been told of this contact?", CODE, 20, column="FamilyGroup.told",
         page=at("family", "told"), api=at("family_told", "status"), codes=tuple(code for code, _ in TOLD),
         choices=TOLD, is_personal=False),
    Fact("told_reason", "Why not?", TEXT, 1000, column="FamilyGroup.told_reason", page=at("family", "told_reason"),
         api=at("family_told", "reason"), hint="For example, it would raise the risk to a child", rows=2),
    Fact("agreement", "Do they agree to our asking others and to help?", CODE, 20, column="FamilyGroup.agreement",
         page=at("family", "agreement"), api=at("consent", "status"), feed=at("contact", "consent"), codes=CONSENT,
         code_list="consent_status", is_personal=False),
    Fact("agreement_by", "Who agreed?", LINE, 200, column="FamilyGroup.agreement_by", page=at("family", "agreement_by"),
         api=at("consent", "given_by")),
    Fact("agreement_scope", "To what?", LINE, 500, column="FamilyGroup.agreement_scope",
         page=at("family", "agreement_scope")),
    Fact("agreement_reason", "Anything they said about it", TEXT, 2000, column="FamilyGroup.agreement_reason",
         page=at("family", "agreement_reason"), api=at("consent", "reason"), feed=at("contact", "consent_reason"),
         rows=2),
)  # fmt: skip

BOTH, ALL = "child adult", "child adult member"

#: Of a child or an adult, exactly as given.
PERSON = (
    Fact("given_name", "First name", LINE, 100, column="ContactPerson.given_name", page=at(BOTH, "given_name"),
         api=at(ALL, "given_name"), feed=at(BOTH, "given_name"), attrs=PLAIN),
    Fact("family_name", "Surname", LINE, 100, column="ContactPerson.family_name", page=at(BOTH, "family_name"),
         api=at(ALL, "family_name"), feed=at(BOTH, "family_name"), attrs=PLAIN),
    Fact("known_as", "Also known as", LINE, 100, column="ContactPerson.known_as", page=at(BOTH, "known_as"),
         api=at("child", "known_as"), feed=at("child", "known_as"), attrs=PLAIN, words="Known as", part="more"),
    Fact("date_of_birth", "Date of birth", DAY, column="ContactPerson.date_of_birth", page=at(BOTH, "date_of_birth"),
         api=at(ALL, "date_of_birth"), feed=at(BOTH, "date_of_birth")),
    Fact("dob_is_estimated", "The date of birth is estimated", FLAG, column="ContactPerson.dob_is_estimated",
         api=at("child", "dob_is_estimated")),
    Fact("language", "Language", LINE, 60, column="ContactPerson.language", page=at(BOTH, "language"),
         api=at("child", "language"), part="needs"),
    Fact("interpreter", "Interpreter needed", LINE, 100, column="ContactPerson.interpreter",
         page=at(BOTH, "interpreter"), api=at("child", "interpreter"),
         hint="Language or dialect, and who must not interpret",
         told="For whom, in which language, and who must not interpret", part="needs"),
    Fact("sex", "Sex", CODE, 1, column="ContactPerson.sex", page=at("child", "sex"), api=at("child", "sex"),
         feed=at("child", "sex"), code_list="sex", empty="Choose one"),
    Fact("disability", "Disability", LINE, 250, column="ContactPerson.disability", page=at("child", "disability"),
         api=at("child", "disability"), part="needs"),
    Fact("communication", "How they communicate", LINE, 250, column="ContactPerson.communication",
         page=at("child", "communication"), api=at("child", "communication"),
         hint="For example, signs, a board, few words", part="needs"),
    Fact("school", "School or nursery", LINE, 150, column="ContactPerson.school", page=at("child", "school"),
         api=at("child", "school"), feed=at("child", "school"), words="School", part="more"),
    Fact("gp", "GP", LINE, 150, column="ContactPerson.gp", page=at("child", "gp"), api=at("child", "gp"),
         told="The doctor or practice", part="more"),
    Fact("nhs_number", "NHS number", LINE, 20, column="ContactPerson.nhs_number", page=at("child", "nhs_number"),
         api=at("child", "nhs_number"), feed=at("child", "nhs_number"), is_number=True,
         attrs=_narrow("10", inputmode="numeric", spellcheck="false"), part="more"),
    Fact("upn", "Unique pupil number", LINE, 20, column="ContactPerson.upn", page=at("child", "upn"),
         api=at("child", "upn"), feed=at("child", "upn"), is_number=True, attrs=_narrow("20", spellcheck="false"),
         part="more"),
    Fact("ethnicity", "Ethnicity", CODE, 4, column="ContactPerson.ethnicity", page=at("child", "ethnicity"),
         api=at("child", "ethnicity"), code_list="ethnicity", empty="Not given", part="more"),
    Fact("expected_on", "If not born yet, when is the baby due?", DAY, column="ContactPerson.expected_on",
         page=at("child", "expected_on"), api=at("child", "expected_date_of_birth"), feed=at("child", "expected_on"),
         may_be_ahead=True, part="more"),
    Fact("account", "What the child said", TEXT, LONGEST_TEXT, column="ContactPerson.account",
         api=at("child", "account"), feed=at("child", "account"), told="What the child said, in the child’s words"),
    Fact("relationship", "Who they are to the children", LINE, 60, column="ContactPerson.relationship",
         page=at("adult", "relationship"), api=at("adult member", "relationship"), feed=at("adult", "relationship"),
         code_list="relationship", empty="Not known"),
    Fact("parental_responsibility", "Parental responsibility", FLAG, column="ContactPerson.parental_responsibility",
         page=at("adult", "parental_responsibility"), api=at("adult member", "parental_responsibility"),
         feed=at("adult", "parental_responsibility"), choices=YES_NO),
    Fact("lives_with_children", "Lives with the children", FLAG, column="ContactPerson.lives_with_children",
         page=at("adult", "lives_with_children"), api=at("adult member", "lives_with_children"),
         feed=at("adult", "lives_with_children"), choices=YES_NO),
    Fact("is_child", "This is a child too", FLAG, column="ContactPerson.is_child", api=at("member", "is_child"),
         is_personal=False),
    Fact("telephone", "Telephone", LINE, 40, column="ContactPerson.telephone", page=at("adult", "telephone"),
         api=at("adult member", "phone"), feed=at("adult", "telephone"), attrs=_narrow("20", inputmode="tel")),
    Fact("is_safe_to_ring", "Is it safe to ring?", FLAG, column="ContactPerson.is_safe_to_ring",
         page=at("adult", "is_safe_to_ring"), api=at("adult member", "safe_to_ring"), feed=at("adult", "safe_to_ring"),
         choices=YES_NO,
         words="Safe to ring", told="Whether it is safe to ring this number"),
    Fact("safe_time", "When is it safe to ring?", LINE, 100, column="ContactPerson.safe_time",
         page=at("adult", "safe_time"), api=at("adult member", "safe_time"), feed=at("adult", "safe_time"),
         words="Safe time to ring",
         told="When it is safe to ring", hint="For example, while the children are at school"),
    Fact("knows_of_us", "Do they know we are involved?", FLAG, column="ContactPerson.knows_of_us",
         page=at("adult", "knows_of_us"), api=at("adult member", "knows_we_are_involved"),
         feed=at("adult", "knows_we_are_involved"), choices=YES_NO,
         words="Knows we are involved", told="False: nobody may let them know that we are involved"),
    Fact("role", "Why they are on this contact", CODE, 20, column="ContactPerson.role", page=at("child", "role"),
         api=at("child", "role"), codes=tuple(code for code, _ in CHILD_ROLES), choices=CHILD_ROLES,
         is_personal=False),
    Fact("role", "Their part in what happened", CODE, 20, column="ContactPerson.role", page=at("adult", "role"),
         api=at("adult", "role"), feed=at("adult", "role"), codes=("victim", "suspect", "witness", "carer", "other"),
         choices=(("", "Not known"), *ADULT_ROLES)),
)  # fmt: skip

EVERY = (*CONTACT, *REFERRER, *ADDRESS, *FAMILY, *PERSON)
#: Facts of a person by name, for whoever has one of them in hand.
OF_PERSON = {fact.name: fact for fact in PERSON}
OF_CONTACT = {fact.name: fact for fact in CONTACT}
OF_REFERRER = {fact.name: fact for fact in REFERRER}
OF_ADDRESS = {fact.name: fact for fact in ADDRESS}
OF_FAMILY = {fact.name: fact for fact in FAMILY}
#: The columns in which a person on a contact, or on an early-help assessment, is kept as given.
PERSON_COLUMNS = tuple(dict.fromkeys(fact.name for fact in PERSON))


def asked(way: str, where: str, facts: Iterable[Fact] = EVERY) -> dict[str, Fact]:
    """The facts asked in one place of a way in (``page``, ``api``, ``feed``), by what they are called there."""
    told = ((fact, {"page": fact.page, "api": fact.api, "feed": fact.feed}[way]) for fact in facts)
    return {places[where]: fact for fact, places in told if where in places}


def kept(model: str, facts: Iterable[Fact], given: object) -> dict[str, Any]:
    """What was given of these facts, by the columns of one model."""
    return {
        column: getattr(given, fact.name)
        for fact in facts
        for owner, _, column in [fact.column.partition(".")]
        if owner == model
    }
