"""What stands around every page for the person signed in: the box that finds, the service navigation by role."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.notifications import screen
from frontdoor.pages import finding

P = Permission
#: How many entries stand in the bar itself; what a role has beyond them is under "More".
IN_THE_BAR = 7
# Text, name of the page, and the permissions of which one is enough (none: everybody signed in). The order is that of
# the day's work: whoever has more pages than the bar holds finds the later ones under "More".
NAV: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("Home", "pages:home", frozenset()),
    ("Record a contact", "contacts:record", frozenset({P.CONTACT_RECORD})),
    ("Contacts", "contacts:queue", frozenset({P.QUEUE_VIEW, P.CONTACT_SCREEN})),
    ("Referrals", "referrals:queue", frozenset({P.REFERRAL_VIEW})),
    ("Assessments", "assessments:list", frozenset({P.ASSESSMENT_VIEW})),
    (
        "To sign",
        "pages:signatures",
        frozenset({P.CONTACT_SIGN_OFF, P.REFERRAL_DECIDE, P.ASSESSMENT_AUTHORISE, P.STAFF_CONFIRM}),
    ),
    ("Disagreements", "referrals:disagreements", frozenset({P.CONTACT_REOPEN})),
    ("Early help", "assessments:early_help", frozenset({P.EARLY_HELP_VIEW})),
    ("Find a person", "pages:people", frozenset({P.PEOPLE_SEARCH})),
    ("Deadlines", "pages:breaches", frozenset({P.BREACHES_VIEW})),
    ("Web forms", "contacts:web_forms", frozenset({P.WEB_FORM_SEND})),
    ("Handover", "contacts:handover", frozenset({P.HANDOVER})),
    ("Supervision", "supervision:home", frozenset({P.SUPERVISION_VIEW})),
    ("Partner report", "figures:agencies", frozenset({P.FIGURES_WHOLE_SERVICE})),
    ("Plan register", "referrals:plans", frozenset({P.REFERRAL_DECIDE})),
    ("Find a document", "pages:documents_search", frozenset({P.DOCUMENT_VIEW})),
    ("Possible duplicates", "pages:pairs", frozenset({P.MERGE_REVIEW})),
    ("Paper files", "exchange:paper_files", frozenset({P.MERGE_REVIEW})),
    ("Retention", "pages:retention", frozenset({P.RETENTION_VIEW})),
    ("Imports", "exchange:imports", frozenset({P.IMPORT_RUN})),
    ("Who looked", "pages:who_looked_search", frozenset({P.WHO_LOOKED})),
    ("Settings", "pages:settings", frozenset({P.RULES_MANAGE})),
    ("Rules", "pages:rules", frozenset({P.RULES_MANAGE})),
    ("Staff", "pages:staff", frozenset({P.STAFF_MANAGE})),
    ("Agencies", "agencies:list", frozenset({P.AGENCY_MANAGE})),
    ("Absences", "pages:absences", frozenset({P.CASE_HOLD, P.REFERRAL_ALLOCATE})),
    ("Your drafts", "drafts:list", frozenset()),
)


def navigation(user: User, path: str) -> list[dict[str, Any]]:
    """The pages this person's roles may open, the longest matching address marked as the current one."""
    allowed = [
        {"text": text, "href": reverse(name)}
        for text, name, needed in NAV
        if not needed or any(holds(user, p) for p in needed)
    ]
    matching = [e["href"] for e in allowed if path == e["href"] or (e["href"] != "/" and path.startswith(e["href"]))]
    current = max(matching, key=len, default="")
    return [{**entry, "active": entry["href"] == current} for entry in allowed]


def _with_number(entries: list[dict[str, Any]], to_sign: int) -> list[dict[str, Any]]:
    """With how much waits to be signed, on the pages that count it: no other page asks the database for it."""
    here = reverse("pages:signatures")
    return [
        {**each, "text": f"{each['text']} ({to_sign})"} if to_sign and each["href"] == here else each
        for each in entries
    ]


def in_the_bar(entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The entries of the bar, and those under "More": none there when nearly all fit."""
    if len(entries) <= IN_THE_BAR + 1:
        return entries, []
    return entries[:IN_THE_BAR], entries[IN_THE_BAR:]


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the box that finds, the navigation, the bell and the alerts of the person signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or request.headers.get("HX-Request") == "true":
        return {}
    bar, more = in_the_bar(_with_number(navigation(user, request.path), getattr(request, "to_sign", 0)))
    return {
        "find_url": reverse("pages:find") if finding.may_find(user) else "",
        "nav": bar,
        "nav_more": more,
        "unread": screen.unread(user),
        "notices_url": reverse("notifications:notices"),
        "alerts": screen.alert_lines(user),
        "alerts_url": reverse("notifications:alerts"),
    }
