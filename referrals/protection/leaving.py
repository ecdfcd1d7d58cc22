"""Somebody leaves: the section 47 enquiries and plans they led, which wait for another lead worker."""

from collections.abc import Iterable

from django.urls import reverse

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.staff.hooks import SHOWN, Holding
from referrals.models import Referral
from referrals.protection.enquiry_models import Enquiry
from referrals.protection.plan_models import ProtectionPlan


def held(user: User, reader: User) -> Iterable[Holding]:
    """The open enquiries and running plans they lead, as far as the reader may know of them."""
    known = Referral.objects.known_to(reader).order_by()
    for called, rows, page in (
        ("Section 47 enquiries they lead", Enquiry.objects.open(), "referrals:enquiry"),
        ("Child protection plans they lead", ProtectionPlan.objects.running(), "referrals:plan"),
    ):
        led = rows.filter(lead=user, referral__in=known).order_by("pk")
        number = led.count()
        if not number:
            continue
        references = led.values_list("reference", flat=True)[:SHOWN] if holds(reader, Permission.REFERRAL_VIEW) else []
        lines = tuple((reference, reverse(page, args=[reference])) for reference in references)
        yield Holding(called, number, lines, "wait for another lead worker")
