"""Where an agency wants its events sent, which of them have arrived, and every attempt."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from frontdoor.db import all_or_none, tracked


class EndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Questions about endpoints."""

    def active(self) -> Self:
        """Those still in use."""
        return self.filter(ended_at__isnull=True)


@tracked(exclude=["secret", "secret_before", "next_attempt_at", "failures", "failing_since"])
class WebhookEndpoint(models.Model):
    """One address of an agency. Its secret is shown once and kept encrypted."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    secret = models.TextField()
    # For a day after a rotation both secrets sign, so that the agency can change over without a gap.
    secret_before = models.TextField(blank=True)
    secret_before_until = models.DateTimeField(null=True, blank=True)
    secret_since = models.DateTimeField()
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # How it answers: nothing is tried before this moment; how often in a row, and since when, it has failed.
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("ended_at", "ended_by", name="webhook_ended_by_somebody"),
            models.UniqueConstraint(fields=["agency", "url"], name="webhook_url_once", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk} of {self.agency}"


class DeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Questions about deliveries."""

    def waiting(self) -> Self:
        """Neither arrived nor given up."""
        return self.filter(delivered_at__isnull=True, gave_up_at__isnull=True)

    def dead(self) -> Self:
        """Given up: dead letters, until somebody has them sent again."""
        return self.filter(gave_up_at__isnull=False)


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint. Its message id stays the same however often it is sent."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey("api.AgencyEvent", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveBigIntegerField()
    message_id = models.CharField(max_length=40, unique=True)
    waiting_since = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)
    asked_again_at = models.DateTimeField(null=True, blank=True)
    asked_again_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "seq"], name="webhook_delivery_once"),
            all_or_none("asked_again_at", "asked_again_by", name="webhook_asked_again_by_somebody"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(gave_up_at=None), name="webhook_delivered_or_given_up"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "seq"], name="webhook_waiting", condition=Q(delivered_at=None, gave_up_at=None)
            ),
            models.Index(fields=["endpoint", "seq"], name="webhook_dead", condition=Q(gave_up_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.message_id


class WebhookAttempt(models.Model):
    """One try to deliver. It is written before anything is sent, so one that was broken off is seen."""

    class Result(models.TextChoices):
        DELIVERED = "delivered", "Arrived"
        REFUSED = "refused", "Answered that it does not take this message"
        FAILED = "failed", "Answered with an error"
        REDIRECTED = "redirected", "Sent us to another address, which is not followed"
        TIMED_OUT = "timed_out", "Did not answer in time"
        UNREACHABLE = "unreachable", "Could not be reached"
        UNTRUSTED = "untrusted", "Its certificate could not be trusted"
        NOT_ALLOWED = "not_allowed", "Its address is inside a network messages may not go to"
        NO_SECRET = "no_secret", "Its secret can no longer be read: rotate it"
        BROKEN_OFF = "broken_off", "Broken off when our worker stopped"

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.PROTECT, related_name="tries")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=12, choices=Result.choices, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["delivery"], name="webhook_unfinished", condition=Q(result=""))]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
