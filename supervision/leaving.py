"""Somebody leaves: the supervision sessions planned with them, which need another supervisor or will not be held."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.staff.hooks import SHOWN, Holding
from supervision.models import Session


def held(user: User, reader: User) -> Iterable[Holding]:
    """Sessions still to be held in which they are worker or supervisor, of those the reader may see."""
    rows = Session.objects.visible_to(reader).planned().filter(Q(worker=user) | Q(supervisor=user)).order_by("pk")
    number = rows.count()
    if number:
        references = rows.values_list("reference", flat=True)[:SHOWN]
        lines = tuple((reference, reverse("supervision:session", args=[reference])) for reference in references)
        yield Holding("Supervision sessions planned", number, lines, "have to be held by somebody else or cancelled")
