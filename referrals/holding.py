"""Who can hold a case, how many each holds now, and whose brothers and sisters are waiting for somebody too."""

from datetime import date, datetime
from typing import TypeVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from frontdoor.access import Permission, Refused, holds, roles_holding
from frontdoor.accounts.models import Absence, Team, User
from frontdoor.db import by_name
from frontdoor.people.access import hidden_people, known_references, with_joined
from frontdoor.people.models import Person, Relationship
from frontdoor.people.record.kinship import PARENTS, SIBLINGS
from frontdoor.wording import worded
from referrals.models import OPEN_STATUSES, Allocation, Referral, ReferralQuerySet

#: Kinds of teams whose people work with children for as long as a case is open.
CASE_TEAMS = (Team.Kind.ASSESSMENT, Team.Kind.DUTY)
#: Whom the children of one family have in common.
RAISED_BY = (*PARENTS, "step_parent", "parents_partner", "carer", "guardian")


def teams() -> QuerySet[Team]:
    """Active teams that may hold cases, by name."""
    return Team.objects.filter(is_active=True, kind__in=CASE_TEAMS).order_by(*by_name("name"))


def workers() -> QuerySet[User]:
    """Active people who may hold cases, by name: their role allows it, and so does their team where they have one."""
    return (
        User.objects.filter(is_active=True, is_machine=False, roles__overlap=roles_holding(Permission.CASE_HOLD))
        .filter(Q(team__isnull=True) | Q(team__is_active=True, team__kind__in=CASE_TEAMS))
        .select_related("team")
        .order_by(*by_name("name"))
    )


AnyTeam = TypeVar("AnyTeam", Team, Team | None)


def team_of(worker: User | None, chosen: AnyTeam) -> Team | AnyTeam:
    """The team a case goes to: the worker's own; the one chosen where there is no worker, or theirs is none."""
    return worker.team if worker is not None and worker.team is not None else chosen


def check(team: Team, worker: User | None) -> None:
    """Raise Refused when this team, or this worker of it, may not hold a case."""
    if worker is not None:
        if not worker.is_active:
            raise Refused(f"{worker.name} no longer works here: choose somebody else.", code="left", field="worker")
        if not holds(worker, Permission.CASE_HOLD):
            raise Refused(f"{worker.name} does not hold cases: choose a social worker.", code="role", field="worker")
    if not team.is_active or team.kind not in CASE_TEAMS:
        field = "team" if worker is None or worker.team_id != team.pk else "worker"
        raise Refused(f"{team.name} does not hold cases: choose another team.", code="team", field=field)


def workers_with_cases(user: User) -> list[User]:
    """Who may hold cases, each with how many open ones (``held``) they hold of those this user may see.

    And of who is away now of what kind (``away_kind``) and until when (``away_until``).
    """
    now = timezone.now()
    return _with_cases(user, at=now, on=timezone.localdate(now))


@worded(at=datetime, on=date)
def _with_cases(user: User, *, at: datetime, on: date) -> QuerySet[User, User]:
    seen = Referral.objects.visible_to(user).open()
    own = Allocation.objects.current().with_worker().filter(worker=OuterRef("pk"), referral__in=seen.values("pk"))
    counted = own.order_by().values("worker").annotate(held=Count("pk")).values("held")
    away = Absence.objects.on(on, at).filter(user=OuterRef("pk")).order_by("-pk")
    return workers().annotate(
        held=Coalesce(Subquery(counted), 0),
        away_kind=Subquery(away.values("kind")[:1]),
        away_until=Subquery(away.values("until_on")[:1]),
    )


def brothers_and_sisters(child: Person, user: User) -> set[int]:
    """Keys of the people who share a parent or carer with the child, or are said to be a brother or sister.

    Nobody hidden from the user is among them, nor found through anybody who is; two queries.
    """
    own = set(Person.objects.with_joined([child.pk]).values_list("pk", flat=True))
    parents: set[int] = set()
    found: set[int] = set()
    for person, other, kind in _ties(own, user):
        if kind in SIBLINGS:
            found.add(other if person in own else person)
        elif person in own and kind in RAISED_BY:
            parents.add(other)
        elif other in own and kind == "child":
            parents.add(person)
    for person, other, kind in _ties(parents, user):
        if other in parents and kind in RAISED_BY:
            found.add(person)
        elif person in parents and kind == "child":
            found.add(other)
    return found - own


def _ties(people: set[int], user: User) -> list[tuple[int, int, str]]:
    """Standing relations of these people: what the second is to the first."""
    hidden = hidden_people(user)
    rows = (
        Relationship.objects.filter(Q(person__in=people) | Q(other__in=people), ended_on__isnull=True)
        .filter(kind__in=[*RAISED_BY, *SIBLINGS, "child"])
        .exclude(person__in=hidden)
        .exclude(other__in=hidden)
    )
    return list(rows.values_list("person_id", "other_id", "kind"))


def offered_with(referral: Referral, user: User, references: list[str]) -> list[Referral]:
    """Of these references, those of the family's other children, also where somebody was quicker: for what was sent."""
    return list(_family(referral, user).filter(reference__in=references))


def open_family(referral: Referral, user: User) -> ReferralQuerySet:
    """Open, decided referrals of the family's other children that the user may see, whoever has them."""
    return _family(referral, user)


def _family(referral: Referral, user: User) -> ReferralQuerySet:
    kin = brothers_and_sisters(referral.child, user) if referral.child is not None else set()
    rows: ReferralQuerySet = (
        Referral.objects.visible_to(user)
        .filter(Q(contact=referral.contact_id) | Q(child__in=with_joined(kin)), child__isnull=False)
        .filter(status__in=OPEN_STATUSES[1:])
        .exclude(pk=referral.pk)
        .exclude(reference__in=known_references(user))
        .select_related("child", "contact_person")
        .order_by("pk")
    )
    return rows
