"""Lists the confidential addresses that stand with somebody they may have to be kept from. Changes no address.

Until a manager has decided, such an address is offered to no record and shown for nobody. The words are those of the
day of this migration: it reads no code that may change.
"""

import re
import unicodedata
from itertools import groupby

from django.db import migrations
from django.utils import timezone

FORMER = ("former_partner", "ex_partner")
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
LAST_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\W*$", re.IGNORECASE)


def _letters(*parts):
    bare = unicodedata.normalize("NFKD", " ".join(parts).casefold())
    return "".join(c for c in bare if c.isalnum())


def _spellings(lines, postcode):
    """What an address is known by: its letters, and its postcode with its numbers, which other spellings share."""
    known_by = {_letters(lines, postcode)}
    typed = LAST_POSTCODE.search(lines)
    if typed is not None:
        lines, postcode = lines[: typed.start()], postcode or typed[0]
    key = _letters(postcode).upper()
    numbers = [word for word in re.findall(r"\w+", lines.casefold()) if any(c.isdigit() for c in word)]
    if POSTCODE.fullmatch(key) and lines.strip(" ,"):
        known_by.add(f"{key}:{'-'.join(numbers) or _letters(lines.split(',')[0])}")
    return known_by - {""}


def _is_former(row):
    return row.relationship.strip().casefold().replace(" ", "_").replace("-", "_") in FORMER


def _lives_there(row):
    if row.lives_with_children is not None:
        return row.lives_with_children
    return row.is_child or (row.role in ("victim", "carer") and not _is_former(row))


def _may_have(row):
    return _lives_there(row) and row.role != "suspect" and not _is_former(row)


def _doubtful(rows):
    """The rows of one contact whose address may have to be kept from those they tell of."""
    told = [(row, _spellings(row.address, row.postcode)) for row in rows if _letters(row.address, row.postcode)]
    secret = {one for row, known_by in told if row.address_is_confidential for one in known_by}
    of_household = {one for row, known_by in told if _may_have(row) for one in known_by}
    for row, known_by in told:
        if _may_have(row):
            continue
        is_kept_from = row.role == "suspect" or (_is_former(row) and row.role != "victim")
        is_theirs_elsewhere = row.address_is_confidential and is_kept_from
        if is_theirs_elsewhere or known_by & secret & of_household:
            yield row


def list_them(apps, schema_editor):
    """One question for each such row of a contact, and for each row of a record it was taken to."""
    ContactPerson = apps.get_model("contacts", "ContactPerson")
    AddressQuestion = apps.get_model("contacts", "AddressQuestion")
    Address = apps.get_model("people", "Address")
    at = timezone.now()
    with_one = ContactPerson.objects.filter(address_is_confidential=True).values("contact_id")
    rows = ContactPerson.objects.filter(contact_id__in=with_one).order_by("contact_id", "position")
    for _, of_contact in groupby(rows.iterator(), key=lambda row: row.contact_id):
        for row in _doubtful(list(of_contact)):
            ContactPerson.objects.filter(pk=row.pk).update(address_is_withheld=True)
            own = Address.objects.filter(person_id=row.person_id) if row.person_id else Address.objects.none()
            wanted = _spellings(row.address, row.postcode)
            taken = [one.pk for one in own if _spellings(one.lines, one.postcode) & wanted]
            for address in taken or [None]:
                AddressQuestion.objects.get_or_create(
                    on_contact_id=row.pk, address_id=address, defaults={"asked_at": at}
                )


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0004_whose_address"),
    ]

    operations = [
        migrations.RunPython(list_them, migrations.RunPython.noop),
    ]
