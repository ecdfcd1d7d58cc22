"""What an early-help assessment says, whoever writes it: plain data, and the one check every way in passes. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime

from contacts.facts import PersonFacts, ReferrerFacts

MOST_ROWS = 30
#: The long texts in the order of the form: name, question, hint.
TEXTS: tuple[tuple[str, str, str], ...] = (
    ("situation", "What has led to this assessment?", "What has happened, and what the family hopes for."),
    ("home", "The family and home at present", "Who lives there, who matters to the child, changes of late."),
    ("present", "Who was there when it was written?", "Names and what they are to the child."),
    ("services", "Who helps the child and family already?", ""),
    ("strengths", "What is going well?", "Strengths of the child, the family and those around them."),
    ("needs", "What is needed?", ""),
    ("conclusion", "Conclusions", "What it means for the child, and what should be different."),
    ("child_comments", "What does the child say?", "In the child’s own words."),
    ("parent_comments", "What do the parents or carers say?", "In their own words."),
)


@dataclass
class ActionFacts:
    """One thing of the plan."""

    what: str = ""
    who: str = ""
    by_when: date | None = None


@dataclass
class MemberFacts:
    """Somebody of the team around the child."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    telephone: str = ""


@dataclass
class ConsentFacts:
    """What the family agrees to: keeping it, sharing it, with whom and with whom not."""

    status: str = ""
    to_share: str = ""
    by: str = ""
    reason: str = ""
    share_with: str = ""
    exceptions: str = ""
    signed_on: date | None = None


@dataclass
class EarlyHelpFacts:
    """Everything one early-help assessment says."""

    child: PersonFacts = field(default_factory=PersonFacts)
    family: list[PersonFacts] = field(default_factory=list)
    lead: ReferrerFacts = field(default_factory=ReferrerFacts)
    assessor: ReferrerFacts = field(default_factory=ReferrerFacts)
    organisation: str = ""
    agency_reference: str = ""
    assessed_at: datetime | None = None
    level_of_need: str = ""
    is_safeguarding: bool = False
    consent: ConsentFacts = field(default_factory=ConsentFacts)
    family_told: str = ""
    told_reason: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    actions: list[ActionFacts] = field(default_factory=list)
    team: list[MemberFacts] = field(default_factory=list)

    @property
    def people(self) -> list[PersonFacts]:
        """The child first, then the family."""
        return [self.child, *self.family]


def missing(facts: EarlyHelpFacts) -> list[tuple[str, str]]:
    """What it still needs before it can be sent: the field and a whole sentence. Empty means that it is complete.

    A page asks again for a name that is none ("Unknown"); what a system sends is kept as received.
    """
    told: list[tuple[str, str]] = []
    if not (facts.child.given_name.strip() or facts.child.family_name.strip()):
        told.append(("child_given_name", "Enter the child’s given name or family name."))
    if not facts.texts.get("situation", "").strip():
        told.append(("situation", "Say what has led to this assessment."))
    if not facts.lead.name.strip():
        told.append(("lead_name", "Name the lead professional."))
    return told
