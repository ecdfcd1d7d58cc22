"""Brothers and sisters who are not on a contact: whether it is about them too, asked once and kept."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from contacts import hooks
from contacts.bundles import actions as bundles
from contacts.identity.household import Sibling, household_of
from contacts.models import Contact, ContactPerson, HouseholdAnswer
from contacts.screening.actions import link_person
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.people.models import Person
from frontdoor.workflow.actions import lock

Answer = HouseholdAnswer.Answer


@transaction.atomic
def answer_household(*, contact: Contact, answers: Mapping[str, str], by: User, at: datetime) -> list[HouseholdAnswer]:
    """Keep what was said of brothers and sisters, by the reference of their record: a value of HouseholdAnswer.Answer.

    Whom it is about is added to the contact as a child confirmed to be that record, and their workers are told as of
    any other confirmed child; on the fast track they get what the other children got. Nobody is asked again about
    whom an answer is kept. Raises Refused without an answer, and where one of them is not asked about any more.
    """
    require(by, Permission.CONTACT_SCREEN)
    if not answers:
        raise Refused("Choose an answer for at least one child.", code="required")
    wanted = Person.objects.visible_to(by).filter(
        reference__in=[reference for reference, answer in answers.items() if answer == Answer.ABOUT]
    )
    bundles.take_turns(contact, *wanted)
    locked = lock(contact)
    asked = {s.person.reference: s for s in household_of(locked, by, london_date(at)).asked}
    if answers.keys() - asked.keys():
        raise Refused("One of these children is not asked about any more. Check again who is here.", code="answered")
    return [_answer(locked, asked[reference], answer, by=by, at=at) for reference, answer in answers.items()]


def _answer(contact: Contact, sibling: Sibling, answer: str, *, by: User, at: datetime) -> HouseholdAnswer:
    row = _add(contact, sibling) if answer == Answer.ABOUT else None
    # In the place of an answer that counts no more; the evidence keeps that one.
    kept, _ = HouseholdAnswer.objects.update_or_create(
        contact=contact, person=sibling.person, defaults={"answer": answer, "on_contact": row, "by": by, "at": at}
    )
    write_audit(
        "contact.household_answered", by=by, reference=contact.reference, people=[sibling.person],
        detail={"answer": answer},
    )  # fmt: skip
    if row is not None:
        linked = link_person(on_contact=row, person=sibling.person, by=by, at=at)
        for add in hooks.child_added:
            add(contact, linked, by, at)
    return kept


def _add(contact: Contact, sibling: Sibling) -> ContactPerson:
    """The child as one more on the contact, in the family of the brother or sister; nothing is said of an address."""
    person = sibling.person
    last = contact.people.aggregate(last=Max("position"))["last"] or 0
    name = person.names.filter(kind="primary", ended_on__isnull=True).order_by("pk").first()
    return ContactPerson.objects.create(
        contact=contact,
        position=last + 1,
        family_group=sibling.of.family_group,
        is_child=True,
        role="subject",
        given_name=name.given if name is not None else "",
        family_name=name.family if name is not None else "",
        date_of_birth=person.date_of_birth,
        dob_is_estimated=person.date_of_birth is not None and person.dob_precision != Person.DobPrecision.EXACT,
        expected_on=person.expected_on if person.date_of_birth is None else None,
        sex=person.sex,
    )
