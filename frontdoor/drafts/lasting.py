"""How long what was typed and not sent is kept. It is nobody's record, and it may name anybody.

What is about a record goes with that record (``throw_away_of``), and within a day when a page that was open kept it
later. For the rest the code list ``retention`` has two
rules, each with the days from which and until which it applies: for an account that ended, and for what is about no
record.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.dated import Plain
from frontdoor.drafts.models import Draft, DraftQuerySet
from frontdoor.drafts.readers import kinds_of_record
from frontdoor.notifications.actions import together_or_each

#: Each rule, and what its days are counted from.
LEAVER, ABOUT_NOTHING = "draft_of_leaver", "draft"
COUNTED_FROM = {LEAVER: "leaving", ABOUT_NOTHING: "typing"}
LONGEST_DAYS = 3650
REFERENCE = r"^[A-Z]-[0-9A-HJKMNP-TV-Z]{8}$"

log = structlog.get_logger(__name__)


def days_of(rule: str, on: date) -> int | None:
    """For how many days a rule keeps drafts on this day; None when no such rule is in force."""
    row = next((row for row in lists.rows("retention", on=on) if row.code == rule), None)
    return None if row is None else int(row.attributes["days"])


def throw_away_overdue(at: datetime) -> int:
    """Throw away what has been kept for its time; how many drafts. Safe to run twice and late.

    What is about a record that is held no more goes, and what was used up a day ago. The once-only key of a record (an
    empty draft that became one) stays. A draft that cannot go is left and told of; the others go.
    """

    def throw(keys: Sequence[uuid.UUID]) -> int:
        return int(Draft.objects.filter(pk__in=keys).delete()[0])

    gone = together_or_each(_overdue(at), throw, what="throw away a draft", at=at)
    used_up = Draft.objects.filter(became="", consumed_at__lt=at - timedelta(days=1))
    together_or_each(list(used_up.values_list("pk", flat=True)), throw, what="throw away a draft", at=at)
    if gone:
        log.info("drafts_thrown_away", count=gone)
    return gone


def _overdue(at: datetime) -> list[uuid.UUID]:
    """Keys of the open drafts that have been kept for their time."""
    on = timezone.localdate(at)
    open_ones = Draft.objects.open()
    due = Q(about__in=_held_no_more(open_ones))
    if (days := days_of(LEAVER, on)) is not None:
        due |= Q(user__in=User.objects.ended_before(at - timedelta(days=days)))
    if (days := days_of(ABOUT_NOTHING, on)) is not None:
        due |= Q(saved_at__lt=at - timedelta(days=days)) & ~Q(about__regex=REFERENCE)
    return list(open_ones.filter(due).values_list("pk", flat=True))


def _held_no_more(drafts: DraftQuerySet) -> set[str]:
    """The references these drafts are about which no record has, in one query for each kind of record."""
    about = set(drafts.filter(about__regex=REFERENCE).values_list("about", flat=True))
    missing: set[str] = set()
    for prefix, rows in kinds_of_record().items():
        asked = {reference for reference in about if reference.startswith(f"{prefix}-")}
        if asked:
            missing |= asked - set(rows.filter(reference__in=asked).values_list("reference", flat=True))
    return missing


def drafts_last_some_days(
    rows: Sequence[Plain], everything: Mapping[str, Sequence[Plain]], on: date
) -> Iterator[tuple[int, str, str]]:
    """A rule of keeping drafts says from what and for how many days."""
    for place, row in enumerate(rows):
        counted_from = COUNTED_FROM.get(row["code"])
        says: dict[str, Any] = row["attributes"]
        days = says.get("days")
        if counted_from is None:
            continue
        if says.get("from") != counted_from:
            yield place, "attributes", f"Drafts are counted from the day of {counted_from} (from): {counted_from}."
        elif type(days) is not int or not 1 <= days <= LONGEST_DAYS:
            yield place, "attributes", f"Say for how many days it is kept: a whole number from 1 to {LONGEST_DAYS:,}."
