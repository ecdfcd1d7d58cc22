"""Joined records of before the sources' own dates of change were kept: whose value each shows is chosen again, once.

What a person has written on any of the records since they were loaded is marked as theirs first, as it is today when
they write it, so that the rule leaves it alone.
"""

from datetime import date

from django.db import connection
from django.db.models import Q

from frontdoor.exchange.legacy.differing import changed_here
from frontdoor.exchange.legacy.held import changed_on
from frontdoor.exchange.legacy.loading_people import PEOPLE_FILES
from frontdoor.exchange.legacy.staging import as_values
from frontdoor.exchange.models import Origin
from frontdoor.people.facts import TOGETHER, said_by
from frontdoor.people.merging import again
from frontdoor.people.merging.merge import these
from frontdoor.people.models import Merge, Person

PART = 5000


def choose_once() -> int:
    """Give records loaded without it their source's date of change, and run the rule over all that are joined to one.

    Returns how many joined records were looked at: 0 from the second time on. Called inside the transaction that loads
    the people.
    """
    dated = _dated()
    if not dated:
        return 0
    merges = list(
        Merge.objects.standing()
        .filter(Q(survivor__in=these(dated)) | Q(loser__in=these(dated)))
        .order_by("pk")
        .values_list("survivor", "loser")
    )
    members = {key for pair in merges for key in pair}
    locked = Person.objects.select_for_update(of=("self",)).filter(pk__in=these(members)).order_by("pk")
    people = {person.pk: person for person in locked}
    for key in _written_on_by_somebody(members):
        _mark(people[key])
    # A record joined to another comes before the one it is joined to, as they were joined.
    last = {survivor: place for place, (survivor, _) in enumerate(merges)}
    for survivor in sorted(last, key=last.__getitem__):
        again.choose(people[survivor])
    return len(last)


def _dated() -> set[int]:
    """Records given the date on which their system last changed them, as the row they were loaded from says."""
    undated = Person.objects.filter(written_on__isnull=True, origin__in=PEOPLE_FILES.values())
    keys = dict(undated.values_list("reference", "pk"))
    rows = Origin.objects.filter(file__in=PEOPLE_FILES, reference__in=undated.values("reference"))
    found: dict[int, date] = {}
    for file, reference, values in rows.values_list("file", "reference", "source__values").iterator(chunk_size=PART):
        if (day := changed_on(file, as_values(values))) is not None:
            found[keys[reference]] = day
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_person p SET written_on = d.day FROM unnest(%s::bigint[], %s::date[]) AS d (id, day)"
            " WHERE p.id = d.id",
            [list(found), list(found.values())],
        )
    return set(found)


def _written_on_by_somebody(members: set[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT pgh_obj_id FROM people_personevent WHERE pgh_obj_id = ANY(%s)"
            " AND pgh_context->>'user' IS NOT NULL ORDER BY 1",
            [list(members)],
        )
        return [key for (key,) in cursor.fetchall()]


def _mark(person: Person) -> None:
    """Note who wrote the facts that a person has written here, but for those that joining another record wrote."""
    joined = again.written_by_joining(person)
    for name, columns in TOGETHER.items():
        if name in person.said_here or name in joined:
            continue
        for column in columns:
            who = changed_here(person, column, getattr(person, column))
            if who is not None:
                person.said_here |= said_by([column], by=who[1], at=who[0])
    person.save(update_fields=["said_here"])
