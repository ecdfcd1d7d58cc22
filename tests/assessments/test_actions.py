"""An assessment from its start to a manager's authorisation, and what is refused on the way."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from assessments import actions, outline
from assessments.models import Assessment, Visit
from frontdoor.access import Denied, Refused, Stale
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Involvement
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from referrals import actions as referrals
from referrals.models import Referral
from tests.assessments.conftest import AT, SIGNED, SUBMITTED, VISITED, visit, write
from tests.referrals.conftest import LATER, NOW

pytestmark = pytest.mark.django_db


def test_starting_moves_the_referral_and_keeps_its_clock(assessment: Assessment, worker: User) -> None:
    assert assessment.referral.status == "in_assessment"
    clock = Clock.objects.running().get(rule="assessment", reference=assessment.referral.reference)
    assert (clock.started_at, clock.worker) == (NOW, worker)
    assert Involvement.objects.open().filter(reference=assessment.reference, worker=worker).exists()


def test_one_open_assessment_of_a_referral(assessment: Assessment, worker: User) -> None:
    with pytest.raises(Refused, match="open already"):
        actions.start(referral=assessment.referral, by=worker, at=AT)


@pytest.mark.parametrize(
    ("referred", "kinds"),
    [
        (date(2010, 3, 16), ("initial", "core")),
        (date(2013, 4, 14), ("initial", "core")),
        (date(2013, 4, 15), ("single",)),
        (date(2026, 11, 23), ("single",)),
    ],
)
def test_the_edition_of_the_day_decides_the_kind(referred: date, kinds: tuple[str, ...]) -> None:
    assert outline.kinds_on(referred) == kinds


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2010, 3, 16, 10, tzinfo=UTC), date(2010, 3, 25)),
        (datetime(2010, 3, 17, 10, tzinfo=UTC), date(2010, 3, 31)),
    ],
)
def test_an_old_referral_runs_under_its_own_edition(
    received: datetime, due: date, allocated: Referral, worker: User
) -> None:
    Referral.objects.filter(pk=allocated.pk).update(received_at=received, received_on=received.date())
    allocated.refresh_from_db()
    made = actions.start(referral=allocated, by=worker, at=LATER)
    assert made.kind == "initial"
    assert Clock.objects.get(rule="initial_assessment").due_at.date() == due


def test_written_visited_submitted_and_authorised(submitted: Assessment, second_manager: User) -> None:
    assert Notice.objects.filter(user=second_manager, kind="authorise").exists()
    done = actions.authorise(assessment=submitted, by=second_manager, at=SIGNED, reason="A clear plan.")
    assert (done.status, done.authorised_by, done.referral.status) == ("authorised", second_manager, "assessed")
    assert not Clock.objects.running().filter(rule="assessment", reference=done.referral.reference).exists()
    assert not Involvement.objects.open().filter(reference=done.reference).exists()


def test_submitting_names_everything_missing(assessment: Assessment, worker: User) -> None:
    with pytest.raises(Refused) as refused:
        actions.submit(assessment=assessment, by=worker, at=AT)
    for told in ("why the child is being assessed", "child was seen", "dimensions are still", "Choose the outcome"):
        assert told in refused.value.message


def test_nobody_authorises_their_own(complete: Assessment, worker: User, second_manager: User) -> None:
    worker.roles = ["team_manager"]
    worker.save()
    sent = actions.submit(assessment=complete, by=worker, at=SUBMITTED)
    with pytest.raises(Refused, match="did not write it"):
        actions.authorise(assessment=sent, by=worker, at=SIGNED, reason="Fine.")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assessments_assessment"
            " SET status = 'authorised', authorised_at = now(), authorised_by_id = author_id"
        )
    assert Assessment.objects.get().status == "submitted"


def test_a_social_worker_does_not_authorise(submitted: Assessment) -> None:
    other = User.objects.create_user("social.worker2", "Wim Worker", roles=["social_worker"])
    with pytest.raises(Denied):
        actions.authorise(assessment=submitted, by=other, at=SIGNED, reason="Fine.")


def test_returned_with_comments(submitted: Assessment, worker: User, second_manager: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        actions.return_with_comments(assessment=submitted, by=second_manager, at=SIGNED, comments="")
    back = actions.return_with_comments(assessment=submitted, by=second_manager, at=SIGNED, comments="See the father.")
    assert (back.status, back.submitted_at) == ("in_progress", None)
    assert Notice.objects.filter(user=worker, kind="returned").exists()
    write(back, worker)


@pytest.mark.parametrize("status", ["submitted", "authorised", "abandoned"])
def test_what_is_handed_in_cannot_be_changed(
    status: str, submitted: Assessment, worker: User, second_manager: User
) -> None:
    if status == "authorised":
        actions.authorise(assessment=submitted, by=second_manager, at=SIGNED, reason="Fine.")
    if status == "abandoned":
        actions.abandon(assessment=submitted, by=second_manager, at=SIGNED, reason="Moved away.")
    with pytest.raises(Refused, match="cannot be changed"):
        actions.save_section(assessment=submitted, section="purpose", by=worker, at=SIGNED, given={"purpose": "x"})
    with pytest.raises(Refused, match="cannot be changed"):
        visit(submitted, worker)


def test_abandoned_by_a_manager_the_child_is_still_to_be_assessed(
    assessment: Assessment, second_manager: User, worker: User
) -> None:
    with pytest.raises(Denied):
        actions.abandon(assessment=assessment, by=worker, at=AT, reason="x")
    ended = actions.abandon(assessment=assessment, by=second_manager, at=AT, reason="Started on the wrong child.")
    assert ended.referral.status == "allocated"
    assert Clock.objects.running().filter(rule="assessment").exists()
    assert actions.start(referral=Referral.objects.get(pk=ended.referral_id), by=worker, at=AT).status == "in_progress"


def test_a_further_assessment_has_a_clock_of_its_own(submitted: Assessment, worker: User, second_manager: User) -> None:
    actions.authorise(assessment=submitted, by=second_manager, at=SIGNED, reason="Fine.")
    again = actions.start(referral=Referral.objects.get(pk=submitted.referral_id), by=worker, at=SIGNED)
    clock = Clock.objects.running().get(rule="assessment", reference=again.reference)
    assert clock.started_at == SIGNED


def test_a_referral_does_not_close_over_an_open_assessment(assessment: Assessment, manager: User) -> None:
    with pytest.raises(Refused):
        referrals.close(
            referral=assessment.referral, by=manager, at=SIGNED, closure_reason="RC7", what_changed="Safer."
        )


def test_closing_after_an_assessment(submitted: Assessment, second_manager: User) -> None:
    actions.authorise(assessment=submitted, by=second_manager, at=SIGNED, reason="Fine.")
    closed = referrals.close(
        referral=Referral.objects.get(pk=submitted.referral_id),
        by=second_manager,
        at=SIGNED,
        closure_reason="RC8",
        what_changed="He eats breakfast at school.",
    )
    assert closed.status == "closed"


def test_a_section_saved_by_somebody_else_meanwhile_is_not_overwritten(
    assessment: Assessment, worker: User, second_manager: User
) -> None:
    save = actions.save_section
    first = save(assessment=assessment, section="purpose", by=worker, at=AT, given={"purpose": "One."}, revision=0)
    save(assessment=assessment, section="purpose", by=second_manager, at=AT, given={"purpose": "Two."}, revision=first)
    with pytest.raises(Stale, match="Tess Manager"):
        save(assessment=assessment, section="purpose", by=worker, at=AT, given={"purpose": "Three."}, revision=first)
    save(assessment=assessment, section="child", by=worker, at=AT, given={"words": "Other sections go on."}, revision=0)
    assert Assessment.objects.get().text.purpose == "Two."


def test_only_its_people_write_in_it(assessment: Assessment) -> None:
    other = User.objects.create_user("social.worker2", "Wim Worker", roles=["social_worker"])
    with pytest.raises(Denied):
        actions.save_section(assessment=assessment, section="purpose", by=other, at=AT, given={"purpose": "x"})


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"mode": "virtual"}, "is_seen"),
        ({"seen_alone": ""}, "seen_alone"),
        ({"seen_alone": "not_applicable", "observed": ""}, "observed"),
        ({"is_seen": False, "not_seen_reason": ""}, "not_seen_reason"),
        ({"happened_at": AT + timedelta(hours=1)}, "happened_at"),
        ({"happened_at": NOW - timedelta(days=1)}, "happened_at"),
        ({"place": "moon"}, "place"),
    ],
)
def test_what_a_visit_has_to_say(more: dict[str, object], field: str, assessment: Assessment, worker: User) -> None:
    with pytest.raises(Refused) as refused:
        visit(assessment, worker, **more)
    assert refused.value.field == field


def test_a_virtual_contact_is_not_a_sight_of_the_child(assessment: Assessment, worker: User) -> None:
    visit(assessment, worker, mode="virtual", is_seen=False, seen_alone="", not_seen_reason="not_in_person")
    assert not assessment.child_seen()
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.update(is_seen=True, seen_alone="yes", not_seen_reason="")


def test_a_child_kept_from_the_worker_is_told_to_the_manager(
    assessment: Assessment, worker: User, second_manager: User
) -> None:
    visit(assessment, worker, is_seen=False, not_seen_reason="access_refused")
    assert Notice.objects.filter(user=second_manager, kind="child-not-seen", is_urgent=True).exists()


def test_a_withdrawn_visit_no_longer_counts(assessment: Assessment, worker: User) -> None:
    visit(assessment, worker)
    assert assessment.child_seen()
    actions.withdraw_visit(visit=Visit.objects.get(), by=worker, at=AT, reason="Another child’s visit.")
    assert not assessment.child_seen()


def test_never_seen_with_its_reason(assessment: Assessment, worker: User) -> None:
    write(assessment, worker)
    assessment.refresh_from_db()
    with pytest.raises(Refused, match="child was seen"):
        actions.submit(assessment=assessment, by=worker, at=AT)
    actions.save_section(
        assessment=assessment,
        section="outcome",
        by=worker,
        at=AT,
        given={
            "outcome": "no_further_action",
            "outcome_reason": "Died.",
            "factors": ["21"],
            "never_seen_reason": "died",
        },
    )
    assert actions.submit(assessment=assessment, by=worker, at=SUBMITTED).status == "submitted"


def test_a_note_is_added_only_to_what_is_authorised(submitted: Assessment, worker: User, second_manager: User) -> None:
    with pytest.raises(Refused):
        actions.add_addendum(assessment=submitted, by=worker, at=SIGNED, text="The father rang.")
    actions.authorise(assessment=submitted, by=second_manager, at=SIGNED, reason="Fine.")
    actions.add_addendum(assessment=submitted, by=worker, at=SIGNED, text="The father rang.")


def test_every_status_and_every_move(complete: Assessment, second_manager: User) -> None:
    moves = MACHINES[Assessment]
    statuses = [status.value for status in Assessment.Status]
    for status, name in product(statuses, moves):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
                Assessment.objects.update(status=status)
                cursor.execute("SELECT set_config('frontdoor.restate', '', true)")
            record = Assessment.objects.get()
            if status in moves[name].sources:
                assert move(record, name, by=second_manager, at=SIGNED, reason="x").status == moves[name].target
            else:
                with pytest.raises(Refused):
                    move(record, name, by=second_manager, at=SIGNED, reason="x")
            transaction.set_rollback(True)


def test_the_database_refuses_undeclared_changes_of_status(complete: Assessment) -> None:
    """By raw SQL, past every Python rule: the trigger made of the same declarations says no."""
    statuses = [status.value for status in Assessment.Status]
    pairs = {(source, declared.target) for declared in MACHINES[Assessment].values() for source in declared.sources}
    for before, after in product(statuses, statuses):
        if before == after or (before, after) in pairs:
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
            Assessment.objects.filter(pk=complete.pk).update(status=before)
            cursor.execute("SELECT set_config('frontdoor.restate', '', true)")
            with pytest.raises(IntegrityError, match="no move leads"), transaction.atomic():
                cursor.execute("UPDATE assessments_assessment SET status = %s WHERE id = %s", [after, complete.pk])
            transaction.set_rollback(True)


CODES = ["1A", "1B", "2B", "21", "18A", "19A", "99Z"]


@given(st.lists(st.sampled_from(CODES), max_size=5), st.booleans())
def test_factors_that_cannot_stand(codes: list[str], ends: bool) -> None:
    allowed = {"1A", "1B", "2B", "21"}
    told = outline.wrong_factors(codes, on=date(2026, 11, 23), allowed=allowed, ends_work=ends)
    wrong = (
        len(codes) != len(set(codes))
        or ("21" in codes and len(set(codes)) > 1)
        or (codes == ["21"] and not ends)
        or any(code not in allowed for code in codes)
    )
    assert bool(told) == wrong


def test_visits_of_another_time(assessment: Assessment, worker: User) -> None:
    visit(assessment, worker, happened_at=VISITED)
    assert Visit.objects.get().happened_at == VISITED


def test_a_visit_in_the_minute_of_the_referral_is_not_before_it(assessment: Assessment, worker: User) -> None:
    received = assessment.referral.received_at + timedelta(seconds=40)
    Referral.objects.filter(pk=assessment.referral_id).update(received_at=received)
    minute = received.replace(second=0, microsecond=0)
    with pytest.raises(Refused) as refused:
        visit(Assessment.objects.get(pk=assessment.pk), worker, happened_at=minute - timedelta(minutes=1))
    assert refused.value.code == "before_referral"
    visit(Assessment.objects.get(pk=assessment.pk), worker, happened_at=minute)
    assert Visit.objects.get().happened_at == minute
