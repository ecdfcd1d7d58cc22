"""Pairs of records that may be one person: offered, decided, put off, or remembered as two people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people import hooks
from frontdoor.people.access import check_conflict, may_see_adopted
from frontdoor.people.merging import merge
from frontdoor.people.models import Merge, NotSamePeople, PairToReview, Person

PAGE = 25


@dataclass(frozen=True)
class FoundPair:
    """Two records found alike: keys, weight, probability and the reasons with their weights."""

    left: int
    right: int
    weight: float
    probability: float
    reasons: Sequence[tuple[str, float]] = ()


def offer_many(found: Iterable[FoundPair], *, at: datetime, origin: str = "frontdoor") -> int:
    """Put pairs up for review, each once; those said to be two people are left out. Returns how many are new."""
    rows = list(found)
    refused = merge.not_same_among({key for row in rows for key in (row.left, row.right)})
    wanted = [row for row in rows if frozenset((row.left, row.right)) not in refused and row.left != row.right]
    before = PairToReview.objects.count()
    PairToReview.objects.bulk_create(
        (
            PairToReview(
                left_id=row.left,
                right_id=row.right,
                weight=row.weight,
                probability=row.probability,
                reasons=[list(reason) for reason in row.reasons],
                found_at=at,
                origin=origin,
            )
            for row in wanted
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )
    return int(PairToReview.objects.count() - before)


@transaction.atomic
def not_same(*, left: Person, right: Person, by: User, at: datetime, reason: str = "") -> NotSamePeople:
    """Remember that two records are of different people: never offered again, never joined automatically."""
    require(by, Permission.PEOPLE_MERGE)
    if left.pk == right.pk:
        raise Refused("This is one record: choose two different ones.", code="same_record")
    merge.pair_of(left, right).update(decision="not_same", decided_at=at, decided_by=by)
    return merge.remember_not_same(left, right, by=by, at=at, reason=reason)


@transaction.atomic
def decide(
    *,
    pair: PairToReview,
    decision: str,
    by: User,
    at: datetime,
    survivor: Person | None = None,
    reason: str = "",
    left_version: int | None = None,
    right_version: int | None = None,
    goes_on: str = "",
) -> Merge | None:
    """Answer a pair: ``same`` joins the records (to ``survivor``, the left one by default), ``not_same`` remembers that
    they are two people, ``later`` leaves it for another day. Returns the merge, if one was made.

    When both have an open referral, ``goes_on`` is the reference of the one that does; the others become contacts on
    it, since a child never has two episodes (PRACTICE, seen, merged, coded).

    Raises Refused when somebody else has answered already or nobody has said which referral goes on, Denied without
    the permission.
    """
    require(by, Permission.PEOPLE_MERGE)
    locked = PairToReview.objects.select_for_update(of=("self",)).select_related("left", "right").get(pk=pair.pk)
    if locked.decision in ("same", "not_same"):
        raise Refused("Somebody else has already decided this pair.", code="decided")
    for person in (locked.left, locked.right):
        check_conflict(by, person)
    done: Merge | None = None
    if decision == "same":
        stays = survivor or locked.left
        if stays not in (locked.left, locked.right):
            raise Refused("Choose which of the two records stays.", code="survivor", field="survivor")
        versions = {locked.left_id: left_version, locked.right_id: right_version}
        other = locked.right if stays == locked.left else locked.left
        _one_episode(locked, goes_on, by=by, at=at)
        done = merge.apply(
            survivor=stays,
            loser=other,
            by=by,
            at=at,
            reason=reason or "The same person, by review of the pair.",
            survivor_version=versions[stays.pk],
            loser_version=versions[other.pk],
        )
    elif decision == "not_same":
        merge.remember_not_same(locked.left, locked.right, by=by, at=at, reason=reason)
    elif decision == "later":
        write_audit(
            "person.pair_put_off",
            by=by,
            reference=locked.left.reference,
            people=[locked.left, locked.right],
            detail={"other": locked.right.reference, "at": at.isoformat()},
        )
    else:
        raise Refused("Choose whether this is the same person.", code="decision", field="decision")
    # The merge may have left the pair on the record merged away: only its answer is written here.
    PairToReview.objects.filter(pk=locked.pk).update(decision=decision, decided_at=at, decided_by=by)
    return done


@dataclass(frozen=True)
class Episode:
    """An open referral of one of two records to be joined, and why it cannot be the one that goes on ("" if it can)."""

    reference: str
    why_not: str = ""


def episodes_of(pair: PairToReview) -> list[Episode]:
    """The open referrals of both records when each has one of its own, else nothing.

    One can go on when nothing has begun on any other: what has begun is never folded into another referral.
    """
    found = merge.open_episodes([pair.left_id, pair.right_id])
    every = {reference for references in found.values() for reference in references}
    if len(found) < 2 or len(every) < 2:
        return []
    begun = {key: why for kept in hooks.episodes_kept for key, why in kept.why_not(sorted(every)).items()}
    return [
        Episode(reference, next((why for other, why in sorted(begun.items()) if other != reference), ""))
        for reference in sorted(every)
    ]


def _one_episode(pair: PairToReview, goes_on: str, *, by: User, at: datetime) -> None:
    episodes = episodes_of(pair)
    if not episodes:
        return
    chosen = next((one for one in episodes if one.reference == goes_on), None)
    if chosen is None:
        if all(one.why_not for one in episodes):
            raise Refused(
                "Both have an open referral on which work has begun. Close one of them first, then join the records.",
                code="both_begun", field="goes_on",
            )  # fmt: skip
        raise Refused(
            "Both have an open referral. Choose which one goes on: the other is kept as a contact on it.",
            code="both_open", field="goes_on",
        )  # fmt: skip
    if chosen.why_not or not hooks.episodes_kept:
        raise Refused(chosen.why_not or "Close one of the open referrals first.", code="both_begun", field="goes_on")
    for one in episodes:
        if one is not chosen:
            hooks.episodes_kept[0].become_contact(reference=one.reference, goes_on=chosen.reference, by=by, at=at)


@dataclass(frozen=True)
class Page:
    """One page of pairs, and the mark of the next ("" on the last)."""

    pairs: list[PairToReview]
    next_after: str


def listed(user: User, *, state: str = "", origin: str = "", least: float = 0.0, after: str = "") -> Page:
    """Pairs in this state the user may see, the likeliest first; ``after`` is the last page's ``next_after``."""
    rows = PairToReview.objects.visible_to(user).filter(decision=state, probability__gte=least)
    if origin:
        rows = rows.filter(origin=origin)
    mark = _mark(after)
    if mark is not None:
        rows = rows.filter(probability__lt=mark[0]) | rows.filter(probability=mark[0], pk__gt=mark[1])
    found = list(rows.select_related("left", "right", "decided_by").order_by("-probability", "pk")[: PAGE + 1])
    more = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], f"{more.probability!r}:{more.pk}" if more else "")


def _mark(after: str) -> tuple[float, int] | None:
    probability, _, key = after.partition(":")
    try:
        return float(probability), int(key)
    except ValueError:
        return None


def following(user: User, pair: PairToReview) -> PairToReview | None:
    """The next pair waiting after this one; the first again after the last."""
    rows = PairToReview.objects.visible_to(user).waiting().exclude(pk=pair.pk).order_by("-probability", "pk")
    behind = rows.filter(probability__lt=pair.probability) | rows.filter(probability=pair.probability, pk__gt=pair.pk)
    found: PairToReview | None = behind.first() or rows.first()
    return found


def pair_for(user: User, key: int) -> PairToReview | None:
    """One pair the user may see, waiting or answered."""
    rows = PairToReview.objects.visible_to(user).select_related("left", "right", "decided_by")
    found: PairToReview | None = rows.filter(pk=key).first()
    return found


def merge_for(user: User, key: int) -> Merge | None:
    """One merge of a record the user may see."""
    rows = Merge.objects.filter(survivor__in=Person.objects.visible_to(user))
    found = rows.select_related("survivor", "loser", "merged_by").filter(pk=key).first()
    return found if found is not None and may_join(user, found.survivor) else None


def may_join(user: User, person: Person) -> bool:
    """Whether this user may join this person's record: the adoption-protected need somebody named."""
    return not person.is_adoption_protected or may_see_adopted(user).filter(restriction__person=person).exists()
