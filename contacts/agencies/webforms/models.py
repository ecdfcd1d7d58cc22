"""A web form sent to a professional, and the rule for how long one lasts and where none is sent."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import all_or_none

#: Hours in fourteen days: no form lasts longer.
MOST_HOURS = 336
#: At most so long whom an unused form was sent to is kept.
MOST_DAYS = 365
#: Where private people have their e-mail, as shipped: one domain on each line.
PRIVATE_DOMAINS = """\
aol.com
btinternet.com
gmail.com
gmx.co.uk
gmx.com
googlemail.com
hotmail.co.uk
hotmail.com
icloud.com
live.co.uk
live.com
mail.com
me.com
msn.com
ntlworld.com
outlook.com
proton.me
protonmail.com
sky.com
talktalk.net
virginmedia.com
yahoo.co.uk
yahoo.com"""


class WebFormRule(Dated, Shipped):
    """How many hours a web form lasts, at which domains no work address is, and for how many days after it ended unused
    it is known whom it was sent to; data, with dates.
    """

    hours = models.PositiveSmallIntegerField(default=24)
    # One domain on each line, in small letters.
    private_domains = models.TextField(default=PRIVATE_DOMAINS, blank=True)
    kept_days = models.PositiveSmallIntegerField(default=28)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=MOST_HOURS), name="web_form_hours_in_bounds"),
            models.CheckConstraint(
                condition=Q(kept_days__gte=1, kept_days__lte=MOST_DAYS), name="web_form_days_in_bounds"
            ),
            never_two(name="web_form_rule_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.hours} hours"

    def is_private(self, email: str) -> bool:
        """Whether this address is where private people have theirs."""
        return email.rpartition("@")[2].casefold() in self.private_domains.split()


class WebFormQuerySet(models.QuerySet["WebForm"]):
    """Questions about web forms."""

    def standing(self, at: datetime) -> Self:
        """Those somebody may still write in."""
        return self.filter(withdrawn_at=None, contact=None, expires_at__gt=at)


class WebForm(models.Model):
    """One web form for one contact, sent to one professional at their work address; see ``SecureLink.row``.

    The link is made when the message leaves. Whom it was sent to is forgotten some weeks after it ended unused.
    """

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=100, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What was written in it.
    contact = models.OneToOneField(
        "contacts.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="web_form"
    )
    forgotten_at = models.DateTimeField(null=True, blank=True)

    objects = WebFormQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("sent_at", "sent_by", name="web_form_sent_by_somebody"),
            all_or_none("withdrawn_at", "withdrawn_by", name="web_form_withdrawn_by_somebody"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("sent_at")), name="web_form_ends"),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True, name__gt="", role__gt="", email__gt="")
                | Q(forgotten_at__isnull=False, name="", role="", email=""),
                name="web_form_to_somebody_until_forgotten",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-id"], name="web_form_listed", condition=Q(forgotten_at=None))]

    def __str__(self) -> str:
        return f"web form {self.pk}"

    @property
    def given_to(self) -> str:
        """Whom it is for, in words."""
        return f"{self.name}, {self.role}"
