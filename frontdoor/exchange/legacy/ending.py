"""What a source no longer says ends with a date; nothing is deleted, and nothing that was typed here is ended.

Only a file that is whole ends anything (:mod:`frontdoor.exchange.legacy.comparing`). A value ends when no row of the
one record says it any more, whichever system it is of; a row that is there again takes its end back. A value
that is left empty is said still (:mod:`frontdoor.exchange.legacy.held`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any

from django.db import connection

from frontdoor.db import history_of
from frontdoor.exchange.legacy.files import CARECASE
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.legacy.loading_people import (
    PEOPLE_FILES,
    RELATIONSHIPS,
    Described,
    people_of,
    values_of,
)
from frontdoor.exchange.legacy.staging import Pending, as_values, pending
from frontdoor.exchange.legacy.writing import Meanings, moment_of
from frontdoor.exchange.models import CaseNote, Refiling, SourceRecord
from frontdoor.people.models import Address, Identifier, Relationship, Telephone

TIES, NOTES = "carecase_relationships.csv", "carecase_notes.csv"
#: Something a row says about a person, as it is kept: ("telephone", number), ("identifier", kind, value, system) …
Said = tuple[str, ...]
#: Columns a value is made of: where one of them could not be used, the former value has not been taken back.
MADE_OF = {
    "nhs": ("nhs_no", "NHS"),
    "upn": ("upn", "UPN"),
    "former_upn": ("FORMER_UPN",),
    "address": ("address", "postcode", "ADDR1", "ADDR2", "TOWN", "PCODE"),
    "telephone": ("telephone", "CARER_TEL"),
}
#: Where each sort of value is kept: its model, what of a row says it, and the column that ends it.
KEPT: dict[str, tuple[Any, Callable[[Any], Said], str]] = {
    "identifier": (Identifier, lambda row: ("identifier", row.kind, row.value, row.source), "valid_to"),
    "address": (Address, lambda row: ("address", row.lines, row.postcode), "ended_on"),
    "telephone": (Telephone, lambda row: ("telephone", row.number), "ended_on"),
}


class Endings:
    """Ends of one run. Made before the people of the run are loaded, since only then both versions of a row are known;
    ``not_whole`` names the files that may end nothing."""

    def __init__(self, meanings: Meanings, not_whole: Collection[str]) -> None:
        self.meanings = meanings
        # By file, and key of the person there: what the row no longer says.
        self.lost: dict[tuple[str, str], set[Said]] = defaultdict(set)
        for file, system in PEOPLE_FILES.items():
            if file in not_whole:
                continue
            rows = pending(file, is_known=True)
            found = SourceRecord.objects.filter(pk__in=[row.source_id for row in rows], is_rejected=False)
            unusable = {key: {each[0] for each in told} for key, told in found.values_list("pk", "findings")}
            for row in as_held(file, rows, meanings):
                was = Described(Pending(0, row.identity, row.before or {}), system, meanings)
                lost = values_of(was) - values_of(Described(row, system, meanings))
                self.lost[file, row.identity] |= {
                    said for said in lost if not unusable[row.source_id] & set(_made_of(said))
                }

    def of_people(self, on: date) -> None:
        """Numbers, addresses and telephones no row says any more, those of people the source no longer holds too."""
        back: list[tuple[str, str]] = []
        for file, system in PEOPLE_FILES.items():
            for row in self._held(file, _gone(file, on)):
                self.lost[file, row.identity] |= values_of(Described(row, system, self.meanings))
            back += [(file, key) for key in _back(file)]
        if not back and not any(self.lost.values()):
            return
        keys = {file: people_of(file) for file in PEOPLE_FILES}
        lost: dict[int, set[Said]] = defaultdict(set)
        # Those who are not there were disposed of.
        for (file, key), values_lost in self.lost.items():
            if key in keys[file]:
                lost[keys[file][key][0]] |= values_lost
        again = {keys[file][key][0] for file, key in back if key in keys[file]}
        still = self._said(set(lost) | again)
        for model, said_by, end in KEPT.values():
            open_rows: dict[int, set[Said]] = defaultdict(set)
            wanted: list[int] = []
            reopened: dict[tuple[int, Said], int] = {}
            for row in model.objects.filter(person__in=set(lost) | again).order_by("pk"):
                said = said_by(row)
                if getattr(row, end) is None:
                    open_rows[row.person_id].add(said)
                    if said in lost[row.person_id] and said not in still[row.person_id]:
                        wanted.append(row.pk)
                elif row.person_id in again and said in still[row.person_id]:
                    reopened[row.person_id, said] = row.pk
            _set_end(model, end, wanted, on)
            missing = [key for (one, said), key in reopened.items() if said not in open_rows[one]]
            _set_end(model, end, missing, None)

    def _said(self, ones: set[int]) -> dict[int, set[Said]]:
        """What the rows of these records say that the sources still hold."""
        found: dict[int, set[Said]] = defaultdict(set)
        rows: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
        one_of: dict[tuple[str, str], int] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(p.merged_into_id, p.id), o.file, o.identity, w.values FROM people_person p"
                " JOIN exchange_origin o ON o.reference = p.reference"
                " JOIN exchange_sourcerecord w ON w.id = o.source_id"
                " WHERE (p.id = ANY(%(ones)s) OR p.merged_into_id = ANY(%(ones)s)) AND o.file = ANY(%(files)s)"
                " AND o.gone_on IS NULL",
                {"ones": list(ones), "files": list(PEOPLE_FILES)},
            )
            for one, file, identity, values in cursor.fetchall():
                rows[file].append((identity, as_values(values)))
                one_of[file, identity] = one
        for file, some in rows.items():
            for row in self._held(file, some):
                found[one_of[file, row.identity]] |= values_of(Described(row, PEOPLE_FILES[file], self.meanings))
        return found

    def _held(self, file: str, rows: Iterable[tuple[str, dict[str, str]]]) -> list[Pending]:
        """These rows with what they said before where they are silent now."""
        return as_held(file, [Pending(0, key, {}, "-", values) for key, values in rows], self.meanings)

    def of_relationships(self, on: date) -> None:
        """Lines between two people that no row tells any more."""
        gone, back = _gone(TIES, on), _back(TIES)
        if not gone and not back:
            return
        people = people_of("carecase_people.csv")
        told = {tie for values in _standing_values(TIES) if (tie := self._tie(values, people))}
        lost = {tie for _, values in gone if (tie := self._tie(values, people))} - told
        ended: list[int] = []
        missing: dict[tuple[int, int, str], int] = {}
        is_open: set[tuple[int, int, str]] = set()
        ends = {person for person, _, _ in lost | (told if back else set())}
        for line in Relationship.objects.filter(person__in=ends).order_by("pk"):
            tie = (line.person_id, line.other_id, line.kind)
            if line.ended_on is None:
                is_open.add(tie)
                ended += [line.pk] if tie in lost else []
            elif tie in told:
                missing[tie] = line.pk
        _set_end(Relationship, "ended_on", ended, on)
        if back:
            _set_end(Relationship, "ended_on", [key for tie, key in missing.items() if tie not in is_open], None)

    def _tie(self, values: dict[str, str], people: dict[str, tuple[int, str]]) -> tuple[int, int, str] | None:
        """The line a row tells; None where one of the two was disposed of."""
        meant = self.meanings.of(TIES, "relationship", values.get("relationship", ""))
        one, other = (people.get(values.get(name, "")) for name in ("person_id", "related_person_id"))
        return (one[0], other[0], RELATIONSHIPS.get(meant, "other_family")) if one and other else None


def of_notes(on: date) -> None:
    """Notes the source no longer holds."""
    gone, back = _gone(NOTES, on), _back(NOTES)
    if not gone and not back:
        return
    standing = NotesStand()
    for rows, end in ((gone, on), (_values(NOTES, back), None)):
        for key, values in rows:
            found = note_of(standing.with_whom(key, values["person_id"]), values)
            for note in found.filter(ended_on__isnull=end is not None)[:1]:
                note.ended_on = end
                note.save()


class NotesStand:
    """With which record the note of a row stands: the person's it names, unless somebody left it where it was."""

    def __init__(self) -> None:
        self.people = people_of("carecase_people.csv")
        left = Refiling.objects.filter(file=NOTES, state=Refiling.State.LEFT).order_by("pk")
        self.left = {row.identity: (row.to_person_id, row.from_person_id) for row in left}

    def with_whom(self, identity: str, key: str) -> int:
        """The key of that record."""
        one = self.people[key][0]
        named, stays = self.left.get(identity, (0, 0))
        return stays if named == one else one


def note_of(person: int, values: dict[str, str]) -> Any:
    """The note made of a row that stands on this record; of notes alike in every word any is the row's."""
    at = moment_of(values.get("note_datetime", ""), CARECASE)
    found = CaseNote.objects.filter(
        person=person, origin=CARECASE, kind=values.get("note_type", ""), author=values.get("author", ""),
        text=values.get("text", ""), is_date_known=at is not None,
    )  # fmt: skip
    return (found.filter(happened_at=at) if at is not None else found).order_by("pk")


def became(notes: Iterable[CaseNote], values: dict[str, str]) -> CaseNote | None:
    """Which of a person's notes a row became, though something of it was put right here; None where it cannot be told.

    The one that differs in the fewest of kind, author, moment and words, if no other is as near; its moment or its
    words have to be the row's. What the row leaves empty tells none apart.
    """
    at = moment_of(values.get("note_datetime", ""), CARECASE)
    said = {"kind": values.get("note_type"), "author": values.get("author"), "text": values.get("text")}
    near = []
    for note in notes:
        is_then = note.happened_at == at if at is not None else not note.is_date_known
        other = [name for name, value in said.items() if value and getattr(note, name) != value]
        if len(other) + (not is_then) <= 2 and (is_then or "text" not in other):
            near.append((len(other) + (not is_then), note.pk, note))
    near.sort(key=lambda each: each[:2])
    is_one = len(near) == 1 or (bool(near) and near[0][0] < near[1][0])
    return near[0][2] if is_one else None


def rest(on: date, not_whole: Collection[str]) -> None:
    """Note which other rows the source no longer holds, so that a person is told of them once; they end nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_origin o SET gone_on = %s FROM row_differences d WHERE d.file = o.file"
            " AND d.identity = o.identity AND d.kind = 'left' AND d.file <> ALL(%s) AND NOT EXISTS (SELECT FROM"
            " staged_rows s WHERE s.file = d.file AND s.identity = d.identity AND NOT s.is_rejected)"
            # A contact that waits for a person is looked at again with both its rows.
            " AND NOT EXISTS (SELECT FROM exchange_refiling r WHERE r.state = 'waiting' AND r.file = d.file"
            " AND split_part(r.identity, ' ', 1) = split_part(d.identity, ' ', 1))",
            [on, list(not_whole)],
        )
        cursor.execute(
            "UPDATE exchange_origin o SET gone_on = NULL FROM row_differences d WHERE d.file = o.file"
            " AND d.identity = o.identity AND d.kind = 'changed' AND o.gone_on IS NOT NULL"
        )


def _made_of(said: Said) -> tuple[str, ...]:
    return MADE_OF.get(said[1] if said[0] == "identifier" else said[0], ())


def _gone(file: str, on: date) -> list[tuple[str, dict[str, str]]]:
    """Rows the source no longer holds, noted as gone, with what they said."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_origin o SET gone_on = %s FROM row_differences d, exchange_sourcerecord w"
            " WHERE d.file = %s AND d.kind = 'ended' AND o.file = d.file AND o.identity = d.identity"
            " AND o.gone_on IS NULL AND w.id = o.source_id RETURNING o.identity, w.values",
            [on, file],
        )
        return [(identity, as_values(values)) for identity, values in cursor.fetchall()]


def _back(file: str) -> list[str]:
    """Rows that had gone and are there again, noted as there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_origin o SET gone_on = NULL FROM row_differences d WHERE d.file = %s"
            " AND d.kind = 'changed' AND o.file = d.file AND o.identity = d.identity AND o.gone_on IS NOT NULL"
            " RETURNING o.identity",
            [file],
        )
        return [identity for (identity,) in cursor.fetchall()]


def _values(file: str, identities: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.identity, w.values FROM exchange_origin o JOIN exchange_sourcerecord w ON w.id = o.source_id"
            " WHERE o.file = %s AND o.identity = ANY(%s)",
            [file, list(identities)],
        )
        return [(identity, as_values(values)) for identity, values in cursor.fetchall()]


def _standing_values(file: str) -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.values FROM exchange_origin o JOIN exchange_sourcerecord w ON w.id = o.source_id"
            " WHERE o.file = %s AND o.gone_on IS NULL",
            [file],
        )
        return [as_values(values) for (values,) in cursor.fetchall()]


def _set_end(model: Any, column: str, keys: Collection[int], on: date | None) -> None:
    """End these rows, or take their ends back, but for those a person has typed, changed or ended."""
    if keys and on is None:
        keys = set(keys) - _ended_here(model, column, keys)
    if keys:
        model.objects.filter(pk__in=the_source_s(model, keys)).update(**{column: on})


def _ended_here(model: Any, column: str, keys: Collection[int]) -> set[int]:
    """Those rows whose end a person has given."""
    table = history_of(model)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (e.pgh_obj_id) e.pgh_obj_id, e.pgh_context->>'user' IS NOT NULL"  # noqa: S608 (our names)
            f" FROM {table} e WHERE e.pgh_obj_id = ANY(%(keys)s) AND e.{column} IS NOT NULL AND NOT EXISTS (SELECT"
            f" FROM {table} n WHERE n.pgh_obj_id = e.pgh_obj_id AND n.pgh_id > e.pgh_id AND n.{column} IS NULL)"
            " ORDER BY e.pgh_obj_id, e.pgh_id",
            {"keys": list(keys)},
        )
        return {key for key, is_ours in cursor.fetchall() if is_ours}


def the_source_s(model: Any, keys: Collection[int]) -> list[int]:
    """Those rows that an import wrote and in which nobody here has put anything since."""
    said = (
        "(to_jsonb(e) - ARRAY(SELECT k FROM jsonb_object_keys(to_jsonb(e)) k WHERE k LIKE 'pgh_%%')"
        " - ARRAY['person_id', 'other_id', 'ended_on', 'valid_to'])"
    )
    table = history_of(model)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH first AS (SELECT DISTINCT ON (e.pgh_obj_id) e.pgh_obj_id, e.pgh_context,"  # noqa: S608 (our names)
            f" {said} AS said FROM {table} e WHERE e.pgh_obj_id = ANY(%(keys)s) ORDER BY e.pgh_obj_id, e.pgh_id)"
            " SELECT f.pgh_obj_id FROM first f WHERE f.pgh_context->>'user' IS NULL AND NOT EXISTS (SELECT"
            f" FROM {table} e WHERE e.pgh_obj_id = f.pgh_obj_id AND e.pgh_context->>'user' IS NOT NULL"
            f" AND {said} IS DISTINCT FROM f.said)",
            {"keys": list(keys)},
        )
        return [key for (key,) in cursor.fetchall()]
