"""Who uses the product: staff, their teams, who is on duty, and the agencies that send to us."""

import hashlib
import secrets
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Now

from frontdoor.db import all_or_none, one_of, tracked


class Team(models.Model):
    """A team people belong to and work is allocated to."""

    class Kind(models.TextChoices):
        CONTACT_CENTRE = "contact_centre", "Contact centre"
        DUTY = "duty", "Duty team"
        ASSESSMENT = "assessment", "Assessment team"
        EDT = "edt", "Emergency duty team"
        QUALITY = "quality", "Quality and performance"
        MANAGEMENT = "management", "Management"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    manager = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="teams_managed"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            one_of(
                "kind", ["contact_centre", "duty", "assessment", "edt", "quality", "management"], name="team_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """A partner that sends contacts: police, a school, a health service, immigration, a charity."""

    class Kind(models.TextChoices):
        POLICE = "police", "Police"
        SCHOOL = "school", "School"
        HEALTH = "health", "Health"
        IMMIGRATION = "immigration", "Immigration"
        CHARITY = "charity", "Charity"
        OTHER = "other", "Other"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # The referral source its contacts count under unless the referrer's own role says more (health: 3A to 3F).
    default_source = models.CharField(max_length=4)
    is_active = models.BooleanField(default=True)
    may_send_ungraded_until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name

    def may_send_ungraded(self, on: date) -> bool:
        """Whether its notifications are taken without a grade on this day: only until a day that was agreed."""
        return self.may_send_ungraded_until is not None and on <= self.may_send_ungraded_until


class UserManager(BaseUserManager["User"]):
    """Makes staff accounts."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account with this username, whatever its case."""
        return self.get(username__iexact=username)

    def create_user(self, username: str, name: str, password: str | None = None, **extra: Any) -> "User":
        """Create and save a staff account; without a password it cannot sign in by password."""
        user = self.model(username=username.lower(), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def ended_before(self, moment: datetime) -> "models.QuerySet[User]":
        """Accounts that had ended by this moment and have not been opened since, as their history says."""
        history = apps.get_model("accounts", "UserEvent")._default_manager
        said = history.filter(pgh_obj=OuterRef("pk"))
        before = history.filter(pgh_obj=OuterRef("pgh_obj"), pgh_created_at__lte=moment)
        last = before.order_by("-pgh_id").values("pgh_id")[:1]
        was_ended = said.filter(pgh_id=Subquery(last), is_active=False)
        opened_since = said.filter(pgh_created_at__gt=moment, is_active=True)
        return self.filter(Exists(was_ended), is_active=False).exclude(Exists(opened_since))


@tracked(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A member of staff, or the named machine actor that jobs act as.

    Roles are names from :class:`frontdoor.access.Role`; what each may do is one table there.
    """

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField("full name", max_length=120)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    job_title = models.CharField(max_length=80, blank=True)
    social_work_england_number = models.CharField(max_length=12, blank=True)
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="members")
    is_active = models.BooleanField(default=True)
    is_machine = models.BooleanField(default=False)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)
    must_change_password = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    # No Django admin and no Django permissions: access.py is the only table of who may do what.
    is_staff = False
    is_superuser = False

    objects = UserManager()

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The name shown to colleagues."""
        return self.name

    def get_short_name(self) -> str:
        """The first part of the name."""
        return self.name.split(" ")[0]


def system_user() -> User:
    """The named machine actor that sweeps, imports and the outbox act as; made on first use."""
    user, _ = User.objects.get_or_create(
        username="front.door", defaults={"name": "Front Door (automatic)", "is_machine": True, "password": "!"}
    )
    return user


class CodeTries(models.Model):
    """How many codes of the second factor were tried for an account since the last right one, and when the last was."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="code_tries")
    made = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "code tries"

    def __str__(self) -> str:
        return f"code tries of {self.user_id}"


class OnDutyQuerySet(models.QuerySet["OnDuty"]):
    """Questions about the duty rota."""

    def at(self, moment: datetime) -> Self:
        """Turns running at this moment."""
        return self.filter(from_at__lte=moment, to_at__gt=moment)


class OnDuty(models.Model):
    """One turn of one person on the rota."""

    class Kind(models.TextChoices):
        DUTY = "duty", "Duty manager"
        ON_CALL = "on_call", "On-call manager"
        EDT = "edt", "Emergency duty team"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="turns")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()

    objects = OnDutyQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "to_at", "from_at"], name="on_duty_at")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(to_at__gt=models.F("from_at")), name="on_duty_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.kind}"


def on_duty(kind: str, at: datetime) -> models.QuerySet[User]:
    """Active people on this kind of turn (``duty``, ``on_call``, ``edt``) at this moment."""
    turns = OnDuty.objects.at(at).filter(kind=kind)
    return User.objects.filter(is_active=True, pk__in=turns.values("user_id")).order_by("username")


def hash_token(token: str) -> str:
    """The only form in which a bearer token is stored: SHA-256 in hexadecimal of a 256-bit random value."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiToken(models.Model):
    """A long-lived bearer token of an agency; the token itself is shown once and never stored."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tokens")
    hashed = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [all_or_none("revoked_at", "revoked_by", name="api_token_revoked_by_somebody")]

    def __str__(self) -> str:
        return f"{self.agency} {self.prefix}…"

    @classmethod
    def issue(cls, agency: Agency, label: str = "") -> str:
        """Make a token for the agency and return it; this is the only time it can be read."""
        token = "fd_" + secrets.token_urlsafe(32)
        cls.objects.create(agency=agency, hashed=hash_token(token), prefix=token[:9], label=label)
        return token
