"""What the pages read of the old systems' records."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from frontdoor.accounts.models import User
from frontdoor.exchange.models import CaseNote, Origin, SourceRecord
from frontdoor.people.access import hidden_people
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import Event, Window
from referrals.models import Referral, StrategyDiscussion

KINDS = {"note": "Case note"}
DISCUSSION_KINDS = {"strategy": "Strategy discussion"}


def notes_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Case notes of the old systems about somebody the user may see."""
    rows = CaseNote.objects.visible_to(user).filter(person=person)
    if window.words:
        rows = rows.filter(
            Q(text__icontains=window.words) | Q(kind__icontains=window.words) | Q(author__icontains=window.words)
        )
    for note in window.cut(rows, "note", "happened_at"):
        when = "" if note.is_date_known else " (date not readable in the old system)"
        yield Event(
            at=note.happened_at,
            title=f"{note.kind or 'Case note'}{when}",
            text=note.text,
            by=f"{note.author} (CareCase)" if note.author else "CareCase",
            source="note",
            key=note.pk,
            kind="note",
        )


def discussions_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Strategy discussions that decided on a section 47 enquiry, on referrals the user may see."""
    rows = StrategyDiscussion.objects.filter(
        section_47=True, referral__in=Referral.objects.visible_to(user).of_child(person.pk).order_by()
    ).select_related("referral", "recorded_by")
    if window.words:
        rows = rows.filter(Q(decision__icontains=window.words) | Q(recorded_by__name__icontains=window.words))
    for discussion in window.cut(rows, "strategy", "held_at"):
        yield Event(
            at=discussion.held_at,
            title=f"Strategy discussion, section 47 enquiry (referral {discussion.referral.reference})",
            text=discussion.decision,
            by=discussion.recorded_by.name,
            href=f"/referrals/{discussion.referral.reference}/",
            source="strategy",
            key=discussion.pk,
            kind="strategy",
            reference=discussion.referral.reference,
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
    hidden = set(hidden_people(user)) if whom else set()
    shown = [each for place, each in enumerate(chosen) if not whom.get(place, set()) & hidden]
    return shown, set().union(*whom.values()) - hidden if whom else set()


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
