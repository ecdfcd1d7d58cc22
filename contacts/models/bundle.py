"""Bundles: open contacts about one family, screened together. A bundle never merges people."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from frontdoor.accounts.models import User
from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of

COMMUNAL_KINDS = ["refuge", "hostel", "hospital", "school", "childrens_home", "other"]


class BundleQuerySet(VisibleQuerySet):
    """Questions about bundles."""

    def visible_to(self, user: User) -> Self:
        """Bundles with at least one contact this user may see."""
        contacts = self.model._meta.get_field("contacts").related_model
        seen = contacts._default_manager.visible_to(user).filter(bundle_id=models.OuterRef("pk"))
        return self.filter(models.Exists(seen))

    def on_queue(self) -> Self:
        """Bundles with a contact on the duty manager's queue."""
        return self.filter(Q(is_on_queue=True))


class Bundle(Record):
    """Contacts about one family that are screened together; a bundle of one is a bundle.

    What stands here beside the reference is worked out from the contacts on the queue, by
    :func:`contacts.bundles.refresh`, in the transaction of the act that changed one of them.
    """

    PREFIX = "B"

    opened_at = models.DateTimeField()
    size = models.PositiveSmallIntegerField(default=1)
    # The worst grade, and the best place: tier and rank of the contact that stands first.
    grade = models.CharField(max_length=10, blank=True)
    tier = models.PositiveSmallIntegerField(default=2)
    rank_at = models.DateTimeField()
    first_received_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    has_unborn = models.BooleanField(default=False)
    youngest_born_on = models.DateField(null=True, blank=True)
    is_fast_track = models.BooleanField(default=False)
    is_on_queue = models.BooleanField(default=True)
    # Something arrived after screening had begun, and nobody has looked at the bundle since.
    needs_attention_at = models.DateTimeField(null=True, blank=True)
    # Its contacts now stand in another bundle.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed", editable=False
    )

    objects = BundleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("grade", ["", "red", "amber", "green", "blue"], name="bundle_grade_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_on_queue=False), name="bundle_merged_is_off_queue"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tier", "rank_at", "id"], name="bundle_queue", condition=Q(is_on_queue=True)),
            models.Index(fields=["first_received_at", "id"], name="bundle_oldest", condition=Q(is_on_queue=True)),
        ]


class BundleJoin(models.Model):
    """Why a contact stands, or stood, in a bundle: by rule, or by a person with a reason. The history of a bundle."""

    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="joins")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="bundle_joins")
    # The contact it was joined with; none where it opened the bundle.
    other = models.ForeignKey(
        "contacts.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=30)
    sentence = models.CharField(max_length=300)
    # Empty: by rule.
    by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            all_or_none("ended_at", "ended_by", name="bundle_join_ended_by_somebody"),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(ended_at__isnull=True), name="bundle_join_one_standing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.contact_id}"


class KeptApart(models.Model):
    """Two contacts a person has said are not to be screened together; no rule joins them again until taken back."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            all_or_none("ended_at", "ended_by", name="kept_apart_ended_by_somebody"),
            models.CheckConstraint(condition=Q(contact__lt=F("other")), name="kept_apart_in_order"),
            models.UniqueConstraint(
                fields=["contact", "other"], condition=Q(ended_at__isnull=True), name="kept_apart_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} apart from {self.other_id}"


class PossibleLink(models.Model):
    """Two contacts that name something in common which is no reason to bundle them: an "also named in" line."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="possible_links")
    other = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="possible_links_to")
    code = models.CharField(max_length=30)
    sentence = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "other", "code"], name="possible_link_once"),
            models.CheckConstraint(condition=~Q(contact=F("other")), name="possible_link_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.contact_id}"


class FamilyKey(models.Model):
    """A look-up word of one contact: a child, a household or a grown-up as given, hashed. Only for finding quickly."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="family_keys")
    key = models.CharField(max_length=32)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contact", "key"], name="family_key_once")]
        indexes: ClassVar = [models.Index(fields=["key", "received_at"], name="family_key_recent")]

    def __str__(self) -> str:
        return f"key of {self.contact_id}"


class BundlingRule(Dated, Shipped):
    """How many days lie at most between two contacts that are bundled by rule; data, with dates."""

    window_days = models.PositiveSmallIntegerField(default=28)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(window_days__gte=1), name="bundling_window_is_a_day_or_more"),
            never_two(name="bundling_rule_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.window_days} days"


class CommunalAddress(Dated, Shipped):
    """A refuge, hostel, hospital, school or children's home: living there is no reason to bundle. Data, with dates."""

    KEY = ("postcode_key", "line")

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=150)
    # The postcode without its space; with a first line only that building, without one every address there.
    postcode_key = models.CharField(max_length=10)
    line = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            one_of("kind", COMMUNAL_KINDS, name="communal_kind_known"),
            never_two("postcode_key", "line", name="communal_address_once_a_day"),
        ]
        indexes: ClassVar = [models.Index(fields=["postcode_key"], name="communal_postcode")]

    def __str__(self) -> str:
        return self.name
