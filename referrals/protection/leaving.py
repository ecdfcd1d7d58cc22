"""Somebody leaves: the section 47 enquiries they led, which wait for another lead worker."""

from collections.abc import Iterable

from django.urls import reverse

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.staff.hooks import SHOWN, Holding
from referrals.models import Referral
from referrals.protection.enquiry_models import Enquiry


def held(user: User, reader: User) -> Iterable[Holding]:
    """The open enquiries they lead, as far as the reader may know of them."""
    known = Referral.objects.known_to(reader).order_by()
    rows = Enquiry.objects.open().filter(lead=user, referral__in=known).order_by("pk")
    number = rows.count()
    if not number:
        return
    references = rows.values_list("reference", flat=True)[:SHOWN] if holds(reader, Permission.REFERRAL_VIEW) else []
    lines = tuple((reference, reverse("referrals:enquiry", args=[reference])) for reference in references)
    yield Holding("Section 47 enquiries they lead", number, lines, "wait for another lead worker")
