"""A person and what identifies them. Nothing is deleted: rows end. No unique constraint spans people."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from frontdoor.accounts.models import User
from frontdoor.dated import Dated
from frontdoor.db import Record, VisibleQuerySet, one_of, tracked
from frontdoor.people.identifiers import LONGEST_TELEPHONE, of_ringing, place_key
from frontdoor.people.models.protection import hidden_people

NOT_YET_OBTAINED = "NOBT"


class PersonQuerySet(VisibleQuerySet):
    """Questions about people."""

    def visible_to(self, user: User) -> Self:
        """People this user may see: everybody but those restricted to others. Nobody for someone not signed in."""
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        return self.standing().exclude(pk__in=hidden_people(user))

    def standing(self) -> Self:
        """Records that have not been joined to another: the only ones found, offered or listed."""
        return self.filter(merged_into__isnull=True)

    def named(self, reference: str) -> Self:
        """The record of this reference, or the one it has been joined to."""
        # Two look-ups by index and then by key: with OR between them every person would be read.
        own = Person.objects.filter(reference=reference)
        joined = own.filter(merged_into__isnull=False).values("merged_into")
        return self.filter(pk__in=own.values("pk").union(joined, all=True))

    def with_joined(self, people: Any) -> Self:
        """These people and every record joined to them: to use inside another query in place of an OR over two
        tables, for which every row of both would be read."""
        return self.filter(models.Q(pk__in=people) | models.Q(merged_into__in=people))


@tracked(exclude=["version"])
class Person(Record):
    """Someone we hold a record on. A name, a date of birth and even being born are not required."""

    PREFIX: ClassVar[str] = "P"

    class DobPrecision(models.TextChoices):
        EXACT = "exact", "Exact"
        ESTIMATED = "estimated", "Estimated"
        DAY_UNKNOWN = "day_unknown", "Month and year known"
        UNKNOWN = "unknown", "Not known"
        EXPECTED = "expected", "Not yet born"

    # A name and what they are known as, each as long as a name may be.
    display_name = models.CharField(max_length=620, default="", editable=False)
    # For somebody without a name: "girl about 4, Flat 3".
    description = models.CharField(max_length=300, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    dob_precision = models.CharField(max_length=12, choices=DobPrecision.choices, default=DobPrecision.UNKNOWN)
    expected_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=2, blank=True)
    # How a young person describes themselves; never part of a return.
    self_described_gender = models.CharField(max_length=100, blank=True)
    ethnicity = models.CharField(max_length=8, default=NOT_YET_OBTAINED)
    first_language = models.CharField(max_length=60, blank=True)
    interpreter_needed = models.BooleanField(null=True, blank=True)
    religion = models.CharField(max_length=40, blank=True)
    # Empty: not yet obtained. ["NONE"]: asked, and there is none.
    disabilities = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    communication_needs = models.CharField(max_length=500, blank=True)
    school = models.CharField(max_length=200, blank=True)
    upn_unknown = models.CharField(max_length=4, blank=True)
    is_adoption_protected = models.BooleanField(default=False)
    may_not_know_we_are_involved = models.BooleanField("family does not know we are involved", default=False)
    # The day the old system last changed the row this record was made of; empty for a record of our own.
    written_on = models.DateField(null=True, blank=True, editable=False)
    # Facts somebody changed here, with when and who: {"sex": {"at": "2026-11-23T10:00:00+00:00", "by": 7}}. A newer
    # extract of an old system does not change them: it asks.
    said_here = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    # The record this one has been joined to, always one that stands itself; undoing the merge empties it.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="absorbed", db_index=False
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"
        constraints: ClassVar = [
            one_of(
                "dob_precision",
                ["exact", "estimated", "day_unknown", "unknown", "expected"],
                name="dob_precision_known",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(dob_precision__in=["unknown", "expected"], date_of_birth__isnull=True)
                    | models.Q(dob_precision__in=["exact", "estimated", "day_unknown"], date_of_birth__isnull=False)
                ),
                name="dob_fits_precision",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="person_not_merged_into_itself"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["date_of_birth", "id"], name="person_born"),
            models.Index(fields=["expected_on"], condition=models.Q(expected_on__isnull=False), name="person_expected"),
            models.Index(
                fields=["id"], condition=models.Q(is_adoption_protected=True), name="person_adoption_protected"
            ),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="person_merged_away"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_unborn(self) -> bool:
        """Whether the child is expected and not yet born."""
        return self.dob_precision == self.DobPrecision.EXPECTED


class PersonText(models.Model):
    """Long text about a person, in its own row so that history does not copy it at each change."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True, related_name="text")
    notes = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"text of {self.person_id}"


@tracked()
class Name(models.Model):
    """One name a person has or had, in any script; a single name stands alone in ``given``."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", "Name"
        KNOWN_AS = "known_as", "Known as"
        FORMER = "former", "Former name"
        ALIAS = "alias", "Also known as"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    given = models.CharField(max_length=150, blank=True)
    family = models.CharField(max_length=150, blank=True)
    full = models.CharField(max_length=301, editable=False)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=20, default="frontdoor")

    class Meta:
        constraints: ClassVar = [
            one_of("kind", ["primary", "known_as", "former", "alias"], name="name_kind_known"),
            models.CheckConstraint(condition=~models.Q(full=""), name="name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.full

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the whole name as one text."""
        self.full = " ".join(part for part in (self.given.strip(), self.family.strip()) if part)
        super().save(*args, **kwargs)


class NameWord(models.Model):
    """One distinct normalised word of any name, with how it sounds. Far fewer than people: fuzzy search runs here."""

    text = models.CharField(max_length=80, primary_key=True)
    # "d" + Daitch–Mokotoff codes and "m" + double metaphone codes.
    sounds = ArrayField(models.TextField(), default=list)
    # How many people bear it, as last counted: how much it says that two people share it.
    bearers = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["text"], name="name_word_like", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["sounds"], name="name_word_sounds"),
        ]

    def __str__(self) -> str:
        return self.text


class NameToken(models.Model):
    """A person has this word in one of their names. Exact lookups only; the fuzzy part is in :class:`NameWord`."""

    word = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["word", "person"], name="name_token_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "word"], name="name_token_of_person")]

    def __str__(self) -> str:
        return self.word


@tracked()
class Identifier(Dated):
    """A number or code somebody else gave a person, dated. Two people may hold one: a question, not an error."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=60)
    # Whether the check digit or letter is right; None where the kind has none.
    check_ok = models.BooleanField(null=True, blank=True)
    source = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["value", "kind"], name="identifier_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


@tracked()
class Address(models.Model):
    """Where a person lives or lived. A confidential one is never in a search, a letter, a reply or a printed pack."""

    class Kind(models.TextChoices):
        HOME = "home", "Home"
        TEMPORARY = "temporary", "Temporary"
        PLACEMENT = "placement", "Placement"
        OTHER_PARENT = "other_parent", "Other parent"
        CORRESPONDENCE = "correspondence", "Letters only"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.HOME)
    lines = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    # Without the space, for looking up.
    postcode_key = models.CharField(max_length=10, blank=True, editable=False)
    uprn = models.CharField(max_length=12, blank=True)
    is_communal = models.BooleanField("refuge, hostel, hospital, school or children's home", default=False)
    is_confidential = models.BooleanField(default=False)
    confidential_from = models.CharField("kept from whom", max_length=200, blank=True)
    why = models.CharField(max_length=500, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_on = models.DateField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_confidential=False) | ~models.Q(why=""), name="confidential_address_says_why"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["postcode_key", "person"],
                condition=models.Q(is_confidential=False) & ~models.Q(postcode_key=""),
                name="address_postcode",
            ),
            models.Index(
                fields=["postcode_key"],
                condition=models.Q(is_confidential=True) & ~models.Q(postcode_key=""),
                name="address_confidential",
            ),
            GinIndex(
                OpClass(Upper("lines"), name="gin_trgm_ops"),
                condition=models.Q(is_confidential=False),
                name="address_lines_like",
            ),
            models.Index(fields=["uprn"], condition=~models.Q(uprn=""), name="address_uprn"),
        ]

    def __str__(self) -> str:
        return f"address {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the postcode's look-up key."""
        self.postcode = self.postcode.strip().upper()
        self.postcode_key = place_key(self.postcode)[:10]
        super().save(*args, **kwargs)


@tracked()
class Telephone(models.Model):
    """A telephone number, with whether and when it is safe to ring it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="telephones")
    # As given, with the words beside it; a text that names two numbers is a row for each.
    number = models.CharField(max_length=LONGEST_TELEPHONE)
    # Digits only, national form (01632 960123 -> 01632960123), for looking up.
    number_key = models.CharField(max_length=20, editable=False, default="")
    is_safe = models.BooleanField(null=True, blank=True)
    safe_time = models.CharField(max_length=100, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["number_key"], name="telephone_number")]

    def __str__(self) -> str:
        return f"telephone {self.pk}"

    @property
    def of_ringing(self) -> str:
        """Whether it is safe to ring, in words."""
        return of_ringing(self.number, self.is_safe) or "not known whether it is safe"


@tracked()
class Relationship(models.Model):
    """What ``other`` is to ``person``: mother, brother, carer. Stored once; read from both ends."""

    #: Ties that are not family.
    OUTSIDE: ClassVar = ("friend", "professional", "other")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relationships")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="related_from")
    kind = models.CharField(max_length=30)
    has_parental_responsibility = models.BooleanField(null=True, blank=True)
    lives_with = models.BooleanField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(person=models.F("other")), name="relationship_of_two_people")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
