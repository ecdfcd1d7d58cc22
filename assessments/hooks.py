"""What an assessment says to the layers below it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from assessments.models import Assessment
from frontdoor.accounts.models import User
from referrals.models import Referral

#: Moves of a referral that end the work; none of them while an assessment is open.
ENDINGS = frozenset({"close", "no_further_action"})


def open_assessment(record: Any, move: str, by: Any, at: datetime) -> Iterable[str]:
    """A referral with an assessment in progress or waiting for a manager cannot end (census rule 8867)."""
    if isinstance(record, Referral) and move in ENDINGS:
        for reference in Assessment.objects.open().filter(referral=record).values_list("reference", flat=True):
            yield f"Assessment {reference} is still open: have it authorised, or abandoned by a manager, first."


def below(referral: Referral, user: User) -> Iterable[tuple[str, str]]:
    """What :func:`open_assessment` refuses for, as a page links to it."""
    for each in Assessment.objects.visible_to(user).open().filter(referral=referral).order_by("pk"):
        words = f"Assessment {each.reference}: {each.get_status_display().lower()}"
        yield words, reverse("assessments:assessment", args=[each.reference])
