"""Details given on a contact, offered to the record field by field. Nothing given overwrites the record by itself."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction

from contacts.models import Contact, ContactPerson
from contacts.screening.dangers import proposed
from contacts.screening.readers import differences, facts_on_record
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection.warnings import add_warning
from frontdoor.workflow.actions import touch

#: A confidential address taken over is looked at again after this long, unless somebody sets another day.
REVIEW_AFTER = timedelta(days=90)


def _take_address(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
    secret = row.address_is_confidential
    people.add_address(
        person=person,
        by=by,
        at=at,
        lines=row.address,
        postcode=row.postcode,
        is_confidential=secret,
        why=f"Given as confidential on {row.contact.reference}" if secret else "",
        review_on=london_date(at) + REVIEW_AFTER if secret else None,
        started_on=london_date(row.contact.received_at),
    )


def _amend(field: str, given: str) -> Callable[[ContactPerson, Person, User, datetime], None]:
    def take(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
        reason = f"As given on {row.contact.reference}"
        facts = {field: getattr(row, given)}
        if field == "date_of_birth":
            facts["dob_precision"] = "estimated" if row.dob_is_estimated else "exact"
        people.amend_person(person=person, by=by, at=at, reason=reason, **facts)

    return take


def _identify(kind: str, given: str) -> Callable[[ContactPerson, Person, User, datetime], None]:
    def take(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
        people.add_identifier(
            person=person, by=by, at=at, kind=kind, value=getattr(row, given), source=row.contact.reference
        )

    return take


def _name(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
    # One more name they are found by; which of them is the first name is decided on the record.
    people.add_name(person=person, by=by, at=at, given=row.given_name, family=row.family_name, kind="alias")


def _known_as(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
    people.add_name(person=person, by=by, at=at, given=row.known_as, kind="known_as")


def _telephone(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
    people.add_telephone(
        person=person, by=by, at=at, number=row.telephone, is_safe=row.is_safe_to_ring, safe_time=row.safe_time
    )


def _does_not_know(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
    reason = f"As given on {row.contact.reference}"
    people.amend_person(person=person, by=by, at=at, reason=reason, may_not_know_we_are_involved=True)


def _warning(row: ContactPerson, person: Person, by: User, at: datetime) -> None:
    danger = proposed(row)
    if danger is not None:
        add_warning(
            person=person,
            by=by,
            at=at,
            kind=danger.kind,
            text=f"{danger.text}. See the contact.",
            about="household",
            source=row.contact.reference,
            review_on=london_date(at) + REVIEW_AFTER,
        )


TAKES: dict[str, Callable[[ContactPerson, Person, User, datetime], None]] = {
    "name": _name,
    "known_as": _known_as,
    "date_of_birth": _amend("date_of_birth", "date_of_birth"),
    "sex": _amend("sex", "sex"),
    "ethnicity": _amend("ethnicity", "ethnicity"),
    "address": _take_address,
    "telephone": _telephone,
    "knows_of_us": _does_not_know,
    "nhs": _identify("nhs", "nhs_number"),
    "upn": _identify("upn", "upn"),
    "school": _amend("school", "school"),
    "communication": _amend("communication_needs", "communication"),
    "warning": _warning,
}


@transaction.atomic
def settle_details(
    *, on_contact: ContactPerson, accept: Collection[str], by: User, at: datetime, version: int | None = None
) -> list[str]:
    """Take the ticked details onto the confirmed record; the other differences are left and not offered again.

    Every detail goes through the record's own action, so that what was there before stays in its history with who,
    when and from which contact. Returns the details taken. Raises Refused when nobody is confirmed or a detail is
    no longer offered (it was taken, or the record has come to say the same).
    """
    require(by, Permission.PEOPLE_EDIT)
    contact: Contact = touch(on_contact.contact, version=version)
    row = ContactPerson.objects.select_for_update(of=("self",)).select_related("contact__text").get(pk=on_contact.pk)
    if row.person is None:
        raise Refused("Confirm whose record this is first.", code="not_linked")
    offered = [d.key for d in differences(row, row.person, facts_on_record([row.person])) if d.is_offered]
    gone = set(accept) - set(offered)
    if gone:
        raise Refused("One of these details is no longer offered. Check again what differs.", code="not_offered")
    taken = [key for key in offered if key in accept]
    for key in taken:
        TAKES[key](row, Person.objects.get(pk=row.person.pk), by, at)
    row.details_left = sorted({*row.details_left, *(key for key in offered if key not in accept)})
    row.save()
    contact.save()
    write_audit(
        "contact.details_settled",
        by=by,
        reference=contact.reference,
        people=[row.person],
        detail={"position": row.position, "taken": taken, "left": row.details_left},
    )
    return taken
