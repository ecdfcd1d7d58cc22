"""What the pages read of the old systems' records."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from frontdoor.accounts.models import User
from frontdoor.exchange.models import CaseNote, Origin, Refiling, SourceRecord
from frontdoor.people.access import closed_to
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import Event, Window
from frontdoor.ui.formats import day

KINDS = {"note": "Case note"}
REFILED_KINDS = {"refiled": "Moved between children"}
#: What a row of a file is to whoever reads of it.
OF_FILE = {
    "carecase_people.csv": "Person",
    "firstcall_people.csv": "Person",
    "carecase_relationships.csv": "Relationship",
    "carecase_episodes.csv": "Referral",
    "carecase_assessments.csv": "Assessment",
    "carecase_s47.csv": "Section 47 enquiry",
    "carecase_notes.csv": "Case note",
    "firstcall_contacts.csv": "Contact",
    "firstcall_contact_children.csv": "Contact",
    "paper_files.csv": "Paper file",
}


def notes_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Case notes of the old systems about somebody the user may see."""
    rows = CaseNote.objects.visible_to(user).filter(person=person)
    if window.words:
        rows = rows.filter(
            Q(text__icontains=window.words) | Q(kind__icontains=window.words) | Q(author__icontains=window.words)
        )
    for note in window.cut(rows, "note", "happened_at"):
        when = "" if note.is_date_known else " (date not readable in the old system)"
        if note.ended_on is not None:
            when += f" (no longer in the old system, noticed {day(note.ended_on)})"
        yield Event(
            at=note.happened_at,
            title=f"{note.kind or 'Case note'}{when}",
            text=note.text,
            by=f"{note.author} (CareCase)" if note.author else "CareCase",
            source="note",
            key=note.pk,
            kind="note",
        )


def refiled_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Records moved to or from this child because the old system files them under another, of children both seen."""
    rows = Refiling.objects.visible_to(user).filter(Q(from_person=person) | Q(to_person=person), state="moved")
    if window.words:
        rows = rows.filter(Q(reference__icontains=window.words) | Q(why__icontains=window.words))
    for row in window.cut(rows.select_related("from_person", "to_person", "decided_by"), "refiled", "decided_at"):
        what = OF_FILE[row.file]
        is_here = row.to_person_id == person.pk
        other = row.from_person if is_here else row.to_person
        moved = " moved to this child" if is_here else " moved to another child"
        text = (
            f"The old system files it under {'this' if is_here else 'the other'} child now."
            f" {'It stood with' if is_here else 'It stands with'} {other.display_name} ({other.reference})."
        )
        if row.from_person_id == row.to_person_id:
            moved, text = " moved to another referral", "The old system files it under another referral of this child."
        yield Event(
            at=row.decided_at,
            title=f"{what} {row.reference}".strip() + moved,
            text=text,
            by=row.decided_by.name,
            source="refiled",
            key=row.pk,
            kind="refiled",
            reference=row.reference,
        )


#: The column that says whom a row is about, by file; a contact is about the people of its own rows.
WHOM = {
    "carecase_people.csv": ("carecase_people.csv", "person_id"),
    "carecase_relationships.csv": ("carecase_people.csv", "person_id"),
    "carecase_episodes.csv": ("carecase_people.csv", "person_id"),
    "carecase_assessments.csv": ("carecase_people.csv", "person_id"),
    "carecase_s47.csv": ("carecase_people.csv", "person_id"),
    "carecase_notes.csv": ("carecase_people.csv", "person_id"),
    "firstcall_people.csv": ("firstcall_people.csv", "CLIENT_NO"),
    "firstcall_contact_children.csv": ("firstcall_people.csv", "CLIENT_NO"),
}


def findings_for(
    findings: Sequence[dict[str, Any]], user: User, start: int = 0, most: int | None = None
) -> tuple[list[dict[str, Any]], set[int]]:
    """Findings this user may read, and the keys of the people they are about.

    What is about somebody the user may not see is left out, as if it did not exist.
    """
    chosen = list(findings[start:] if most is None else findings[start : start + most])
    whom = _whom(chosen)
    hidden = closed_to(user) if whom else set()
    shown = [each for place, each in enumerate(chosen) if not whom.get(place, set()) & hidden]
    return shown, set().union(*whom.values()) - hidden if whom else set()


def told_of(report: Mapping[str, Any], kind: str, user: User) -> list[dict[str, Any]]:
    """All rejects or warnings of an import that this user may read: what a page counts and is divided by."""
    findings = report.get(kind, [])
    return findings_for(findings, user)[0] if findings and closed_to(user) else list(findings)


def rows_of_files(report: Mapping[str, Any], rejects: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Rows, loaded and rejected by file; what was rejected of somebody the reader is told nothing of counts as loaded.

    ``rejects``: those the reader is told of.
    """
    files = {name: dict(counts) for name, counts in report.get("files", {}).items()}
    hidden = {(each["file"], each["row"]) for each in report.get("rejects", [])}
    for file, _ in hidden - {(each["file"], each["row"]) for each in rejects}:
        files[file]["rejected"] -= 1
        files[file]["loaded"] += 1
    return files


def _whom(findings: Sequence[dict[str, Any]]) -> dict[int, set[int]]:
    """Keys of the people each finding is about (the record made of the row, and the one it was joined to), by place."""
    # A row that stands is found by its own key; one that was rejected, by its place in the latest extract that had it.
    keys: dict[tuple[str, str], tuple[str, str]] = {}
    places: dict[tuple[str, int], tuple[str, str]] = {}
    for file in {each["file"] for each in findings} & WHOM.keys():
        people_file, column = WHOM[file]
        told = [each for each in findings if each["file"] == file]
        kept = SourceRecord.objects.filter(file=file)
        for identity, values in kept.filter(is_rejected=False, identity__in={each["key"] for each in told}).values_list(
            "identity", "values"
        ):
            keys[file, identity] = (people_file, values.get(column, ""))
        for row, values in (
            kept.filter(is_rejected=True, row__in={each["row"] for each in told})
            .order_by("pk")
            .values_list("row", "values")
        ):
            places[file, row] = (people_file, values.get(column, ""))
        if file == "carecase_relationships.csv":
            keys.update({(file, each["key"]): (people_file, each["key"]) for each in told})
    references: dict[tuple[str, str], str] = {}
    for file in ("carecase_people.csv", "firstcall_people.csv"):
        wanted = {key for name, key in [*keys.values(), *places.values()] if name == file and key}
        for identity, reference in Origin.objects.filter(file=file, identity__in=wanted).values_list(
            "identity", "reference"
        ):
            references[file, identity] = reference
    people = {
        reference: {own, joined} if joined else {own}
        for reference, own, joined in Person.objects.filter(reference__in=set(references.values())).values_list(
            "reference", "pk", "merged_into_id"
        )
    }
    found = {}
    for place, each in enumerate(findings):
        file = each["file"]
        whose = (keys.get((file, each["key"])), places.get((file, each["row"])))
        about = [people[references[who]] for who in whose if who in references and references[who] in people]
        if about:
            found[place] = set().union(*about)
    return found
