"""What stands beside a contact: the others of its bundle, possible links and updates, as far as the user may see."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from contacts.models import Bundle, BundleJoin, Contact, PossibleLink

MOST = 30


@dataclass(frozen=True)
class Beside:
    """One other contact, and the sentence that says why it stands here."""

    contact: Contact
    sentence: str
    changed: tuple[str, ...] = ()


@dataclass
class Together:
    """Everything beside one contact."""

    bundle: Bundle | None = None
    others: list[Beside] = field(default_factory=list)
    possible: list[Beside] = field(default_factory=list)
    updates: list[Beside] = field(default_factory=list)
    update_of: Beside | None = None


def beside(contact: Contact, user: Any) -> Together:
    """In a fixed number of questions; a contact the user may not see is not there, nor anything said of it."""
    found = Together(contact.bundle)
    visible = Contact.objects.visible_to(user).select_related("type", "agency")
    if contact.bundle_id is not None:
        others = visible.on_queue().filter(bundle=contact.bundle_id).exclude(pk=contact.pk).order_by("-received_at")
        rows = list(others[:MOST])
        joins = {
            join.contact_id: join.sentence
            for join in BundleJoin.objects.filter(contact__in=[row.pk for row in rows], ended_at__isnull=True)
        }
        found.others = [Beside(row, joins.get(row.pk, "")) for row in rows]
    links = PossibleLink.objects.filter(Q(contact=contact) | Q(other=contact)).order_by("-pk")[:MOST]
    sentences = {(link.other_id if link.contact_id == contact.pk else link.contact_id): link.sentence for link in links}
    found.possible = [
        Beside(row, sentences[row.pk])
        for row in visible.filter(pk__in=sentences).order_by("-received_at")
        if row.bundle_id != contact.bundle_id or contact.bundle_id is None
    ]
    updates = {update.later_id: tuple(update.changed) for update in contact.updates.all()}
    found.updates = [Beside(row, "", updates[row.pk]) for row in visible.filter(pk__in=updates).order_by("pk")]
    earlier = visible.filter(updates__later=contact).first()
    if earlier is not None:
        found.update_of = Beside(earlier, "", tuple(contact.update_of.changed))
    return found
