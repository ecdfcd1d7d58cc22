"""What a handover shows: its items with what is known of their records now, and what happened in the shift."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Q
from django.utils import timezone

from contacts.handover import hooks
from contacts.handover.models import HandoverItem, HandoverPack
from contacts.models import Contact, ContactPerson
from contacts.screening.dangers import homes_given
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.people.hooks import Named
from frontdoor.people.models import Involvement, Person
from frontdoor.people.protection.reach import warnings_for
from frontdoor.people.protection.secrets import Secret, secret_address, secrets_of, without
from frontdoor.people.record.about import children_of
from frontdoor.people.record.overview import href_of_reference

SHOWN = 200
PAGE = 30
#: What the filter of a list says and asks.
SHOWS = {"untaken": "Not taken", "late": "Not taken on time", "taken": "Taken", "mine": "Taken by me"}
WORDS = ("text", "risk", "ring", "otherwise", "place", "agreed_by", "with_whom", "caller", "passed_to")


@dataclass
class Line:
    """One item with what its record says now."""

    item: HandoverItem
    href: str = ""
    summary: str = ""
    grade: str = ""
    status: str = ""
    warnings: list[str] = field(default_factory=list)
    people: set[int] = field(default_factory=set)
    children: list[Named] = field(default_factory=list)
    #: What is recorded from it, or can be: words and address.
    onward: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Figures:
    """What happened in a shift, of what the user may see."""

    received: int
    undecided: int
    fast_tracked: int
    decided: int
    passed: int


def items_for(user: User, show: str, kind: str, pack: HandoverPack | None, at: datetime) -> list[HandoverItem]:
    """The items of a list: of one pack, or of every pack for what is not taken yet."""
    rows = HandoverItem.objects.visible_to(user).handed()
    if pack is not None:
        rows = rows.filter(pack=pack)
    if show == "untaken":
        rows = rows.untaken()
    elif show == "late":
        rows = rows.late(at)
    elif show == "taken":
        rows = rows.filter(taken_at__isnull=False)
    elif show == "mine":
        rows = rows.filter(taken_by=user)
    if kind in HandoverItem.Kind.values:
        rows = rows.filter(kind=kind)
    order = ("-taken_at", "-pk") if show in ("taken", "mine") else ("take_by", "pk")
    return list(rows.select_related("pack", "taken_by", "written_by", "acknowledged_by").order_by(*order)[:SHOWN])


def waiting_for(user: User) -> list[HandoverItem]:
    """What has been written for the change that comes."""
    rows = HandoverItem.objects.visible_to(user).waiting().select_related("written_by")
    return list(rows.order_by("pk")[:SHOWN])


def lines_of(items: Sequence[HandoverItem], user: User, at: datetime) -> list[Line]:
    """The items as lines, in a fixed number of queries; the children named as far as this user may see them."""
    references = {item.reference for item in items if item.reference}
    children = children_of(references, user, timezone.localdate(at))
    rows = Contact.objects.filter(reference__in=references).select_related("rank")
    contacts = {row.reference: row for row in rows}
    about: dict[str, set[int]] = defaultdict(set)
    for reference, person in Involvement.objects.filter(reference__in=references).values_list("reference", "person_id"):
        about[reference].add(person)
    people = {row.reference: row for row in Person.objects.filter(reference__in=references)}
    for reference, person_row in people.items():
        about[reference].add(person_row.pk)
    dangers: dict[int, list[str]] = defaultdict(list)
    everybody = {key for keys in about.values() for key in keys}
    seen = Contact.objects.visible_to(user).order_by().filter(reference__in=references)
    lived_at: dict[str, list[int]] = defaultdict(list)
    on_contacts = list(ContactPerson.objects.filter(contact__in=seen).select_related("contact").order_by("pk"))
    for row in on_contacts:
        lived_at[row.contact.reference].append(-row.pk)
    for key, reached in warnings_for(everybody, user, given=homes_given(on_contacts)).items():
        dangers[key] = [lists.label("warning_kind", each.kind) for each in reached]
    onward: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for ask in hooks.onward:
        for key, links in ask(items, user).items():
            onward[key] += links
    found = []
    for item in items:
        contact = contacts.get(item.reference)
        keys = about.get(item.reference, set())
        found.append(
            Line(
                item=item,
                href=f"/people/{item.reference}/" if item.reference in people else href_of_reference(item.reference),
                summary=contact.summary if contact else "",
                grade=contact.grade_for_now if contact else "",
                status=contact.get_status_display() if contact else "",
                warnings=list(
                    dict.fromkeys(word for key in (*sorted(keys), *lived_at[item.reference]) for word in dangers[key])
                ),
                people=keys,
                children=children.get(item.reference, []),
                onward=onward[item.pk],
            )
        )
    return found


def figures_of(user: User, began: datetime, until: datetime) -> Figures:
    """What happened between two moments."""
    contacts = Contact.objects.visible_to(user)
    arrived = contacts.filter(received_at__gt=began, received_at__lte=until)
    clocks = Clock.objects.visible_to(user).filter(due_at__gt=began, due_at__lte=until)
    return Figures(
        received=arrived.count(),
        undecided=arrived.filter(Q(decided_at=None) | Q(decided_at__gt=until)).count(),
        fast_tracked=arrived.filter(fast_tracked_at__gt=began, fast_tracked_at__lte=until).count(),
        decided=contacts.filter(decided_at__gt=began, decided_at__lte=until).count(),
        passed=clocks.running().count() + clocks.filter(stopped_at__gt=F("due_at"), stopped_at__gte=began).count(),
    )


def packs_before(before: datetime | None, change: str) -> list[HandoverPack]:
    """A page of packs, the latest first, and one more when there are more."""
    rows = HandoverPack.objects.newest_first()
    if before is not None:
        rows = rows.before(before)
    leaving, _, coming = change.partition("-")
    if leaving and coming:
        rows = rows.filter(shift_before=leaving, shift_after=coming)
    return list(rows[: PAGE + 1])


def counts_of(user: User, packs: Sequence[HandoverPack]) -> dict[int, tuple[int, int]]:
    """Of each pack how many items the user may see, and how many of them nobody has taken."""
    rows = HandoverItem.objects.visible_to(user).filter(pack__in=packs).order_by().values("pack_id")
    counted = rows.annotate(whole=Count("pk"), left=Count("pk", filter=Q(taken_at=None)))
    return {row["pack_id"]: (row["whole"], row["left"]) for row in counted}


def for_paper(lines: list[Line]) -> list[Line]:
    """The lines without what must not leave the house: confidential addresses wherever they were typed."""
    keys = {key for line in lines for key in line.people}
    kept = {person.pk: person for person in Person.objects.filter(pk__in=keys)}
    given: dict[str, list[Secret]] = defaultdict(list)
    rows = ContactPerson.objects.filter(
        contact__reference__in={line.item.reference for line in lines}, address_is_confidential=True
    ).values_list("contact__reference", "address", "postcode")
    for reference, address, postcode in rows:
        given[reference] += secret_address(address, postcode)
    addresses: dict[int, list[Secret]] = {}
    for line in lines:
        for key in line.people:
            if key not in addresses:
                addresses[key] = [each for each in secrets_of(kept[key], []) if each.kind == "address"]
        secrets = [*given[line.item.reference], *(each for key in line.people for each in addresses[key])]
        if line.item.place_is_confidential and line.item.place.strip():
            secrets += secret_address(line.item.place, "")
        line.summary = without(line.summary, secrets)
        for name in WORDS:
            setattr(line.item, name, without(getattr(line.item, name), secrets))
        if line.item.place_is_confidential:
            line.item.place = ""
    return lines
