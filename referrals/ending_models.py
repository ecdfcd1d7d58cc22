"""Endings that wait for a second manager: what one proposed, and whether another signed it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from frontdoor.db import all_or_none


class EndingProposal(models.Model):
    """A manager's proposal to end a referral on which nothing was done; another signs it, or does something else."""

    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="ending_proposals")
    # A value of Referral.Ending; of one that is closed, the closure reason of the returns.
    ending = models.CharField(max_length=20)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # Signed by another manager, or (is_signed false) overtaken by another proposal or by what happened to the referral.
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_signed = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            all_or_none("answered_at", "answered_by", "is_signed", name="ending_proposal_answered_by_somebody"),
            models.UniqueConstraint(
                fields=["referral"], condition=Q(answered_at__isnull=True), name="ending_proposal_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ending} for {self.referral_id}"
