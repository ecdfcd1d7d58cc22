"""Questions about staff accounts: who there is, who is locked out, what was done to an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from frontdoor.access import Permission, Role, permissions_of
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.db import by_name
from frontdoor.people.models import Involvement

PAGE = 50


def reference_of(user: User) -> str:
    """The reference under which the evidence keeps what was done to an account."""
    return f"ST-{user.pk}"


def people() -> QuerySet[User]:
    """Accounts of people; the machine's own actors are nobody's to change."""
    return User.objects.filter(is_machine=False).select_related("team")


@dataclass(frozen=True)
class Chosen:
    """What the list shows: words of a name or user name, one team's code, one role, and working here or not."""

    q: str = ""
    team: str = ""
    role: str = ""
    state: str = "active"


def listed(chosen: Chosen, after: str = "") -> tuple[list[User], str]:
    """A page of accounts by user name, and the key from which the next page goes on (empty at the end)."""
    rows = people().filter(is_active=chosen.state != "ended")
    for word in chosen.q.split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(username__icontains=word))
    if chosen.team:
        rows = rows.filter(team__code=chosen.team)
    if chosen.role:
        rows = rows.filter(roles__contains=[chosen.role])
    if after:
        rows = rows.filter(username__gt=after)
    has_second = Exists(Authenticator.objects.filter(user_id=OuterRef("pk")).exclude(type="recovery_codes"))
    found: list[Any] = list(rows.annotate(has_second_step=has_second).order_by("username")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].username if len(found) > PAGE else ""


def locked_names(usernames: Sequence[str], at: datetime) -> set[str]:
    """Which of these user names are locked out of signing in just now after too many wrong passwords."""
    since = at - timedelta(hours=settings.AXES_COOLOFF_TIME)
    rows = AccessAttempt.objects.filter(
        username__in=usernames, attempt_time__gte=since, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    )
    return set(rows.values_list("username", flat=True))


def second_steps(user: User) -> list[str]:
    """The second steps of signing in this person has set up, in words."""
    words = {"totp": "Authenticator app", "webauthn": "Passkey"}
    rows = Authenticator.objects.filter(user=user).exclude(type="recovery_codes").order_by("type")
    return [words.get(kind, kind) for kind in rows.values_list("type", flat=True)]


def done_to(user: User) -> list[Entry]:
    """The last acts on this account, newest first."""
    rows = Entry.objects.filter(reference=reference_of(user)).select_related("actor")
    return list(rows.order_by("-at", "-pk")[:20])


def open_work(user: User) -> int:
    """How many open records name this person as their worker: a number only, nobody is shown."""
    return int(Involvement.objects.worked_by(user).filter(role="subject").count())


def administrators() -> QuerySet[User]:
    """Everybody who can look after accounts now."""
    return people().filter(is_active=True, roles__contains=[Role.ADMINISTRATOR.value])


def team_rows() -> QuerySet[Team]:
    """Every team, with how many people belong to it now."""
    members = Count("members", filter=Q(members__is_active=True))
    return Team.objects.select_related("manager").annotate(people=members)


def teams() -> list[Team]:
    """Every team, those that are closed last."""
    return list(team_rows().order_by("-is_active", *by_name("name")))


def team_managers() -> QuerySet[User]:
    """Who may be named as the manager of a team."""
    held = [role.value for role in Role if Permission.REFERRAL_ALLOCATE in permissions_of_role(role)]
    return people().filter(is_active=True, roles__overlap=held).order_by(*by_name("name"))


def permissions_of_role(role: Role) -> frozenset[Permission]:
    """What one role alone allows."""
    return permissions_of(User(roles=[role.value]))
