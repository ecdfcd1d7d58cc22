"""Management oversight: a dated note of a manager on a record, read by whoever reads it, and corrected by another.

Nothing is ever written over: a correction is a row of its own, and both stay to be read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from frontdoor.access import Permission, Refused, get_visible, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people.access import about_known, check_conflict_of, with_joined
from frontdoor.people.models import Involvement, Person
from frontdoor.people.record.chronology import Event, Source, Window, parts_of
from frontdoor.signing.models import OversightNote, SignedFor
from frontdoor.workflow.actions import lock

LONGEST_AGO = timedelta(days=366)
#: What the reference of a record begins with that may be about more than one family.
OF_SEVERAL = "C"


@dataclass(frozen=True)
class Overseen:
    """A kind of record that is overseen: how it is called, who opens it, and its page.

    ``about``: the reference of the record whose involvements say whom it is about, where it has none of its own;
    ``named``: given the references of all a child's records, the rows of this kind that hang below them.
    """

    model: type[models.Model]
    called: str
    permission: Permission
    url_name: str
    about: Callable[[Any], str] = lambda record: str(record.reference)
    named: "Callable[[Iterable[str]], QuerySet[Any, Any]] | None" = None


#: By the prefix of the reference; each room adds its own in AppConfig.ready().
OVERSEEN: dict[str, Overseen] = {}


@dataclass(frozen=True)
class Part:
    """What the page of a record shows: how long ago it was last overseen, and what was signed for whom."""

    href: str
    number: int = 0
    last_on: date | None = None
    last_by: str = ""
    days: int = 0
    may_write: bool = False
    signed_for: list[SignedFor] = field(default_factory=list)


def kind_of(reference: str) -> Overseen:
    """What is overseen under such a reference; 404 for any other."""
    found = OVERSEEN.get(reference.strip().upper()[:1])
    if found is None:
        raise Http404
    return found


def found_for(user: User, reference: str) -> tuple[Overseen, Any]:
    """The record if this user may open it; 404 or Denied otherwise, as its own page."""
    kind = kind_of(reference)
    require(user, kind.permission)
    record = get_visible(kind.model, user, reference)
    check_conflict_of(user, kind.about(record))
    return kind, record


def part(reference: str, user: User, at: datetime) -> Part:
    """What the page of a record shows of its oversight, in two queries; whoever opens the page may read it."""
    rows = list(standing(reference).values_list("on", "by__name"))
    last = rows[0] if rows else None
    return Part(
        href=reverse("pages:oversight", args=[reference]),
        number=len(rows),
        last_on=last[0] if last else None,
        last_by=last[1] if last else "",
        days=(timezone.localdate(at) - last[0]).days if last else 0,
        may_write=holds(user, Permission.OVERSIGHT_WRITE),
        signed_for=list(
            SignedFor.objects.filter(reference=reference).select_related("by", "on_behalf_of").order_by("pk")
        ),
    )


def standing(reference: str) -> QuerySet[OversightNote]:
    """The notes on a record that nothing has corrected, the latest day first."""
    return OversightNote.objects.filter(reference=reference, corrected_by=None).order_by("-on", "-pk")


def notes_of(reference: str) -> QuerySet[OversightNote]:
    """Every note on a record, corrected ones as well, the latest day first."""
    rows = OversightNote.objects.filter(reference=reference).select_related("by", "corrects", "corrected_by")
    return rows.order_by("-on", "-pk")


@transaction.atomic
def note(*, reference: str, on: date, text: str, by: User, at: datetime, corrects: int | None = None) -> OversightNote:
    """Write what a manager saw of a record on a day, or what an earlier note should have said (its key).

    Raises Denied without the permission or on a declared conflict; 404 for a record the manager may not see; Refused,
    naming the field, without words, for a day to come or over a year ago, or where the note has been corrected already.
    """
    require(by, Permission.OVERSIGHT_WRITE)
    kind, record = found_for(by, reference)
    if not text.strip():
        raise Refused("Say what you looked at and what you think of it.", code="required", field="text")
    today = timezone.localdate(at)
    if on > today:
        raise Refused("The day of oversight cannot be in the future.", code="in_future", field="on")
    if on < today - LONGEST_AGO:
        raise Refused("This is more than a year ago: check the day.", code="too_old", field="on")
    earlier = None
    if corrects is not None:
        lock(record)  # two who correct one note at once come one after the other
        earlier = OversightNote.objects.filter(reference=record.reference, pk=corrects).first()
        if earlier is None:
            raise Http404
        if OversightNote.objects.filter(corrects=earlier).exists():
            raise Refused(
                "This note has been corrected already: correct the one that took its place.", code="corrected"
            )
    made = OversightNote.objects.create(reference=record.reference, on=on, text=text, at=at, by=by, corrects=earlier)
    parts = Involvement.objects.filter(reference=kind.about(record), role="subject")
    people = Person.objects.filter(pk__in=parts.values("person"))
    event = "oversight.corrected" if earlier else "oversight.noted"
    write_audit(event, by=by, reference=record.reference, people=list(people))
    return made


def events(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Notes on the records whose child this is and which the user may open, in the child's chronology.

    Of a contact, which may be about two families, only that there is a note: it is read on the contact.
    """
    own = Involvement.objects.filter(person__in=with_joined([person.pk]), role="subject")
    mine = set(own.filter(reference__in=list(parts_of(person, user))).values_list("reference", flat=True))
    mine -= about_known(mine, user)
    references = {each for each in mine if _may_open(each, user)}
    for kind in OVERSEEN.values():
        if kind.named is not None and holds(user, kind.permission):
            references |= set(kind.named(list(mine)).values_list("reference", flat=True))
    rows = OversightNote.objects.filter(reference__in=references, corrected_by=None).select_related("by")
    if window.words:
        told = Q(text__icontains=window.words) & ~Q(reference__startswith=OF_SEVERAL)
        rows = rows.filter(told | Q(by__name__icontains=window.words))
    for row in window.cut(rows, "oversight", "at"):
        yield Event(
            at=row.at,
            title=f"Management oversight of {row.reference}",
            text="" if row.reference.startswith(OF_SEVERAL) else row.text,
            by=row.by.name,
            href=reverse("pages:oversight", args=[row.reference]),
            source="oversight",
            key=row.pk,
            kind="oversight",
            reference=row.reference,
        )


def _may_open(reference: str, user: User) -> bool:
    """Whether the user's roles open records of this kind."""
    kind = OVERSEEN.get(reference[:1])
    return kind is not None and holds(user, kind.permission)


SOURCE = Source("oversight", {"oversight": "Management oversight"}, events)
