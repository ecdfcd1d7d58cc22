"""Somebody leaves: the age assessments they make, which need another assessor."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.staff.hooks import SHOWN, Holding
from referrals.models import AgeAssessment, Referral


def held(user: User, reader: User) -> Iterable[Holding]:
    """The open age assessments they are an assessor of, as far as the reader may know of them."""
    known = Referral.objects.known_to(reader).order_by()
    own = Q(first_assessor=user) | Q(second_assessor=user)
    rows = AgeAssessment.objects.open().filter(own, referral__in=known).order_by("pk")
    number = rows.count()
    if not number:
        return
    references = rows.values_list("reference", flat=True)[:SHOWN] if holds(reader, Permission.REFERRAL_VIEW) else []
    lines = tuple((reference, reverse("referrals:age", args=[reference])) for reference in references)
    yield Holding("Age assessments they make", number, lines, "need another assessor")
