"""Whom each record is about and who works on it: the one place the kernel reads when it asks what is open."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.db import models

from frontdoor.accounts.models import User

#: What somebody who is not the child it is about has to do with a record, in words.
PARTS = {
    "sibling": "brother or sister",
    "household": "lives in the household",
    "parent": "parent",
    "carer": "parent or carer",
    "victim": "victim",
    "suspect": "alleged to have harmed",
    "witness": "witness",
    "adult": "adult named",
    "other": "also named",
}


def part_words(role: str) -> str:
    """The words for a part in a record; nothing for the child it is about or where none was said."""
    return "" if role in ("", "subject") else PARTS.get(role, PARTS["other"])


class InvolvementQuerySet(models.QuerySet["Involvement"]):
    """Questions about involvements."""

    def open(self) -> "InvolvementQuerySet":
        """Work that has not been closed."""
        return self.filter(closed_at__isnull=True)

    def worked_by(self, user: User) -> "InvolvementQuerySet":
        """Open work whose named worker is this user."""
        return self.open().filter(worker_id=user.pk)


class Involvement(models.Model):
    """One person's part in one record, from when to when, with its team and worker; written by every action."""

    class Kind(models.TextChoices):
        CONTACT = "contact", "Contact"
        REFERRAL = "referral", "Referral"
        ASSESSMENT = "assessment", "Assessment"
        SUPERVISION = "supervision", "Supervision"
        EARLY_HELP = "early_help", "Early help"

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="involvements")
    reference = models.CharField(max_length=10)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # subject, sibling, parent, carer, other_adult ...: whose record it is, and who is only named in it.
    role = models.CharField(max_length=20, default="subject")
    team = models.ForeignKey("accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status_label = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference", "person", "role"], name="involvement_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-opened_at"], name="involvement_of_person"),
            models.Index(fields=["person"], condition=models.Q(closed_at__isnull=True), name="involvement_open"),
            models.Index(fields=["worker"], condition=models.Q(closed_at__isnull=True), name="involvement_of_worker"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.role}"

    @property
    def part(self) -> str:
        """What this person has to do with the record, in words."""
        return part_words(self.role)

    @property
    def active_worker(self) -> User | None:
        """The named worker, if their account is open: nobody who left works on it."""
        return self.worker if self.worker is not None and self.worker.is_active else None


def newest_first(parts: Iterable[Involvement]) -> list[Involvement]:
    """The latest opened first, and always in one order: what was opened at the same moment goes by its reference."""
    return sorted(parts, key=lambda part: (part.opened_at, part.reference, part.pk), reverse=True)
