"""Who uses the product: staff, their teams, who is on duty, and the agencies that send to us."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Now
from django.utils import timezone

from frontdoor.db import all_or_none, one_of, tracked
from frontdoor.ui.formats import day, joined


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

    def ended_at(self, users: "models.QuerySet[User]", before: datetime) -> dict[int, datetime]:
        """By account, of these that have ended, since when; of one opened again and ended again, since the last time.

        What happened after ``before`` is not asked.
        """
        history = apps.get_model("accounts", "UserEvent")._default_manager.filter(pgh_created_at__lte=before)
        open_last = history.filter(pgh_obj=OuterRef("pgh_obj"), is_active=True).order_by("-pgh_id").values("pgh_id")[:1]
        rows = history.filter(pgh_obj__in=users, is_active=False).annotate(open_last=Subquery(open_last))
        said = rows.filter(Q(open_last=None) | Q(pgh_id__gt=F("open_last"))).order_by("-pgh_id")
        return dict(said.values_list("pgh_obj_id", "pgh_created_at"))


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


class SignIn(models.Model):
    """One session of somebody: signed in, or (half) with the right password and no second step yet.

    Kept beside the session so that people can see theirs and end one; gone when the session is.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField()
    network = models.GenericIPAddressField()
    browser = models.CharField(max_length=60)
    is_half = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"sign-in {self.pk} of {self.user_id}"


class AccountChangeQuerySet(models.QuerySet["AccountChange"]):
    """Questions about changes by which somebody could become somebody else."""

    def waiting(self) -> Self:
        """Neither done nor refused."""
        return self.filter(done_at=None, refused_at=None)


class AccountChange(models.Model):
    """A change by which one administrator could become somebody else: it waits for a second person, or a while.

    ``takes_effect_at`` empty: only with a second person's yes.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "a new e-mail address"
        SECOND_STEP = "second_step", "the second step of signing in removed"
        LINK = "link", "a link for a new password"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_changes")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    old_email = models.EmailField(blank=True)
    new_email = models.EmailField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    takes_effect_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AccountChangeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("kind", ["email", "second_step", "link"], name="account_change_kind_known"),
            all_or_none("confirmed_at", "confirmed_by", name="account_change_confirmed_by_somebody"),
            all_or_none("refused_at", "refused_by", name="account_change_refused_by_somebody"),
            all_or_none("undone_at", "undone_by", name="account_change_undone_by_somebody"),
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(done_at=None, refused_at=None),
                name="account_change_waits_once",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("asked_by")),
                name="account_change_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


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


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Questions about absences, as they were known at a moment."""

    def at(self, moment: datetime) -> Self:
        """Those that run on the day of this moment and had been entered by then, and not taken back."""
        return self.on(timezone.localdate(moment), moment)

    def on(self, on: date, moment: datetime) -> Self:
        """Those that run on a day, as far as they were known at a moment."""
        begun = self.filter(entered_at__lte=moment, from_on__lte=on)
        return begun.filter(Q(until_on=None) | Q(until_on__gte=on)).filter(Q(ended_at=None) | Q(ended_at__gt=moment))

    def long(self, moment: datetime) -> Self:
        """Those of them for which the work of whoever is away counts as without a worker."""
        return self.at(moment).filter(counts_from__lte=timezone.localdate(moment))

    def to_come(self, moment: datetime) -> Self:
        """Those that run at this moment, and those that have been entered and begin later."""
        on = timezone.localdate(moment)
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), ended_at=None)


class Absence(models.Model):
    """Days on which somebody is away, the last one included; open until somebody says that they are back.

    A row is never changed: who is back earlier, or stays away longer, ends it and another is entered.
    """

    class Kind(models.TextChoices):
        LEAVE = "leave", "Leave"
        SICKNESS = "sickness", "Sickness"
        OTHER = "other", "Other"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    # From this day their work counts as without a worker; empty where they are not away for long enough.
    counts_from = models.DateField(null=True, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("kind", ["leave", "sickness", "other"], name="absence_kind_known"),
            all_or_none("ended_at", "ended_by", name="absence_ended_by_somebody"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(counts_from=None) | Q(counts_from__gte=F("from_on")), name="absence_counts_within_it"
            ),
            ExclusionConstraint(
                name="absence_one_at_a_time",
                expressions=[
                    (
                        Func(
                            F("from_on"),
                            F("until_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("user", RangeOperators.EQUAL),
                ],
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk} of {self.user_id}"

    @property
    def last_on(self) -> date | None:
        """The last day they were or will be away; before ``from_on`` where it was taken back; None: nobody knows."""
        if self.ended_at is None:
            return self.until_on
        before = timezone.localdate(self.ended_at) - timedelta(days=1)
        return before if self.until_on is None else min(before, self.until_on)

    @property
    def words(self) -> str:
        """What colleagues are told: that somebody is on leave or away, and until when; never of an illness."""
        what = "on leave" if self.kind == self.Kind.LEAVE else "away"
        return f"{what} until {day(self.until_on)}" if self.until_on is not None else what


#: The days of a week, Monday first; a number counts from 1 (ISO 8601).
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class WorkingPatternQuerySet(models.QuerySet["WorkingPattern"]):
    """Questions about working days."""

    def of(self, users: Collection[int], on: date) -> "dict[int, WorkingPattern]":
        """By account the days each of these people works, of those of whom any were entered; one query."""
        begun = self.filter(user__in=users, from_on__lte=on).order_by("user", "-from_on", "-pk")
        return {row.user_id: row for row in begun.distinct("user")}


class WorkingPattern(models.Model):
    """On which days of the week somebody works, from a day until the next row begins; without one, Monday to Friday.

    A row is never changed: of two that begin on one day the later entered holds.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="working_patterns")
    from_on = models.DateField()
    days = ArrayField(models.PositiveSmallIntegerField())
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = WorkingPatternQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(days__contained_by=[1, 2, 3, 4, 5, 6, 7], days__len__gte=1), name="working_days_are_days"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["user", "-from_on", "-id"], name="working_pattern_of_user")]

    def __str__(self) -> str:
        return f"working days of {self.user_id} from {self.from_on}"

    @property
    def is_usual(self) -> bool:
        """Whether they are Monday to Friday."""
        return sorted(self.days) == [1, 2, 3, 4, 5]

    @property
    def words(self) -> str:
        """The days in words: “Monday, Tuesday and Friday”."""
        if self.is_usual:
            return "Monday to Friday"
        return joined([WEEKDAYS[number - 1] for number in sorted(self.days)])
