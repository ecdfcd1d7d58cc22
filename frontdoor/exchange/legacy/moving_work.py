"""Assessments and section 47 enquiries that a newer extract files under another episode, and what moving one does.

An assessment takes the referral's assessment clock with it when it is the first there; the referral it leaves counts
again. How far either referral has come is told anew, unless a person has moved it on.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from assessments.models import Assessment
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.clocks.actions import next_moment
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import london_date
from frontdoor.exchange.legacy.changes import said
from frontdoor.exchange.legacy.loaded import how_far
from frontdoor.exchange.legacy.loading_clocks import clock, stop
from frontdoor.exchange.legacy.loading_enquiries import RULE, SAID_OF_ENQUIRY, worked_on
from frontdoor.exchange.legacy.staging import Pending, as_values, pending
from frontdoor.exchange.models import Difference, Origin, Refiling
from frontdoor.people.models import Involvement
from frontdoor.workflow.actions import restate
from frontdoor.workflow.models import StatusChange
from referrals.births import assessment_rule
from referrals.models import Enquiry, Referral, StrategyDiscussion

EPISODES, ASSESSMENTS, ENQUIRIES = "carecase_episodes.csv", "carecase_assessments.csv", "carecase_s47.csv"
WRITTEN = "What was decided has been written otherwise here."
WORKED_ON = "Somebody has worked on the enquiry here."
ONE_ENQUIRY = "Another enquiry of that child is open."
HAS_ENDED = "That referral has ended, and the enquiry is still open."
ONE_OPEN = "Another assessment of that referral is still being written."
OPEN = ("in_progress", "submitted")


class Elsewhere(NamedTuple):
    """A row of an episode other than the one its record stands with; ``why``: what keeps it from moving by itself."""

    file: str
    row: Pending
    reference: str
    stands: Referral
    goes: Referral
    why: str


def referral_of(episode: str) -> Referral | None:
    """The referral an episode became."""
    made = Origin.objects.filter(file=EPISODES, identity=episode).values("reference")
    return Referral.objects.filter(reference__in=made).first()


def elsewhere() -> Iterator[Elsewhere]:
    """What is filed under another episode now; the referrals are there already."""
    for file in (ASSESSMENTS, ENQUIRIES):
        for row in pending(file, is_known=True):
            was = (row.before or {}).get("episode_id", "")
            if row.get("episode_id") in ("", was):
                continue
            goes, stands = referral_of(row.get("episode_id")), _stands(file, row.identity, row.reference)
            if goes is not None and stands is not None and goes != stands:
                why = _why_not(file, row, goes)
                yield Elsewhere(file, row, row.reference, stands, goes, why)


def _discussion(identity: str, reference: str) -> StrategyDiscussion | None:
    found = StrategyDiscussion.objects.filter(referral__reference=reference, decision__contains=identity)
    return found.select_related("referral").order_by("pk").first()


def _stands(file: str, identity: str, reference: str) -> Referral | None:
    if file == ENQUIRIES:
        discussion = _discussion(identity, reference)
        return discussion.referral if discussion is not None else None
    return Referral.objects.filter(assessments__reference=reference).first()


def _why_not(file: str, row: Pending, goes: Referral) -> str:
    if file == ENQUIRIES:
        discussion = _discussion(row.identity, row.reference)
        told = said(Pending(0, row.identity, row.before or {}), SAID_OF_ENQUIRY)
        if discussion is None or discussion.decision != told:
            return WRITTEN
        own = Enquiry.objects.filter(discussion=discussion).first()
        return "" if own is None else WORKED_ON if worked_on(own) else _cannot_be_there(own, goes)
    is_open = Assessment.objects.filter(reference=row.reference, status__in=OPEN).exists()
    return ONE_OPEN if is_open and goes.assessments.filter(status__in=OPEN).exists() else ""


def _cannot_be_there(own: Enquiry, goes: Referral) -> str:
    """Why an enquiry that is open cannot be on this referral."""
    if not own.is_open:
        return ""
    if not goes.is_open:
        return HAS_ENDED
    others = Enquiry.objects.open().filter(Q(referral=goes) | Q(child=goes.child_id)).exclude(pk=own.pk)
    return ONE_ENQUIRY if others.exists() else ""


def move(row: Refiling, *, by: User, at: datetime) -> None:
    """Move the record to the referral of its row's episode. Called inside a transaction. Raises Refused."""
    values = as_values(row.source.values)
    goes = referral_of(values["episode_id"])
    if goes is None:
        raise Refused("The referral it would move to is not there any more.", code="no_referral")
    referrals = Referral.objects.select_for_update(of=("self",)).order_by("pk")
    if row.file == ENQUIRIES:
        discussion = _discussion(row.identity, row.reference)
        if discussion is None:
            raise Refused("The enquiry is not where it was any more.", code="moved_already")
        stood, goes = discussion.referral, referrals.get(pk=goes.pk)
        for own in Enquiry.objects.select_for_update(of=("self",)).filter(discussion=discussion):
            why = _cannot_be_there(own, goes)
            if why:
                raise Refused(why, code="one_open")
            own.referral, own.child_id = goes, goes.child_id
            own.version += 1
            own.save()
        discussion.referral = goes
        discussion.save()
        clocks = Clock.objects.of(stood.reference).filter(rule=RULE, started_at=discussion.held_at)
        clocks.update(reference=goes.reference)
        Origin.objects.filter(file=ENQUIRIES, identity=row.identity).update(reference=goes.reference)
        about = Difference.objects.filter(file=ENQUIRIES, identity=row.identity)
        about.update(person_id=goes.child_id, reference=goes.reference)
        return
    each = Assessment.objects.select_for_update(of=("self",)).get(reference=row.reference)
    both = {referral.pk: referral for referral in referrals.filter(pk__in=[each.referral_id, goes.pk])}
    stood, goes = both[each.referral_id], both[goes.pk]
    if each.status in OPEN and goes.assessments.filter(status__in=OPEN).exists():
        raise Refused(ONE_OPEN, code="one_open")
    _take_clock(each, stood, goes, by=by)
    each.referral = goes
    each.version += 1
    each.save()
    part = Involvement.objects.filter(reference=each.reference, person=stood.child_id)
    if goes.child_id is not None:
        part.update(person_id=goes.child_id)
    Difference.objects.filter(file=ASSESSMENTS, identity=row.identity).update(person_id=goes.child_id)
    for referral in (stood, goes):
        _tell_anew(referral, values, by=by, at=at)


def _take_clock(each: Assessment, stood: Referral, goes: Referral, *, by: User) -> None:
    """The clock the assessment is measured by: the referral's own when it is the first there, else one of its own."""
    if each.clock_reference != stood.reference:
        return
    left = Clock.objects.filter(reference=stood.reference, rule=each.clock_rule)
    if stood.is_open and not stood.assessments.exclude(pk=each.pk).exists():
        for running in left.filter(stopped_at__isnull=False):
            running.stopped_at = running.stopped_by = None
            running.stop_reason, running.next_at = "", next_moment(running)
            running.save()
    ended = each.authorised_at or each.abandoned_at
    is_first = not Assessment.objects.filter(clock_reference=goes.reference).exists()
    each.clock_reference = goes.reference if is_first else each.reference
    began = goes.received_at if is_first else each.started_at
    each.clock_rule = assessment_rule(london_date(began))
    own = Clock.objects.filter(reference=each.clock_reference, rule=each.clock_rule)
    if not own.exists():
        clock(each.clock_rule, each.clock_reference, began, ended, by, closures()).save()
    elif ended:
        stop(own.filter(stopped_at__isnull=True), at=ended, by=by)


def _tell_anew(referral: Referral, values: Mapping[str, str], *, by: User, at: datetime) -> None:
    """How far an open referral has come by the assessments on it, where no person has moved it on."""
    moved = StatusChange.objects.filter(reference=referral.reference, by__is_machine=False)
    if referral.status not in ("accepted", "in_assessment", "assessed") or moved.exists():
        return
    status = how_far(referral)
    if status != referral.status:
        restated = restate(referral, status, by=by, at=at, reason=f"Assessment {values['assessment_id']} was moved")
        Involvement.objects.filter(reference=referral.reference).update(status_label=restated.get_status_display())
