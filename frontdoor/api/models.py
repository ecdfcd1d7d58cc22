"""What the API keeps: keys already used, numbered events, the count of requests, and whose an OAuth client is."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A key an agency has used: a hash of the body, and the first answer byte for byte. Only a 201 is remembered."""

    class Scope(models.TextChoices):
        CONTACTS = "contacts", "Contacts"
        EARLY_HELP = "early_help", "Early help"
        INFORMATION = "information", "Replies to requests for information"

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=12, choices=Scope.choices)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    answer = models.BinaryField()
    # The contact it became; none where it became an early-help assessment.
    contact = models.ForeignKey("contacts.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "scope", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return f"key {self.pk}"


class AgencyEvent(models.Model):
    """One thing an agency is told of one of its contacts. Numbers run 1, 2, 3 … per agency, without a gap."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=30)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    receipt = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "seq"], name="agency_event_seq_once")]

    def __str__(self) -> str:
        return f"event {self.seq}"


class Throttle(models.Model):
    """How many requests an agency sent in one minute."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.CASCADE, related_name="+")
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "minute"], name="throttle_minute_once")]

    def __str__(self) -> str:
        return f"{self.count} requests"


class TokenRefusals(models.Model):
    """How many requests for a token were refused in one minute to one network address, kept as a hash."""

    address = models.CharField(max_length=64)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["address", "minute"], name="token_refusals_once")]

    def __str__(self) -> str:
        return f"{self.count} refusals"


class AgencyClient(models.Model):
    """Which agency an OAuth client (client credentials) speaks for."""

    application = models.OneToOneField("oauth2_provider.Application", on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"client of {self.agency}"


from frontdoor.api.webhooks.models import WebhookAttempt as WebhookAttempt  # noqa: E402
from frontdoor.api.webhooks.models import WebhookDelivery as WebhookDelivery  # noqa: E402
from frontdoor.api.webhooks.models import WebhookEndpoint as WebhookEndpoint  # noqa: E402
