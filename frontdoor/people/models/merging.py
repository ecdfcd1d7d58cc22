"""Which records were joined to which, what that changed row by row, and which pairs a person must still look at."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Greatest, Least, Now

from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, all_or_none, one_of
from frontdoor.people.models.person import Person
from frontdoor.people.models.protection import RestrictionHolder


class MergeQuerySet(models.QuerySet["Merge"]):
    """Questions about merges."""

    def standing(self) -> Self:
        """Merges nobody has undone."""
        return self.filter(undone_at__isnull=True)

    def about(self, person_ids: Any) -> Self:
        """Merges in which any of these people is the one that stayed or the one that was merged away."""
        return self.filter(models.Q(survivor__in=person_ids) | models.Q(loser__in=person_ids))


class Merge(models.Model):
    """Two records joined to one: who, when, why and how. Only its undoing may be added later."""

    class Method(models.TextChoices):
        REVIEWED = "reviewed", "Joined after a review"
        AUTOMATIC = "automatic", "Joined automatically"
        IMPORTED = "imported", "Joined by an import"

    survivor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    loser = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_away")
    method = models.CharField(max_length=10, choices=Method.choices)
    reason = models.CharField(max_length=1000)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    # The highest key of each table at that moment: what was added since is told from what was there.
    marks = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_reason = models.CharField(max_length=1000, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("method", ["reviewed", "automatic", "imported"], name="merge_method_known"),
            models.CheckConstraint(condition=~models.Q(survivor=models.F("loser")), name="merge_of_two_people"),
            all_or_none("undone_at", "undone_by", name="merge_undone_by_somebody"),
            models.UniqueConstraint(
                fields=["loser"], condition=models.Q(undone_at__isnull=True), name="merge_stands_once"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(name="only_undone", exclude=["undone_at", "undone_by", "undone_reason"])
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"


class MergeChange(models.Model):
    """One column of one row that a merge moved or changed, or a row it looked at and kept. Never changed itself."""

    merge = models.ForeignKey(Merge, on_delete=models.PROTECT, related_name="changes")
    model = models.CharField(max_length=60)
    key = models.BigIntegerField()
    column = models.CharField(max_length=60)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    # MD5 of the rest of the row just after the merge: a row edited since does not fit it any more.
    seen = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return f"{self.model} {self.key} {self.column}"

    @property
    def is_kept(self) -> bool:
        """Whether the row stayed where it was, because moving it would have doubled another."""
        return bool(self.before == self.after)


def unordered(name: str) -> models.UniqueConstraint:
    """Constraint: a pair of people stands once, whichever way round."""
    return models.UniqueConstraint(Least("left", "right"), Greatest("left", "right"), name=name)


class NotSamePeople(models.Model):
    """Two people somebody has looked at and found not to be the same: never offered again, never joined by itself."""

    left = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(left=models.F("right")), name="not_same_are_two"),
            unordered("not_same_once"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} is not {self.right_id}"


class PairQuerySet(VisibleQuerySet):
    """Questions about pairs to review."""

    def visible_to(self, user: User) -> Self:
        """Pairs of which the user may see both people, adoption-protected ones only with a name on the restriction."""
        adopted = RestrictionHolder.objects.filter(
            user_id=user.pk, ended_at__isnull=True, restriction__ended_at__isnull=True, restriction__kind="adoption"
        )
        people = Person.objects.visible_to(user)
        known = people.filter(
            models.Q(is_adoption_protected=False) | models.Q(pk__in=adopted.values("restriction__person_id"))
        )
        return self.filter(left__in=known, right__in=known)

    def waiting(self) -> Self:
        """Pairs nobody has decided."""
        return self.filter(decision="")


class PairToReview(models.Model):
    """Two records that may be one person, found by comparing them: a person decides."""

    class Decision(models.TextChoices):
        SAME = "same", "The same person"
        NOT_SAME = "not_same", "Different people"
        LATER = "later", "Decide later"

    left = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField()
    probability = models.FloatField()
    # Reasons in words with their weights: [["the same date of birth", 5.2], …].
    reasons = models.JSONField(default=list, blank=True)
    found_at = models.DateTimeField()
    origin = models.CharField(max_length=20, default="frontdoor")
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "pairs to review"
        constraints: ClassVar = [
            one_of("decision", ["", "same", "not_same", "later"], name="pair_decision_known"),
            models.CheckConstraint(
                condition=models.Q(probability__gte=0, probability__lte=1), name="pair_probability_is_one"
            ),
            models.CheckConstraint(condition=~models.Q(left=models.F("right")), name="pair_are_two"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at__isnull=True)
                | (~models.Q(decision="") & models.Q(decided_at__isnull=False)),
                name="pair_decided_at_some_time",
            ),
            all_or_none("decided_at", "decided_by", name="pair_decided_by_somebody"),
            unordered("pair_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["decision", "-probability", "id"], name="pair_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} and {self.right_id}"
