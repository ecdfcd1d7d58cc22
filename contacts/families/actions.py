"""Saying which person, and which part of what was said, belongs to which family on a contact: one act."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from contacts.bundles import actions as bundles
from contacts.families.parts import TEXTS, added, parts_of
from contacts.models import Contact, ContactPerson, FamilyGroup, FamilyText
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.workflow.actions import touch

#: A part of a text: its column, and where it begins and ends.
Part = tuple[str, int, int]


def words_of(contact: Contact) -> dict[str, str]:
    """The texts of a contact that may be about several families, what was said later among them, without the empty
    ones: by column, or by what an addition is called."""
    found = {name: str(getattr(contact if hasattr(contact, name) else contact.text, name)) for name in TEXTS}
    found |= {added(key): text for key, text in contact.additions.order_by("at", "pk").values_list("pk", "text")}
    return {name: text for name, text in found.items() if text.strip()}


def parts_on(contact: Contact) -> dict[Part, str]:
    """Every part of those texts, with its words."""
    return {
        (name, start, end): text[start:end] for name, text in words_of(contact).items() for start, end in parts_of(text)
    }


def is_separated(contact: Contact) -> bool:
    """Whether somebody has said of every part there is now which family it is about; words added later ask again."""
    said = set(contact.family_texts.values_list("field", "start", "end"))
    return parts_on(contact).keys() <= said


@transaction.atomic
def separate_families(
    *,
    contact: Contact,
    people: Mapping[int, int],
    parts: Mapping[Part, int | None],
    by: User,
    at: datetime,
    version: int | None = None,
) -> Contact:
    """Put each person (by position) into a family, and each part of the text to one of them, or to all (None).

    The words stay as given; what each family's pages show follows. About several families the contact is screened by
    itself, beside the bundle of each (:mod:`contacts.families.beside`).

    Raises Refused for a part that is not of this contact, or that is given to a family nobody is in.
    """
    require(by, Permission.CONTACT_SCREEN)
    bundles.take_turns(contact)
    locked: Contact = touch(contact, version=version)
    rows = list(ContactPerson.objects.select_for_update().filter(contact=locked).order_by("position"))
    is_regrouped = False
    for row in rows:
        number = people.get(row.position, row.family_group)
        if number != row.family_group:
            row.family_group, is_regrouped = number, True
            row.save()
    numbers = {row.family_group for row in rows} or {1}
    there = set(FamilyGroup.objects.filter(contact=locked).values_list("number", flat=True))
    FamilyGroup.objects.bulk_create(FamilyGroup(contact=locked, number=number) for number in sorted(numbers - there))
    known = parts_on(locked)
    for (name, start, end), family in parts.items():
        if (name, start, end) not in known:
            raise Refused("The text has changed. Look at its parts again.", code="no_part")
        if family is not None and family not in numbers:
            raise Refused(f"Nobody on this contact is in family {family}.", code="empty_family")
        FamilyText.objects.update_or_create(
            contact=locked,
            field=name,
            start=start,
            defaults={"end": end, "family": family, "chosen_by": by, "chosen_at": at},
        )
    locked.save()
    if len(numbers) > 1:
        bundles.stand_alone(contact=locked, by=by, at=at, reason="It is about several families")
    if is_regrouped and locked.is_on_queue:
        bundles.bundle_contact(contact=locked, by=by, at=at)
    write_audit(
        "contact.families_separated", by=by, reference=locked.reference,
        people=[row.person for row in rows if row.person is not None],
        detail={"families": len(numbers), "parts": len(parts)},
    )  # fmt: skip
    return locked
