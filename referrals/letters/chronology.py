"""Letters that were posted, in a child's chronology."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import Event, Source, Window
from referrals.letters.models import Letter
from referrals.models import Referral


def letters_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Letters about the child that were posted, on referrals the user may see."""
    mine = Referral.objects.of_child(person.pk).order_by()
    rows = Letter.objects.visible_to(user).filter(referral__in=mine, status=Letter.Status.SENT)
    rows = rows.select_related("referral", "sent_by")
    if window.words:
        rows = rows.filter(Q(subject__icontains=window.words) | Q(printed_text__icontains=window.words))
    for row in window.cut(rows, "letter", "sent_at"):
        yield Event(
            at=row.sent_at,
            title=f"Letter {row.reference} posted to {row.to_name} ({row.to_whom}): {row.subject}",
            text=row.printed_text,
            by=row.sent_by.name if row.sent_by else "",
            href=reverse("referrals:letter", args=[row.reference]),
            source="letter",
            key=row.pk,
            kind="letter",
            reference=row.referral.reference,
        )


SOURCE = Source("letter", {"letter": "Letter"}, letters_of)
