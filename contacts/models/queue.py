"""What the queue keeps of its own: what facts are worth, and where each contact stands and why."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from contacts.ranking.order import Reason, Weights
from frontdoor.dated import Begun, Shipped
from frontdoor.db import all_or_none, one_of

WEIGHTS = tuple(Weights.__dataclass_fields__)


class RankWeights(Begun, Shipped):
    """What each fact is worth in the order of the queue, from a day on. Never changed: a new row follows."""

    minutes_per_point = models.PositiveIntegerField()
    red = models.PositiveIntegerField()
    amber = models.PositiveIntegerField()
    green = models.PositiveIntegerField()
    blue = models.PositiveIntegerField()
    ungraded = models.PositiveIntegerField()
    unborn = models.PositiveIntegerField()
    under_one = models.PositiveIntegerField()
    under_five = models.PositiveIntegerField()
    pregnancy = models.PositiveIntegerField()
    disability = models.PositiveIntegerField()
    unseen = models.PositiveIntegerField()
    safe_until = models.PositiveIntegerField()
    safe_until_hours = models.PositiveIntegerField()
    reason = models.TextField(blank=True)
    set_at = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            all_or_none("set_at", "set_by", name="rank_weights_set_by_somebody"),
            models.CheckConstraint(
                condition=Q(red__gte=F("amber"), amber__gte=F("green"), green__gte=F("blue")),
                name="rank_weights_worse_grade_never_lower",
            ),
        ]

    def __str__(self) -> str:
        return f"weights from {self.valid_from}"

    @property
    def weights(self) -> Weights:
        """As the ranking takes them."""
        return Weights(**{name: getattr(self, name) for name in WEIGHTS})


class ContactRank(models.Model):
    """Why a contact stands where it stands: kept apart, so that its history is not copied when only its place moves."""

    contact = models.OneToOneField("contacts.Contact", on_delete=models.PROTECT, related_name="rank")
    points = models.PositiveIntegerField()
    reasons: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    weights = models.ForeignKey(RankWeights, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ages_at = models.DateTimeField(null=True, blank=True)
    # A grade worse than the one given, for now, because of somebody a child may be; and why. Empty when there is none.
    raised_grade = models.CharField(max_length=10, blank=True, db_default="")
    raised_why = models.CharField(max_length=300, blank=True, db_default="")
    # When it was last looked for on record who the children may be.
    proposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [one_of("raised_grade", ["", "red", "amber", "green"], name="raised_grade_known")]
        indexes: ClassVar = [
            models.Index(fields=["ages_at"], name="contact_rank_ages", condition=Q(ages_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.points} points"

    @property
    def told(self) -> tuple[Reason, ...]:
        """The reasons as the ranking gave them."""
        return tuple(Reason(*row) for row in self.reasons)


class Presence(models.Model):
    """Who has a contact open on the queue, touched while it stands open. Says who is looking, and holds nobody off."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="lookers")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contact", "user"], name="presence_once")]
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="presence_seen")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.contact_id}"


class QueueDensity(models.Model):
    """How much of each line somebody wants to see of the queue. Without a row: everything."""

    user = models.OneToOneField("accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+")
    is_compact = models.BooleanField()

    class Meta:
        verbose_name_plural = "queue densities"

    def __str__(self) -> str:
        return "one row a line" if self.is_compact else "everything on each line"


class SavedView(models.Model):
    """Filters of the queue that somebody keeps under a name of their own."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
