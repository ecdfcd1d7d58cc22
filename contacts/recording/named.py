"""People named on contacts that nobody has decided, and whom nobody has confirmed: found as given, and marked so.

Nothing of a record is asked here, not even how names are spelt on record: what is found depends on the contacts the
reader may see and on nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import BigIntegerField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Replace, Upper

from contacts.models import Contact, ContactPerson
from contacts.models.named import NAMED
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.people import dates
from frontdoor.people.asking import Reading
from frontdoor.people.matching.spellings import spellings_of
from frontdoor.ui.formats import clock_time, local, short_day

MOST = 10
#: So many of the newest contacts that nobody has decided are looked through: more than a queue ever holds.
LOOKED_THROUGH = 5000
PLAIN_POSTCODE = Upper(Replace(F("postcode"), Value(" ")))
#: The figures of their own telephone and of the caller's: whoever rings back is known by the number.
RING = Func(
    Concat(F("telephone"), Value(" "), F("contact__referrer_telephone")), Value("[^0-9]"), Value(""), Value("g"),
    function="regexp_replace", output_field=TextField(),
)  # fmt: skip
#: A word this like the one typed is taken for it when no name has the word itself; the database's own measure, 0 to 1.
ALIKE = 0.5


class EachOf(Func):
    """Keys handed over as one array: thousands of them one by one take longer than finding anybody."""

    template = "(SELECT unnest(%(expressions)s::bigint[]))"
    output_field = BigIntegerField()


@dataclass(frozen=True)
class Given:
    """Somebody as named on a contact: what a line may show. Never an address."""

    row: ContactPerson
    reference: str
    received_at: datetime

    @property
    def name(self) -> str:
        """The name as given, with what else they are called."""
        return f"{self.row.name} (known as {self.row.known_as})" if self.row.known_as else self.row.name

    def said(self, at: datetime) -> str:
        """When it came: "today 10:12am", else the day and time."""
        day = "today" if local(self.received_at).date() == local(at).date() else short_day(self.received_at)
        return f"{day} {clock_time(self.received_at)}"


def given(user: User, ways: Iterable[Reading], *, limit: int = MOST) -> tuple[Given, ...]:
    """Whom the first reading fits that fits anybody, on contacts this user may see; the newest contact first.

    A birth that was not given on the contact contradicts nothing.
    """
    if not holds(user, Permission.CONTACT_VIEW):
        return ()
    # By key, so that only what stands on the queue is looked through, however long the history behind it is.
    undecided = Contact.objects.visible_to(user).on_queue().order_by("-received_at", "-id")
    keys = list(undecided.values_list("pk", flat=True)[:LOOKED_THROUGH])
    among = EachOf(Value(keys, output_field=ArrayField(BigIntegerField())))
    people = ContactPerson.objects.filter(person__isnull=True, contact_id__in=among).annotate(
        named=NAMED, postcode_plain=PLAIN_POSTCODE, ring=RING
    )
    for reading in ways:
        rows = _fitting(people, reading, limit)
        if rows:
            return tuple(Given(row, row.contact.reference, row.contact.received_at) for row in rows)
    return ()


def _fitting(people: QuerySet[ContactPerson], reading: Reading, limit: int) -> list[ContactPerson]:
    around = _around(reading)
    if around is None:
        return []
    rows = people.filter(around).select_related("contact").order_by("-contact__received_at", "contact_id", "position")
    if not reading.words:
        return list(rows[:limit])
    found = list(rows.filter(*(name_like(word) for word in reading.words))[:limit])
    if found or not reading.has_name:
        return found
    # Spelt nearly so: the index answers for whatever is at least as like as the setting says.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)])
        near = (name_like(word) | Q(named__trigram_word_similar=word) for word in reading.words)
        return list(rows.filter(*near)[:limit])


def name_like(word: str) -> Q:
    """Of rows with ``named``: a name has this word, begins a word with it, or is known to be written so."""
    has = Q(named__contains=f" {word}")
    for other in sorted(spellings_of(word)):
        has |= Q(named__contains=f" {other} ")
    return has


def _around(reading: Reading) -> Q | None:
    """What stands beside the name: each either fits or was not given; None when there is nothing to find anybody by."""
    beside = Q()
    if reading.born:
        days = dates.near(reading.born)
        beside &= Q(date_of_birth__in=days) | Q(date_of_birth__isnull=True) | Q(expected_on=reading.born)
    if reading.span:
        beside &= Q(date_of_birth__range=reading.span) | Q(date_of_birth__isnull=True)
        if not reading.has_name:
            beside &= Q(date_of_birth__isnull=False)
    if reading.month:
        beside &= Q(date_of_birth__month=reading.month) | Q(date_of_birth__isnull=True)
    places = Q()
    if reading.postcode:
        places &= Q(postcode_plain__startswith=reading.postcode)
    for word in reading.place.split():
        places &= Q(address__icontains=word)
    if places:
        beside &= places & Q(address_is_confidential=False)
    if reading.telephone:
        beside &= Q(ring__contains=reading.telephone.removeprefix("0"))
    if reading.nhs:
        beside &= Q(nhs_number=reading.nhs)
    if reading.has_name or places or reading.telephone or reading.nhs:
        return beside
    if reading.born or reading.span:
        return beside & Q(date_of_birth__isnull=False)
    return None
