"""The one record of a person: who this is, whether they are safe, who works with them, and what is due."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from contacts.screening.untaken import untaken
from frontdoor import audit
from frontdoor.access import Permission, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.pages import journey, reading
from frontdoor.pages.family import view_of
from frontdoor.pages.people import ask_why, moved, opened, reason_for, turned_away
from frontdoor.pages.sections import sections
from frontdoor.people import actions, identifiers
from frontdoor.people.models import Involvement, Person
from frontdoor.people.protection.reach import Reached, warnings_for
from frontdoor.people.record import overview as record
from frontdoor.people.record.held import Held, held
from frontdoor.people.record.kinship import kin
from frontdoor.ui.responses import page
from referrals.protection import measures

P = Permission
Row = TypeVar("Row")
NAMES_FIRST = ["primary", "known_as", "alias", "former"]
CLOSED_SHOWN = 10


def once(rows: Iterable[Row], key: Callable[[Row], Any]) -> list[Row]:
    """Rows that say the same become one for showing: each of two joined records may hold it."""
    told: dict[Any, Row] = {}
    for row in rows:
        told.setdefault(key(row), row)
    return list(told.values())


@require_safe
@needs(P.PEOPLE_VIEW)
def person(request: StaffRequest, reference: str) -> HttpResponse:
    """The one record of a person; the reference of a record joined to it leads here."""
    who: Person = get_visible(Person, request.user, reference)
    facts = held(who, request.user, timezone.now())
    if facts.has_conflict:
        turned_away(request, who)
    if who.reference != tidy_reference(reference):
        return moved(request, who, "pages:person")
    reason = reading.reason(request, who, facts.relation, timezone.now())
    if not reason:
        return ask_why(request, who)
    return _record(request, who, facts, reason)


@require_POST
@needs(P.PEOPLE_VIEW)
def show_address(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Open one confidential address: a POST with its own audit row."""
    who = opened(request, reference)
    now = timezone.now()
    reason = reason_for(request, who, now)
    if not reason:
        return ask_why(request, who)
    address = get_object_or_404(who.addresses.select_related("person"), pk=key, is_confidential=True)
    actions.show_address(address=address, by=request.user, at=now)
    return _record(request, who, held(who, request.user, now), reason, shown=address.pk)


def _clocks(request: StaffRequest, references: list[str]) -> list[Clock]:
    """Clocks not stopped yet, the nearest deadline first; one query whatever their number."""
    rows = Clock.objects.visible_to(request.user).filter(reference__in=references, stopped_at__isnull=True)
    return list(rows.order_by("due_at", "pk"))


def _dues(facts: Held, warnings: list[Reached], today: date) -> list[str]:
    """Reviews that are due beside the clocks, in words."""
    late = [w for w in warnings if w.overdue_days(today)]
    again = [a for a in facts.addresses if a.is_confidential and a.review_on and a.review_on < today and not a.ended_on]
    said = []
    if late:
        longest = max(w.overdue_days(today) for w in late)
        said.append(f"{len(late)} warning{'s' if len(late) > 1 else ''} to review, {longest} days overdue")
    if again:
        said.append("Confidential address to review")
    return said


def _record(request: StaffRequest, who: Person, facts: Held, reason: str, shown: int | None = None) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    user = request.user
    kinship = kin(who, user, facts.near)
    family = view_of(who, kinship, today)
    warnings = warnings_for([who.pk], user, with_left=True)[who.pk]
    # A warning of somebody else's leads to their record, where it is reviewed.
    others = [w.warning.person for w in warnings if not w.is_guarded and not w.is_own]
    audit.shows(request, [who, *family.people, *others], kind="opened", reference=who.reference, reason=reason)
    parts = record.work(who, user)
    around = journey.around(who, user, parts)
    open_work = [p for p in parts if p.closed_at is None]
    clocks = _clocks(request, [p.reference for p in open_work])
    numbers = once(facts.identifiers, lambda i: (i.kind, i.value, i.valid_to))
    return page(
        request,
        "pages/person.html",
        {
            "person": who,
            "now": now,
            "today": today,
            "sections": sections(user, who.reference, "Record"),
            "names": once(sorted(facts.names, key=lambda n: NAMES_FIRST.index(n.kind)), lambda n: n.full.casefold()),
            "identifiers": [(identifiers.KINDS.get(i.kind, i.kind), i) for i in numbers],
            "nhs": next((i for i in numbers if i.kind == "nhs" and i.valid_to is None), None),
            "addresses": once(
                facts.addresses,
                lambda a: (a.lines.casefold(), a.postcode_key, a.kind, a.is_confidential, a.ended_on, a.why),
            ),
            "telephones": once(
                once(facts.telephones, lambda t: (t.number_key, t.is_safe, t.safe_time)),
                # One text may stand for two numbers.
                lambda t: (t.number, t.is_safe, t.safe_time),
            ),
            "merges": facts.merges,
            "notes": facts.texts,
            "warnings": warnings,
            "restrictions": facts.restrictions,
            "may_see": facts.may_see,
            "shown": shown,
            "family": family,
            "open_work": open_work,
            "workers": _workers(open_work),
            "closed_work": [p for p in parts if p.closed_at is not None][:CLOSED_SHOWN],
            "around": around,
            "kept_safe": [c for c in clocks if c.rule in measures.RULES.values()],
            "untaken": untaken([who], user).get(who.pk, []),
            "clocks": clocks,
            "dues": _dues(facts, warnings, today),
            "missing": record.missing(who),
            "label": lists.label,
            "disabilities": ", ".join(lists.label("disability", code) for code in who.disabilities),
            "href_of": record.href_of,
            "may_edit": holds(user, P.PEOPLE_EDIT),
            "may_restrict": holds(user, P.RESTRICTION_SET),
            "may_unmerge": holds(user, P.PEOPLE_UNMERGE),
        },
    )


def _workers(open_work: list[Involvement]) -> list[tuple[str, str]]:
    """Each named worker once, with the team."""
    found: dict[str, str] = {}
    for part in open_work:
        if part.active_worker is not None:
            found.setdefault(part.active_worker.name, part.team.name if part.team else "")
    return list(found.items())
