"""Why somebody reads a record: what they are doing says so, or they say it themselves. Nothing untrue is written.

A reason of itself, in this order: the work is theirs or their team's, they are on the rota, they are recording a call,
they screen a contact that is about this person, work about the person waits for somebody they may give it to, or they
made the record today. Whoever has none of these is asked, once for a person and a session, and answers by one press.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from contacts.models import Contact, ContactPerson, PossiblePerson
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.drafts.models import Draft
from frontdoor.people.access import about_visible, with_joined
from frontdoor.people.models import Involvement, Person

P = Permission
SAID = "reason-for-"
ASKED_AT = "asked-why-at-"
CALL, SCREENED = "search from a call", "screening a contact about them"
TO_GIVE, MADE = "work that waits for a worker", "recorded, joined or taken apart by them that day"
#: A form that nobody has typed into for so long is no call any more, nor is a contact recorded so long ago.
CALL_LASTS = timedelta(hours=2)
MADE_LASTS = timedelta(hours=12)
MAKING = ("person.recorded", "person.merged", "person.unmerged", "person.born")
#: What is offered to whoever is asked, one press each: code, and the words that are recorded.
OFFERED = {
    "call": "Somebody is on the line about them",
    "asked": "A colleague or my manager asked me to look",
    "family": "I work with somebody of their family or household",
    "same": "To see whether two records are of one person",
    "oversight": "Supervision, audit or a complaint",
}


def reason(request: StaffRequest, person: Person, relation: str, at: datetime) -> str:
    """Why the user may read on: what they said in this session, or what they are doing; "" when they have to say it.

    ``relation`` is the working relation, where the caller has read it already.
    """
    said = request.session.get(SAID + str(person.reference))
    return str(said) if said else relation or doing(request.user, person, at)


def doing(user: User, person: Person, at: datetime) -> str:
    """What of their doing, beside work of their own or their team's, makes this user read the record."""
    if holds(user, P.CONTACT_RECORD) and _on_a_call(user, person, at):
        return CALL
    if holds(user, P.CONTACT_SCREEN) and _about(person, user).filter(is_on_queue=True).exists():
        return SCREENED
    if holds(user, P.REFERRAL_ALLOCATE) and _waits(person, user):
        return TO_GIVE
    made = Entry.objects.filter(actor=user, at__gte=at - MADE_LASTS, event__in=MAKING, people__contains=[person.pk])
    return MADE if made.exists() else ""


def _on_a_call(user: User, person: Person, at: datetime) -> bool:
    """Whether a contact is being recorded by this user, or one they have just recorded names this person."""
    since = at - CALL_LASTS
    if Draft.objects.of(user).open().filter(kind="contact", saved_at__gte=since).exclude(body=b"").exists():
        return True
    return _about(person, user).filter(recorded_by=user, recorded_at__gte=since).exists()


def _about(person: Person, user: User) -> "QuerySet[Contact, Contact]":
    """Contacts the user may see that name this person, confirmed or as somebody they may be."""
    people = with_joined([person.pk])
    confirmed = ContactPerson.objects.filter(person__in=people).values("contact_id")
    possible = PossiblePerson.objects.filter(person__in=people).values("on_contact__contact_id")
    return Contact.objects.visible_to(user).filter(pk__in=confirmed.union(possible))


def _waits(person: Person, user: User) -> bool:
    rows = Involvement.objects.open().filter(person__in=with_joined([person.pk]), kind=Involvement.Kind.REFERRAL)
    return about_visible(rows.filter(worker__isnull=True), user).exists()
