"""What people and partners have to be told: in-app notices, alerts until somebody takes them, and the outbox."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from frontdoor.accounts.models import User
from frontdoor.db import all_or_none
from frontdoor.people.access import kept_back
from frontdoor.people.models import Involvement, hidden_people
from frontdoor.wording import stated


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions about notices."""

    def of(self, user: User) -> Self:
        """This person's own, without those on records that have become hidden from them."""
        hidden = Involvement.objects.filter(reference=models.OuterRef("reference"), person__in=hidden_people(user))
        found = self.filter(~models.Exists(hidden), user=user)
        for references in kept_back:
            found = found.exclude(reference__in=stated(references, user.pk))
        return found

    def unread(self) -> Self:
        """Not yet read."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One line for one person: what happened to which reference. Never a name or anything else about a child."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="notices")
    kind = models.SlugField(max_length=40)
    text = models.CharField(max_length=250)
    reference = models.CharField(max_length=10, blank=True)
    path = models.CharField(max_length=200, blank=True)
    is_urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True, blank=True)
    # The same thing is told to the same person once, however often a job runs.
    once_key = models.CharField(max_length=120, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_of"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "once_key"], name="notice_once", condition=~Q(once_key=""))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


#: Kinds of alert that only those told of them may know of: that there is one would tell others what they may not know.
QUIET = frozenset({"restricted-contact", "restricted-early-help"})


class AlertQuerySet(models.QuerySet["Alert"]):
    """Questions about alerts."""

    def waiting(self) -> Self:
        """Not taken by anybody."""
        return self.filter(taken_at__isnull=True)

    def told_to(self, user: User) -> Self:
        """Those this person was told of."""
        return self.filter(told=user)

    def quiet_for(self, user: User) -> Self:
        """Those only the people told of them know of, this person being one."""
        return self.told_to(user).filter(kind__in=QUIET)


class Alert(models.Model):
    """Something that stays on screens until a named person takes it, and climbs while nobody does."""

    kind = models.SlugField(max_length=40)
    reference = models.CharField(max_length=10)
    text = models.CharField(max_length=250)
    path = models.CharField(max_length=200, blank=True)
    raised_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(default=0)
    climbs_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    told = models.ManyToManyField("accounts.User", related_name="alerts")

    objects = AlertQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["climbs_at"], name="alert_climbs", condition=Q(taken_at=None)),
            models.Index(fields=["reference"], name="alert_of"),
        ]
        constraints: ClassVar = [
            all_or_none("taken_at", "taken_by", name="alert_taken_by_somebody"),
            models.UniqueConstraint(fields=["kind", "reference"], name="alert_once", condition=Q(taken_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Outbox(models.Model):
    """Something to do after a commit. Holds ids and references, never personal data."""

    kind = models.SlugField(max_length=40)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    available_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)
    # The kind of the last failure, not its words: an error's text may hold what it was about.
    last_error = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes: ClassVar = [
            models.Index(
                fields=["available_at", "id"], name="outbox_waiting", condition=Q(done_at=None, gave_up_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
