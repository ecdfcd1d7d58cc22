"""What a person says of a contact and an episode that may be one event, and what becomes of the referral then.

A row is asked about when the rule was in doubt, or when the two people have become one record since. Answered "one
event" the referral stands on the contact of the contact centre; answered "two events" on a contact of its own. The
contact once made for the episode is kept either way: while it is not used, its outcome says whose incident it is.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from contacts.models import Contact, ContactPerson
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.exchange.legacy import events
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.linking import contact_of_child, episode_of_child
from frontdoor.exchange.legacy.loading_referrals import Referrals
from frontdoor.exchange.legacy.staging import Pending, as_values
from frontdoor.exchange.legacy.writing import Meanings, actor
from frontdoor.exchange.models import Origin, SameEvent
from frontdoor.people.access import check_conflict_of
from frontdoor.people.models import Merge, Person
from referrals.models import Referral

CHILDREN, CONTACTS, EPISODES = "firstcall_contact_children.csv", "firstcall_contacts.csv", "carecase_episodes.csv"
CLIENTS, PEOPLE = "firstcall_people.csv", "carecase_people.csv"
WAITING, NOT_ASKED = SameEvent.Answer.WAITING, SameEvent.Answer.NOT_ASKED


def _seen(event: SameEvent, by: User) -> tuple[SameEvent, str, str]:
    """The row, locked, with the references of its contact and its referral. Refused when it is none of theirs."""
    found = SameEvent.objects.visible_to(by).filter(pk=event.pk).values_list("contact_reference", "referral_reference")
    first = found.first()
    if first is None:
        raise Refused("This is not in your list any more.", code="gone")
    for reference in first:
        check_conflict_of(by, reference)
    return SameEvent.objects.select_for_update(of=("self",)).get(pk=event.pk), *first


@transaction.atomic
def decide(*, event: SameEvent, is_one: bool, by: User, at: datetime) -> SameEvent:
    """Say whether the two are one event; the referral is moved where it has to be.

    Raises Denied without the permission; Refused when somebody has answered, or the referral cannot be moved.
    """
    require(by, Permission.PEOPLE_MERGE)
    row, contact, referral = _seen(event, by)
    if row.answer != WAITING:
        raise Refused("Somebody has answered this already.", code="decided")
    row.was_one_path = _put(row, contact, referral, is_one=is_one)
    row.is_certain = is_one
    row.answer = SameEvent.Answer.ONE if is_one else SameEvent.Answer.TWO
    row.decided_at, row.decided_by = at, by
    row.save()
    _told("event.one" if is_one else "event.two", row, contact, referral, by)
    return row


@transaction.atomic
def take_back(*, event: SameEvent, by: User, at: datetime) -> SameEvent:
    """Take an answer back: it waits again, and the referral stands where it stood before. Refused without an answer."""
    require(by, Permission.PEOPLE_MERGE)
    row, contact, referral = _seen(event, by)
    if row.answer not in (SameEvent.Answer.ONE, SameEvent.Answer.TWO):
        raise Refused("There is no answer to take back.", code="no_answer")
    _put(row, contact, referral, is_one=row.was_one_path)
    row.is_certain = row.was_one_path
    row.answer, row.decided_at, row.decided_by = WAITING, None, None
    row.save()
    _told("event.reopened", row, contact, referral, by)
    return row


def _told(event: str, row: SameEvent, contact: str, referral: str, by: User) -> None:
    child = Referral.objects.filter(reference=referral).values_list("child", flat=True)
    write_audit(
        event,
        by=by,
        reference=referral,
        people=[pk for pk in child if pk],
        detail={"event": row.pk, "contact": contact},
    )


def _put(row: SameEvent, contact: str, referral: str, *, is_one: bool) -> bool:
    """Have the referral stand on the contact, or on one of its own; whether it stood on the contact before."""
    locked = Referral.objects.select_for_update(of=("self",)).select_related("contact").get(reference=referral)
    was_one: bool = locked.contact.reference == contact
    if is_one and not was_one:
        _onto(locked, row, contact)
    elif was_one and not is_one:
        _off(locked, row)
    return was_one


def _onto(referral: Referral, row: SameEvent, reference: str) -> None:
    """Move a referral off the contact that was made for it, onto the contact centre's."""
    contact = Contact.objects.select_for_update(of=("self",)).get(reference=reference)
    child = ContactPerson.objects.filter(contact=contact, is_child=True, person=referral.child).first()
    if child is None:
        raise Refused("The child is not on this contact: their two records may have been taken apart.", code="apart")
    if Referral.objects.filter(contact_person=child).exclude(pk=referral.pk).exists():
        raise Refused("Another referral of the child stands on this contact already.", code="taken")
    own = referral.contact
    if own.origin != CARECASE:
        raise Refused("The referral stands on another contact, that was not made for it.", code="elsewhere")
    row.own_contact = own.reference
    _say_outcome(own, "same_incident", reference)
    _stand(referral, contact.pk, child.pk)


def _off(referral: Referral, row: SameEvent) -> None:
    """Move a referral onto the contact that was made for it, or that is made now."""
    own = ContactPerson.objects.filter(
        contact__reference=row.own_contact, is_child=True, person=referral.child
    ).select_related("contact")
    child = own.first() if row.own_contact else None
    if child is not None:
        _say_outcome(child.contact, "referral", "")
        _stand(referral, child.contact_id, child.pk)
        return
    if referral.child_id is None:
        raise Refused("Confirm first who the child of the referral is.", code="unconfirmed")
    source = Origin.objects.select_related("source").get(file=EPISODES, identity=row.episode_id).source
    values = as_values(source.values)
    loader = Referrals(Meanings(), referral.received_at)
    made, on_it = loader.own_contact(Pending(source.pk, row.episode_id, values), referral.child_id, actor(CARECASE))
    row.own_contact = Contact.objects.values_list("reference", flat=True).get(pk=made)
    _stand(referral, made, on_it)


def _stand(referral: Referral, contact: int, child: int) -> None:
    referral.contact_id, referral.contact_person_id = contact, child
    referral.version += 1
    referral.save()


def _say_outcome(own: Contact, outcome: str, of: str) -> None:
    """What came of the contact made for an episode: its referral, or that it is the incident of another contact."""
    own.outcome = outcome
    own.version += 1
    own.save()
    for child in ContactPerson.objects.filter(contact=own, is_child=True):
        child.outcome = outcome
        child.outcome_detail = {**child.outcome_detail, "contact": of} if of else {}
        child.save()


# -- when people are joined or taken apart ------------------------------------------------------------


@transaction.atomic
def people_joined_or_parted(people: set[int], at: datetime) -> None:
    """Ask about events of people who are one record now; those of people who are two again are asked no more.

    A referral that stood on the other's contact because they were one goes to a contact of its own.
    """
    ones = {pk: into or pk for pk, into in Person.objects.with_joined(people).values_list("pk", "merged_into_id")}
    keys = _keys(ones)
    if not keys[PEOPLE]:
        return
    rows = SameEvent.objects.select_for_update(of=("self",)).filter(person_id__in=keys[PEOPLE]).order_by("pk")
    for row in rows:
        client = keys[CLIENTS].get(row.client_no)
        is_one = client is not None and client == keys[PEOPLE][row.person_id]
        if is_one and row.answer == NOT_ASKED and (row.is_doubtful or not row.is_certain):
            row.answer = WAITING
            row.save(update_fields=["answer"])
        elif not is_one and client is not None and (row.is_certain or row.answer != NOT_ASKED):
            _forget(row)
    # An import compares everything by itself.
    by_hand = Merge.objects.standing().filter(survivor__in=people, merged_at=at).exclude(method="automatic")
    if by_hand.exists():
        _recognise(ones, keys)


def _forget(row: SameEvent) -> None:
    """Put the events of two people who are two records again apart; that a person said "two" stands."""
    if row.answer == SameEvent.Answer.TWO:
        return
    made = dict(
        Origin.objects.filter(file__in=(CONTACTS, EPISODES), identity__in=(row.contact_no, row.episode_id)).values_list(
            "file", "reference"
        )
    )
    # Of a referral that has been taken off the child nothing hangs on who is one.
    if len(made) == 2 and Referral.objects.filter(reference=made[EPISODES], child__isnull=False).exists():
        _put(row, made[CONTACTS], made[EPISODES], is_one=False)
    row.is_certain = False
    row.answer, row.decided_at, row.decided_by = NOT_ASKED, None, None
    row.save()


def _keys(ones: dict[int, int]) -> dict[str, dict[str, int]]:
    """Of both systems: the keys of these people, each with its one record."""
    references = dict(Person.objects.filter(pk__in=ones).values_list("reference", "pk"))
    found: dict[str, dict[str, int]] = {CLIENTS: {}, PEOPLE: {}}
    rows = Origin.objects.filter(file__in=(CLIENTS, PEOPLE), reference__in=references)
    for file, identity, reference in rows.values_list("file", "identity", "reference"):
        found[file][identity] = ones[references[reference]]
    return found


def _recognise(ones: dict[int, int], keys: dict[str, dict[str, int]]) -> None:
    """Find what nobody could recognise while the people were two records, and ask about it."""
    if not keys[CLIENTS]:
        return
    referrals = Referral.objects.filter(child__in=ones, origin=CARECASE).values("reference")
    meanings = Meanings()
    known = SameEvent.objects.values("episode_id")
    told = Origin.objects.filter(file=EPISODES, reference__in=referrals).exclude(identity__in=known)
    episodes = [
        each
        for identity, values in told.values_list("identity", "source__values")
        if (each := episode_of_child(identity, as_values(values), _one(keys[PEOPLE], values, "person_id"), meanings))
    ]
    if not episodes:
        return
    on = ContactPerson.objects.filter(person__in=ones, is_child=True, contact__origin=FIRSTCALL)
    pairs = [
        as_values(values)
        for values in Origin.objects.filter(file=CHILDREN, reference__in=on.values("contact__reference")).values_list(
            "source__values", flat=True
        )
    ]
    about = {
        identity: as_values(values)
        for identity, values in Origin.objects.filter(
            file=CONTACTS, identity__in={pair["CONTACT_NO"] for pair in pairs}
        ).values_list("identity", "source__values")
    }
    taken = set(SameEvent.objects.filter(contact_no__in=about).values_list("contact_no", "client_no"))
    contacts = [
        on_it
        for pair in pairs
        if (pair["CONTACT_NO"], pair["CLIENT_NO"]) not in taken
        and (
            on_it := contact_of_child(
                pair, about.get(pair["CONTACT_NO"]), _one(keys[CLIENTS], pair, "CLIENT_NO"), meanings
            )
        )
    ]
    _ask(events.same_events(contacts, episodes))


def _one(keys: dict[str, int], values: object, name: str) -> int | None:
    return keys.get(as_values(values).get(name, ""))


def _ask(found: Iterable[events.SameEvent]) -> None:
    SameEvent.objects.bulk_create(
        SameEvent(
            contact_no=each.contact_no, client_no=each.client_no, episode_id=each.episode_id, person_id=each.person_id,
            is_certain=False, is_doubtful=not each.is_certain, reasons=list(each.reasons), answer=WAITING,
        )
        for each in found
    )  # fmt: skip
