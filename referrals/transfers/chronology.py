"""Transfers in a child's chronology: whose the child became, and what was declined."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import Event, Source, Window
from referrals.models import Referral, Transfer


def transfers_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Answered transfers of the child's referrals that the user may see; what still waits is no event yet."""
    mine = Referral.objects.visible_to(user).of_child(person.pk).order_by()
    rows = Transfer.objects.filter(referral__in=mine, answered_at__isnull=False)
    rows = rows.select_related("from_team", "to_team", "answered_by")
    if window.words:
        rows = rows.filter(
            Q(reason__icontains=window.words)
            | Q(answer_reason__icontains=window.words)
            | Q(to_team__name__icontains=window.words)
            | Q(to_authority__icontains=window.words)
        )
    for row in window.cut(rows, "transfer", "answered_at"):
        status = "accepted" if row.status == Transfer.Status.COMPLETED else row.get_status_display().lower()
        yield Event(
            at=row.answered_at,
            title=f"Transfer {row.reference} from {row.from_team.name} to {row.receiver}: {status}",
            text="\n".join(filter(None, (row.reason or row.request_reason, row.answer_reason))),
            by=row.answered_by.name if row.answered_by else "",
            href=reverse("referrals:transfer", args=[row.reference]),
            source="transfer",
            key=row.pk,
            kind="transfer",
            reference=row.reference,
        )


TRANSFER_SOURCE = Source("transfer", {"transfer": "Transfer"}, transfers_of)
