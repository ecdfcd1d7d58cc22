"""Brothers and sisters who may be meant too, as any page of a contact offers them."""

from dataclasses import dataclass

from django.utils import timezone

from contacts.identity.household import Household, household_of, people_of
from contacts.models import Contact
from contacts.screening.household_form import HouseholdForm
from frontdoor import acting, audit
from frontdoor.access import StaffRequest

#: Pages the questions stand on, and so where the answer leads back to.
PAGES = {"contact": "contacts:contact", "decide": "referrals:decide", "fast_track": "referrals:fast_track"}


@dataclass(frozen=True)
class Offer:
    """What ``contacts/household.html`` shows: the questions on this page, and what was answered."""

    household: Household
    form: HouseholdForm
    page: str


def offered(request: StaffRequest, contact: Contact, page: str, *, is_sent: bool = False) -> Offer:
    """The questions as a page has them; whom it shows is noted. ``page``: a key of PAGES."""
    household = household_of(contact, request.user, timezone.localdate())
    audit.shows(request, people_of(household), kind="opened", reference=contact.reference)
    form = acting.form(request, HouseholdForm, asked=household.asked, is_sent=is_sent)
    return Offer(household, form, page)
