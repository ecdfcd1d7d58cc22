"""Choosing again whose value a joined record shows, when what one of the records it is made of says has changed.

The same rule as when they were joined (:mod:`frontdoor.people.merging.survivorship`), run over the merges in their
order; the journal gets a further line for each column chosen again, so that undoing a merge stays exact.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from frontdoor.people.facts import CALLED, TOGETHER
from frontdoor.people.merging.sql import JOURNAL, seen_sql
from frontdoor.people.merging.survivorship import FACTS, news_sql
from frontdoor.people.models import Merge, MergeChange, Person

PERSON = "people.Person"
#: Journal lines by merge and column: the last one counts.
Journal = dict[tuple[int, str], MergeChange]


def said_at(person: Person, column: str) -> datetime | None:
    """When somebody last changed this fact of the record here; None when nobody has."""
    told = person.said_here.get(CALLED[column])
    return datetime.fromisoformat(told["at"]) if told else None


def own(person: Person) -> dict[str, Any]:
    """What a record says by itself: what it said before others were joined to it, unless changed here since."""
    merges = _merges(person)
    journal = _journal(person, merges)
    return {column: _base(person, column, _open_to(person, column, merges, journal), journal) for column in CALLED}


def is_settled(person: Person, column: str) -> bool:
    """Whether somebody has changed this fact of the record here: then no other record's value takes its place."""
    merges = _merges(person)
    return said_at(person, column) is not None or _changed_since(person, column, merges, _journal(person, merges))


def say(person: Person, news: Mapping[str, Any]) -> None:
    """A record says something else by itself (columns of ``facts.TOGETHER``): it, and every record it is joined
    to, shows what the rule chooses now. What somebody has written on the joined record since stays.

    Called inside an action, with the people of the group locked.
    """
    _choose(person, CALLED.keys() & news.keys(), news)
    at = person
    while (merge := Merge.objects.standing().filter(loser_id=at.pk).select_related("survivor").first()) is not None:
        at = merge.survivor
        _choose(at, CALLED.keys() & news.keys(), {})


def choose(person: Person) -> None:
    """Run the rule again over all that is joined to a record, where nothing it says is news but how new each is.

    What somebody has written on it stays. Called inside an action, with the people of the group locked.
    """
    _choose(person, CALLED.keys(), {})


def written_by_joining(person: Person) -> set[str]:
    """The facts (as :data:`facts.TOGETHER` calls them) whose value is what joining another record made it."""
    merges = _merges(person)
    journal = _journal(person, merges)
    told = {CALLED[column] for _, column in journal if column in CALLED}
    return {name for name in told if not _changed_since(person, name, merges, journal)}


def _merges(person: Person) -> list[Merge]:
    return list(Merge.objects.standing().filter(survivor=person).order_by("pk"))


def _journal(person: Person, merges: Iterable[Merge]) -> Journal:
    rows = MergeChange.objects.filter(merge__in=list(merges), model=PERSON, key=person.pk, column__in=FACTS)
    return {(row.merge_id, row.column): row for row in rows.order_by("pk")}


def _changed_since(person: Person, column: str, merges: Sequence[Merge], journal: Journal) -> bool:
    """Whether the fact is no longer what the last merge about it made it: it was changed before who did was kept."""
    lines = [journal[merge.pk, column] for merge in merges if (merge.pk, column) in journal]
    return bool(lines) and lines[-1].after != _plain(getattr(person, column))


def _open_to(person: Person, column: str, merges: Sequence[Merge], journal: Journal) -> list[Merge]:
    """The merges that may still change the fact: those made since somebody last changed it here."""
    changed = said_at(person, column)
    if changed is None and _changed_since(person, column, merges, journal):
        return []
    return [merge for merge in merges if changed is None or merge.merged_at > changed]


def _base(person: Person, column: str, merges: Iterable[Merge], journal: Journal) -> Any:
    """The value before these merges."""
    first = next((journal[merge.pk, column] for merge in merges if (merge.pk, column) in journal), None)
    if first is None:
        return getattr(person, column)
    return as_kept(column, first.before)


def _choose(person: Person, columns: Iterable[str], news: Mapping[str, Any]) -> None:
    """Write the values the rule chooses for these columns (with all said together) on one record."""
    names = {CALLED[column] for column in columns}
    merges = _merges(person)
    journal = _journal(person, merges)
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name in sorted(names):
        open_to = _open_to(person, name, merges, journal)
        if name in news or open_to:
            alike[tuple(merge.pk for merge in open_to)].extend(TOGETHER[name])
    was_unedited = _unedited(person, merges)
    lines: list[MergeChange] = []
    chosen: dict[str, Any] = {}
    for keys, together in alike.items():
        over = [merge for merge in merges if merge.pk in keys]
        values = {c: _plain(news[c] if c in news else _base(person, c, over, journal)) for c in together}
        for merge in over:
            before, values = values, values | _taken(person, values, merge.loser_id)
            lines += [
                MergeChange(merge=merge, model=PERSON, key=person.pk, column=c, before=before[c], after=values[c])
                for c in together
                if _is_news(journal.get((merge.pk, c)), before[c], values[c])
            ]
        chosen |= values
    is_other = any(value != _plain(getattr(person, column)) for column, value in chosen.items())
    for column, value in chosen.items():
        setattr(person, column, as_kept(column, value))
    if is_other:
        person.version += 1
        person.save(update_fields=[*chosen, "version"])
    MergeChange.objects.bulk_create(lines)
    _see_again(person, was_unedited)


def _is_news(line: MergeChange | None, before: Any, after: Any) -> bool:
    """Whether the journal has to say more: it says nothing of a column the merge did not change."""
    return before != after if line is None else (line.before, line.after) != (before, after)


def _taken(person: Person, values: Mapping[str, Any], loser: int) -> dict[str, Any]:
    """What the record, saying these values, takes of another."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {news_sql()} FROM (SELECT (jsonb_populate_record(p, %s)).* FROM people_person p WHERE p.id = %s)"
            " AS s JOIN people_person l ON l.id = %s",
            [json.dumps(values), person.pk, loser],
        )
        (news,) = cursor.fetchone()
    return {column: value for column, value in _read(news).items() if column in values}


def _read(text: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text) if isinstance(text, str) else text
    return found


def as_kept(column: str, told: Any) -> Any:
    """A value of a person's column from how the journal writes it."""
    field = Person._meta.get_field(column)
    assert isinstance(field, models.Field)
    return field.to_python(told)


def _plain(value: Any) -> Any:
    """A value as the journal writes it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _unedited(person: Person, merges: Iterable[Merge]) -> list[int]:
    """Those of these merges since which nobody has changed the record's facts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (c.merge_id) c.merge_id, c.seen ="
            f" (SELECT {seen_sql(PERSON, 'to_jsonb(t)')} FROM people_person t WHERE t.id = c.key)"
            " FROM people_mergechange c WHERE c.merge_id = ANY(%s) AND c.model = %s AND c.key = %s"
            " AND c.\"column\" = '' ORDER BY c.merge_id, c.id DESC",
            [[merge.pk for merge in merges], PERSON, person.pk],
        )
        return [merge for merge, is_so in cursor.fetchall() if is_so]


def _see_again(person: Person, merges: list[int]) -> None:
    """The rule's own change is no edit: undoing the merge does not tell of it."""
    if merges:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{JOURNAL} SELECT unnest(%s::bigint[]), '{PERSON}', t.id, '', NULL, NULL,"
                f" {seen_sql(PERSON, 'to_jsonb(t)')} FROM people_person t WHERE t.id = %s",
                [merges, person.pk],
            )
