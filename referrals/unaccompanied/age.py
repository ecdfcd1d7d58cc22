"""What is done in the assessment of a young person's age."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.notifications.actions import duty_managers, notify, who_may_know
from frontdoor.people import actions as people
from frontdoor.people.access import check_conflict, check_conflict_of
from frontdoor.people.ages import years_old
from frontdoor.workflow.actions import born, lock, move, touch
from referrals.models import Referral
from referrals.unaccompanied.actions import people_of
from referrals.unaccompanied.age_models import OPEN_STATUSES, AgeAssessment

#: In returns, and wherever a whole date is needed, a day nobody knows is this one.
UNKNOWN_DAY = 15
ADULT = 18
#: Moves that end a referral, or the fast track it came from.
ENDINGS = frozenset({"close", "no_further_action", "undo"})


@transaction.atomic
def begin(
    *, referral: Referral, by: User, at: datetime, first_assessor: User, second_assessor: User, disputed_by: str,
    dispute: str, claimed_on: date | None = None, claimed: str = "",
) -> AgeAssessment:  # fmt: skip
    """Two assessors, one of them a social worker, begin. Until it ends the young person is treated as a child.

    Raises Refused, naming the field: one assessor twice, no social worker among them, nobody or nothing disputed, no
    claim; while another is open, and where nobody has confirmed who the young person is.
    """
    require(by, Permission.REFERRAL_WORK)
    locked = lock(referral)
    check_conflict_of(by, locked.reference)
    if not locked.is_open:
        raise Refused("The referral has ended.", code="wrong_status")
    if locked.child is None:
        raise Refused("Confirm first who the young person is.", code="no_child")
    standing = locked.age_assessments.open().first()
    if standing is not None:
        raise Refused(f"{standing.reference} is open already.", code="already_open")
    _two(locked, first_assessor, second_assessor)
    if not disputed_by.strip():
        raise Refused("Say who disputes the age.", code="required", field="disputed_by")
    if not dispute.strip():
        raise Refused("Say why the age is disputed.", code="required", field="dispute")
    if claimed_on is None and not claimed.strip():
        raise Refused("Enter the date of birth claimed, or what is said of it.", code="required", field="claimed")
    made: AgeAssessment = AgeAssessment.objects.create(
        referral=locked, claimed_on=claimed_on, claimed=claimed, disputed_by=disputed_by, dispute=dispute,
        first_assessor=first_assessor, second_assessor=second_assessor,
    )  # fmt: skip
    born(made, by=by, at=at, people=people_of(locked))
    others = [user for user in (first_assessor, second_assessor) if user != by]
    _tell(others, made, at=at, text=f"You assess in {made.reference}")
    return made


@transaction.atomic
def change_assessors(
    *, assessment: AgeAssessment, by: User, at: datetime, first_assessor: User, second_assessor: User, reason: str,
    version: int | None = None,
) -> AgeAssessment:  # fmt: skip
    """Other assessors, and why; refused as :func:`begin` refuses them."""
    require(by, Permission.REFERRAL_WORK)
    locked = touch(assessment, version=version)
    check_conflict_of(by, locked.referral.reference)
    if locked.status not in OPEN_STATUSES:
        raise Refused("The age assessment has ended.", code="wrong_status")
    if not reason.strip():
        raise Refused("Say why the assessors change.", code="required", field="reason")
    _two(locked.referral, first_assessor, second_assessor)
    locked.first_assessor, locked.second_assessor = first_assessor, second_assessor
    locked.save()
    write_audit(
        "ageassessment.assessors_changed", by=by, reference=locked.reference, reason=reason,
        people=people_of(locked.referral),
    )  # fmt: skip
    others = [user for user in (first_assessor, second_assessor) if user != by]
    _tell(others, locked, at=at, text=f"You assess in {locked.reference}")
    return locked


@transaction.atomic
def tell(
    *, assessment: AgeAssessment, by: User, at: datetime, told_at: datetime, minded_to: str, answer: str,
    appropriate_adult: str, interpreter: str, version: int | None = None,
) -> AgeAssessment:  # fmt: skip
    """The young person was told what the assessors are minded to decide, and why, and what they answered.

    Raises Refused, naming the field, without the appropriate adult and the interpreter (or why none was needed).
    """
    locked = _locked(assessment, by=by, version=version)
    for field, given, ask in (
        ("minded_to", minded_to, "Say what the young person was told, and why."),
        ("answer", answer, "Say what the young person answered."),
        ("appropriate_adult", appropriate_adult, "Say who the appropriate adult was."),
        ("interpreter", interpreter, "Say who interpreted, or that none was needed and why."),
    ):
        if not given.strip():
            raise Refused(ask, code="required", field=field)
    if told_at > at:
        raise Refused("They cannot have been told in the future.", code="in_future", field="told_at")
    moved = move(
        locked, "tell", by=by, at=at, told_at=told_at, minded_to=minded_to, answer=answer,
        appropriate_adult=appropriate_adult, interpreter=interpreter, people=people_of(locked.referral),
    )  # fmt: skip
    assessors = {moved.first_assessor_id, moved.second_assessor_id}
    allocation = moved.referral.current_allocation()
    manager = allocation.team.manager if allocation else None
    own = [manager] if manager is not None and manager.is_active and manager.pk not in assessors else []
    managers = own or [user for user in duty_managers(at) if user.pk not in assessors]
    _tell([user for user in managers if user != by], moved, at=at, text=f"{moved.reference} waits for your decision")
    return moved


@transaction.atomic
def think_again(
    *, assessment: AgeAssessment, by: User, at: datetime, reason: str, version: int | None = None
) -> AgeAssessment:
    """What the young person answered is looked into: they are told again before anything is decided."""
    locked = _locked(assessment, by=by, version=version)
    return move(locked, "think_again", by=by, at=at, reason=reason, people=people_of(locked.referral))


@transaction.atomic
def decide(
    *, assessment: AgeAssessment, by: User, at: datetime, year: int, month: int, reasons: str, day: int | None = None,
    version: int | None = None,
) -> AgeAssessment:  # fmt: skip
    """A manager who is neither assessor decides on a date of birth, with reasons.

    A day nobody knows is the 15th. The date goes on the young person's record, where the claimed one is kept in the
    history; here the two stand beside each other. Raises Refused, naming the field, for a date that cannot be.
    """
    locked = _locked(assessment, by=by, version=version)
    if not reasons.strip():
        raise Refused("Give the reasons for the decision.", code="required", field="reasons")
    try:
        born_on = date(year, month, day or UNKNOWN_DAY)
    except ValueError as wrong:
        raise Refused("Enter a real date.", code="invalid", field="month") from wrong
    today = london_date(at)
    if born_on > today:
        raise Refused("The date of birth cannot be in the future.", code="in_future", field="year")
    moved = move(
        locked, "decide", by=by, at=at, is_child=years_old(born_on, today) < ADULT, assessed_on=born_on,
        is_day_known=day is not None, reasons=reasons, people=people_of(locked.referral),
    )  # fmt: skip
    child = moved.referral.child
    if child is not None:
        people.amend_person(
            person=child, by=by, at=at, date_of_birth=born_on,
            dob_precision="estimated" if day is not None else "day_unknown",
            reason=f"As assessed in {moved.reference}",
        )  # fmt: skip
    _tell([moved.first_assessor, moved.second_assessor], moved, at=at, text=f"{moved.reference} has been decided")
    return moved


@transaction.atomic
def withdraw(
    *, assessment: AgeAssessment, by: User, at: datetime, reason: str, version: int | None = None
) -> AgeAssessment:
    """A manager ends it without a decision; the age claimed stands."""
    locked = _locked(assessment, by=by, version=version)
    return move(locked, "withdraw", by=by, at=at, reason=reason, people=people_of(locked.referral))


def is_social_worker(user: User) -> bool:
    """Whether somebody is a social worker: they may hold cases, or have a number at Social Work England."""
    return holds(user, Permission.CASE_HOLD) or bool(user.social_work_england_number)


def _two(referral: Referral, first: User, second: User) -> None:
    if first == second:
        raise Refused("Two different people assess.", code="same", field="second_assessor")
    for field, user in (("first_assessor", first), ("second_assessor", second)):
        if not user.is_active or not holds(user, Permission.REFERRAL_WORK):
            raise Refused(f"{user.name} does not work on referrals.", code="not_a_worker", field=field)
        if referral.child is not None:
            check_conflict(user, referral.child)
    if not any(is_social_worker(user) for user in (first, second)):
        raise Refused("One of the two has to be a social worker.", code="no_social_worker", field="first_assessor")


def _locked(assessment: AgeAssessment, *, by: User, version: int | None) -> AgeAssessment:
    locked = lock(assessment, version=version)
    check_conflict_of(by, locked.referral.reference)
    return locked


def _tell(users: Iterable[User], assessment: AgeAssessment, *, at: datetime, text: str) -> None:
    """Tell those of these people who may know of the young person's referral."""
    notify(
        who_may_know(assessment.referral.reference, users, at=at), kind="age_assessment", text=text,
        reference=assessment.referral.reference, path=reverse("referrals:age", args=[assessment.reference]),
    )  # fmt: skip


def open_assessment(record: object, name: str, by: object, at: datetime) -> Iterable[str]:
    """A blocker: no referral ends while an assessment of age is open."""
    if isinstance(record, Referral) and name in ENDINGS:
        for each in record.age_assessments.open().order_by("pk"):
            yield f"Age assessment {each.reference} is open: have it decided or withdrawn first."


def below(referral: Referral, user: User) -> Iterable[tuple[str, str]]:
    """What :func:`open_assessment` refuses for, as a page links to it."""
    for each in AgeAssessment.objects.visible_to(user).open().filter(referral=referral).order_by("pk"):
        words = f"Age assessment {each.reference}: {each.get_status_display().lower()}"
        yield words, reverse("referrals:age", args=[each.reference])
