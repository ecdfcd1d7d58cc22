"""Until when a record is kept: the longest of what each of its parts asks for, worked out again each time it is asked.

The rules are dated rows of the code list ``retention``: from the birth or from the end of the work, and for how many
years. Nothing is stored, so a merge, an unmerge, a changed rule and a reopened referral count at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.dated import Plain
from frontdoor.people.models import Involvement, Person, Restriction
from frontdoor.retention.models import Hold

SHOWN = 20
#: People looked at for one page of a list: a borough where hardly anything is due does not make a page wait.
LOOKED_AT = 1000
CHUNK = 200


@dataclass(frozen=True)
class Part:
    """One involvement that counts: its rule, what it was, and when it ended (None while it is open)."""

    person_id: int
    rule: str
    what: str
    ended_on: date | None


@dataclass(frozen=True)
class Kept:
    """A part with the day its rule keeps the record until; no day when that cannot be said, with why."""

    part: Part
    label: str
    until: date | None
    why: str


@dataclass
class Reckoned:
    """Until when one person's record is kept, and what stands in the way of its disposal."""

    person: Person
    kept: list[Kept] = field(default_factory=list)
    until: date | None = None
    rule: str = ""
    stops: list[str] = field(default_factory=list)

    def is_due(self, on: date) -> bool:
        """Whether the record has been kept long enough and nothing stands in the way."""
        return self.until is not None and self.until < on and not self.stops


# Called with keys of people: what the apps above know that asks for longer keeping (protection, care).
more_parts: list[Callable[[list[int]], Iterable[Part]]] = []

RULE_OF_KIND = {"contact": "contact", "referral": "in_need", "assessment": "in_need", "supervision": "in_need"}


def count_too(parts: Callable[[list[int]], Iterable[Part]]) -> None:
    """Take in what an app above knows; called in AppConfig.ready(), safe to repeat."""
    if parts not in more_parts:
        more_parts.append(parts)


def day_of(moment: datetime) -> date:
    """The day in England on which something ended."""
    return timezone.localdate(moment)


def years_on(day: date, years: int) -> date:
    """The same day so many years later (1 March for 29 February where there is none)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def rules_can_be_counted(
    rows: Sequence[Plain], everything: Mapping[str, Sequence[Plain]], on: date
) -> Iterator[tuple[int, str, str]]:
    """A rule of keeping records says from what and for how many years; those of drafts stand beside the drafts."""
    for place, row in enumerate(rows):
        if row["code"].startswith("draft"):
            continue
        says: dict[str, Any] = row["attributes"]
        years = [says.get("years"), says.get("least_after_closure", 0), says.get("years_after_death_under_18", 0)]
        if says.get("from") not in ("birth", "closure"):
            yield place, "attributes", "Say from what it is counted (from): birth or closure."
        elif not all(type(each) is int and 0 <= each <= 150 for each in years):
            yield place, "attributes", "Say for how many years it is kept: whole numbers up to 150."


def _until(part: Part, person: Person, on: date) -> Kept:
    row = next((row for row in lists.rows("retention", on=on) if row.code == part.rule), None)
    if row is None:
        return Kept(part, part.rule, None, "there is no rule for this in force")
    attributes: dict[str, Any] = row.attributes
    if part.ended_on is None:
        return Kept(part, row.label, None, "it is open")
    if attributes["from"] == "closure":
        return Kept(part, row.label, years_on(part.ended_on, attributes["years"]), "")
    if person.date_of_birth is None:
        return Kept(part, row.label, None, "the date of birth is not known")
    after_death = attributes.get("years_after_death_under_18")
    if after_death and person.died_on and person.died_on < years_on(person.date_of_birth, 18):
        return Kept(part, row.label, years_on(person.died_on, after_death), "")
    # Never sooner than the work has been closed for the years the rule asks at the least.
    least = years_on(part.ended_on, attributes.get("least_after_closure", 0))
    return Kept(part, row.label, max(years_on(person.date_of_birth, attributes["years"]), least), "")


def reckon(people: Iterable[Person], on: date) -> list[Reckoned]:
    """Until when each record is kept, in a fixed number of queries whatever the number of people."""
    found = {person.pk: Reckoned(person) for person in people}
    keys = list(found)
    parts = [
        Part(
            row.person_id,
            RULE_OF_KIND.get(row.kind, "in_need"),
            f"{row.get_kind_display()} {row.reference}",
            day_of(row.closed_at) if row.closed_at else None,
        )
        for row in Involvement.objects.filter(person_id__in=keys).order_by("pk")
    ]
    for more in more_parts:
        parts += more(keys)
    for part in parts:
        one = found[part.person_id]
        one.kept.append(_until(part, one.person, on))
    for held in Hold.objects.in_force(on).filter(person_id__in=keys):
        found[held.person_id].stops.append(f"hold: {held.get_kind_display().lower()}")
    restricted = Restriction.objects.in_force().filter(person_id__in=keys)
    for restriction in restricted.prefetch_related("holders"):
        if not any(holder.ended_at is None for holder in restriction.holders.all()):
            found[restriction.person_id].stops.append("restricted, and nobody is named who may see it")
    for one in found.values():
        _conclude(one)
    return list(found.values())


def _conclude(one: Reckoned) -> None:
    for kept in one.kept:
        if kept.until is None:
            one.stops.append(f"{kept.part.what}: {kept.why}")
    if not one.kept:
        one.stops.append("no work is recorded to count from")
        return
    dated = [kept for kept in one.kept if kept.until is not None]
    if dated and len(dated) == len(one.kept):
        longest = max(dated, key=lambda kept: kept.until or date.min)
        one.until, one.rule = longest.until, longest.label


def page_of_due(user: User, on: date, after: int, *, held: bool = False) -> tuple[list[Reckoned], int | None]:
    """Records due for disposal (or, with ``held``, due but for a hold), and the key the next page goes on from.

    A page may be short or empty and still have a next one: only so many people are looked at in one go.
    """
    found: list[Reckoned] = []
    looked = 0
    rows = Person.objects.visible_to(user).filter(involvements__isnull=False).distinct()
    while looked < LOOKED_AT:
        chunk = list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK])
        for one in reckon(chunk, on):
            past = one.until is not None and one.until < on
            stopped_by_hold = past and any(stop.startswith("hold") for stop in one.stops)
            if stopped_by_hold if held else one.is_due(on):
                found.append(one)
                if len(found) == SHOWN:
                    return found, one.person.pk
        if len(chunk) < CHUNK:
            return found, None
        looked += len(chunk)
        after = chunk[-1].pk
    return found, after
