"""Age assessments in a young person's chronology: what was decided, with both dates of birth."""

from collections.abc import Iterable

from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import Event, Source, Window
from referrals.models import AgeAssessment, Referral
from referrals.unaccompanied.readers import assessed_date, claimed_date


def ages_of(person: Person, user: User, window: Window) -> Iterable[Event]:
    """Decided assessments of the young person's age, on referrals the user may see."""
    mine = Referral.objects.visible_to(user).of_child(person.pk).order_by()
    rows = AgeAssessment.objects.filter(referral__in=mine, decided_at__isnull=False).select_related("decided_by")
    if window.words:
        rows = rows.filter(reasons__icontains=window.words)
    for row in window.cut(rows, "age", "decided_at"):
        yield Event(
            at=row.decided_at,
            title=f"Age assessment {row.reference}: {'a child' if row.is_child else 'an adult'}. "
            f"Claimed: {claimed_date(row)}. Assessed: {assessed_date(row)}",
            text=row.reasons,
            by=row.decided_by.name if row.decided_by else "",
            href=reverse("referrals:age", args=[row.reference]),
            source="age",
            key=row.pk,
            kind="age",
            reference=row.reference,
        )


AGE_SOURCE = Source("age", {"age": "Age assessment"}, ages_of)
