"""What the pages of assessments read, in a fixed number of queries."""

from typing import Any

from assessments import outline
from assessments.actions import dimensions_on
from assessments.models import Assessment, Visit
from contacts.needs import interpreters
from frontdoor.accounts.models import User
from frontdoor.clocks.actions import running_on
from frontdoor.clocks.models import Clock
from frontdoor.people.protection.reach import Told
from referrals import readers as referrals

SHOWN = 50


def whole(user: User, reference: str) -> Assessment | None:
    """One assessment with everything its pages show, or None when the user may not see it."""
    found: Assessment | None = (
        Assessment.objects.visible_to(user)
        .filter(reference=reference)
        .select_related(
            "referral", "referral__child", "referral__contact", "referral__contact_person__contact",
            "text", "views", "author", "submitted_by", "authorised_by", "abandoned_by",
        )
        .prefetch_related("dimensions", "factors", "sections__saved_by", "addenda__added_by")
        .first()
    )  # fmt: skip
    return found


def visits_of(assessment: Assessment) -> list[Visit]:
    """Visits of this assessment, the latest first, withdrawn ones as well."""
    return list(assessment.visits.select_related("visited_by", "text", "withdrawn_by").order_by("-happened_at", "-id"))


def clock_of(assessment: Assessment) -> Clock | None:
    """The clock it runs under now."""
    return running_on([assessment.clock_reference]).filter(rule=assessment.clock_rule).first()


def warnings_of(assessment: Assessment, user: User) -> list[Told]:
    """The warnings that reach the child, and those of where the family was said to live when we were told."""
    return referrals.warnings_of([assessment.referral], user)


def interpreters_of(assessment: Assessment) -> list[str]:
    """Who of the child's family needs an interpreter."""
    return interpreters(assessment.referral.contact_person, assessment.child)


def domains(assessment: Assessment, today: Any) -> list[dict[str, Any]]:
    """The three domains with what is written on each dimension, for reading."""
    rows = {row.code: row for row in assessment.dimensions.all()}
    known = dimensions_on(today)
    return [
        {"title": title, "rows": [(label, rows.get(code)) for code, label in known[domain]]}
        for _, domain, title in outline.DOMAINS
    ]


def listed(user: User, view: str, after: str = "") -> tuple[list[Assessment], str]:
    """Assessments of a view (``mine``, ``waiting``, ``unwritten``, ``open``), newest first, fifty at a time by key."""
    rows = Assessment.objects.visible_to(user)
    rows = {
        "mine": lambda: rows.written_by(user),
        "waiting": lambda: rows.waiting_for(user),
        "unwritten": rows.unwritten,
        "open": rows.open,
    }[view]()
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("referral", "referral__child", "author").order_by("-id")[: SHOWN + 1])
    following = str(found[SHOWN - 1].pk) if len(found) > SHOWN else ""
    return found[:SHOWN], following


def clocks_of(rows: list[Assessment]) -> dict[str, Clock]:
    """The running clock of each, by the reference it runs on."""
    found: dict[str, Clock] = {}
    wanted = {(row.clock_reference, row.clock_rule) for row in rows}
    for clock in running_on([row.clock_reference for row in rows]):
        if (clock.reference, clock.rule) in wanted:
            found[clock.reference] = clock
    return found
