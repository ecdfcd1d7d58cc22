"""Answers to whom a child may be that are neither yes nor no, and what is told to whoever works with the child."""

from datetime import datetime

from django.db import transaction

from contacts.models import Contact, ContactPerson, PossiblePerson
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import Absence, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.notifications.actions import duty_managers, notify
from frontdoor.people.models import Involvement, Person
from frontdoor.workflow.actions import lock


@transaction.atomic
def not_sure(*, on_contact: ContactPerson, person: Person, by: User, at: datetime) -> PossiblePerson:
    """Keep that somebody has looked and could not say: the match stays possible, with everything it raises.

    Raises Refused when it is no longer possible: somebody has answered meanwhile.
    """
    require(by, Permission.CONTACT_SCREEN)
    contact = lock(on_contact.contact)
    row = PossiblePerson.objects.filter(on_contact=on_contact, person=person).first()
    if row is None:
        raise Refused("Somebody has answered this match already.", code="answered")
    row.unsure_at, row.unsure_by = at, by
    row.save()
    write_audit(
        "contact.match_unsure", by=by, reference=contact.reference, people=[person],
        detail={"position": on_contact.position},
    )  # fmt: skip
    return row


def workers_of(person: Person, contact: Contact) -> list[User]:
    """Who works with this person now and may see the contact."""
    parts = Involvement.objects.open().filter(person=person, kind=Involvement.Kind.REFERRAL, worker__is_active=True)
    workers = {part.worker.pk: part.worker for part in parts.select_related("worker") if part.worker is not None}
    return [user for user in workers.values() if Contact.objects.visible_to(user).filter(pk=contact.pk).exists()]


def _in_their_place(person: Person, contact: Contact, workers: list[User], at: datetime) -> list[User]:
    """Who reads it where every worker of the child is away: the managers of their teams, and then duty."""
    away = set(Absence.objects.at(at).values_list("user_id", flat=True))
    if not workers or any(user.pk not in away for user in workers):
        return []
    parts = Involvement.objects.open().filter(person=person, worker__in=workers, team__manager__is_active=True)
    managers = [part.team.manager for part in parts.select_related("team__manager") if part.team is not None]
    here = [user for user in managers if user is not None and user.pk not in away]
    return [
        user for user in here or duty_managers(at) if Contact.objects.visible_to(user).filter(pk=contact.pk).exists()
    ]


@transaction.atomic
def send_to_worker(*, on_contact: ContactPerson, person: Person, by: User, at: datetime) -> list[User]:
    """A manager lets whoever works with a possible child read the contact before anybody has confirmed who it is.

    Where they are all away, the manager of their team reads it as well, or duty. Returns the workers it was sent to.
    Raises Refused when the match is answered, or nobody works with the child.
    """
    require(by, Permission.CONTACT_DECIDE_ANY)
    contact = lock(on_contact.contact)
    if not PossiblePerson.objects.filter(on_contact=on_contact, person=person).exists():
        raise Refused("Somebody has answered this match already.", code="answered")
    workers = workers_of(person, contact)
    if not workers:
        raise Refused("Nobody works with this child now.", code="no_worker")
    notify(
        [*workers, *_in_their_place(person, contact, workers, at)],
        kind="possible",
        text=f"{contact.reference} may be about a child you work with: possible, not confirmed. Sent by {by.name}",
        reference=contact.reference,
        path=f"/contacts/{contact.reference}/",
        once_key=f"sent-{contact.reference}",
    )
    write_audit(
        "contact.sent_to_worker", by=by, reference=contact.reference, people=[person],
        detail={"position": on_contact.position, "to": [user.pk for user in workers]},
    )  # fmt: skip
    return workers


def tell_worker(contact: Contact, person: Person, *, by: User) -> None:
    """Who somebody on an open contact is has been confirmed: whoever works with them gets to read it."""
    if not contact.is_on_queue:
        return
    notify(
        [user for user in workers_of(person, contact) if user != by],
        kind="news",
        text=f"{contact.reference} is about a child you work with: read what was said",
        reference=contact.reference,
        path=f"/contacts/{contact.reference}/",
        urgent=contact.grade_for_now == "red",
        once_key=f"confirmed-{contact.reference}",
    )
