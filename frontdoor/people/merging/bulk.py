"""Several pairs answered "the same person" in one act: each row by itself, so that one refused stops no other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from frontdoor.access import Denied, Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people.access import known_people
from frontdoor.people.hooks import OpenWork, open_work
from frontdoor.people.merging import merge, pairs
from frontdoor.people.models import Address, Merge, PairToReview, Restriction

#: Pairs of one act: a person answers for every one of them.
MOST = 50


@dataclass(frozen=True)
class Chosen:
    """A pair as somebody ticked it: its key and the versions of both records they saw."""

    key: int
    left_version: int | None = None
    right_version: int | None = None


@dataclass(frozen=True)
class Row:
    """What became, or would become, of one chosen pair; ``why`` says why it is refused."""

    chosen: Chosen
    pair: PairToReview | None
    code: str = ""
    why: str = ""
    merge: Merge | None = None

    @property
    def is_refused(self) -> bool:
        """Whether this pair stays as it was."""
        return bool(self.code)


def episodes(work: Iterable[OpenWork]) -> list[str]:
    """References of the open referrals among a child's work."""
    return [one.reference for one in work if one.kind == "referral" and one.role == "subject"]


def both_open(left: Iterable[OpenWork], right: Iterable[OpenWork]) -> list[str]:
    """The open referrals of two records when each has one of its own: joining them needs a second thought."""
    sides = episodes(left), episodes(right)
    return [*sides[0], *sides[1]] if all(sides) and set(sides[0]) != set(sides[1]) else []


def judge(chosen: Sequence[Chosen], user: User) -> list[Row]:
    """Each chosen pair once, in their order, with why it may not be accepted together with others.

    A pair the user may not see is told as one that does not exist. A fixed number of queries.
    """
    once = list({one.key: one for one in chosen}.values())
    known: dict[int, PairToReview] = (
        PairToReview.objects.visible_to(user)
        .select_related("left", "right", "decided_by")
        .in_bulk([one.key for one in once])
    )
    ids = {key for pair in known.values() for key in (pair.left_id, pair.right_id)}
    restricted = set(Restriction.objects.in_force().filter(person_id__in=ids).values_list("person_id", flat=True))
    confidential = set(
        Address.objects.filter(person_id__in=ids, is_confidential=True).values_list("person_id", flat=True)
    )
    conflicts = set(known_people(user).filter(person_id__in=ids))
    different = merge.not_same_among(ids)
    # Also work the user may not see: the sentence names none of it.
    work = open_work(ids)

    def why(one: Chosen, pair: PairToReview) -> tuple[str, str]:
        both = {pair.left_id, pair.right_id}
        if pair.decision in ("same", "not_same"):
            return "decided", "Somebody else has already decided this pair."
        if both & conflicts:
            return "conflict", "You have declared that you know one of these people."
        for person, version in ((pair.left, one.left_version), (pair.right, one.right_version)):
            if person.merged_into_id is not None:
                return "merged_away", f"{person.reference} has already been joined to another record."
            if version is not None and version != person.version:
                return "stale", f"{person.reference} has been changed since you saw the list. Check this pair again."
        if both & restricted:
            return "restricted", "A restricted record is joined only after looking at both side by side."
        if pair.left.is_adoption_protected or pair.right.is_adoption_protected:
            return "adoption", "The record of an adopted child is joined only after looking at both side by side."
        if both & confidential:
            return "confidential", "One has a confidential address: look at both records side by side first."
        if frozenset(both) in different:
            return "not_same", "Somebody has said that these are different people."
        if both_open(work.get(pair.left_id, []), work.get(pair.right_id, [])):
            return "both_open", "Both have an open referral of their own: look at both records side by side first."
        return "", ""

    rows = []
    for one in once:
        pair = known.get(one.key)
        if pair is None:
            rows.append(Row(one, None, "no_pair", "There is no such pair."))
        else:
            rows.append(Row(one, pair, *why(one, pair)))
    return rows


def check_number(chosen: Sequence[Chosen]) -> None:
    """Raise Refused for none, or for more than one person can answer for in one act."""
    if not chosen:
        raise Refused("Choose the pairs to accept.", code="none", field="pair")
    if len({one.key for one in chosen}) > MOST:
        raise Refused(f"You can accept at most {MOST} pairs together: choose fewer.", code="too_many", field="pair")


@transaction.atomic
def accept_many(*, chosen: Sequence[Chosen], by: User, at: datetime, reason: str) -> list[Row]:
    """Join each chosen pair, the record made first staying; a refused row leaves its pair as it was.

    1. Judge every pair by what was read once; whatever needs a second look is refused.
    2. Join the others one by one, each in its own savepoint, locked and judged again by :func:`pairs.decide`. A record
       joined in this act is not joined a second time: nobody has seen what it has become.
    3. One audit row for the act beside one for each merge. Each merge is taken back like any other.

    Raises Denied without the permission, Refused without a reason or for too many.
    """
    require(by, Permission.PEOPLE_MERGE)
    check_number(chosen)
    if not reason.strip():
        raise Refused("Say why these pairs are the same people.", code="reason", field="reason")
    done: list[Row] = []
    touched: set[int] = set()
    for row in judge(chosen, by):
        if row.is_refused or row.pair is None:
            done.append(row)
            continue
        pair = row.pair
        if touched & {pair.left_id, pair.right_id}:
            why = "One of these records was joined to another in this same act: look at what it has become first."
            done.append(Row(row.chosen, pair, "circular", why))
            continue
        try:
            with transaction.atomic():
                made = pairs.decide(
                    pair=pair,
                    decision="same",
                    by=by,
                    at=at,
                    survivor=min((pair.left, pair.right), key=lambda person: (person.recorded_at, person.pk)),
                    reason=reason.strip(),
                    left_version=pair.left.version,
                    right_version=pair.right.version,
                )
        except Refused as refused:
            done.append(Row(row.chosen, pair, refused.code, refused.message))
        except Denied as denied:
            done.append(Row(row.chosen, pair, "conflict", denied.message))
        else:
            touched |= {pair.left_id, pair.right_id}
            done.append(Row(row.chosen, pair, merge=made))
    write_audit(
        "person.pairs_accepted",
        by=by,
        people=touched,
        reason=reason.strip(),
        detail={
            "merges": [row.merge.pk for row in done if row.merge is not None],
            "refused": {str(row.chosen.key): row.code for row in done if row.is_refused},
            "at": at.isoformat(),
        },
    )
    return done


def listed_from(shown: Iterable[Chosen], least: float, user: User) -> list[Chosen]:
    """Those of the pairs shown on a page that are at least so likely."""
    asked = list(shown)
    likely = set(
        PairToReview.objects.visible_to(user)
        .filter(pk__in=[one.key for one in asked], probability__gte=least)
        .values_list("pk", flat=True)
    )
    return [one for one in asked if one.key in likely]
