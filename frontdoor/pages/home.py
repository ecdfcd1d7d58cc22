"""Where each role lands: counts that lead to lists, what is late first, then one's own work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import returned
from contacts import taken
from contacts.screening.untaken import untaken
from frontdoor import audit, triggers
from frontdoor.access import ROLE_LABELS, Permission, Role, StaffRequest, holds, signed_in
from frontdoor.accounts.models import User
from frontdoor.pages.own_work import by_child
from frontdoor.pages.team import home_of
from frontdoor.people.record import about
from frontdoor.people.record import overview as record
from frontdoor.signing.readers import kinds_of
from frontdoor.signing.readers import number as to_sign
from frontdoor.ui.responses import page
from referrals import endings, news
from referrals import readers as of_referrals
from referrals.transfers import readers as of_transfers
from referrals.views.news import told as news_told

P = Permission
# A count past this is said as "1,000 or more": nothing on a home page grows with the size of the borough.
COUNT_LIMIT = 1000
LINES = 15


@dataclass(frozen=True)
class Tile:
    """One count that leads to its list; ``is_late`` ones stand first."""

    text: str
    count: int
    href: str
    is_late: bool = False

    @property
    def number(self) -> str:
        """The count in words."""
        return f"{COUNT_LIMIT:,} or more" if self.count >= COUNT_LIMIT else f"{self.count:,}"


def _visible(label: str, user: User) -> Any:
    """The rows of a model this user may see; None when this installation does not have the model."""
    try:
        return apps.get_model(label)._default_manager.visible_to(user)
    except LookupError:
        return None


def _bounded(rows: Any) -> int:
    return int(rows.order_by()[:COUNT_LIMIT].count())


def tiles(user: User, at: datetime) -> list[Tile]:
    """Counts for this user's roles, of rows they may see, what is late first and empty ones last."""
    found: list[Tile] = []

    def tell(text: str, rows: Any, name: str, query: str = "", *, late: bool = False) -> None:
        if rows is not None:
            found.append(Tile(text, _bounded(rows), reverse(name) + query, late))

    if kinds_of(user):
        found.append(Tile("waiting for your signature", to_sign(user, at), reverse("pages:signatures")))
    clocks = _visible("clocks.Clock", user) if holds(user, P.BREACHES_VIEW) else None
    if clocks is not None:
        tell("deadlines passed", clocks.late(at), "pages:breaches", late=True)
        tell("deadlines about to pass", clocks.about_to_be(at), "pages:breaches", late=True)
    handover = _visible("contacts.HandoverItem", user) if holds(user, P.HANDOVER) else None
    if handover is not None:
        tell("handover items not taken on time", handover.late(at), "contacts:handover", "?show=late", late=True)
        tell("handover items to take", handover.untaken(), "contacts:handover")
    contacts = _visible("contacts.Contact", user)
    # Said so that the index of the queue serves the counts: every contact not decided is on it.
    contacts = contacts.on_queue() if contacts is not None else None
    if contacts is not None and (holds(user, P.QUEUE_VIEW) or holds(user, P.CONTACT_SCREEN)):
        tell("new contacts", contacts.filter(status="received"), "contacts:queue")
        tell(
            "contacts being screened",
            contacts.filter(status__in=["in_screening", "awaiting_information"]),
            "contacts:queue",
        )
        if holds(user, P.CONTACT_SIGN_OFF):
            tell(
                "contacts waiting for a manager’s sign-off",
                contacts.filter(status="awaiting_sign_off"),
                "contacts:queue",
            )
    unread = _visible("contacts.Quarantined", user) if holds(user, P.FEED_HANDLE) else None
    if unread is not None and unread.waiting().exists():
        tell("messages that could not be read", unread.waiting(), "contacts:quarantine", late=True)
    addresses = _visible("contacts.AddressQuestion", user) if holds(user, P.ADDRESS_DECIDE) else None
    asked = addresses.waiting_for(user) if addresses is not None else None
    if asked is not None and asked.exists():
        tell("confidential addresses to say whose they are", asked, "contacts:addresses", late=True)
    restricted = taken.held_by(user)
    if restricted.exists():
        tell("contacts under a restriction", restricted, "referrals:restricted", late=True)
    disagreements = _visible("contacts.Disagreement", user) if holds(user, P.CONTACT_REOPEN) else None
    if disagreements is not None:
        tell("disagreements of referrers to answer", disagreements.answerable_by(user), "referrals:disagreements")
    if holds(user, P.EARLY_HELP_WRITE):
        early_help = _visible("assessments.EarlyHelpAssessment", user)
        tell(
            "children passed to early help to take on", early_help.waiting(), "assessments:early_help", "?view=waiting"
        )
    sent = _visible("referrals.Sent", user) if holds(user, P.CONTACT_REOPEN) else None
    if sent is not None and sent.declined().exists():
        tell("children passed on and declined", sent.declined(), "referrals:sent", late=True)
    referrals = _visible("referrals.Referral", user) if holds(user, P.REFERRAL_VIEW) else None
    if referrals is not None:
        if holds(user, P.REFERRAL_DECIDE):
            tell("referrals waiting for a decision", referrals.filter(status="awaiting_decision"), "referrals:queue")
            waiting = endings.waiting_for(user)
            tell("endings of referrals waiting for a second manager", waiting, "referrals:queue", "?view=to_sign")
            outcomes = of_referrals.outcomes_to_sign(user)
            tell("section 47 outcomes waiting for you to authorise", outcomes, "referrals:queue", "?view=enquiries")
            ages = of_referrals.ages_to_decide(user)
            if ages.exists():
                tell("age assessments waiting for a manager", ages, "referrals:unaccompanied_list", "?view=age")
        if holds(user, P.REFERRAL_ALLOCATE):
            tell("transfers waiting for your team’s answer", of_transfers.waiting_for(user), "referrals:transfers")
            tell("referrals without a named worker", referrals.unallocated(), "referrals:queue")
    assessments = _visible("assessments.Assessment", user) if holds(user, P.ASSESSMENT_VIEW) else None
    if assessments is not None:
        if holds(user, P.ASSESSMENT_WRITE):
            tell("assessments you are writing", assessments.written_by(user), "assessments:list")
        if holds(user, P.ASSESSMENT_AUTHORISE):
            tell("assessments waiting for you to authorise", assessments.waiting_for(user), "assessments:list")
    return sorted(found, key=lambda tile: (not tile.is_late or not tile.count, not tile.count))


def starts(user: User) -> list[tuple[str, str]]:
    """The first things this user's roles do: text and address."""
    wanted = [
        (P.CONTACT_RECORD, "Record a contact", "contacts:record"),
        (P.WEB_FORM_SEND, "Send a web form", "contacts:send_web_form"),
        (P.PEOPLE_SEARCH, "Find a person", "pages:people"),
        (P.BREAK_GLASS, "Open a restricted record in an emergency", "pages:break_glass"),
        (P.FIGURES_WHOLE_SERVICE, "Fast tracks stood down", "figures:stood_down"),
        (P.WHO_LOOKED, "Who looked", "pages:who_looked_search"),
        (P.RULES_MANAGE, "Settings", "pages:settings"),
        (P.STAFF_MANAGE, "Staff", "pages:staff"),
        (P.AGENCY_MANAGE, "Agencies", "agencies:list"),
        (P.RULES_MANAGE, "Rules", "pages:rules"),
        (P.AGENCY_MANAGE, "Notifications without a grade", "contacts:ungraded"),
    ]
    return [(text, reverse(name)) for needed, text, name in wanted if holds(user, needed)]


@require_safe
@signed_in
def home(request: StaffRequest) -> HttpResponse:
    """The home page of the signed-in person's roles."""
    user = request.user
    now = timezone.now()
    mine = list(record.work_of(user)[:LINES]) if holds(user, P.PEOPLE_VIEW) else []
    team = home_of(user, now)
    clocks = _visible("clocks.Clock", user) if holds(user, P.BREACHES_VIEW) else None
    late = list(clocks.late(now).filter(worker=user).order_by("due_at", "id")[:LINES]) if clocks is not None else []
    children = about.children_of([clock.reference for clock in late], user, timezone.localdate(now))
    back = returned.of(user) if holds(user, P.ASSESSMENT_WRITE) else []
    shown = {row.person_id for row in mine} | about.people_in(children.values())
    shown |= {row.assessment.child.pk for row in back}
    given_on = about.given_on(children)
    if team is not None:
        shown, given_on = shown | team.people, given_on | team.given_on
    if shown or given_on:
        audit.shows(request, shown, given_on=given_on)
    counted = tiles(user, now)
    request.to_sign = next((tile.count for tile in counted if tile.href == reverse("pages:signatures")), 0)
    return page(
        request,
        "pages/home.html",
        {
            "now": now,
            "today": timezone.localdate(),
            "roles": [ROLE_LABELS[Role(name)] for name in user.roles if name in Role._value2member_map_],
            "tiles": counted,
            "starts": starts(user),
            "mine": by_child(mine, user),
            "team": team,
            "untaken": untaken([row.person for row in mine] + (team.children if team is not None else []), user),
            "late": about.by_child(late, lambda clock: clock.reference, children),
            "href_of": record.href_of,
            "href_of_reference": record.href_of_reference,
            "returned": back,
            **news_told(request, news.waiting(user) if holds(user, P.REFERRAL_WORK) else [], "home"),
            "has_work": holds(user, P.REFERRAL_WORK),
            # The guards of the database: whoever looks after accounts can have them put right.
            "triggers": triggers.named(triggers.differing()) if holds(user, P.STAFF_MANAGE) else "",
        },
    )
