"""The home of whoever manages a team: what waits for them, what came back, who waits for a worker, who holds what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, OuterRef
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment
from contacts.models import Contact
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.people.hooks import Named
from frontdoor.people.models import Person
from frontdoor.people.record import about
from frontdoor.people.record.overview import href_of_reference
from frontdoor.workflow.models import StatusChange
from referrals import teams as readers
from referrals.models import Referral

P = Permission
#: So many lines of each kind at most; where there are more, a link to the list that has them all.
LINES = 10
#: So many referrals without a worker are put together by family.
UNALLOCATED = 60
#: Moves after which what was returned is no longer: it was sent again, decided, opened anew, or put down.
GONE_ON = ("propose", "sign_off", "decide", "reopen", "undo", "release", "submit")
#: They are counted so far: a home does not grow with what is left lying.
COUNTED = 1000


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


def teams_of(user: User) -> list[Team]:
    """The active teams somebody manages; for others who allocate, the team they belong to."""
    if not holds(user, P.REFERRAL_ALLOCATE):
        return []
    managed = list(user.teams_managed.filter(is_active=True).order_by("name", "pk"))
    return managed or ([user.team] if user.team is not None and user.team.is_active else [])


def home_of(user: User, at: datetime) -> TeamHome | None:
    """The part of somebody's home about their teams, in a fixed number of queries; None for whoever has none."""
    teams = teams_of(user)
    if not teams:
        return None
    unallocated = readers.unallocated(teams, user)
    rows = list(unallocated[:UNALLOCATED])
    families = readers.by_family(rows, user)
    to_decide, after_assessment = _referrals(teams, user)
    sign_offs, given_back = _contacts(teams, user)
    submitted, returned = _assessments(teams, user)
    more = [
        (text, reverse(name))
        for found_rows, text, name in (
            (to_decide, "All referrals to decide", "referrals:queue"),
            (sign_offs, "All contacts waiting for sign-off", "contacts:queue"),
            (submitted, "All assessments to authorise", "assessments:list"),
            (after_assessment, "All referrals that were assessed", "referrals:queue"),
            (returned, "All returned assessments", "assessments:list"),
            (given_back, "All contacts being screened", "contacts:queue"),
        )
        if len(found_rows) > LINES
    ]
    to_decide, after_assessment, sign_offs = to_decide[:LINES], after_assessment[:LINES], sign_offs[:LINES]
    given_back, submitted, returned = given_back[:LINES], submitted[:LINES], returned[:LINES]
    all_rows: list[Any] = [*rows, *to_decide, *after_assessment, *sign_offs, *given_back, *submitted, *returned]
    asked = {str(row.reference) for row in all_rows} | {str(row.contact.reference) for row in to_decide}
    named = about.children_of(asked, user, timezone.localdate(at))
    found = TeamHome([team.name for team in teams], unallocated=unallocated.order_by()[:COUNTED].count(), more=more)
    found.waiting = [
        *(_line(named, row, "Decide the referral", row.received_at, is_urgent=row.is_fast_track) for row in to_decide),
        *(
            _line(
                named, row, f"Sign off or return: proposed by {row.proposed_by}", row.proposed_at,
                href=reverse("referrals:sign_off", args=[row.reference]), is_urgent=row.grade == "red",
            )
            for row in sign_offs
        ),
        *(_line(named, row, f"Authorise the assessment by {row.author}", row.submitted_at) for row in submitted),
        *(
            _line(named, row, "Assessed: begin a service, or close", getattr(row, "assessed_at", None))
            for row in after_assessment
        ),
    ]  # fmt: skip
    found.returned = [
        *(
            _line(named, row, f"Assessment returned to {row.author}", getattr(row, "returned_at", None))
            for row in returned
        ),
        *(
            _line(named, row, f"Contact returned to {row.claimed_by or 'the queue'}", getattr(row, "returned_at", None))
            for row in given_back
        ),
    ]
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


def _referrals(teams: Sequence[Team], user: User) -> tuple[list[Referral], list[Referral]]:
    """Of the teams: those nobody has decided, and those assessed, after which somebody begins a service or closes."""
    if not holds(user, P.REFERRAL_DECIDE):
        return [], []
    rows = readers.of_teams(teams, user).select_related("child", "contact").order_by("received_at", "pk")
    assessed = rows.filter(status="assessed").annotate(assessed_at=Max("assessments__authorised_at"))
    return list(rows.awaiting_decision()[: LINES + 1]), list(assessed[: LINES + 1])


def _contacts(teams: Sequence[Team], user: User) -> tuple[list[Contact], list[Contact]]:
    """Proposed by somebody of the teams and waiting for a signature, and returned to somebody of them."""
    if not holds(user, P.CONTACT_SIGN_OFF):
        return [], []
    rows = Contact.objects.visible_to(user)
    waiting = rows.filter(status="awaiting_sign_off", proposed_by__team__in=teams).exclude(proposed_by=user)
    back = _returned(rows.filter(status="in_screening", claimed_by__team__in=teams), "send_back")
    return (
        list(waiting.select_related("proposed_by").order_by("proposed_at", "pk")[: LINES + 1]),
        list(back.select_related("claimed_by").order_by("pk")[: LINES + 1]),
    )


def _assessments(teams: Sequence[Team], user: User) -> tuple[list[Assessment], list[Assessment]]:
    """Of the teams' referrals: waiting for this manager, and returned to their author and not submitted again."""
    if not holds(user, P.ASSESSMENT_AUTHORISE):
        return [], []
    rows = Assessment.objects.visible_to(user).filter(referral__in=readers.of_teams(teams, user).values("pk"))
    rows = rows.select_related("author")
    back = _returned(rows.filter(status="in_progress"), "return_with_comments")
    return list(rows.waiting_for(user).order_by("submitted_at", "pk")[: LINES + 1]), list(
        back.order_by("pk")[: LINES + 1]
    )


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
        )
        for load in readers.loads(teams, user)
    ]
