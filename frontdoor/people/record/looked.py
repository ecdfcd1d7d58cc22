"""Who looked: the rows of evidence about somebody, by a member of staff, of some days, or of one kind."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q

from frontdoor.accounts.models import User
from frontdoor.audit.events import sentence
from frontdoor.audit.models import BREAK_GLASS, READ_OUTSIDE, UNUSUAL, Entry
from frontdoor.people.asking import reference_in
from frontdoor.people.models import Involvement, Person, Restriction
from frontdoor.people.protection.secrets import addresses_in, kept_from, without
from frontdoor.ui.formats import LONDON

Rows = models.QuerySet[Entry]
READS = ("listed", "opened", "exported")
#: A row that showed more people than this is a list: what is said of it names nobody.
FEW = 30
#: In place of a reason that names no record: it may be about somebody the reader may not see.
NOT_TOLD = "[not shown: it may be about a restricted record]"
#: Acts whose reason tells of somebody restricted although their row need name nobody.
OF_NOBODY_NAMED = ("person.glass_not_broken", "contact.taken_under_restriction", "contact.given_back")


class Which(StrEnum):
    """Which rows a list holds."""

    ALL = "all"
    BREAK_GLASS = "break-glass"
    REFUSALS = "refusals"
    OUTSIDERS = "outsiders"
    UNUSUAL = "unusual"


OF: dict[Which, Q] = {
    Which.ALL: Q(),
    Which.BREAK_GLASS: Q(event__in=BREAK_GLASS),
    Which.REFUSALS: Q(kind__in=["refused", "denied"]),
    Which.OUTSIDERS: Q(event__in=READ_OUTSIDE),
    Which.UNUSUAL: Q(event=UNUSUAL),
}


@dataclass(frozen=True)
class Line:
    """One row as it is told. ``reason`` is without confidential addresses and names the reader may not see."""

    entry: Entry
    who: str
    username: str
    what: str
    reason: str

    @property
    def leads_on(self) -> bool:
        """Whether the row's reference is that of a record, which has its own page of who looked."""
        return reference_in(self.entry.reference)[1]

    @property
    def is_run(self) -> bool:
        """Whether it tells of a run of reads: all that its reader did on those days is looked at beside it."""
        return self.entry.event == UNUSUAL

    @property
    def days(self) -> tuple[date, date]:
        """The days in London of such a run: that on which it was told, and the one before."""
        told = self.entry.at.astimezone(LONDON).date()
        return told - timedelta(days=1), told


def _shown_on(references: Sequence[str]) -> Q:
    """Rows in which somebody named on these contacts was shown before anybody had confirmed who that is."""
    return Q(detail__has_key="given_on", detail__given_on__has_any_keys=list(references))


def about(person: Person) -> Rows:
    """Every row that names this person or a record joined to this one, and every read of the records they are on.

    A list that showed them as named on a contact, before they were confirmed, names that contact and no person.
    """
    keys = [person.pk, *Person.objects.filter(merged_into=person).values_list("pk", flat=True)]
    references = list(
        Involvement.objects.filter(person__in=keys).order_by("reference").values_list("reference", flat=True).distinct()
    )
    named = Q(people__overlap=keys)
    if references:
        read = Q(reference__in=references, kind__in=READS) & ~Q(reference="")
        named |= read | _shown_on(references)
    return Entry.objects.filter(named)


def about_record(reference: str) -> Rows:
    """Every row about one record, such as a contact on which nobody is confirmed."""
    return Entry.objects.filter((Q(reference=reference) & ~Q(reference="")) | _shown_on([reference]))


def those(which: Which) -> Rows:
    """The rows of a list."""
    return Entry.objects.filter(OF[which])


def narrowed(rows: Rows, *, by: User | None, since: date | None, until: date | None) -> Rows:
    """Those by a member of staff, from one day of London's to another, both included; newest first."""
    if by is not None:
        rows = rows.filter(actor=by)
    if since is not None:
        rows = rows.filter(at__gte=_begins(since))
    if until is not None:
        rows = rows.filter(at__lt=_begins(until + timedelta(days=1)))
    return rows.select_related("actor", "agency").order_by("-at", "-id")


def _begins(day: date) -> datetime:
    """When a day begins in London: at midnight, which no change of the clocks takes away or makes twice."""
    return datetime.combine(day, time(0), tzinfo=LONDON)


def older_than(rows: Rows, key: int) -> Rows:
    """The rows after this one in a list that begins with the newest; all of them when there is no such row."""
    last = Entry.objects.filter(pk=key).values_list("at", flat=True).first()
    if last is None:
        return rows
    return rows.filter(at__lte=last).filter(Q(at__lt=last) | Q(id__lt=key))


def people_named(entries: Sequence[Entry]) -> list[int]:
    """Keys of those whose own reference stands on these rows, for the audit of what the page shows."""
    references = {entry.reference for entry in entries if entry.reference.startswith("P-")}
    return list(Person.objects.filter(reference__in=references).values_list("pk", flat=True)) if references else []


def lines(entries: Sequence[Entry], reader: User) -> list[Line]:
    """The rows as this reader may be told of them, in a fixed number of queries."""
    reasoned = [entry for entry in entries if entry.reason]
    people = {key for entry in reasoned if len(entry.people) <= FEW for key in entry.people}
    references = {entry.reference for entry in reasoned} - {""}
    on_record: dict[str, set[int]] = defaultdict(set)
    for reference, key in Involvement.objects.filter(reference__in=references).values_list("reference", "person_id"):
        on_record[reference].add(key)
    people |= {key for keys in on_record.values() for key in keys}
    of_people = kept_from(reader, people) if people else {}
    # What names nobody cannot be looked through for those who are hidden: whoever may not see everybody is not told it.
    unnamed = any(_names_nobody(entry) for entry in reasoned)
    is_kept = unnamed and Restriction.objects.hiding_from(reader.pk).exists()
    of_records = addresses_in(sorted(references)) if references else {}
    found = []
    for entry in entries:
        secrets = [*of_records.get(entry.reference, ())] if entry.reason else []
        for key in [*entry.people[: FEW + 1], *sorted(on_record.get(entry.reference, ()))] if entry.reason else []:
            secrets += of_people.get(key, ())
        is_told = not (is_kept and entry.reason and _names_nobody(entry))
        found.append(_line(entry, without(entry.reason, secrets) if is_told else NOT_TOLD))
    return found


def _names_nobody(entry: Entry) -> bool:
    """Whether its reason may tell of somebody restricted whom the row does not name."""
    return entry.event in OF_NOBODY_NAMED and not entry.people


def _line(entry: Entry, reason: str) -> Line:
    said = {"reason": reason, "what": _what(entry), "who": "Not signed in", "username": ""}
    if entry.actor is not None:
        said |= {"who": entry.actor.name, "username": entry.actor.username}
    elif entry.agency is not None:
        said["who"] = entry.agency.name
    elif entry.event == "link.read":
        said["who"] = "Whoever holds the link"
    return Line(entry=entry, **said)


def _what(entry: Entry) -> str:
    detail: dict[str, Any] = entry.detail
    if entry.event == "person.glass_broken" and detail.get("hours"):
        return f"{sentence(entry.event)} ({detail['hours']} hours)"
    if entry.event == UNUSUAL:
        within = "an hour" if detail.get("hours") == 1 else f"{detail.get('hours')} hours"
        return f"{sentence(entry.event)}: {detail.get('records')} within {within}"
    return sentence(entry.event)
