"""What stands here beside what a newer extract says, field by field, as the pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assessments.models import Assessment
from contacts.models import Contact, ContactText
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.exchange.legacy.differing import plain
from frontdoor.exchange.legacy.ending import became
from frontdoor.exchange.legacy.files import CARECASE
from frontdoor.exchange.legacy.staging import as_values
from frontdoor.exchange.meaning import OWN_WORDS
from frontdoor.exchange.models import CaseNote, Difference
from frontdoor.people.facts import TOGETHER
from frontdoor.people.models import Address, Identifier, Name, Person
from frontdoor.ui.formats import day, moment
from referrals.models import Enquiry, Referral, StrategyDiscussion

PEOPLE = ("carecase_people.csv", "firstcall_people.csv")
NOTES = "carecase_notes.csv"
#: What each field is called.
LABELS = {
    "date_of_birth": "Date of birth", "sex": "Sex", "ethnicity": "Ethnicity", "school": "School", "name": "Name",
    "nhs": "NHS number", "upn": "Unique pupil number", "former_upn": "Former unique pupil number",
    "address": "Address", "row": "Who the row is about", "source": "Who got in touch", "grade": "Grade",
    "summary": "Summary", "referrer_name": "Name of the referrer", "referrer_organisation": "Referrer’s organisation",
    "concerns": "Concerns", "outcome": "Outcome", "primary_need": "Primary need", "status": "Status",
    "decision": "Decision", "text": "Text", "author": "Author",
    "happened_at": "When it took place", "kind": "Kind of note",
}  # fmt: skip
RECORDS: dict[str, Any] = {
    "firstcall_contacts.csv": Contact, "carecase_episodes.csv": Referral, "carecase_assessments.csv": Assessment,
}  # fmt: skip
#: Work is moved on its own page, by a move: the source's word for it is only to be known here.
NOT_TAKEN_HERE = frozenset({"status", "outcome"})
#: One plain value that tells nobody apart from others: many may be taken at once.
TAKEN_TOGETHER = frozenset({"sex", "ethnicity", "school", "source", "grade", "primary_need", "referrer_organisation"})
HIDDEN = "A confidential address: it is shown on the record alone"
CODE_LISTS = {"ethnicity": "ethnicity", "source": "referral_source", "primary_need": "primary_need"}


@dataclass(frozen=True)
class Line:
    """One difference as a page shows it; ``link``: the record's own page, for whoever may open it."""

    difference: Difference
    label: str
    ours: str
    theirs: str
    name: str
    reference: str
    person: Person | None
    may_take: bool
    may_take_together: bool


def may_take(difference: Difference, *, has_secret: bool = False) -> bool:
    """Whether what the source says may be taken here."""
    return difference.field not in NOT_TAKEN_HERE and not (difference.field == "address" and has_secret)


def is_answered_with_others(difference: Difference) -> bool:
    """Whether keeping ours may be said of it together with others: who a row is about is decided by itself."""
    return difference.field != "row"


def standing(difference: Difference) -> Person | None:
    """The one record of the person a difference is about."""
    person = difference.person
    return (person.merged_into or person) if person is not None else None


def lines(rows: Sequence[Difference]) -> list[Line]:
    """These differences with what stands here now; a fixed number of queries."""
    held = Held(rows)
    found = []
    for row in rows:
        one = standing(row)
        secrets = held.secrets_of(one)
        # Written otherwise it may be the secret one still: none is shown beside it.
        theirs = HIDDEN if row.field == "address" and secrets else in_words(row.field, row.theirs)
        takes = may_take(row, has_secret=bool(secrets))
        found.append(
            Line(
                difference=row, label=LABELS.get(row.field, row.field), ours=held.in_words(row), theirs=theirs,
                name=one.display_name if one is not None else "",
                reference=str(one.reference) if one is not None else row.reference,
                person=one, may_take=takes, may_take_together=takes and row.field in TAKEN_TOGETHER,
            )
        )  # fmt: skip
    return found


class Held:
    """What stands here for many differences at once."""

    def __init__(self, rows: Sequence[Difference]) -> None:
        self.people = {one.pk: one for row in rows if (one := standing(row)) is not None}
        of_people = {"person__in": list(self.people)}
        names = Name.objects.filter(kind="primary", **of_people).order_by("pk")
        self.names = {row.person_id: row for row in names}
        self.numbers = list(Identifier.objects.filter(valid_to__isnull=True, **of_people).order_by("pk"))
        self.addresses = list(Address.objects.filter(**of_people).order_by("pk"))
        self.records = {
            (file, str(record.reference)): record
            for file, model in RECORDS.items()
            for record in model.objects.filter(reference__in=[row.reference for row in rows if row.file == file])
        }
        contacts = [key.pk for (file, _), key in self.records.items() if file == "firstcall_contacts.csv"]
        enquiries = [row.reference for row in rows if row.file == "carecase_s47.csv"]
        discussions = StrategyDiscussion.objects.deciding_section_47().filter(referral__reference__in=enquiries)
        self.discussions = list(discussions.select_related("referral").order_by("pk"))
        of_discussions = Enquiry.objects.filter(discussion__in=self.discussions) if self.discussions else ()
        self.enquiries = {each.discussion_id: each for each in of_discussions}
        notes = {
            key for row in rows if row.file == NOTES for key in (row.person_id, getattr(standing(row), "pk", None))
        }
        self.notes = list(CaseNote.objects.filter(person__in=notes - {None}, origin=CARECASE).order_by("pk"))
        self.concerns = dict(ContactText.objects.filter(contact__in=contacts).values_list("contact_id", "concerns"))

    def secrets_of(self, one: Person | None) -> list[Address]:
        """The confidential addresses of a person, of today or before."""
        return [row for row in self.addresses if one is not None and row.person_id == one.pk and row.is_confidential]

    def values(self, row: Difference) -> dict[str, Any]:
        """What stands here for one difference, in the same columns as what the source says."""
        one = standing(row)
        if row.file in PEOPLE and one is not None:
            return self._of_person(row, one)
        if row.file == "carecase_s47.csv":
            discussion = self.discussion(row)
            held = discussion if row.field == "decision" else self.enquiries.get(discussion.pk) if discussion else None
            return {row.field: getattr(held, row.field, "")}
        if row.file == NOTES:
            note = self.note(row)
            return {row.field: plain(getattr(note, row.field)) if note else ""}
        record = self.records.get((row.file, row.reference))
        if record is None:
            return {}
        if row.field == "concerns":
            return {"concerns": self.concerns.get(record.pk, "")}
        return {row.field: getattr(record, row.field)}

    def discussion(self, row: Difference) -> StrategyDiscussion | None:
        """The discussion a row of enquiries became: its key stands in what was decided."""
        mine = (each for each in self.discussions if each.referral.reference == row.reference)
        return next((each for each in mine if row.identity in each.decision), None)

    def note(self, row: Difference) -> CaseNote | None:
        """The note a row of notes became; None where it cannot be told from others of the same moment."""
        people = {row.person_id, getattr(standing(row), "pk", None)}
        return became([note for note in self.notes if note.person_id in people], as_values(row.source.values))

    def _of_person(self, row: Difference, one: Person) -> dict[str, Any]:
        if row.field in TOGETHER:
            found = {column: getattr(one, column) for column in TOGETHER[row.field]}
            return {c: v.isoformat() if isinstance(v, date) else v for c, v in found.items()}
        if row.field == "name":
            name = self.names.get(one.pk)
            return {"given": name.given, "family": name.family} if name else {}
        if row.field == "address":
            current = [a for a in self.addresses if a.person_id == one.pk and a.ended_on is None]
            if any(a.is_confidential for a in current):
                return {"lines": HIDDEN, "postcode": ""}
            return {"lines": current[-1].lines, "postcode": current[-1].postcode} if current else {}
        if row.field == "row":
            name = self.names.get(one.pk)
            born = one.date_of_birth
            nhs = [n.value for n in self.numbers if n.person_id == one.pk and n.kind == "nhs"]
            return {
                "name": f"{name.given} {name.family}".strip() if name else one.display_name,
                "date_of_birth": born.isoformat() if born else None,
                "nhs": nhs[-1] if nhs else "",
            }
        numbers = [n.value for n in self.numbers if n.person_id == one.pk and n.kind == row.field]
        return {"value": numbers[-1]} if numbers else {}

    def in_words(self, row: Difference) -> str:
        """What stands here, as somebody reads it."""
        return in_words(row.field, self.values(row)) or "Nothing"


def in_words(field: str, values: Mapping[str, Any]) -> str:
    """Values of one field as somebody reads them."""
    if field == "date_of_birth":
        return _born(values)
    if field == "row":
        born = {"date_of_birth": values.get("date_of_birth"), "dob_precision": "exact"}
        parts = [str(values.get("name") or ""), _born(born), f"NHS number {values['nhs']}" if values.get("nhs") else ""]
        return ", ".join(part for part in parts if part)
    told = ", ".join(str(value) for value in values.values() if value not in ("", None))
    if field == "name":
        return " ".join(str(values.get(part) or "") for part in ("given", "family")).strip()
    if field == "sex":
        return OWN_WORDS["sex"].get(told, told)
    if field in CODE_LISTS and told:
        return str(lists.label(CODE_LISTS[field], told))
    if field == "happened_at" and told:
        return moment(datetime.fromisoformat(told))
    if field in ("grade", "status", "outcome"):
        return told.replace("_", " ").capitalize()
    return told


def _born(values: Mapping[str, Any]) -> str:
    born, expected = values.get("date_of_birth"), values.get("expected_on")
    if not born:
        return f"Expected {day(date.fromisoformat(expected))}" if expected else ""
    words = day(date.fromisoformat(born))
    return f"{words} (estimated)" if values.get("dob_precision") == "estimated" else words


def found(
    user: User, *, state: str, file: str = "", field: str = "", after: int = 0, most: int = 50
) -> tuple[list[Difference], int]:
    """Differences the user may see, the oldest first, and the key of the next page (0 on the last)."""
    rows = Difference.objects.visible_to(user).filter(state=state, pk__gt=after)
    if file:
        rows = rows.filter(file=file)
    if field:
        rows = rows.filter(field=field)
    rows = rows.select_related("person__merged_into", "changed_by", "decided_by", "source").order_by("pk")
    some = list(rows[: most + 1])
    return some[:most], some[most - 1].pk if len(some) > most else 0
