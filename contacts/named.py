"""The children of contacts whom nobody has confirmed as anybody on record, as a list of other things names them."""

from collections.abc import Iterable
from datetime import date

from contacts.models import Contact, ContactPerson, PersonAsGiven
from frontdoor.accounts.models import User
from frontdoor.people.hooks import Named
from frontdoor.ui.formats import age, short_day


def children_given(references: Iterable[str], user: User, on: date) -> dict[str, list[Named]]:
    """By reference of a contact this user may see, its children as given who are not confirmed, in one query."""
    contacts = [reference for reference in references if reference.startswith("C-")]
    if not contacts:
        return {}
    visible = Contact.objects.visible_to(user).filter(reference__in=contacts)
    rows = ContactPerson.objects.filter(contact__in=visible, is_child=True, person__isnull=True, role="subject")
    found: dict[str, list[Named]] = {}
    for row in rows.select_related("contact").order_by("contact_id", "position"):
        found.setdefault(row.contact.reference, []).append(Named(row.name or "Name not known", age_given(row, on)))
    return found


def age_given(row: PersonAsGiven, on: date) -> str:
    """The age of somebody as given: "about 4 years", "unborn, due 3 Mar 2027", "age not known"."""
    if row.date_of_birth is None and row.expected_on is not None:
        return f"unborn, due {short_day(row.expected_on)}"
    return ("about " if row.date_of_birth and row.dob_is_estimated else "") + age(row.date_of_birth, on)
