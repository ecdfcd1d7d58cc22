"""Assessments of CareCase, on the referrals they belong to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from assessments.models import Assessment, AssessmentText, Factor
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import london_date
from frontdoor.copying import copy_rows
from frontdoor.exchange.legacy.changes import assessment_changes, said
from frontdoor.exchange.legacy.differing import differ, moved_by, take
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.legacy.loaded import newest_open, referrals_of
from frontdoor.exchange.legacy.loading_clocks import clock, stop
from frontdoor.exchange.legacy.staging import Pending, pending
from frontdoor.exchange.legacy.writing import (
    Meanings,
    actor,
    born_rows,
    bulk,
    in_parts,
    involve,
    keep_origins,
    moment_of,
    new_references,
    now,
)
from frontdoor.exchange.models import Origin
from frontdoor.people.models import Involvement
from frontdoor.workflow.actions import restate
from frontdoor.workflow.models import StatusChange
from referrals.births import assessment_rule

ASSESSMENT_OUTCOMES = {
    "NFA": "no_further_action", "EH": "early_help", "CIN": "child_in_need", "S47": "strategy_discussion",
    "CP": "conference", "LAC": "looked_after",
}  # fmt: skip
ASSESSMENT_KINDS = {"SA": "single", "IA": "initial", "CA": "core"}


class Assessments:
    """Loads the assessments of one run, the referrals being there already."""

    def __init__(self, meanings: Meanings, newest: datetime) -> None:
        self.meanings, self.newest = meanings, newest
        self.closures = closures()
        # Episodes whose first assessment has been met: the referral's own clock is its clock.
        self._clocked: set[str] = set(
            Origin.objects.filter(file="carecase_assessments.csv").values_list("source__values__episode_id", flat=True)
        )

    def load(self) -> None:
        """Assessments, authorised or still being written, with their factors and the clock they ran under."""
        file, by = "carecase_assessments.csv", actor(CARECASE)
        rows = pending(file)
        manager = actor(FIRSTCALL)  # another than the author, as the rule of two people demands of every record
        referrals = referrals_of()
        # Those of one referral together: which is its first and which its last is decided at once.
        fresh = sorted((row for row in rows if not row.reference), key=lambda row: row.get("episode_id"))
        for some in in_parts(fresh):
            with transaction.atomic():
                self._create(some, by, manager, referrals)
        changed = [row for row in rows if row.reference]
        for row, held in zip(changed, as_held(file, changed, Meanings()), strict=True):
            self.meanings.of(file, "outcome", row.get("outcome"))  # counts the wordings nobody knows
            with transaction.atomic():
                self._change(row, held, by, manager)
                keep_origins(file, [(row, row.reference)])

    def _create(self, fresh: Sequence[Pending], by: User, manager: User, referrals: dict[str, Any]) -> None:
        file = "carecase_assessments.csv"
        references = new_references(Assessment, file, [row.identity for row in fresh])
        last_open = newest_open(fresh)
        made, texts, factors, part, changes, clocks = [], [], [], [], [], []
        for row in fresh:
            get = row.get
            referral_id, referral_reference, child_id, received, is_closed = referrals[get("episode_id")]
            authorised = moment_of(get("authorised_date"), CARECASE)
            started = moment_of(get("start_date"), CARECASE) or received
            started = min(started, authorised) if authorised else started
            is_first = get("episode_id") not in self._clocked
            self._clocked.add(get("episode_id"))
            status = "authorised" if authorised else "in_progress"
            if not authorised and (is_closed or last_open.get(get("episode_id")) != row.identity):
                status = "abandoned"
            rule = assessment_rule(london_date(received))
            reference = references[row.identity]
            on = referral_reference if is_first else reference
            outcome = ASSESSMENT_OUTCOMES.get(self.meanings.of(file, "outcome", get("outcome")), "")
            ended = authorised or (self.newest if status == "abandoned" else None)
            each = Assessment(
                reference=reference, origin=CARECASE, referral_id=referral_id, status=status,
                kind=ASSESSMENT_KINDS.get(get("type").upper(), "single"), author=by, started_at=started, started_by=by,
                clock_reference=on, clock_rule=rule, outcome=outcome if authorised else "",
                submitted_at=authorised, submitted_by=by if authorised else None, authorised_at=authorised,
                authorised_by=manager if authorised else None, abandoned_at=ended if status == "abandoned" else None,
                abandoned_by=manager if status == "abandoned" else None,
            )  # fmt: skip
            made.append(each)
            texts.append(
                (
                    said(row, ("author", "type", "child_seen", "seen_alone")),
                    f"As recorded in CareCase: {get('outcome')}" if get("outcome") else "",
                )
            )
            factors.append([code for code in get("factors").split(";") if code])
            label = str(each.get_status_display())
            part.append((child_id, reference, "assessment", "subject", started, ended, label))
            changes.append((reference, assessment_changes(each, row)))
            if is_first or status == "authorised":
                clocks.append(clock(rule, on, received if is_first else started, ended, by, self.closures))
        bulk(Assessment, made)
        copy_rows(
            AssessmentText,
            ("assessment_id", "information_from", "outcome_reason"),
            ((each.pk, *text) for each, text in zip(made, texts, strict=True)),
        )
        copy_rows(
            Factor,
            ("assessment_id", "code"),
            ((each.pk, code) for each, codes in zip(made, factors, strict=True) for code in codes),
        )
        involve(part)
        born_rows(Assessment, changes, by)
        bulk(Clock, clocks)
        keep_origins(file, [(row, references[row.identity]) for row in fresh])

    def _change(self, row: Pending, held: Pending, by: User, manager: User) -> None:
        """What a newer extract says; ``held`` is the row with what it said before where it is silent."""
        file, at = "carecase_assessments.csv", now()
        each = (
            Assessment.objects.select_for_update(of=("self",)).select_related("referral").get(reference=row.reference)
        )
        before, authorised = held.before or {}, moment_of(held.get("authorised_date"), CARECASE)
        machines = StatusChange.objects.filter(reference=each.reference).exclude(by__in=(by, manager))
        touched = machines.order_by("-pk").first()
        outcome, was = (
            ASSESSMENT_OUTCOMES.get(self.meanings.of(file, "outcome", said.get("outcome", "")), "")
            for said in (held.values, before)
        )
        if authorised and each.status == "in_progress" and touched is None:
            each.submitted_at = each.authorised_at = authorised
            each.submitted_by, each.authorised_by = by, manager
            each.outcome = outcome
            each.save()
            restate(each, "authorised", by=manager, at=authorised, reason=row.get("outcome"))
            Involvement.objects.filter(reference=each.reference).update(closed_at=authorised, status_label="Authorised")
            running = Clock.objects.filter(reference=each.clock_reference, rule=each.clock_rule, stopped_at=None)
            stop(running, at=authorised, by=by)
        elif authorised and not before.get("authorised_date") and each.status != "authorised":
            theirs, who = {"status": "authorised"}, moved_by(touched)
            differ(file, row, "status", theirs, person=each.referral.child, at=at, changed=who)
        elif each.status == "authorised":
            told, facts = {"outcome": was}, {"outcome": outcome}
            if take(each, told, facts, file=file, row=row, at=at, person=each.referral.child):
                each.outcome = outcome
                each.save()
        # A factor taken off here stays off: only what the source says now and did not say before is new.
        have = set(Factor.objects.filter(assessment=each).values_list("code", flat=True))
        have |= set(before.get("factors", "").split(";"))
        bulk(
            Factor,
            [Factor(assessment=each, code=c) for c in held.get("factors").split(";") if c and c not in have],
        )
