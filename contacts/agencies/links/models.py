"""A secure link as it is kept: the hash of its secret, what it is for, until when, and what was typed behind it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from frontdoor.db import all_or_none, one_of


class SecureLinkQuerySet(models.QuerySet["SecureLink"]):
    """Questions about secure links."""

    def given_out(self) -> Self:
        """Those that still stand: neither used nor taken back."""
        return self.filter(used_at=None, revoked_at=None)


class SecureLink(models.Model):
    """One invitation to one form. The link itself is shown or sent once and never stored."""

    class Purpose(models.TextChoices):
        EARLY_HELP = "early_help", "Early-help assessment"
        INFORMATION = "information", "Reply to a request for information"
        DISAGREEMENT = "disagreement", "Outcome, and disagreement with it"
        CONTACT = "contact", "Web form for a contact"

    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    hashed = models.CharField(max_length=64, unique=True)
    agency = models.ForeignKey("accounts.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Whom it was given to, in words: a school, a professional's name and role.
    given_to = models.CharField(max_length=200)
    # The record it is about and the row of it, where there is one already.
    reference = models.CharField(max_length=10, blank=True)
    row = models.BigIntegerField(null=True, blank=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    # The form as typed, kept on the server until it is sent.
    body = models.BinaryField(default=b"")
    saved_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    became = models.CharField(max_length=10, blank=True)

    objects = SecureLinkQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of(
                "purpose", ["early_help", "information", "disagreement", "contact"], name="secure_link_purpose_known"
            ),
            all_or_none("revoked_at", "revoked_by", name="secure_link_revoked_by_somebody"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("issued_at")), name="secure_link_ends"),
        ]
        indexes: ClassVar = [models.Index(fields=["purpose", "-id"], name="secure_link_listed")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} for {self.given_to}"


class LinkTries(models.Model):
    """How often one network address (kept as a hash) opened or sent a link in one minute."""

    address = models.CharField(max_length=64)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "link tries"
        constraints: ClassVar = [models.UniqueConstraint(fields=["address", "minute"], name="link_tries_once")]

    def __str__(self) -> str:
        return f"{self.count} tries"
