"""The home of whoever manages a team: what waits for them, what came back, who waits for a worker, who holds what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, AssessmentQuerySet
from contacts.models import Contact
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.people.hooks import Named
from frontdoor.people.models import Person
from frontdoor.people.record import about
from frontdoor.people.record.overview import href_of_reference
from frontdoor.workflow.models import StatusChange
from referrals import endings
from referrals import teams as readers
from referrals.models import EndingProposal, Referral, ReferralQuerySet

P = Permission
#: So many lines of each kind at most; where there are more, a link to the list that has them all.
LINES = 10
#: So many referrals without a worker are put together by family.
UNALLOCATED = 60
#: Moves after which what was returned is no longer: it was sent again, decided, opened anew, or put down.
GONE_ON = ("propose", "sign_off", "decide", "reopen", "undo", "release", "submit")
#: They are counted so far: a home does not grow with what is left lying.
COUNTED = 1000


#: So many stand on one page of such a list.
PAGE = 50


class Kind(StrEnum):
    """What a team's list holds: the last word of its address."""

    TO_DECIDE = "to-decide"
    TO_SIGN_OFF = "to-sign-off"
    ENDINGS_TO_SIGN = "endings-to-sign"
    TO_AUTHORISE = "to-authorise"
    ASSESSED = "assessed"
    ASSESSMENTS_RETURNED = "assessments-returned"
    CONTACTS_RETURNED = "contacts-returned"
    WITHOUT_A_WORKER = "without-a-worker"


#: What the whole list of each kind is called.
CALLED = {
    Kind.TO_DECIDE: "All referrals to decide",
    Kind.TO_SIGN_OFF: "All contacts waiting for sign-off",
    Kind.ENDINGS_TO_SIGN: "All endings of referrals to sign",
    Kind.TO_AUTHORISE: "All assessments to authorise",
    Kind.ASSESSED: "All referrals that were assessed",
    Kind.ASSESSMENTS_RETURNED: "All returned assessments",
    Kind.CONTACTS_RETURNED: "All returned contacts",
    Kind.WITHOUT_A_WORKER: "All referrals without a worker",
}
WAITING = (Kind.TO_DECIDE, Kind.TO_SIGN_OFF, Kind.ENDINGS_TO_SIGN, Kind.TO_AUTHORISE, Kind.ASSESSED)
RETURNED = (Kind.ASSESSMENTS_RETURNED, Kind.CONTACTS_RETURNED)


@dataclass(frozen=True)
class Line:
    """One thing about a child or a family: whom, what is to be done or what happened, since when, and where."""

    children: list[Named]
    what: str
    href: str
    reference: str
    since: datetime | None = None
    is_urgent: bool = False

    @property
    def shown(self) -> list[Named]:
        """As many as a line names."""
        return self.children[: about.MOST]

    @property
    def more(self) -> int:
        """How many it does not name."""
        return max(len(self.children) - about.MOST, 0)


@dataclass(frozen=True)
class Family:
    """Children of one family without a worker; allocating the first offers the others."""

    lines: list[Line]
    allocate: str

    @property
    def since(self) -> datetime | None:
        """When the first of them was received."""
        return min((line.since for line in self.lines if line.since is not None), default=None)


@dataclass(frozen=True)
class Load:
    """What a worker of the team holds now, with where it is listed."""

    name: str
    cases: int
    children: int
    late: int
    href: str
    late_href: str
    #: Where what they hold is passed on to others.
    pass_on: str
    #: That they are away now, and until when.
    away: str = ""


@dataclass
class TeamHome:
    """Everything the part of the home about the team shows."""

    names: list[str]
    waiting: list[Line] = field(default_factory=list)
    returned: list[Line] = field(default_factory=list)
    #: Lists with more than is shown here: what they are, and where.
    more: list[tuple[str, str]] = field(default_factory=list)
    families: list[Family] = field(default_factory=list)
    #: How many referrals wait for a worker, also those not shown; counted to ``COUNTED``.
    unallocated: int = 0
    loads: list[Load] = field(default_factory=list)
    #: The people on record that are shown, and the contacts on which somebody is named whom nobody has confirmed.
    people: set[int] = field(default_factory=set)
    given_on: set[str] = field(default_factory=set)
    #: Records of the children without a worker: what was given and not taken stands beside them.
    children: list[Person] = field(default_factory=list)

    @property
    def number(self) -> str:
        """How many wait for a worker, in words."""
        return f"{COUNTED:,} or more" if self.unallocated >= COUNTED else f"{self.unallocated:,}"


def home_of(user: User, at: datetime) -> TeamHome | None:
    """The part of somebody's home about their teams, in a fixed number of queries; None for whoever has none."""
    teams = readers.of_manager(user)
    if not teams:
        return None
    unallocated = readers.unallocated(teams, user)
    rows = list(unallocated[:UNALLOCATED])
    families = readers.by_family(rows, user)
    of_kind = {kind: list(_rows(kind, teams, user)[: LINES + 1]) for kind in (*WAITING, *RETURNED)}
    more = [(CALLED[kind], href_of(kind)) for kind, found_rows in of_kind.items() if len(found_rows) > LINES]
    all_rows: list[Any] = [*rows, *(row for found_rows in of_kind.values() for row in found_rows[:LINES])]
    named = _named(all_rows, user, at)
    found = TeamHome([team.name for team in teams], unallocated=unallocated.order_by()[:COUNTED].count(), more=more)
    if found.unallocated > len(rows):
        more.append((CALLED[Kind.WITHOUT_A_WORKER], href_of(Kind.WITHOUT_A_WORKER)))
    found.waiting = [_line_of(kind, named, row) for kind in WAITING for row in of_kind[kind][:LINES]]
    found.returned = [_line_of(kind, named, row) for kind in RETURNED for row in of_kind[kind][:LINES]]
    found.families = [
        Family(
            [_line(named, row, "", row.received_at) for row in family],
            reverse("referrals:allocate", args=[family[0].reference]),
        )
        for family in families
    ]
    found.children = [row.child for row in rows if row.child is not None]
    found.people, found.given_on = about.people_in(named.values()), about.given_on(named)
    found.loads = _loads(teams, user, at)
    return found


@dataclass
class TeamList:
    """One page of everything of a kind of somebody's teams; ``following`` is the number of the page after it, or 0."""

    names: list[str]
    called: str
    lines: list[Line]
    following: int
    people: set[int]
    given_on: set[str]


def list_of(kind: Kind, user: User, at: datetime, number: int) -> TeamList | None:
    """A page (the first is 1) of what the home shows the beginning of; None for whoever has no team."""
    teams = readers.of_manager(user)
    if not teams:
        return None
    first = (number - 1) * PAGE
    rows = list(_rows(kind, teams, user)[first : first + PAGE + 1])
    named = _named(rows[:PAGE], user, at)
    return TeamList(
        [team.name for team in teams],
        CALLED[kind],
        [_line_of(kind, named, row) for row in rows[:PAGE]],
        number + 1 if len(rows) > PAGE else 0,
        about.people_in(named.values()),
        about.given_on(named),
    )


def href_of(kind: Kind) -> str:
    """Where the whole list of a kind is."""
    return reverse("pages:team_list", args=[kind.value])


def _named(rows: Sequence[Any], user: User, at: datetime) -> dict[str, list[Named]]:
    """The children of records, by reference; of a referral nobody has decided those named on its contact."""
    asked = {str(row.reference) for row in rows}
    undecided = Referral.Status.AWAITING_DECISION
    asked |= {str(row.contact.reference) for row in rows if isinstance(row, Referral) and row.status == undecided}
    return about.children_of(asked, user, timezone.localdate(at))


def _rows(kind: Kind, teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Everything of a kind of these teams that the user may see and act on, in the order in which it is shown."""
    permission, rows = READ[kind]
    return rows(teams, user) if holds(user, permission) else Referral.objects.none()


def _line_of(kind: Kind, named: Mapping[str, Sequence[Named]], row: Any) -> Line:
    """What the line of a record says on a list of this kind."""
    if kind is Kind.TO_DECIDE:
        return _line(named, row, "Decide the referral", row.received_at, is_urgent=row.is_fast_track)
    if kind is Kind.TO_SIGN_OFF:
        return _line(
            named, row, f"Sign off or return: proposed by {row.proposed_by}", row.proposed_at,
            href=reverse("referrals:sign_off", args=[row.reference]), is_urgent=row.grade == "red",
        )  # fmt: skip
    if kind is Kind.ENDINGS_TO_SIGN:
        word = "close" if endings.is_closing(row.proposed_ending) else "end"
        return _line(
            named, row, f"Sign the ending: proposed by {row.proposed_by}", row.proposed_at,
            href=reverse("referrals:act", args=[row.reference, word]),
        )  # fmt: skip
    if kind is Kind.TO_AUTHORISE:
        return _line(named, row, f"Authorise the assessment by {row.author}", row.submitted_at)
    if kind is Kind.ASSESSED:
        return _line(named, row, "Assessed: begin a service, or close", row.assessed_at)
    if kind is Kind.ASSESSMENTS_RETURNED:
        return _line(named, row, f"Assessment returned to {row.author}", row.returned_at)
    if kind is Kind.CONTACTS_RETURNED:
        return _line(named, row, f"Contact returned to {row.claimed_by or 'the queue'}", row.returned_at)
    return _line(
        named, row, "Allocate", row.received_at, href=reverse("referrals:allocate", args=[row.reference])
    )  # fmt: skip


def _line(
    named: Mapping[str, Sequence[Named]],
    row: Any,
    what: str,
    since: datetime | None,
    *,
    href: str = "",
    is_urgent: bool = False,
) -> Line:
    children = named.get(row.reference) or (named.get(row.contact.reference, []) if isinstance(row, Referral) else [])
    return Line(list(children), what, href or href_of_reference(row.reference), str(row.reference), since, is_urgent)


def _to_decide(teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Referrals of the teams that nobody has decided."""
    return _referrals(teams, user).awaiting_decision()


def _assessed(teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Those assessed, after which somebody begins a service or closes."""
    found: QuerySet[Any, Any] = (
        _referrals(teams, user).filter(status="assessed").annotate(assessed_at=Max("assessments__authorised_at"))
    )
    return found


def _referrals(teams: Sequence[Team], user: User) -> ReferralQuerySet:
    return readers.of_teams(teams, user).select_related("child", "contact").order_by("received_at", "pk")


def _to_sign_off(teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Contacts proposed by somebody of the teams, waiting for another's signature."""
    rows = Contact.objects.visible_to(user).filter(status="awaiting_sign_off", proposed_by__team__in=teams)
    return rows.exclude(proposed_by=user).select_related("proposed_by").order_by("proposed_at", "pk")


def _endings_to_sign(teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Referrals of the teams, for a duty team also nobody's, whose ending another proposed for this manager to sign."""
    waiting = EndingProposal.objects.filter(referral=OuterRef("pk"), answered_at__isnull=True)
    rows = readers.waiting_at(teams, endings.waiting_for(user)).select_related("child", "contact")
    found: QuerySet[Any, Any] = rows.annotate(
        proposed_by=Subquery(waiting.values("by__name")[:1]),
        proposed_at=Subquery(waiting.values("at")[:1]),
        proposed_ending=Subquery(waiting.values("ending")[:1]),
    ).order_by("proposed_at", "pk")
    return found


def _contacts_returned(teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Contacts returned to somebody of the teams and not proposed again."""
    rows = Contact.objects.visible_to(user).filter(status="in_screening", claimed_by__team__in=teams)
    found: QuerySet[Any, Any] = _returned(rows, "send_back").select_related("claimed_by").order_by("pk")
    return found


def _to_authorise(teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Assessments of the teams' referrals that wait for this manager."""
    found: QuerySet[Any, Any] = _assessments(teams, user).waiting_for(user).order_by("submitted_at", "pk")
    return found


def _assessments_returned(teams: Sequence[Team], user: User) -> "QuerySet[Any, Any]":
    """Assessments returned to their author and not submitted again."""
    found: QuerySet[Any, Any] = _returned(
        _assessments(teams, user).filter(status="in_progress"), "return_with_comments"
    ).order_by("pk")
    return found


def _assessments(teams: Sequence[Team], user: User) -> AssessmentQuerySet:
    rows = Assessment.objects.visible_to(user).filter(referral__in=readers.of_teams(teams, user).values("pk"))
    return rows.select_related("author")


#: Who is shown each kind, and what it holds.
READ: dict[Kind, tuple[Permission, Callable[[Sequence[Team], User], "QuerySet[Any, Any]"]]] = {
    Kind.TO_DECIDE: (P.REFERRAL_DECIDE, _to_decide),
    Kind.TO_SIGN_OFF: (P.CONTACT_SIGN_OFF, _to_sign_off),
    Kind.ENDINGS_TO_SIGN: (P.REFERRAL_DECIDE, _endings_to_sign),
    Kind.TO_AUTHORISE: (P.ASSESSMENT_AUTHORISE, _to_authorise),
    Kind.ASSESSED: (P.REFERRAL_DECIDE, _assessed),
    Kind.ASSESSMENTS_RETURNED: (P.ASSESSMENT_AUTHORISE, _assessments_returned),
    Kind.CONTACTS_RETURNED: (P.CONTACT_SIGN_OFF, _contacts_returned),
    Kind.WITHOUT_A_WORKER: (P.REFERRAL_ALLOCATE, readers.unallocated),
}


def _returned(rows: Any, move: str) -> Any:
    """Those that came back by this move and have not gone on since, with when they came back."""
    last = StatusChange.objects.filter(reference=OuterRef("reference"), move__in=[move, *GONE_ON]).order_by("-id")
    came_back = rows.annotate(last_move=last.values("move")[:1], returned_at=last.values("happened_at")[:1])
    return came_back.filter(last_move=move)


def _loads(teams: Sequence[Team], user: User, at: datetime) -> list[Load]:
    """Everybody of the teams who may hold cases; one query for what they hold, one for what is late."""
    late = Clock.objects.visible_to(user).late(at).filter(worker__team__in=teams)
    counted = dict(late.order_by().values_list("worker_id").annotate(Count("pk")))
    return [
        Load(
            load.worker.name,
            load.cases,
            load.children,
            counted.get(load.worker.pk, 0),
            f"{reverse('referrals:queue')}?view=open&worker={load.worker.username}",
            f"{reverse('pages:breaches')}?worker={load.worker.username}",
            reverse("referrals:pass_on", args=[load.worker.pk]),
            load.away.words if load.away is not None else "",
        )
        for load in readers.loads(teams, user, at)
    ]
