"""What each extract file should hold: columns in their order, what must be filled, how long, what kind of value."""

import re
from dataclasses import dataclass, field

CARECASE, FIRSTCALL, PAPER = "carecase", "firstcall", "paper"


@dataclass(frozen=True)
class Column:
    """One column.

    ``kind``: text, words (free text shown to people), date, moment, code, nhs, upn, factors, loose_date (as typed).
    ``refers`` names the file whose key the value must be; ``not_before`` the column it may not lie before.
    """

    name: str
    most: int
    must: bool = False
    kind: str = "text"
    refers: str = ""
    not_before: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Layout:
    """One file: where it comes from, how its key looks, and its columns."""

    name: str
    system: str
    encoding: str
    separator: str
    key: str
    key_form: re.Pattern[str]
    columns: tuple[Column, ...]
    # Two columns that stand for the row when no single one does.
    pair: tuple[str, str] | None = None
    # A key as it should look, for people to read.
    key_like: str = ""
    # The share of rows whose dates may be unusable before the file as a whole is refused: a few per cent are slips.
    most_unusable: float = 0.03
    # From these shares of rows that are there no longer, or cannot be used, somebody has to say that the file is meant;
    # fewer rows than ``fewest`` are no share.
    most_lost: float = 0.25
    most_rejected: float = 0.25
    fewest: int = 5
    index: dict[str, int] = field(default_factory=dict, compare=False, hash=False)

    def __post_init__(self) -> None:
        self.index.update({column.name: place for place, column in enumerate(self.columns)})

    @property
    def header(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]


def _c(name: str, most: int, *flags: str, refers: str = "", not_before: str = "", fault: str = "") -> Column:
    kinds = [flag for flag in flags if flag != "must"]
    return Column(name, most, "must" in flags, kinds[0] if kinds else "text", refers, not_before, fault)


PERSON_KEY = re.compile(r"A\d{7}")
CLIENT_KEY = re.compile(r"\d{8}")
EPISODE_KEY = re.compile(r"EP\d{7}")

CARECASE_PEOPLE = Layout(
    "carecase_people.csv", CARECASE, "utf-8", ",", "person_id", PERSON_KEY,
    (
        _c("person_id", 8, "must"), _c("forename", 60), _c("middle_names", 60), _c("surname", 60), _c("alias", 60),
        _c("former_surname", 60), _c("dob", 10, "date"), _c("dob_status", 1, "code"), _c("expected_dob", 10, "date"),
        _c("gender", 1, "must", "code"), _c("ethnicity", 40, "code"), _c("nhs_no", 12, "nhs"), _c("upn", 13, "upn"),
        _c("address", 120), _c("postcode", 8), _c("carer_name", 80), _c("telephone", 20),
        _c("last_updated", 10, "must", "date"),
    ),
    key_like="A0100001",
)  # fmt: skip
CARECASE_RELATIONSHIPS = Layout(
    "carecase_relationships.csv", CARECASE, "utf-8", ",", "person_id", PERSON_KEY,
    (
        _c("person_id", 8, "must", refers="carecase_people.csv"),
        _c("related_person_id", 8, "must", refers="carecase_people.csv"), _c("relationship", 40, "must", "code"),
    ),
    key_like="A0100001",
)  # fmt: skip
CARECASE_EPISODES = Layout(
    "carecase_episodes.csv", CARECASE, "utf-8", ",", "episode_id", EPISODE_KEY,
    (
        _c("episode_id", 9, "must"), _c("person_id", 8, "must", refers="carecase_people.csv"),
        _c("referral_date", 10, "must", "date"), _c("referral_source", 160, "must", "code"),
        _c("primary_need", 120, "code"), _c("referral_nfa", 10, "must", "code"),
        _c("closure_date", 10, "date", not_before="referral_date", fault="closure_before_referral"),
        _c("closure_reason", 120, "code"), _c("team", 60, "must"), _c("worker", 60, "must"),
    ),
    key_like="EP0100001",
)  # fmt: skip
CARECASE_ASSESSMENTS = Layout(
    "carecase_assessments.csv", CARECASE, "utf-8", ",", "assessment_id", re.compile(r"AS\d{7}"),
    (
        _c("assessment_id", 9, "must"), _c("episode_id", 9, "must", refers="carecase_episodes.csv"),
        _c("person_id", 8, "must", refers="carecase_people.csv"), _c("type", 2, "must", "code"),
        _c("start_date", 10, "must", "date"),
        _c("authorised_date", 10, "date", not_before="start_date", fault="end_before_start"),
        _c("child_seen", 3, "code"), _c("seen_alone", 3, "code"), _c("outcome", 80, "code"),
        _c("factors", 60, "factors"), _c("author", 60, "must"),
    ),
    key_like="AS0100001",
)  # fmt: skip
CARECASE_S47 = Layout(
    "carecase_s47.csv", CARECASE, "utf-8", ",", "s47_id", re.compile(r"S47-\d{6}"),
    (
        _c("s47_id", 10, "must"), _c("episode_id", 9, "must", refers="carecase_episodes.csv"),
        _c("person_id", 8, "must", refers="carecase_people.csv"), _c("strategy_date", 10, "must", "date"),
        _c("icpc_required", 1, "must", "code"),
        _c("icpc_date", 10, "date", not_before="strategy_date", fault="end_before_start"), _c("outcome", 80, "code"),
    ),
    key_like="S47-001001",
)  # fmt: skip
CARECASE_NOTES = Layout(
    "carecase_notes.csv", CARECASE, "utf-8", ",", "note_id", re.compile(r"N\d{8}"),
    (
        _c("note_id", 9, "must"), _c("person_id", 8, "must", refers="carecase_people.csv"),
        _c("note_datetime", 16, "must", "moment"), _c("note_type", 40, "must"), _c("author", 60, "must"),
        _c("text", 20000, "must", "words"),
    ),
    key_like="N01000001",
)  # fmt: skip
FIRSTCALL_PEOPLE = Layout(
    "firstcall_people.csv", FIRSTCALL, "cp1252", ";", "CLIENT_NO", CLIENT_KEY,
    (
        _c("CLIENT_NO", 8, "must"), _c("SURNAME", 60), _c("FORENAME", 60), _c("MIDDLE", 60), _c("KNOWN_AS", 60),
        _c("FORMER_SURNAME", 60), _c("DOB", 10, "date"), _c("DOB_EST", 1, "must", "code"),
        _c("SEX", 1, "must", "code"), _c("ETHNIC", 40, "code"), _c("UPN", 13, "upn"), _c("FORMER_UPN", 13, "upn"),
        _c("NHS", 10, "nhs"), _c("ADDR1", 60), _c("ADDR2", 60), _c("TOWN", 40), _c("PCODE", 8), _c("CARER", 80),
        _c("CARER_TEL", 20), _c("SCHOOL", 80), _c("MODIFIED", 10, "must", "date"),
    ),
    key_like="00210001",
)  # fmt: skip
FIRSTCALL_CONTACTS = Layout(
    "firstcall_contacts.csv", FIRSTCALL, "cp1252", ";", "CONTACT_NO", re.compile(r"C\d{7}"),
    (
        _c("CONTACT_NO", 8, "must"), _c("RECEIVED", 16, "must", "moment"), _c("SOURCE", 160, "must", "code"),
        _c("CALLER_NAME", 80), _c("CALLER_ORG", 80), _c("REASON", 60, "must", "code"), _c("RISK", 8, "code"),
        _c("OUTCOME", 60, "code"),
        _c("PASSED_TO_DUTY", 16, "moment", not_before="RECEIVED", fault="end_before_start"),
        _c("CLOSED", 16, "moment", not_before="RECEIVED", fault="end_before_start"), _c("TAKEN_BY", 40, "must"),
        _c("NOTES", 2000, "words"),
    ),
    key_like="C0400001",
)  # fmt: skip
FIRSTCALL_CHILDREN = Layout(
    "firstcall_contact_children.csv", FIRSTCALL, "cp1252", ";", "CONTACT_NO", re.compile(r"C\d{7}"),
    (
        _c("CONTACT_NO", 8, "must", refers="firstcall_contacts.csv"),
        _c("CLIENT_NO", 8, "must", refers="firstcall_people.csv"), _c("ROLE", 30, "must", "code"),
    ),
    pair=("CONTACT_NO", "CLIENT_NO"),
    key_like="C0400001",
)  # fmt: skip
PAPER_FILES = Layout(
    "paper_files.csv", PAPER, "utf-8", ",", "file_no", re.compile(r"PF/?\d+"),
    (
        _c("file_no", 12, "must"), _c("surname", 60, "must"), _c("forename", 60), _c("dob", 10, "loose_date"),
        _c("location", 80, "must"), _c("volumes", 10, "must"), _c("date_from", 10, "must", "loose_date"),
        _c("date_to", 10, "must", "loose_date", not_before="date_from", fault="end_before_start"),
    ),
    key_like="PF/001002",
)  # fmt: skip

#: In the order in which they can be loaded: what is referred to comes first.
LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        CARECASE_PEOPLE, CARECASE_RELATIONSHIPS, CARECASE_EPISODES, CARECASE_ASSESSMENTS, CARECASE_S47, CARECASE_NOTES,
        FIRSTCALL_PEOPLE, FIRSTCALL_CONTACTS, FIRSTCALL_CHILDREN, PAPER_FILES,
    )
}  # fmt: skip

FACTOR_CODES = (
    "1A 1B 1C 2A 2B 2C 3A 3B 3C 4A 4B 4C 5A 5B 5C 6A 6B 6C 7A 8B 8C 8D 8E 8F 9A 10A 11A 12A 13A 14A 15A 16A 17A 18A "
    "18B 18C 19A 19B 19C 20 21 22A 23A 24A"
)
#: Factors identified at the end of an assessment, in every list there has been (children in need census).
FACTORS = frozenset(FACTOR_CODES.split())
