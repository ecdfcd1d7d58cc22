"""Section 47 enquiries of CareCase: the discussion each began with, the enquiry itself, and its conference.

The discussion keeps what the old system said in its own words; the enquiry is what that was taken to mean.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import end_of_office_day, london_date
from frontdoor.exchange.legacy.changes import Change, said
from frontdoor.exchange.legacy.differing import Who, differ, moved_by, take
from frontdoor.exchange.legacy.enquiring import CONCLUDED, DISCONTINUED, OPEN, Stands, in_words, stands
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.legacy.loaded import latest, referrals_of
from frontdoor.exchange.legacy.loading_clocks import clock, stop
from frontdoor.exchange.legacy.staging import Pending, pending
from frontdoor.exchange.legacy.writing import (
    Meanings,
    actor,
    born_rows,
    bulk,
    in_parts,
    keep_origins,
    moment_of,
    new_references,
    now,
)
from frontdoor.workflow.actions import restate
from frontdoor.workflow.models import StatusChange
from referrals.models import OPEN_STATUSES, Conference, Enquiry, StrategyDiscussion
from referrals.protection.models import Outcome

FILE, EPISODES, RULE = "carecase_s47.csv", "carecase_episodes.csv", "section47_conference"
#: Columns of an enquiry that are kept in their own words.
SAID_OF_ENQUIRY = ("outcome", "icpc_required", "icpc_date", "s47_id")
NO_END = "CareCase does not say how it ended; the work had ended, or a later enquiry had begun."


class Enquiries:
    """Loads the enquiries of one run, the referrals being there already."""

    def __init__(self, meanings: Meanings, newest: datetime) -> None:
        self.meanings, self.newest = meanings, newest
        self.closures = closures()
        # Children in an enquiry that is still open: each has one at a time.
        self._open: set[int | None] = set()

    def load(self) -> None:
        """New rows, and what a newer extract says of those loaded before."""
        rows, referrals = pending(FILE), referrals_of()
        self._open = set(Enquiry.objects.open().values_list("child_id", flat=True))
        # Of a child's the last begun first: it alone can be open still.
        fresh = sorted((row for row in rows if not row.reference), key=lambda row: row.get("strategy_date"))[::-1]
        for some in in_parts(fresh):
            with transaction.atomic():
                self._create(some, referrals)
        changed = [row for row in rows if row.reference]
        for row, held in zip(changed, as_held(FILE, changed, Meanings()), strict=True):
            with transaction.atomic():
                self._change(row, held)
                keep_origins(FILE, [(row, row.reference)])
        self._end_with_their_referrals()

    def _end_with_their_referrals(self) -> None:
        """Work that has ended in the old system leaves no enquiry of its own open, unless somebody works on it here."""
        rows = Enquiry.objects.open().filter(origin=CARECASE).exclude(referral__status__in=OPEN_STATUSES)
        for each in rows.select_related("referral", "discussion").order_by("pk"):
            if worked_on(each) is not None:
                continue
            with transaction.atomic():
                ended = each.referral.closed_at or self.newest
                each.ended_at, each.ended_by, each.ending = ended, actor(FIRSTCALL), "not_recorded"
                each.save()
                running = Clock.objects.of(each.referral.reference).filter(rule=RULE, stopped_at=None)
                stop(running, at=max(ended, each.discussion.held_at), by=actor(CARECASE))
                restate(each, DISCONTINUED, by=actor(CARECASE), at=ended, reason=NO_END)

    def _stands(self, values: Mapping[str, str], *, may_be_open: bool) -> Stands:
        code = self.meanings.of(FILE, "outcome", values.get("outcome", ""))
        required = self.meanings.of(FILE, "icpc_required", values.get("icpc_required", ""))
        return stands(values, code, is_required=required == "1", may_be_open=may_be_open)

    def _create(self, rows: Sequence[Pending], referrals: Mapping[str, Any]) -> None:
        by, manager = actor(CARECASE), actor(FIRSTCALL)
        leads = latest(EPISODES, {row.get("episode_id") for row in rows})
        references = new_references(Enquiry, FILE, [row.identity for row in rows])
        discussions = []
        for row in rows:
            referral_id, _, _, received, _ = referrals[row.get("episode_id")]
            held_at = moment_of(row.get("strategy_date"), CARECASE) or received
            discussions.append(
                StrategyDiscussion(
                    referral_id=referral_id, held_at=held_at, outcome=Outcome.SECTION_47, recorded_at=held_at,
                    recorded_by=by, decision=said(row, SAID_OF_ENQUIRY),
                )
            )  # fmt: skip
        bulk(StrategyDiscussion, discussions)
        made: list[Enquiry] = []
        found: list[Stands] = []
        changes: list[tuple[str, list[Change]]] = []
        clocks: list[Clock] = []
        for row, discussion in zip(rows, discussions, strict=True):
            referral_id, on, child_id, _, has_ended = referrals[row.get("episode_id")]
            stand = self._stands(row.values, may_be_open=not has_ended and child_id not in self._open)
            if stand.is_open:
                self._open.add(child_id)
            each = Enquiry(
                reference=references[row.identity], origin=CARECASE, referral_id=referral_id, child_id=child_id,
                discussion=discussion, started_on=london_date(discussion.held_at), status=stand.status,
                outcome=stand.outcome, findings=in_words(row.values),
                lead_name=leads.get(row.get("episode_id"), {}).get("worker", ""),
            )  # fmt: skip
            if stand.status == DISCONTINUED:
                each.ended_at, each.ended_by, each.ending = self.newest, manager, "not_recorded"
            made.append(each)
            found.append(stand)
            changes.append((each.reference, self._changes(each, discussion.held_at, stand, row)))
            clocks += self._clock(on, discussion.held_at, stand, by)
        bulk(Enquiry, made)
        bulk(
            Conference,
            [
                Conference(
                    enquiry=each, held_on=stand.held_on, result="not_recorded",
                    recorded_at=end_of_office_day(stand.held_on), recorded_by=by,
                )
                for each, stand in zip(made, found, strict=True) if stand.held_on is not None
            ],
        )  # fmt: skip
        born_rows(Enquiry, changes, by)
        bulk(Clock, clocks)
        keep_origins(FILE, [(row, referrals[row.get("episode_id")][1]) for row in rows])

    def _changes(self, each: Enquiry, began: datetime, stand: Stands, row: Pending) -> list[Change]:
        """Its changes of status, as far as the old system knows their days."""
        changes: list[Change] = [("born", "", OPEN, began, "")]
        if stand.status == DISCONTINUED:
            changes.append(("discontinue", OPEN, DISCONTINUED, self.newest, NO_END))
        elif stand.held_on is not None:
            ended = end_of_office_day(stand.held_on)
            changes.append(("hold_conference", "conference_due", CONCLUDED, ended, row.get("outcome")))
        elif stand.status != OPEN:
            changes.append(("restate", OPEN, stand.status, began, row.get("outcome")))
        return changes

    def _clock(self, reference: str, began: datetime, stand: Stands, by: User) -> list[Clock]:
        """The conference's: it runs while one is due, and stopped on the day one was held; else nobody knows when."""
        if stand.held_on is not None:
            ended = max(began, end_of_office_day(stand.held_on))
            return [clock(RULE, reference, began, ended, by, self.closures)]
        return [clock(RULE, reference, began, None, by, self.closures)] if stand.is_open else []

    def _change(self, row: Pending, held: Pending) -> None:
        """What a newer extract says; ``held`` is the row with what it said before where it is silent."""
        before, at = held.before or {}, now()
        found = StrategyDiscussion.objects.filter(referral__reference=row.reference, decision__contains=row.identity)
        for discussion in found.select_related("referral"):
            told = {"decision": said(Pending(0, row.identity, before), SAID_OF_ENQUIRY)}
            facts = {"decision": said(held, SAID_OF_ENQUIRY)}
            child = discussion.referral.child
            taken = take(discussion, told, facts, file=FILE, row=row, at=at, person=child)
            for decision in taken.values():
                discussion.decision = decision
                discussion.save()
            enquiry = Enquiry.objects.select_for_update(of=("self",)).filter(discussion=discussion).first()
            if enquiry is not None:
                self._change_enquiry(enquiry, row, held)

    def _change_enquiry(self, enquiry: Enquiry, row: Pending, held: Pending) -> None:
        """The outcome and the conference of an enquiry, unless somebody has worked on it here: that is told instead.

        Never back: what has ended here stays so (ADR 0022).
        """
        at, by = now(), actor(CARECASE)
        was = self._stands(held.before or {}, may_be_open=True)
        theirs = self._stands(held.values, may_be_open=True)
        touched = worked_on(enquiry)
        if enquiry.is_open and not theirs.is_open and touched is not None:
            say = {"status": theirs.status}
            differ(FILE, row, "status", say, person=enquiry.child, at=at, changed=touched)
            return
        if touched is not None:
            return
        facts, told = {"outcome": theirs.outcome}, {"outcome": was.outcome}
        for outcome in take(enquiry, told, facts, file=FILE, row=row, at=at, person=enquiry.child).values():
            enquiry.outcome = outcome
        enquiry.findings = in_words(held.values)
        enquiry.save()
        running = Clock.objects.of(enquiry.referral.reference).filter(
            rule=RULE, started_at=enquiry.discussion.held_at
        )  # fmt: skip
        if theirs.held_on is not None and enquiry.status != DISCONTINUED:
            ended = end_of_office_day(theirs.held_on)
            Conference.objects.update_or_create(
                enquiry=enquiry,
                defaults={"held_on": theirs.held_on},
                create_defaults={
                    "held_on": theirs.held_on, "result": "not_recorded", "recorded_at": ended, "recorded_by": by,
                },
            )  # fmt: skip
            stop(running, at=max(ended, enquiry.discussion.held_at), by=by)
        elif not theirs.is_open:
            stop(running.filter(stopped_at=None), at=at, by=by)
        if enquiry.is_open and theirs.status != enquiry.status:
            restate(enquiry, theirs.status, by=by, at=at, reason=row.get("outcome"))


def worked_on(enquiry: Enquiry) -> Who:
    """When somebody last did something in it here, and who; None when nobody has."""
    moved = StatusChange.objects.filter(reference=enquiry.reference, by__is_machine=False).order_by("-pk").first()
    if moved is not None:
        return moved_by(moved)
    acts = Entry.objects.filter(reference=enquiry.reference, kind=Entry.Kind.ACTED, actor__is_machine=False)
    act = acts.order_by("-at", "-id").first()
    return (act.at, act.actor_id) if act is not None and act.actor_id is not None else None
