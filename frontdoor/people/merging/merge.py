"""Merging two records of one person, and undoing it: nothing is deleted, every change is journalled.

What happens to each relation to Person is declared (:mod:`frontdoor.people.merge_policies` and the apps above). Rows
move to the record that stays (the survivor); the other (the loser) keeps its own columns, points to the survivor and is
no longer found. The journal holds every column of every row changed, so that :func:`undo` puts back exactly that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.copying import copy_records
from frontdoor.people import hooks
from frontdoor.people.access import check_conflict, may_see_adopted
from frontdoor.people.indexing import index_names
from frontdoor.people.merging.back import Edit, put_back
from frontdoor.people.merging.sql import AWAY, JOURNAL, KINDS, TOKENS, facts_sql, model_of, move_sql, moving, seen_sql
from frontdoor.people.models import Merge, NotSamePeople, PairToReview, Person, Restriction
from frontdoor.people.naming import display_name
from frontdoor.workflow.actions import stale

Pair = tuple[int, int]
BATCH = 5000
METHODS = frozenset(Merge.Method.values)


@dataclass(frozen=True)
class NotMerged:
    """A pair that was refused, and why, as a whole sentence."""

    survivor: int
    loser: int
    code: str
    message: str


@dataclass(frozen=True)
class Merged:
    """What :func:`apply_many` did: one merge for each sound pair, in their order, and every pair it refused."""

    merges: list[Merge] = field(default_factory=list)
    refused: list[NotMerged] = field(default_factory=list)


def _marks() -> dict[str, int]:
    """The highest key of every table whose rows move, in one statement."""
    tables = {policy.model: model_of(policy.model)._meta.db_table for policy in moving()}
    del tables["people.Person"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT coalesce(max(id), 0) FROM {t})" for t in tables.values()))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def _round(merges: Sequence[Merge]) -> None:
    """Move everything for merges no two of which have the same survivor: a fixed number of statements."""
    values = [
        [merge.pk for merge in merges],
        [merge.survivor_id for merge in merges],
        [merge.loser_id for merge in merges],
    ]
    statements = [facts_sql(), KINDS, *map(move_sql, moving()), TOKENS]
    statements.append(AWAY.format(seen=seen_sql("people.Person", "to_jsonb(t)")))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


def _allowed(by: User, method: str) -> None:
    if method not in METHODS:
        raise ValueError(f"no method of merging: {method}")
    is_import = method != Merge.Method.REVIEWED and (by.is_machine or holds(by, Permission.IMPORT_RUN))
    if not is_import:
        require(by, Permission.PEOPLE_MERGE)


@dataclass
class _Known:
    """What the refusals are judged by, read once for all pairs."""

    people: dict[int, Person]
    restricted: set[int]
    not_same: set[frozenset[int]]
    visible: set[int]
    adopted: set[int]
    reference_of: dict[int, str]
    # Open referrals by the child; who a record is joined to has them from then on.
    episodes: dict[int, list[str]]


def these(ids: Iterable[int]) -> RawSQL:
    """These keys for an ``__in`` look-up, as one value however many they are."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def not_same_among(ids: Iterable[int]) -> set[frozenset[int]]:
    """Pairs among these records (and those joined to them) that somebody has said are different people."""
    keys = list(ids)
    wanted = these(keys)
    rows = NotSamePeople.objects.filter(
        Q(left__in=wanted) | Q(left__merged_into__in=wanted), Q(right__in=wanted) | Q(right__merged_into__in=wanted)
    ).values_list("left_id", "left__merged_into_id", "right_id", "right__merged_into_id")
    said = {frozenset((left_into or left, right_into or right)) for left, left_into, right, right_into in rows}
    return said.union(*(find(keys) for find in hooks.said_apart))


def open_episodes(ids: Iterable[int]) -> dict[int, list[str]]:
    """References of the open referrals of these people, by the child; one query, however many they are."""
    found: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.person_id, i.reference FROM unnest(%s::bigint[]) AS p(id)"
            " JOIN people_involvement i ON i.person_id = p.id WHERE i.closed_at IS NULL AND i.kind = 'referral'"
            " AND i.role = 'subject' ORDER BY i.opened_at, i.id",
            [list(ids)],
        )
        for person, reference in cursor:
            found.setdefault(person, []).append(reference)
    return found


def _known(ids: list[int], by: User, method: str) -> _Known:
    # One order of locking, so that two merges never wait for each other.
    asked = these(ids)
    locked = Person.objects.select_for_update(of=("self",)).filter(pk__in=asked).order_by("pk")
    people = {person.pk: person for person in locked}
    reviewed = method == Merge.Method.REVIEWED
    into = [person.merged_into_id for person in people.values() if person.merged_into_id is not None]
    return _Known(
        people=people,
        restricted=set(Restriction.objects.in_force().filter(person__in=asked).values_list("person_id", flat=True)),
        not_same=set() if reviewed else not_same_among(ids),
        visible=set(Person.objects.visible_to(by).filter(pk__in=asked).values_list("pk", flat=True))
        if reviewed
        else set(),
        adopted=set(may_see_adopted(by)) if reviewed else set(),
        reference_of=dict(Person.objects.filter(pk__in=into).values_list("pk", "reference")) if into else {},
        episodes=open_episodes(ids),
    )


def _two_episodes(pair: Pair, known: _Known) -> bool:
    sides = [set(known.episodes.get(key, ())) for key in pair]
    return all(sides) and len(sides[0] | sides[1]) > 1


def _why_not(pair: Pair, known: _Known, method: str, survivors: set[int], losers: set[int]) -> tuple[str, str] | None:
    """Code and sentence when these two may not be joined."""
    if pair[0] == pair[1]:
        return "same_record", "This is already one record: choose two different ones."
    gone = "There is no person with this reference that you can view."
    found = [known.people.get(key) for key in pair]
    survivor, loser = found
    if survivor is None or loser is None:
        return "no_person", gone
    if survivor.merged_into_id == loser.pk or loser.merged_into_id == survivor.pk:
        return "circular", f"{survivor.reference} and {loser.reference} are already one record."
    for person in (survivor, loser):
        if person.merged_into_id is not None:
            into = known.reference_of[person.merged_into_id]
            return "merged_away", f"{person.reference} has already been joined to {into}. Choose {into} instead."
    if loser.pk in survivors or survivor.pk in losers:
        return "circular", f"{loser.reference} and {survivor.reference} would be joined in a circle or a chain at once."
    if method == Merge.Method.REVIEWED:
        if {survivor.pk, loser.pk} - known.visible:
            return "no_person", gone
        if {p.pk for p in (survivor, loser) if p.is_adoption_protected} - known.adopted:
            return "adoption", "The records of an adopted child are joined only by somebody named for them."
        if _two_episodes(pair, known):
            return "both_open", "Both have an open referral of their own: somebody has to say which goes on."
        return None
    if {survivor.pk, loser.pk} & known.restricted:
        return "restricted", "A restricted record is never joined automatically."
    if survivor.is_adoption_protected or loser.is_adoption_protected:
        return "adoption", "The record of an adopted child is never joined automatically."
    if _two_episodes(pair, known):
        return "both_open", "Both have an open referral of their own: somebody has to say which goes on."
    if frozenset(pair) in known.not_same:
        return "not_same", f"Somebody has said that {survivor.reference} and {loser.reference} are different people."
    return None


@transaction.atomic
def apply_many(pairs: Iterable[Pair], *, by: User, at: datetime, reason: str, method: str = "automatic") -> Merged:
    """Join each (survivor key, loser key); unsound pairs are refused one by one, the others go through.

    1. Lock all the people, and judge every pair by what was read once.
    2. Write the merges. A survivor with several losers takes one in each round, in their order, so that they can be
       undone one by one.
    3. Each round is a fixed number of statements, whatever the number of pairs: INSERT … SELECT into the journal with
       the UPDATE it tells of.
    4. One audit row for each reviewed merge; one for each 5,000 of the others.

    Raises Denied when ``by`` may not, Refused without a reason.
    """
    _allowed(by, method)
    if not reason.strip():
        raise Refused("Say why these records are the same person.", code="reason_required", field="reason")
    done = Merged()
    asked = list(pairs)
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        known = _known(sorted({key for pair in batch for key in pair}), by, method)
        survivors, losers = {a for a, b in batch if a != b}, {b for a, b in batch if a != b}
        sound: list[Pair] = []
        taken: set[int] = set()
        for pair in batch:
            wrong = _why_not(pair, known, method, survivors, losers)
            if wrong is None and pair[1] in taken:
                wrong = ("merged_away", f"{known.people[pair[1]].reference} is in this list more than once.")
            if wrong is not None:
                done.refused.append(NotMerged(*pair, *wrong))
                continue
            taken.add(pair[1])
            sound.append(pair)
            known.episodes.setdefault(pair[0], []).extend(known.episodes.get(pair[1], []))
        done.merges.extend(_write(sound, by=by, at=at, reason=reason.strip(), method=method, known=known))
        if sound:
            _tell({key for pair in sound for key in pair}, at)
    return done


def _tell(people: set[int], at: datetime) -> None:
    for hear in hooks.joined_or_parted:
        hear(people, at)


def _write(pairs: list[Pair], *, by: User, at: datetime, reason: str, method: str, known: _Known) -> list[Merge]:
    if not pairs:
        return []
    marks = _marks()
    merges = [
        Merge(
            survivor=known.people[a], loser=known.people[b], merged_at=at, merged_by=by, reason=reason, method=method,
            marks=marks,
        )
        for a, b in pairs
    ]  # fmt: skip
    copy_records(Merge, merges)
    rounds: list[list[Merge]] = []
    count: dict[int, int] = {}
    for merge in merges:
        number = count[merge.survivor_id] = count.get(merge.survivor_id, -1) + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(merge)
    for each in rounds:
        _round(each)
    if method == Merge.Method.REVIEWED:
        for merge in merges:
            write_audit(
                "person.merged",
                by=by,
                reference=merge.survivor.reference,
                people=[merge.survivor_id, merge.loser_id],
                reason=reason,
                detail={"merge": merge.pk, "loser": merge.loser.reference, "method": method, "at": at.isoformat()},
            )
    else:
        write_audit(
            "person.merged",
            by=by,
            reference=merges[0].survivor.reference if len(merges) == 1 else "",
            people={key for pair in pairs for key in pair},
            reason=reason,
            detail={"merges": len(merges), "first": merges[0].pk, "method": method, "at": at.isoformat()},
        )
    return merges


@transaction.atomic
def apply(
    *,
    survivor: Person,
    loser: Person,
    by: User,
    at: datetime,
    reason: str,
    method: str = "reviewed",
    survivor_version: int | None = None,
    loser_version: int | None = None,
) -> Merge:
    """Join ``loser`` to ``survivor``. Refused with a sentence when they may not be joined; Stale for an old version."""
    if method == Merge.Method.REVIEWED:
        for person in (survivor, loser):
            check_conflict(by, person)
    locked = {
        person.pk: person
        for person in Person.objects.select_for_update(of=("self",))
        .filter(pk__in=[survivor.pk, loser.pk])
        .order_by("pk")
    }
    for person, version in ((survivor, survivor_version), (loser, loser_version)):
        if version is not None and person.pk in locked and locked[person.pk].version != version:
            raise stale(locked[person.pk])
    done = apply_many([(survivor.pk, loser.pk)], by=by, at=at, reason=reason, method=method)
    if done.refused:
        raise Refused(done.refused[0].message, code=done.refused[0].code)
    return done.merges[0]


@dataclass(frozen=True)
class Undone:
    """What :func:`undo` did: how many rows of each kind went back, and the edits since, which stay."""

    merge: Merge
    restored: dict[str, int]
    edits: list[Edit]


def check_undoable(merge: Merge) -> None:
    """Raise Refused unless this is the latest standing merge of both records."""
    if merge.undone_at is not None:
        raise Refused("This merge has already been undone.", code="undone")
    later = (
        Merge.objects.standing()
        .about([merge.survivor_id, merge.loser_id])
        .filter(pk__gt=merge.pk)
        .select_related("survivor", "loser")
        .order_by("-pk")
        .first()
    )
    if later is not None:
        raise Refused(
            f"{later.loser.reference} has been joined to {later.survivor.reference} since. Undo that first.",
            code="not_the_latest",
        )


@transaction.atomic
def undo(merge: Merge, *, by: User, at: datetime, reason: str, not_same: bool = False) -> Undone:
    """Undo a merge: every column of every row as it was, only edits made since stay.

    1. Only the latest merge of a record; chains come apart in reverse order.
    2. Each journalled column that still holds what the merge wrote gets its old value. One that has been changed since
       keeps the change.
    3. A row that came from the loser goes back with its later edits; rows added to the survivor stay there.
    4. Every edit since is returned, with the record it now belongs to. A pair that was decided "the same" is open
       again, or with ``not_same`` remembered as two people.

    Raises Denied without the permission, Refused with a sentence.
    """
    if not by.is_machine:
        require(by, Permission.PEOPLE_UNMERGE)
    if not reason.strip():
        raise Refused("Say why the merge is being undone.", code="reason_required", field="reason")
    people = {
        person.pk: person
        for person in Person.objects.select_for_update(of=("self",))
        .filter(pk__in=[merge.survivor_id, merge.loser_id])
        .order_by("pk")
    }
    locked = Merge.objects.select_for_update(of=("self",)).select_related("survivor", "loser").get(pk=merge.pk)
    check_undoable(locked)
    survivor, loser = people[locked.survivor_id], people[locked.loser_id]
    if not by.is_machine:
        for person in (survivor, loser):
            check_conflict(by, person)
    restored, edits = put_back(locked, survivor, loser)
    for person in (survivor, loser):
        index_names([person.pk])
        person.refresh_from_db()
        person.version += 1
        if any(edit.model == "people.Name" for edit in edits):
            person.display_name = display_name(person)
        person.save(update_fields=["version", "display_name"])
    locked.undone_at, locked.undone_by, locked.undone_reason = at, by, reason.strip()
    locked.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    pair = pair_of(survivor, loser).filter(decision="same")
    if not_same:
        pair.update(decision="not_same", decided_at=at, decided_by=by)
        remember_not_same(survivor, loser, by=by, at=at, reason=reason)
    else:
        pair.update(decision="", decided_at=None, decided_by=None)
    write_audit(
        "person.unmerged",
        by=by,
        reference=survivor.reference,
        people=[survivor, loser],
        reason=reason.strip(),
        detail={"merge": locked.pk, "loser": loser.reference, "edits": len(edits), "at": at.isoformat()},
    )
    _tell({survivor.pk, loser.pk}, at)
    for hear in hooks.parted:
        hear({survivor.pk, loser.pk}, at)
    return Undone(locked, restored, edits)


def pair_of(left: Person, right: Person) -> QuerySet[PairToReview]:
    """The pair to review of these two people, whichever way round; at most one."""
    both = PairToReview.objects.filter(Q(left=left, right=right) | Q(left=right, right=left))
    rows: QuerySet[PairToReview] = both
    return rows


def remember_not_same(left: Person, right: Person, *, by: User, at: datetime, reason: str = "") -> NotSamePeople:
    """Remember that these are two people: never offered again, never joined automatically. Called inside an action."""
    found = NotSamePeople.objects.filter(Q(left=left, right=right) | Q(left=right, right=left)).first()
    if found is None:
        found = NotSamePeople.objects.create(left=left, right=right, reason=reason.strip(), said_at=at, said_by=by)
        write_audit(
            "person.not_same",
            by=by,
            reference=left.reference,
            people=[left, right],
            reason=reason.strip(),
            detail={"other": right.reference, "at": at.isoformat()},
        )
    return found


def note_added(person: Person, added: Mapping[str, Sequence[int]], *, primary_names: Sequence[int] = ()) -> None:
    """Note that rows just written to the record this person was joined to are the person's own (``added``: keys by
    model): they go back with them when the merge is taken apart. ``primary_names`` were written as other names of the
    one record and become the person's name again. Called inside an action.
    """
    at = person.pk
    is_first = True
    while (one := Merge.objects.standing().filter(loser_id=at).order_by("-pk").first()) is not None:
        with connection.cursor() as cursor:
            for label, keys in added.items():
                table = model_of(label)._meta.db_table
                cursor.execute(
                    f"{JOURNAL} SELECT %s, '{label}', t.id, 'person_id', to_jsonb(%s::bigint), to_jsonb(%s::bigint),"
                    f" {seen_sql(label, 'to_jsonb(t)')} FROM {table} t WHERE t.id = ANY(%s)",
                    [one.pk, at, one.survivor_id, list(keys)],
                )
            if is_first and primary_names:
                cursor.execute(
                    f"{JOURNAL} SELECT %s, 'people.Name', unnest(%s::bigint[]), 'kind', '\"primary\"', '\"alias\"', ''",
                    [one.pk, list(primary_names)],
                )
        at, is_first = one.survivor_id, False


def standing_merges(person: Person) -> list[Merge]:
    """Merges that make up this record, the newest first: what it is one record with."""
    rows = Merge.objects.standing().filter(Q(survivor=person) | Q(survivor__merged_into=person))
    return list(rows.select_related("survivor", "loser", "merged_by").order_by("-pk"))


def latest_merge(person: Person) -> Merge | None:
    """The latest merge of a record that nobody has undone, as the one that stayed or the one merged away."""
    rows = Merge.objects.standing().about([person.pk]).select_related("survivor", "loser", "merged_by")
    return rows.order_by("-pk").first()


def all_keys(person: Person) -> list[int]:
    """Keys of the record and of every record joined to it: for evidence and texts that stay where they are."""
    return [person.pk, *Person.objects.filter(merged_into=person).order_by("pk").values_list("pk", flat=True)]


__all__ = [
    "Edit",
    "Merged",
    "NotMerged",
    "Undone",
    "all_keys",
    "apply",
    "apply_many",
    "latest_merge",
    "not_same_among",
    "note_added",
    "open_episodes",
    "standing_merges",
    "undo",
]
