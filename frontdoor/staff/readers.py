"""Questions about staff accounts: who there is, who is locked out, what was done to an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now
from django.urls import reverse

from frontdoor.access import Permission, Role, holds, permissions_of
from frontdoor.accounts.models import CodeTries, Team, User
from frontdoor.audit.models import Entry
from frontdoor.db import by_name
from frontdoor.people.access import hidden_people
from frontdoor.people.models import Involvement, Restriction, RestrictionHolder
from frontdoor.staff import hooks
from frontdoor.staff.hooks import Holding

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
    """Which of these user names are locked just now, if only in one place, after wrong passwords or wrong codes."""
    since = at - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tries = AccessAttempt.objects.filter(username__in=usernames, attempt_time__gte=since)
    by_place = tries.values("username", "ip_address").annotate(made=Sum("failures_since_start"))
    codes = CodeTries.objects.filter(
        user__username__in=usernames, last_at__gt=since, made__gte=settings.AXES_FAILURE_LIMIT
    )
    passwords = by_place.filter(made__gte=settings.AXES_FAILURE_LIMIT).order_by()
    return {*passwords.values_list("username", flat=True), *codes.values_list("user__username", flat=True)}


def second_steps(user: User) -> list[str]:
    """The second steps of signing in this person has set up, in words."""
    words = {"totp": "Authenticator app", "webauthn": "Passkey"}
    rows = Authenticator.objects.filter(user=user).exclude(type="recovery_codes").order_by("type")
    return [words.get(kind, kind) for kind in rows.values_list("type", flat=True)]


def done_to(user: User) -> list[Entry]:
    """The last acts on this account, newest first."""
    rows = Entry.objects.filter(reference=reference_of(user)).select_related("actor")
    return list(rows.order_by("-at", "-pk")[:20])


def held(user: User, reader: User) -> list[Holding]:
    """What an account holds, by kind, as far as the reader may know of it; only kinds of which there is something."""
    found = [each for find in hooks.holdings for each in find(user, reader)]
    return [*found, *_teams_managed(user), *_turns(user), *_restrictions(user, reader)]


def ended_workers() -> set[int]:
    """Keys of ended accounts of people that anything open still names as its worker."""
    rows = Involvement.objects.open().filter(worker__is_active=False, worker__is_machine=False)
    return set(rows.values_list("worker_id", flat=True))


def _some(what: str, number: int, *, then: str, lines: Sequence[tuple[str, str]] = ()) -> list[Holding]:
    return [Holding(what, number, tuple(lines[: hooks.SHOWN]), then)] if number else []


def _teams_managed(user: User) -> list[Holding]:
    rows = user.teams_managed.filter(is_active=True).order_by(*by_name("name"))
    lines = [(team.name, reverse("pages:team", args=[team.pk])) for team in rows]
    return _some("Teams they manage", len(lines), lines=lines, then="need another manager: name one first")


def _turns(user: User) -> list[Holding]:
    number = user.turns.filter(to_at__gt=Now()).count()
    return _some("Turns on the rota, now or to come", number, then="are nobody’s: put somebody else on the rota")


def _restrictions(user: User, reader: User) -> list[Holding]:
    """Restrictions naming them on records the reader may open; of others nobody says that there are any."""
    held = RestrictionHolder.objects.filter(
        user=user, ended_at__isnull=True, restriction__ended_at__isnull=True
    ).exclude(restriction__person__in=hidden_people(reader))
    people = list(held.select_related("restriction__person").order_by("pk"))
    leads = holds(reader, Permission.PEOPLE_VIEW)
    references = [str(row.restriction.person.reference) for row in people]
    lines = [(reference, f"/people/{reference}/") for reference in references] if leads else []
    return _some("Restrictions on which they are named", len(people), lines=lines, then="need somebody else named")


def restrictions_held_alone(user: User) -> list[Restriction]:
    """Restrictions in force that name this person and nobody else whose account is open."""
    others = RestrictionHolder.objects.filter(
        restriction=OuterRef("pk"), ended_at__isnull=True, user__is_active=True
    ).exclude(user=user)
    mine = RestrictionHolder.objects.filter(restriction=OuterRef("pk"), ended_at__isnull=True, user=user)
    rows = Restriction.objects.in_force().filter(Exists(mine)).exclude(Exists(others))
    return list(rows.select_related("person").order_by("pk"))


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
