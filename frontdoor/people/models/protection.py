"""Who may not see a person, who nevertheless may, and which links were refused."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from frontdoor.accounts.models import User
from frontdoor.db import all_or_none, one_of, tracked
from frontdoor.wording import stated


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    """Questions about restrictions."""

    def in_force(self) -> "RestrictionQuerySet":
        """Restrictions nobody has ended."""
        return self.filter(ended_at__isnull=True)

    def hiding_from(self, user: int) -> "RestrictionQuerySet":
        """Restrictions in force that keep this user (key) out: no named holder, and no break-glass that still runs."""
        held = RestrictionHolder.objects.filter(user_id=user, ended_at__isnull=True)
        opened = BreakGlass.objects.filter(user_id=user, expires_at__gt=Now())
        return (
            self.in_force()
            .exclude(pk__in=held.values("restriction_id"))
            .exclude(person_id__in=opened.values("person_id"))
        )


def _hidden_from(user: int) -> models.QuerySet[Any, Any]:
    rows: models.QuerySet[Any, Any] = Restriction.objects.hiding_from(user).values("person_id")
    return rows


def hidden_people(user: User) -> RawSQL:
    """Ids of the people hidden from this user, to use with ``__in`` inside another query."""
    return stated(_hidden_from, user.pk)


@tracked()
class Restriction(models.Model):
    """Only the named holders see this person; to everyone else the record does not exist."""

    class Kind(models.TextChoices):
        RESTRICTED = "restricted", "Restricted"
        ADOPTION = "adoption", "Adoption"

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="restrictions")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.RESTRICTED)
    reason = models.CharField(max_length=1000)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_reason = models.CharField(max_length=1000, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("kind", ["restricted", "adoption"], name="restriction_kind_known"),
            all_or_none("ended_at", "ended_by", name="restriction_ended_by_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person"], condition=models.Q(ended_at__isnull=True), name="restriction_in_force")
        ]

    def __str__(self) -> str:
        return f"restriction {self.pk}"


class RestrictionHolder(models.Model):
    """One person named on a restriction: this colleague sees the record."""

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="holders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["restriction", "user"],
                condition=models.Q(ended_at__isnull=True),
                name="restriction_holder_once",
            )
        ]

    def __str__(self) -> str:
        return f"holder {self.pk}"


class BreakGlass(models.Model):
    """A restricted record opened in an emergency: by whom, why, and until when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="glass_broken")
    reason = models.CharField(max_length=1000)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("granted_at")), name="break_glass_ends")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "expires_at"], name="break_glass_running")]

    def __str__(self) -> str:
        return f"break-glass {self.pk}"


class DeclaredConflict(models.Model):
    """A member of staff who knows or is related to this person: the record is closed to them, and they know it is."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="conflicts")
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "person"], name="conflict_of_user")]

    def __str__(self) -> str:
        return f"declared conflict {self.pk}"


class NotThisPerson(models.Model):
    """A person looked at and refused for somebody named on a contact; never offered for them again."""

    # Reference of the contact and position of the person on it: the kernel holds references, never keys upward.
    reference = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference", "position", "person"], name="not_this_person_once"),
            all_or_none("answered_at", "answered_by", name="not_this_person_answered_by"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} is not person {self.person_id}"
