"""Police protection and emergency orders from a handover: nothing that stands in its item is typed again."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from contacts.handover.models import HandoverItem
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from referrals.models import Referral
from referrals.protection.measure_models import Measure
from referrals.protection.measures import BASES


def _of_ours(items: Sequence[HandoverItem]) -> list[HandoverItem]:
    return [each for each in items if each.kind == HandoverItem.Kind.PLACED and each.legal_basis in BASES]


def referrals_of(items: Sequence[HandoverItem], user: User) -> list[Referral]:
    """Open referrals, which the user may see, of the children these items are about."""
    names = {each.reference for each in _of_ours(items)} - {""}
    if not names:
        return []
    about = (
        Q(reference__in=names) | Q(contact__reference__in=names) | Q(child__reference__in=names)
        | Q(news__contact__reference__in=names)
    )  # fmt: skip
    keys = Referral.objects.open().filter(about).order_by().values("pk")
    rows = Referral.objects.visible_to(user).filter(pk__in=keys)
    return list(rows.select_related("child", "contact", "contact_person").prefetch_related("news__contact"))


def said(item: HandoverItem) -> dict[str, Any]:
    """What an item says of one, for the form; a confidential place is not shown again."""
    kind = BASES[item.legal_basis]
    facts: dict[str, Any] = {
        "kind": kind,
        "began_at": item.from_at,
        "place": "" if item.place_is_confidential else item.place,
        "place_is_confidential": item.place_is_confidential,
    }
    return facts | ({"ends_at": item.until_at} if kind == Measure.Kind.ORDER else {})


def _is_about(item: HandoverItem, referral: Referral) -> bool:
    names = {referral.reference, referral.contact.reference, *(row.contact.reference for row in referral.news.all())}
    return item.reference in names or (referral.child is not None and referral.child.reference == item.reference)


def onward(items: Sequence[HandoverItem], user: User) -> Mapping[int, Sequence[tuple[str, str]]]:
    """By item (id): what was recorded from it, and for which children it can be; words and address."""
    ours = _of_ours(items)
    if not ours or not holds(user, Permission.REFERRAL_VIEW):
        return {}
    recorded = {(row.item_id, row.referral_id): row for row in Measure.objects.visible_to(user).filter(item__in=ours)}
    referrals = referrals_of(ours, user)
    may = holds(user, Permission.REFERRAL_WORK)
    found: dict[int, list[tuple[str, str]]] = {}
    for item in ours:
        lines = [
            (f"Recorded: {row.reference}", reverse("referrals:measure", args=[row.reference]))
            for (key, _), row in recorded.items() if key == item.pk
        ]  # fmt: skip
        for referral in referrals:
            if may and _is_about(item, referral) and (item.pk, referral.pk) not in recorded:
                address = reverse("referrals:measure_new", args=[referral.reference])
                words = f"Record it on {referral.reference}, {referral.child_name or 'child without a name'}"
                lines.append((words, f"{address}?item={item.pk}"))
        found[item.pk] = lines
    return found
