"""Ranks kept in step with the facts: by the action that changes a fact, and hourly where time changes one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from psycopg.types.json import Jsonb

from contacts import hooks
from contacts.bundles.actions import refresh_of
from contacts.facts import NOTHING
from contacts.grading import raising
from contacts.models import Contact, ContactPerson, ContactRank, PossiblePerson, RankWeights
from contacts.ranking.order import Facts, Rank, Weights, youngest_of
from contacts.ranking.order import rank as rank_of
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.db import sql_beside
from frontdoor.notifications.actions import together_or_each
from frontdoor.wording import worded

BATCH = 2000
SINGLE_FLIGHT = 7316011

WRITE = sql_beside(__file__, "ranks")


def in_force(on: date) -> tuple[Weights, int | None]:
    """The weights that count on a day, and their row; the shipped ones when a council has none."""
    row = next(iter(_in_force(on=on)), None)
    return (row.weights, row.pk) if row is not None else (Weights(), None)


@worded(on=date)
def _in_force(*, on: date) -> QuerySet[RankWeights, RankWeights]:
    rows: QuerySet[RankWeights, RankWeights] = RankWeights.objects.in_force(on)
    return rows


def facts_of(keys: Sequence[int]) -> dict[int, Facts]:
    """The facts of these contacts by id, in a fixed number of questions however many there are."""
    child = Q(people__is_child=True)
    said = ~Q(people__disability__iregex=NOTHING) | ~Q(people__communication__iregex=NOTHING)
    rows = (
        Contact.objects.filter(pk__in=keys)
        .order_by()
        .annotate(
            born=Max("people__date_of_birth", filter=child),
            unborn=BoolOr(Q(people__date_of_birth__isnull=True, people__expected_on__isnull=False), filter=child),
            disabled=BoolOr(said, filter=child),
            at_school=BoolOr(~Q(people__school__iregex=NOTHING), filter=child),
            has_child=Max("people__position", filter=child),
            linked=ArrayAgg("people__person_id", filter=child & Q(people__person__isnull=False), default=[]),
        )
        .values(
            "pk", "reference", "received_at", "grade", "is_fast_track", "is_professional", "safe_until", "born",
            "unborn", "disabled", "at_school", "has_child", "linked", "type__ranks_with_concerns", "text__pregnancy",
        )
    )  # fmt: skip
    found = list(rows)
    linked = {person for row in found for person in row["linked"]}
    on_plan: set[int] = set()
    if linked:
        on_plan = set().union(*[ask(linked) for ask in hooks.on_plan])
    raised = raising.raised([(row["pk"], row["reference"], row["received_at"]) for row in found])
    return {
        row["pk"]: Facts(
            received_at=row["received_at"],
            grade=row["grade"],
            is_fast_track=row["is_fast_track"],
            is_on_plan=any(person in on_plan for person in row["linked"]),
            raised_grade=raised[row["pk"]].grade if row["pk"] in raised else "",
            raised_why=raised[row["pk"]].why if row["pk"] in raised else "",
            is_possibly_on_plan=row["pk"] in raised and raised[row["pk"]].is_on_plan,
            youngest=youngest_of(row["born"], bool(row["unborn"]), london_date(row["received_at"])),
            is_pregnancy=re.match(NOTHING, row["text__pregnancy"] or "", re.IGNORECASE) is None,
            is_disabled=bool(row["disabled"]),
            is_unseen=row["has_child"] is not None and not row["at_school"] and not row["is_professional"],
            safe_until=row["safe_until"],
            ranks_with_concerns=row["type__ranks_with_concerns"],
        )
        for row in found
    }


def ranks_of(keys: Sequence[int], weights: Weights, at: datetime) -> dict[int, Rank]:
    """Where these contacts stand with these weights; nothing is written."""
    return {key: rank_of(facts, weights, at) for key, facts in facts_of(keys).items()}


@transaction.atomic
def recompute(keys: Iterable[int], *, at: datetime, weights: tuple[Weights, int | None] | None = None) -> list[int]:
    """Write the ranks of these contacts; returns the ids of those whose place changed. Safe to run twice."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    chosen, row = weights or in_force(london_date(at))
    found = ranks_of(wanted, chosen, at)
    if not found:
        return []
    before = dict(ContactRank.objects.filter(contact_id__in=found).values_list("contact_id", "raised_grade"))
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "ids": list(found),
                "tiers": [int(rank.tier) for rank in found.values()],
                "ranks": [rank.rank_at for rank in found.values()],
                "points": [rank.points for rank in found.values()],
                "reasons": [Jsonb([[r.code, r.words, r.points] for r in rank.reasons]) for rank in found.values()],
                "ages": [rank.ages_at for rank in found.values()],
                "raised": [rank.raised_grade for rank in found.values()],
                "whys": [rank.raised_why for rank in found.values()],
                "weights": row,
            },
        )
        changed = [key for (key,) in cursor.fetchall()]
    # A grade for now that moves nothing stands on the bundle all the same.
    refresh_of({*changed, *(key for key, rank in found.items() if before.get(key, "") != rank.raised_grade)})
    return changed


def rerank(contact: Contact, *, at: datetime) -> Contact:
    """Write one contact's rank, and read its place back into the object."""
    if not recompute([contact.pk], at=at):
        refresh_of([contact.pk])
    contact.refresh_from_db(fields=["tier", "rank_at"])
    return contact


def rerank_about(people: Iterable[int], *, at: datetime) -> list[int]:
    """Write the ranks of open contacts that are or may be about these people (ids): their plan has begun or ended."""
    about = list(people)
    keys = Contact.objects.on_queue().filter(
        Q(pk__in=ContactPerson.objects.filter(person_id__in=about).values("contact_id"))
        | Q(pk__in=PossiblePerson.objects.filter(person_id__in=about).values("on_contact__contact_id"))
    )
    return recompute(list(keys.values_list("pk", flat=True)), at=at)


def batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, a batch at a time."""
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def recompute_aged(at: datetime) -> int:
    """Write the ranks that time has changed, and those not yet on the weights of the day; returns how many moved.

    One at a time (advisory lock: a second returns 0 at once). Rows somebody holds are left: whoever holds them ranks
    them. A batch has its own transaction; killed midway, the next run does the rest.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SINGLE_FLIGHT])
        if not cursor.fetchone()[0]:
            return 0
    try:
        weights = in_force(london_date(at))
        rows = Contact.objects.on_queue()
        due = rows.filter(
            Q(rank__isnull=True)
            | Q(rank__ages_at__lte=at)
            | ~Q(rank__weights_id=weights[1])
            | Q(rank__weights__isnull=True)
        )
        moved = 0

        def rank(keys: Sequence[int]) -> int:
            free = Contact.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=keys)
            return len(recompute(list(free.values_list("pk", flat=True)), at=at, weights=weights))

        for batch in batches(list(due.order_by("pk").values_list("pk", flat=True))):
            moved += together_or_each(batch, rank, what="rank a contact", at=at)
        return moved
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SINGLE_FLIGHT])


@transaction.atomic
def set_weights(*, weights: dict[str, int], valid_from: date, reason: str, by: User, at: datetime) -> RankWeights:
    """Say what facts are worth from a day on; when that day has come every open contact is ranked in the same act.

    Raises Refused naming the field: no reason, a day that has passed or has its weights already, or weights with which
    a worse grade would rank lower.
    """
    require(by, Permission.RULES_MANAGE)
    if not reason.strip():
        raise Refused("Say why the weights change.", code="reason_required", field="reason")
    today = london_date(at)
    if valid_from < today:
        raise Refused("Choose today or a later day: the past cannot be changed.", code="past", field="valid_from")
    if RankWeights.objects.filter(valid_from=valid_from).exists():
        raise Refused("Weights from this day are set already: choose a later day.", code="exists", field="valid_from")
    problem = Weights.problem_of(weights)
    if problem is not None:
        raise Refused(problem[1], code="weights", field=problem[0])
    row = RankWeights.objects.create(**weights, valid_from=valid_from, reason=reason, set_by=by, set_at=at)
    write_audit(
        "queue.weights_set", by=by, reason=reason, detail={"from": valid_from.isoformat(), "weights": dict(weights)}
    )
    if valid_from <= today:
        rank_all(at)
    return row


@transaction.atomic
def rank_all(at: datetime) -> None:
    """Rank every contact on the queue by the weights of the day, in the caller's transaction."""
    weights = in_force(london_date(at))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SINGLE_FLIGHT])
    for batch in batches(list(Contact.objects.on_queue().order_by("pk").values_list("pk", flat=True))):
        list(Contact.objects.select_for_update(of=("self",)).filter(pk__in=batch).order_by("pk").values_list("pk"))
        recompute(batch, at=at, weights=weights)


def preview(user: User, weights: Weights, at: datetime, *, most: int) -> list[dict[str, Any]]:
    """Today's queue as it would look with these weights: the first lines, and by how many places each would move.

    Only contacts the user may see are counted and listed; no name stands on a line.
    """
    rows = list(
        Contact.objects.visible_to(user)
        .on_queue()
        .order_by("tier", "rank_at", "reference")
        .values("pk", "reference", "received_at", "grade")
    )
    found: dict[int, Rank] = {}
    for batch in batches([row["pk"] for row in rows]):
        found |= ranks_of(batch, weights, at)
    before = {row["pk"]: number for number, row in enumerate(rows, start=1)}
    after = sorted(rows, key=lambda row: (found[row["pk"]].tier, found[row["pk"]].rank_at, row["reference"]))
    return [
        {
            **row,
            "place": number,
            "was": before[row["pk"]],
            "moves": before[row["pk"]] - number,
            "rank": found[row["pk"]],
        }
        for number, row in enumerate(after[:most], start=1)
    ]


def tally(lines: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many lines of a preview move up, down or stay."""
    counted: dict[str, int] = defaultdict(int)
    for line in lines:
        counted["up" if line["moves"] > 0 else "down" if line["moves"] < 0 else "same"] += 1
    return dict(counted)
