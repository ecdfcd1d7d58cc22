"""Contacts an agency sends again under a reference of its own: an update of the earlier one, never in its place."""

from datetime import datetime
from typing import Any

from contacts.fields import OF_CONTACT
from contacts.models import Contact, ContactUpdate
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.notifications.actions import notify

#: Facts of which an update says that they have changed.
COMPARED = (
    "grade", "own_grade", "occurred_at", "child_location", "safe_until", "dash_grade", "dash_ticks",
    "incident_reference", "powers_of_protection_at",
)  # fmt: skip


def note_update(contact: Contact, *, at: datetime) -> ContactUpdate | None:
    """Keep that a contact just recorded is an update of the last one of this agency under the same reference.

    Both stand with their own text, clocks and receipt; whoever holds the earlier one is told.
    """
    if contact.agency_id is None or not contact.agency_reference:
        return None
    earlier = (
        Contact.objects.filter(agency=contact.agency_id, agency_reference=contact.agency_reference, pk__lt=contact.pk)
        .select_related("text", "claimed_by")
        .order_by("-pk")
        .first()
    )
    if earlier is None:
        return None
    changed = [OF_CONTACT[name].inline for name in COMPARED if getattr(earlier, name) != getattr(contact, name)]
    if earlier.text.concerns != contact.text.concerns:
        changed.insert(0, "what happened")
    if _people(earlier) != _people(contact):
        changed.append("the people named")
    update = ContactUpdate.objects.create(earlier=earlier, later=contact, changed=changed, at=at)
    write_audit("contact.updated", by=None, agency=contact.agency, reference=contact.reference)
    holder = earlier.claimed_at_moment(at)
    if holder is not None:
        notify(
            [holder],
            kind="update",
            text=f"{contact.reference} is an update of {earlier.reference}, which you are screening",
            reference=contact.reference,
            path=f"/contacts/{contact.reference}/",
        )
    return update


def _people(contact: Contact) -> list[tuple[object, ...]]:
    names = ("is_child", "given_name", "family_name", "date_of_birth", "expected_on", "role", "relationship")
    given = contact.people.filter(household_answer__isnull=True, added__isnull=True)
    return sorted(given.values_list(*names), key=repr)


def about(contact: Contact, user: User) -> dict[str, Any]:
    """What a contact is an update of, and its updates; none with a contact the user may not see."""
    if contact.agency_id is None or not contact.agency_reference:
        return {"update_of": None, "updates": []}
    visible = Contact.objects.visible_to(user).filter(agency=contact.agency_id)
    found = ContactUpdate.objects.select_related("earlier", "later").order_by("pk")
    return {
        "update_of": found.filter(later=contact, earlier__in=visible).first(),
        "updates": list(found.filter(earlier=contact, later__in=visible)),
    }
