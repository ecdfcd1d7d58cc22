"""Every write an assessment can undergo."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from assessments import outline, unseen
from assessments.filler import only_filler
from assessments.models import (
    Addendum,
    Assessment,
    AssessmentText,
    ChildViews,
    DimensionEntry,
    Factor,
    SectionState,
    Visit,
    VisitText,
)
from assessments.returned import as_written, is_unchanged
from frontdoor.access import Denied, Permission, Refused, Stale, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.notifications.actions import duty_managers, notify
from frontdoor.people.access import check_conflict, known_people
from frontdoor.people.actions import end_involvement, involve, update_involvement
from frontdoor.people.models import Involvement
from frontdoor.workflow.actions import born, history, lock, move, touch
from referrals import endings
from referrals.births import assessment_rule
from referrals.models import Referral

#: Columns of a section's texts: section to the model's fields it may set.
TEXT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "purpose": ("purpose", "information_from"),
    "analysis": tuple(name for name, _, _ in outline.ANALYSIS),
    "outcome": ("outcome_reason", "never_seen_detail"),
}
VIEW_FIELDS = ("words", "wishes", "how", "why_not")
DOMAIN_OF = {section: code for section, code, _ in outline.DOMAINS}


def dimensions_on(day: Any) -> dict[str, list[tuple[str, str]]]:
    """The dimensions in force, by domain: domain code to (code, label)."""
    found: dict[str, list[tuple[str, str]]] = {code: [] for _, code, _ in outline.DOMAINS}
    for row in lists.rows("dimension", on=day):
        found.setdefault(str(row.attributes.get("domain")), []).append((row.code, row.label))
    return found


@transaction.atomic
def start(*, referral: Referral, by: User, at: datetime, kind: str = "", version: int | None = None) -> Assessment:
    """Start an assessment of a referral's child; the referral moves with it.

    The kind and the due date follow the edition in force on the day of the referral. The referral's own statutory clock
    serves its first assessment; any further one has a clock of its own from now. Raises Refused when one is open.
    """
    require(by, Permission.ASSESSMENT_WRITE)
    locked = lock(referral, version=version)
    if locked.child is None:
        raise Refused("Confirm first who the child is.", code="no_child")
    check_conflict(by, locked.child)
    allowed = outline.kinds_on(locked.received_on)
    chosen = kind or allowed[0]
    if chosen not in allowed:
        raise Refused(
            f"On the day of this referral the assessment was: {', '.join(allowed)}.", code="edition", field="kind"
        )
    if Assessment.objects.filter(referral=locked).open().exists():
        raise Refused("An assessment of this referral is open already.", code="open")
    is_first = not Assessment.objects.filter(referral=locked).exclude(status="abandoned").exists()
    moved = move(locked, "start_assessment", by=by, at=at, people=[locked.child])
    endings.set_aside(moved, by=by, at=at)
    rule = assessment_rule(locked.received_on) if chosen != "core" else "core_assessment"
    assessment = Assessment(
        referral=moved, kind=chosen, author=by, started_at=at, started_by=by, clock_rule=rule, clock_reference=""
    )
    assessment.clock_reference = moved.reference if is_first and chosen != "core" else ""
    assessment.save()
    allocation = moved.current_allocation()
    team = allocation.team if allocation else by.team
    if assessment.clock_reference:
        clocks.start(rule, reference=moved.reference, started_at=moved.received_at, by=by, team=team, worker=by)
    else:
        assessment.clock_reference = assessment.reference
        assessment.save()
        clocks.start(
            rule,
            reference=assessment.reference,
            started_at=at,
            by=by,
            team=team,
            worker=by,
            edition_on=moved.received_on,
        )
    AssessmentText.objects.create(assessment=assessment)
    ChildViews.objects.create(assessment=assessment)
    born(assessment, by=by, at=at, people=[moved.child])
    involve(
        person=locked.child,
        reference=assessment.reference,
        kind=Involvement.Kind.ASSESSMENT,
        at=at,
        team=team,
        worker=by,
        status_label=str(assessment.get_status_display()),
    )
    update_involvement(reference=moved.reference, status_label=str(moved.get_status_display()))
    return assessment


def _may_write(assessment: Assessment, *, by: User) -> Assessment:
    """The locked assessment, if this person may write in it now."""
    require(by, Permission.ASSESSMENT_WRITE)
    locked = lock(assessment)
    check_conflict(by, locked.child)
    if locked.status != Assessment.Status.IN_PROGRESS:
        raise Refused(
            f"This assessment is {str(locked.get_status_display()).lower()}: it cannot be changed.", code="wrong_status"
        )
    worker = locked.referral.current_worker
    if by not in (locked.author, worker) and not holds(by, Permission.ASSESSMENT_AUTHORISE):
        raise Denied(Permission.ASSESSMENT_WRITE, "Only its author, the child’s worker or a manager can edit it.")
    return locked


@transaction.atomic
def save_section(
    *,
    assessment: Assessment,
    section: str,
    by: User,
    at: datetime,
    given: Mapping[str, Any],
    revision: int | None = None,
) -> int:
    """Save one section; the others stay as they are. Returns its new revision.

    ``given`` holds the section's fields: texts; for a domain ``{code: (finding, evidence)}`` under ``dimensions``; for
    the outcome ``outcome``, ``factors``, ``never_seen_reason`` as well. Raises Stale naming who saved the section since
    ``revision``, Refused when factors cannot stand together.
    """
    if section not in outline.SECTION_TITLES:
        raise LookupError(section)
    locked = _may_write(assessment, by=by)
    state = SectionState.objects.filter(assessment=locked, name=section).select_related("saved_by").first()
    if state is None:
        state = SectionState(assessment=locked, name=section)
    elif revision is not None and state.revision != revision:
        raise Stale(
            who=state.saved_by.name, when=state.saved_at, what=f"they saved “{outline.SECTION_TITLES[section]}”"
        )
    if section in TEXT_FIELDS:
        _save_fields(AssessmentText.objects.get(assessment=locked), TEXT_FIELDS[section], given)
    if section == "child":
        _save_fields(ChildViews.objects.get(assessment=locked), VIEW_FIELDS, given)
    if section in DOMAIN_OF:
        _save_dimensions(locked, section, given.get("dimensions", {}), at=at)
    if section == "outcome":
        _save_outcome(locked, given, at=at)
    state.revision += 1
    state.saved_at, state.saved_by = at, by
    state.save()
    locked.version += 1
    locked.save()
    write_audit(
        "assessment.section_saved",
        by=by,
        reference=locked.reference,
        people=[locked.child],
        detail={"section": section, "revision": state.revision},
    )
    return state.revision


def _save_fields(row: Any, names: Collection[str], given: Mapping[str, Any]) -> None:
    changed = [name for name in names if name in given and getattr(row, name) != given[name]]
    for name in changed:
        setattr(row, name, given[name])
    if changed:
        row.save()


def _save_dimensions(
    assessment: Assessment, section: str, given: Mapping[str, tuple[str, str]], *, at: datetime
) -> None:
    known = {code for code, _ in dimensions_on(london_date(at)).get(DOMAIN_OF[section], [])}
    for code, (finding, evidence) in given.items():
        if code not in known:
            raise Refused("This dimension does not belong here.", code="dimension", field="dimensions")
        if finding and finding not in DimensionEntry.Finding.values:
            raise Refused("Choose one of the findings.", code="finding", field=f"finding_{code}")
        row = DimensionEntry.objects.filter(assessment=assessment, code=code).first()
        if row is None:
            if finding or evidence:
                DimensionEntry.objects.create(assessment=assessment, code=code, finding=finding, evidence=evidence)
        else:
            _save_fields(row, ("finding", "evidence"), {"finding": finding, "evidence": evidence})


def _save_outcome(assessment: Assessment, given: Mapping[str, Any], *, at: datetime) -> None:
    today = london_date(at)
    outcome = str(given.get("outcome", assessment.outcome))
    if outcome and not lists.is_valid("assessment_outcome", outcome, on=today):
        raise Refused("Choose the outcome from the list.", code="outcome", field="outcome")
    factors = list(given.get("factors", []))
    _check_factors(factors, outcome, today)
    assessment.outcome = outcome
    reason = str(given.get("never_seen_reason", assessment.never_seen_reason))
    if reason and not lists.is_valid("never_seen_reason", reason, on=today):
        raise Refused("Choose the reason from the list.", code="never_seen", field="never_seen_reason")
    assessment.never_seen_reason = reason
    standing = {row.code: row for row in assessment.factors.filter(ended_at__isnull=True)}
    for code, row in standing.items():
        if code not in factors:
            row.ended_at = at
            row.save()
    Factor.objects.bulk_create([Factor(assessment=assessment, code=code) for code in factors if code not in standing])


def _check_factors(factors: Collection[str], outcome: str, today: Any) -> None:
    allowed = [code for code, _ in lists.choices("factor", on=today)]
    problems = outline.wrong_factors(factors, on=today, allowed=allowed, ends_work=_ends(outcome, today))
    if problems:
        raise Refused(" ".join(problems), code="factors", field="factors")


def _ends(outcome: str, today: Any) -> bool:
    return any(row.code == outcome and row.attributes.get("ends") for row in lists.rows("assessment_outcome", on=today))


def written(assessment: Assessment, at: datetime) -> outline.Written:
    """What has been written so far, as the outline weighs it."""
    text, views = assessment.text, assessment.views
    return outline.Written(
        purpose=text.purpose,
        child_words=views.words,
        child_why_not=views.why_not,
        dimensions=[row.code for row in assessment.dimensions.all() if row.evidence.strip() or row.finding],
        expected_dimensions={
            domain: [code for code, _ in rows] for domain, rows in dimensions_on(london_date(at)).items()
        },
        analysis={name: getattr(text, name) for name, _, _ in outline.ANALYSIS},
        outcome=assessment.outcome,
        outcome_reason=text.outcome_reason,
        factors=[row.code for row in assessment.factors.all() if row.ended_at is None],
        seen=assessment.child_seen(),
        never_seen_reason=assessment.never_seen_reason,
    )


def filler_in(assessment: Assessment) -> dict[str, str]:
    """Sections that hold nothing but filler, each told in a sentence: section name to sentence.

    Only what is told at length is judged: not who gave information, how a child was asked, or a detail of a code.
    """
    text, views = assessment.text, assessment.views
    evidence = {row.code: row.evidence for row in assessment.dimensions.all()}
    of_domain = {code: name for name, code in DOMAIN_OF.items()}
    boxes: dict[str, list[str]] = {
        "purpose": [text.purpose],
        "child": [views.words, views.wishes, views.why_not],
        "analysis": [getattr(text, name) for name, _, _ in outline.ANALYSIS],
        "outcome": [text.outcome_reason],
    }
    for domain, codes in dimensions_on(london_date(assessment.started_at)).items():
        boxes[of_domain[domain]] = [evidence[code] for code, _ in codes if code in evidence]
    return only_filler(boxes)


@transaction.atomic
def record_visit(
    *,
    assessment: Assessment,
    by: User,
    at: datetime,
    happened_at: datetime,
    mode: str,
    place: str,
    is_seen: bool,
    visited_by: User | None = None,
    seen_alone: str = "",
    not_seen_reason: str = "",
    observed: str = "",
    present: str = "",
    detail: str = "",
) -> Visit:
    """Record a visit, or an attempt. Only a visit in person is a sight of the child (PRACTICE, seen).

    "Alone: not applicable" needs what was observed. A child moved, missing or kept from the worker is told to the
    manager at once. Raises Refused naming the field.
    """
    locked = _may_write(assessment, by=by)
    today = london_date(at)
    if happened_at > at:
        raise Refused("A visit cannot be in the future.", code="in_future", field="happened_at")
    # The time of a visit is said to the minute; the referral's is known to the second.
    if happened_at < locked.referral.received_at.replace(second=0, microsecond=0):
        raise Refused("The visit was before the referral.", code="before_referral", field="happened_at")
    if mode not in Visit.Mode.values:
        raise Refused("Choose how it took place.", code="required", field="mode")
    if not lists.is_valid("visit_place", place, on=today):
        raise Refused("Choose where it was.", code="required", field="place")
    if is_seen and mode != Visit.Mode.IN_PERSON:
        raise Refused(
            "A child is seen only in person: record this contact as one at which the child was not seen.",
            code="not_in_person",
            field="is_seen",
        )
    if is_seen and seen_alone not in Visit.Alone.values:
        raise Refused("Say whether the child was seen alone.", code="required", field="seen_alone")
    if is_seen and seen_alone == Visit.Alone.NOT_APPLICABLE and not observed.strip():
        raise Refused("Say what you observed of the child.", code="required", field="observed")
    if not is_seen and not lists.is_valid("not_seen_reason", not_seen_reason, on=today):
        raise Refused("Say why the child was not seen.", code="required", field="not_seen_reason")
    visit = Visit.objects.create(
        referral=locked.referral,
        assessment=locked,
        happened_at=happened_at,
        mode=mode,
        place=place,
        visited_by=visited_by or by,
        is_seen=is_seen,
        seen_alone=seen_alone if is_seen else "",
        not_seen_reason="" if is_seen else not_seen_reason,
        recorded_at=at,
        recorded_by=by,
    )
    VisitText.objects.create(visit=visit, observed=observed, present=present, detail=detail)
    write_audit(
        "assessment.visit_recorded",
        by=by,
        reference=locked.reference,
        people=[locked.child],
        detail={"visit": visit.pk, "seen": is_seen},
    )
    if not is_seen and any(
        row.code == not_seen_reason and row.attributes.get("alert") for row in lists.rows("not_seen_reason", on=today)
    ):
        _tell(
            locked,
            _managers_of(locked, by=by, at=at),
            kind="child-not-seen",
            text=f"The child could not be seen: {locked.reference}",
            urgent=True,
        )
    return visit


def _managers_of(assessment: Assessment, *, by: User, at: datetime) -> list[User]:
    """Whom an assessment's author turns to: the manager of the team it is allocated to, or else whoever is on duty."""
    allocation = assessment.referral.current_allocation()
    manager = allocation.team.manager if allocation else None
    return [manager] if manager is not None and manager.is_active and manager != by else duty_managers(at)


def _tell(assessment: Assessment, people: Sequence[User], *, kind: str, text: str, urgent: bool = False) -> None:
    """A notice that leads to the assessment."""
    reference = assessment.reference
    notify(people, kind=kind, text=text, reference=reference, path=f"/assessments/{reference}/", urgent=urgent)


@transaction.atomic
def withdraw_visit(*, visit: Visit, by: User, at: datetime, reason: str) -> Visit:
    """Take back a visit entered in error; it stays readable as withdrawn."""
    if not reason.strip():
        raise Refused("Say why the visit is being withdrawn.", code="required", field="reason")
    locked: Visit = Visit.objects.select_for_update(of=("self",)).select_related("assessment").get(pk=visit.pk)
    if locked.assessment is None:
        raise Refused("This visit does not belong to an assessment.", code="no_assessment")
    assessment = _may_write(locked.assessment, by=by)
    if locked.withdrawn_at is not None:
        raise Refused("This visit has already been withdrawn.", code="withdrawn")
    locked.withdrawn_at, locked.withdrawn_by = at, by
    locked.save()
    write_audit(
        "assessment.visit_withdrawn",
        by=by,
        reference=assessment.reference,
        people=[assessment.child],
        reason=reason,
        detail={"visit": locked.pk},
    )
    return locked


def _check_author(assessment: Assessment, author: User) -> None:
    if author == assessment.author:
        raise Refused(f"{author.name} is its author already.", code="same", field="author")
    if not holds(author, Permission.ASSESSMENT_WRITE):
        raise Refused(f"{author.name} does not write assessments.", code="role", field="author")
    if (
        known_people(author).filter(person=assessment.child).exists()
        or not Assessment.objects.visible_to(author).filter(pk=assessment.pk).exists()
    ):
        raise Refused(f"The child’s record is closed to {author.name}.", code="closed_to_them", field="author")


@transaction.atomic
def change_author(
    *, assessment: Assessment, by: User, at: datetime, author: User, reason: str, version: int | None = None
) -> Assessment:
    """A manager has another worker go on writing it; both are told.

    Only while it is being written: what waits for a manager is returned first, so that nobody authorises what they
    wrote by giving it away.
    """
    require(by, Permission.ASSESSMENT_AUTHORISE)
    changed = touch(assessment, version=version)
    check_conflict(by, changed.child)
    if changed.status != Assessment.Status.IN_PROGRESS:
        raise Refused(
            f"This assessment is {str(changed.get_status_display()).lower()}: nobody is writing it.",
            code="wrong_status",
        )
    _check_author(changed, author)
    if not reason.strip():
        raise Refused("Say why.", code="required", field="reason")
    before, changed.author = changed.author, author
    changed.save()
    update_involvement(reference=changed.reference, worker=author)
    clocks.reassign(reference=changed.clock_reference, team=author.team, worker=author)
    write_audit(
        "assessment.author_changed",
        by=by,
        reference=changed.reference,
        people=[changed.child],
        reason=reason,
        detail={"from": before.pk, "to": author.pk},
    )
    for told, text in (
        (author, f"Assessment {changed.reference} is yours to write"),
        (before, f"Assessment {changed.reference} has passed to somebody else"),
    ):
        if told != by:
            _tell(changed, [told], kind="author-changed", text=text)
    return changed


@transaction.atomic
def submit(
    *, assessment: Assessment, by: User, at: datetime, version: int | None = None, what_changed: str = ""
) -> Assessment:
    """Hand it to a manager. Raises Refused with everything that is still missing.

    One that was returned and is handed on as it was needs ``what_changed``: why nothing in it had to be.
    """
    locked = lock(assessment, version=version)
    if locked.status == Assessment.Status.IN_PROGRESS:
        _may_write(locked, by=by)
        missing = outline.missing(written(locked, at))
        if missing:
            raise Refused(" ".join(told for rows in missing.values() for told in rows), code="incomplete")
        factors = [row.code for row in locked.factors.filter(ended_at__isnull=True)]
        _check_factors(factors, locked.outcome, london_date(at))
        unseen.check_proposal(locked, london_date(at))
        if not what_changed.strip() and is_unchanged(locked):
            raise Refused(
                "It was returned, and nothing in it has been changed since. Say what has changed, or write it first.",
                code="unchanged", field="what_changed",
            )  # fmt: skip
    moved = move(locked, "submit", by=by, at=at, reason=what_changed.strip(), people=[locked.child])
    update_involvement(reference=moved.reference, status_label=str(moved.get_status_display()))
    _tell(
        moved,
        _managers_of(moved, by=by, at=at),
        kind="authorise",
        text=f"Assessment {moved.reference} waits for you to authorise it",
    )
    if unseen.alerts(moved, london_date(at)):
        _tell(
            moved,
            _managers_of(moved, by=by, at=at),
            kind="child-not-seen",
            text=f"The child has never been seen: {moved.reference}",
            urgent=True,
        )
    return moved


@transaction.atomic
def return_with_comments(
    *, assessment: Assessment, by: User, at: datetime, comments: str, version: int | None = None
) -> Assessment:
    """Give it back to its author with comments; its clock runs on."""
    moved = move(
        assessment, "return_with_comments", by=by, at=at, reason=comments, version=version,
        as_written=as_written(assessment),
    )  # fmt: skip
    update_involvement(reference=moved.reference, status_label="Returned")
    told = [moved.author] if moved.author.is_active else _managers_of(moved, by=by, at=at)
    _tell(moved, told, kind="returned", text=f"Assessment {moved.reference} has come back with comments")
    return moved


@transaction.atomic
def authorise(
    *, assessment: Assessment, by: User, at: datetime, reason: str, never_seen: str = "", version: int | None = None
) -> Assessment:
    """A manager who did not write it agrees: its clock stops, the referral is assessed. One transaction.

    Where no visit saw the child, ``never_seen`` is why the manager signs it off all the same. Raises Refused, naming
    the field, when it is filler, one word, or the author's words again.
    """
    check_conflict(by, assessment.child)
    unseen.check_reason(assessment, never_seen)
    moved = move(
        assessment, "authorise", by=by, at=at, reason=reason, version=version, people=[assessment.child],
        never_seen=never_seen,
    )  # fmt: skip
    if not moved.child_seen():
        text = AssessmentText.objects.get(assessment=moved)
        text.signed_unseen_because = never_seen.strip()
        text.save()
    clocks.stop(reference=moved.clock_reference, rule=moved.clock_rule, at=at, by=by)
    referral = move(moved.referral, "finish_assessment", by=by, at=at, people=[moved.child])
    moved.referral = referral
    update_involvement(reference=referral.reference, status_label=str(referral.get_status_display()))
    end_involvement(reference=moved.reference, at=at, status_label=str(moved.get_status_display()))
    if moved.author != by:
        _tell(moved, [moved.author], kind="authorised", text=f"Assessment {moved.reference} has been authorised")
    return moved


@transaction.atomic
def abandon(*, assessment: Assessment, by: User, at: datetime, reason: str, version: int | None = None) -> Assessment:
    """A manager ends it unfinished, with a reason; the referral stands where it was before.

    The statutory clock of a first assessment runs on: the child has not been assessed.
    """
    moved = move(assessment, "abandon", by=by, at=at, reason=reason, version=version, people=[assessment.child])
    referral = moved.referral
    if history(referral.reference).filter(to_status="assessed").exists():
        name = "go_on_with_service" if referral.service else "finish_assessment"
    else:
        name = "go_on_with_service" if referral.service else "abandon_assessment"
    back = move(referral, name, by=by, at=at, reason=reason)
    moved.referral = back
    update_involvement(reference=back.reference, status_label=str(back.get_status_display()))
    end_involvement(reference=moved.reference, at=at, status_label=str(moved.get_status_display()))
    if moved.clock_reference == moved.reference:
        clocks.stop(reference=moved.reference, at=at, by=by, reason="abandoned")
    return moved


@transaction.atomic
def add_addendum(*, assessment: Assessment, by: User, at: datetime, text: str) -> Addendum:
    """Add a note to an authorised assessment, which itself is never changed."""
    require(by, Permission.ASSESSMENT_WRITE)
    locked = lock(assessment)
    if locked.status != Assessment.Status.AUTHORISED:
        raise Refused(
            "You can only add a note to an authorised assessment; this one can still be changed.", code="open"
        )
    if not text.strip():
        raise Refused("Write the note.", code="required", field="text")
    row = Addendum.objects.create(assessment=locked, text=text, added_at=at, added_by=by)
    write_audit("assessment.addendum_added", by=by, reference=locked.reference, people=[locked.child])
    return row
