"""Brothers and sisters who may be meant too, as any page of a contact offers them."""

from dataclasses import dataclass

from django.utils import timezone

from contacts.identity.household import Household, household_of, people_of
from contacts.models import Contact
from contacts.screening.household_form import HouseholdForm
from frontdoor import acting, audit
from frontdoor.access import StaffRequest

#: Pages the questions stand on, and so where the answer leads back to.
PAGES = {
    "contact": "contacts:contact",
    "decide": "referrals:decide",
    "fast_track": "referrals:fast_track",
    "tell": "referrals:tell",
}


@dataclass(frozen=True)
class Offer:
    """What ``contacts/household.html`` shows: the questions on this page, and what was answered.

    ``page``: a key of PAGES; ``back``: the reference of the contact whose page it is, another one's where several are
    decided together.
    """

    contact: Contact
    household: Household
    form: HouseholdForm
    page: str
    back: str


def offered(request: StaffRequest, contact: Contact, page: str, *, back: str = "", is_sent: bool = False) -> Offer:
    """The questions as a page has them; whom it shows is noted."""
    household = household_of(contact, request.user, timezone.localdate())
    return offer_of(request, contact, household, page, back=back, is_sent=is_sent)


def offer_of(
    request: StaffRequest, contact: Contact, household: Household, page: str, *, back: str = "", is_sent: bool = False
) -> Offer:
    """The same of a household the page has read already."""
    back = back or contact.reference
    audit.shows(request, people_of(household), kind="opened", reference=back)
    form = acting.form(request, HouseholdForm, asked=household.asked, is_sent=is_sent)
    return Offer(contact, household, form, page, back)
