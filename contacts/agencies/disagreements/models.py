"""A referrer's disagreement with the outcome of a contact, and the answer of a manager who did not decide it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import hidden_references


class DisagreementQuerySet(VisibleQuerySet):
    """Questions about disagreements."""

    def visible_to(self, user: User) -> Self:
        """Those of contacts about nobody hidden from the user; none without the permission to view contacts."""
        if not holds(user, Permission.CONTACT_VIEW):
            return self.none()
        rows = self.exclude(contact__reference__in=hidden_references(user))
        if not holds(user, Permission.CONTACT_ALLEGATION):
            rows = rows.filter(Q(contact__type__is_restricted=False) | Q(contact__recorded_by=user.pk))
        return rows

    def open(self) -> Self:
        """Not answered yet."""
        return self.filter(answered_at=None)

    def answerable_by(self, user: User) -> Self:
        """Open ones of decisions that somebody else made, signed or proposed."""
        return self.open().exclude(decided_by=user).exclude(proposed_by=user)


@tracked()
class Disagreement(models.Model):
    """ "We disagree, because …", about one decision."""

    class Answer(models.TextChoices):
        UPHELD = "upheld", "The decision stands"
        CHANGED = "changed", "The decision is made again"

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="disagreements")
    because = models.TextField()
    said_by = models.CharField(max_length=200)
    said_at = models.DateTimeField()
    agency = models.ForeignKey("accounts.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The decision it is about.
    outcome = models.CharField(max_length=40, blank=True)
    decision_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answer_reason = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = DisagreementQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("answer", ["", "upheld", "changed"], name="disagreement_answer_known"),
            all_or_none("answered_at", "answered_by", name="disagreement_answered_by_somebody"),
            models.UniqueConstraint(fields=["contact", "decision_at"], name="disagreement_once_a_decision"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=models.F("decided_by")),
                name="disagreement_not_answered_by_the_decider",
            ),
        ]

    def __str__(self) -> str:
        return f"about the decision of {timezone.localdate(self.decision_at)}"
