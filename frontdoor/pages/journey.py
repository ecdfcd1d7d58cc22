"""What the apps of the journey add to, and keep out of, a child's record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from frontdoor.accounts.models import User
from frontdoor.people.access import with_joined
from frontdoor.people.models import Involvement, Person
from frontdoor.people.record.chronology import Event, Window
from frontdoor.people.record.overview import href_of_reference
from frontdoor.wording import worded

VISIT = {"visit": "Visit"}


def visits(person: Person, user: User, window: Window) -> Iterator[Event]:
    """Each visit or attempt that the user may see: whether the child was seen, and alone. Nothing of what was said."""
    try:
        model: Any = apps.get_app_config("assessments").get_model("Visit")
    except LookupError:
        return
    rows = model._default_manager.visible_to(user).filter(
        referral__child__in=with_joined([person.pk]), withdrawn_at__isnull=True
    )
    if window.words:
        rows = rows.filter(visited_by__name__icontains=window.words)
    for visit in window.cut(rows.select_related("visited_by", "assessment", "referral"), "visit", "happened_at"):
        alone = {"yes": ", seen alone", "no": ", not seen alone"}.get(visit.seen_alone, "")
        record = visit.assessment or visit.referral
        yield Event(
            at=visit.happened_at,
            title=f"Visit: {'child seen' + alone if visit.is_seen else 'child not seen'}",
            text=visit.get_mode_display(),
            by=visit.visited_by.name,
            href=href_of_reference(record.reference),
            source="visit",
            key=visit.pk,
            kind="visit",
            reference=record.reference,
        )


def contacts_seen(references: list[str], user: User) -> set[str]:
    """Which of these contacts the user may see, by the contacts' own rules."""
    try:
        model: Any = apps.get_app_config("contacts").get_model("Contact")
    except LookupError:
        return set(references)
    return set(_seen(user, model, references=references))


@worded(references=[str])
def _seen(user: User, model: Any, *, references: list[str]) -> QuerySet[Any, str]:
    rows: QuerySet[Any, Any] = model._default_manager.visible_to(user).filter(reference__in=references)
    return rows.values_list("reference", flat=True)


@dataclass(frozen=True)
class Agency:
    """Somebody outside who told us: when, who, for whom."""

    at: datetime
    name: str
    role: str
    reference: str


@dataclass(frozen=True)
class Plan:
    """The statutory help in force, as the open referral has it."""

    label: str
    reference: str


@dataclass
class Around:
    """What the apps of the journey know around a person's work."""

    agencies: list[Agency]
    plan: Plan | None
    # References of contacts that should never have been made: no history of contacts.
    in_error: set[str]


def around(person: Person, user: User, work: list[Involvement]) -> Around:
    """Who told us, the plan in force, and what was entered in error; two queries. ``work`` is what the user may see."""
    contact: Any = apps.get_model("contacts", "Contact")
    # Whoever sees the person's part in a contact may see who made it: work has been looked through already.
    references = [row.reference for row in work if row.kind == "contact"]
    told = (
        contact._default_manager.filter(reference__in=references)
        .select_related("agency")
        .order_by("-received_at", "-id")
        if references
        else []
    )
    agencies: dict[tuple[str, str], Agency] = {}
    in_error = set()
    for row in told:
        if row.outcome == "entered_in_error":
            in_error.add(row.reference)
            continue
        if row.is_anonymous or (not row.is_professional and row.agency is None):
            continue
        name = row.agency.name if row.agency else row.referrer_organisation
        said = ", ".join(part for part in (row.referrer_name, row.referrer_role) if part)
        agencies.setdefault((name, said), Agency(row.received_at, name or said, said if name else "", row.reference))
    running = plans([person], user).get(person.pk, [])
    return Around(list(agencies.values())[:10], running[0] if running else None, in_error)


def plans(people: list[Person], user: User) -> dict[int, list[Plan]]:
    """The statutory help in force for each of these people; one query."""
    referral: Any = apps.get_model("referrals", "Referral")
    keys = [person.pk for person in people]
    rows = (
        referral._default_manager.visible_to(user)
        .filter(child__in=with_joined(keys), status="in_service")
        .exclude(service="")
        .select_related("child")
        .order_by("-received_on", "-pk")
    )
    found: dict[int, list[Plan]] = {}
    for row in rows:
        key = row.child.merged_into_id or row.child_id
        found.setdefault(key, []).append(Plan(row.get_service_display(), row.reference))
    return found
