"""A referral's life: allocation, services, closing, reopening; what the database refuses; two people at once."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.models import Contact
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.people.models import DeclaredConflict, Involvement
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from frontdoor.workflow.models import StatusChange
from referrals import actions
from referrals.models import STATUSES, Allocation, Referral
from tests.referrals.conftest import LATER, NOW
from tests.referrals.discussions import discussed

pytestmark = pytest.mark.django_db
SOON = LATER + timedelta(days=1)


@pytest.fixture
def allocated(referral: Referral, manager: User, worker: User, team: Team) -> Referral:
    return actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)


def force(referral: Referral, status: str) -> Referral:
    """Put a referral in a status for a test, by the door merges use."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
        Referral.objects.filter(pk=referral.pk).update(
            status=status,
            closed_at=LATER if status == "closed" else None,
            closed_by=referral.decided_by if status == "closed" else None,
            closure_reason="RC7" if status == "closed" else "",
        )
        cursor.execute("SELECT set_config('frontdoor.restate', '', true)")
    referral.refresh_from_db()
    return referral


FACTS: dict[str, dict[str, Any]] = {
    "accept": {"decision_reason": "x", "response_type": "assessment"},
    "provide_service": {"service": "child_in_need"},
    "no_further_action": {"decision_reason": "x"},
    "close": {"closure_reason": "RC7", "what_changed": "x"},
}


def test_every_status_and_every_move(referral: Referral, manager: User) -> None:
    """What is declared goes through, everything else is refused, and refusals leave no trace of a change."""
    moves = MACHINES[Referral]
    tried = 0
    for status, name in product(STATUSES, moves):
        with transaction.atomic():
            record = force(referral, status)
            changes = StatusChange.objects.count()
            if status in moves[name].sources:
                moved = move(record, name, by=manager, at=SOON, reason="x", **FACTS.get(name, {}))
                assert moved.status == moves[name].target
                assert StatusChange.objects.count() == changes + 1
            else:
                with pytest.raises(Refused):
                    move(record, name, by=manager, at=SOON, reason="x", **FACTS.get(name, {}))
                assert StatusChange.objects.count() == changes
            tried += 1
            transaction.set_rollback(True)
    assert tried == len(STATUSES) * len(moves)


def test_the_database_refuses_undeclared_changes_of_status(referral: Referral) -> None:
    pairs = {(source, declared.target) for declared in MACHINES[Referral].values() for source in declared.sources}
    refused = 0
    for before, after in product(STATUSES, STATUSES):
        if before == after or (before, after) in pairs:
            continue
        with transaction.atomic():
            force(referral, before)
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE referrals_referral SET status = %s WHERE id = %s", [after, referral.pk])
            refused += 1
            transaction.set_rollback(True)
    assert refused > 30


def test_unallocated_is_read_from_the_rows(referral: Referral, manager: User, worker: User, team: Team) -> None:
    ours = Referral.objects.filter(pk=referral.pk)
    assert ours.unallocated().exists()
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=None)
    assert ours.unallocated().exists(), "a team's tray is not a worker"
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    assert not ours.unallocated().exists()
    referral.refresh_from_db()
    assert referral.status == "allocated"
    Allocation.objects.filter(referral=referral, to_at__isnull=True).update(to_at=LATER)
    assert ours.unallocated().exists(), "whatever its status says"


def test_reallocation_keeps_the_history_and_needs_a_reason(allocated: Referral, manager: User, team: Team) -> None:
    other = User.objects.create_user("social.worker2", "Wim Worker", roles=["social_worker"])
    with pytest.raises(Refused, match="Say why"):
        actions.allocate(referral=allocated, by=manager, at=SOON, team=team, worker=other)
    actions.allocate(referral=allocated, by=manager, at=SOON, team=team, worker=other, reason="On leave.")
    rows = allocated.allocations.order_by("from_at")
    assert [(row.worker.username, row.to_at) for row in rows if row.worker] == [
        ("social.worker", SOON),
        ("social.worker2", None),
    ]
    assert Clock.objects.running().get(reference=allocated.reference, rule="assessment").worker == other
    assert Involvement.objects.open().get(reference=allocated.reference).worker == other


def test_only_case_holders_and_never_ones_own_family(
    referral: Referral, manager: User, worker: User, team: Team
) -> None:
    officer = User.objects.get(username="contact.officer")
    with pytest.raises(Refused, match="does not hold cases"):
        actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=officer)
    assert referral.child is not None
    DeclaredConflict.objects.create(user=worker, person=referral.child, declared_at=NOW, declared_by=worker)
    with pytest.raises(Denied):
        actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)


def test_a_social_worker_does_not_allocate(referral: Referral, worker: User, team: Team) -> None:
    with pytest.raises(Denied):
        actions.allocate(referral=referral, by=worker, at=LATER, team=team, worker=worker)


def test_a_service_without_assessment_only_where_the_response_allows(allocated: Referral, manager: User) -> None:
    with pytest.raises(Refused, match="follows the assessment"):
        actions.provide_service(referral=allocated, by=manager, at=SOON, service="child_in_need", reason="Needs it.")
    Referral.objects.filter(pk=allocated.pk).update(response_type="other")
    served = actions.provide_service(referral=allocated, by=manager, at=SOON, service="child_in_need", reason="Yes.")
    assert served.status == "in_service"


def test_closing_says_why_and_what_changed(allocated: Referral, manager: User) -> None:
    with pytest.raises(Refused, match="reason for closing"):
        actions.close(referral=allocated, by=manager, at=SOON, closure_reason="RC99", what_changed="Safer.")
    with pytest.raises(Refused, match="what has changed"):
        actions.close(referral=allocated, by=manager, at=SOON, closure_reason="RC7", what_changed=" ")
    with pytest.raises(Refused, match="no assessment was made"):
        actions.close(referral=allocated, by=manager, at=SOON, closure_reason="RC8", what_changed="Safer.")
    closed = actions.close(referral=allocated, by=manager, at=SOON, closure_reason="RC7", what_changed="Safer.")
    assert (closed.status, closed.closed_by) == ("closed", manager)
    assert not Clock.objects.running().filter(reference=closed.reference).exists()
    assert not Involvement.objects.open().filter(reference=closed.reference).exists()
    assert closed.current_worker is None
    assert Entry.objects.filter(event="referral.closed", reference=closed.reference).exists()


def test_reopened_only_soon_after_and_only_without_other_work(allocated: Referral, manager: User) -> None:
    closed = actions.close(referral=allocated, by=manager, at=SOON, closure_reason="RC7", what_changed="Safer.")
    with pytest.raises(Refused, match="too long ago"):
        actions.reopen(referral=closed, by=manager, at=SOON + timedelta(days=30), reason="Wrong child.")
    again = actions.reopen(referral=closed, by=manager, at=SOON + timedelta(days=1), reason="Wrong child.")
    assert (again.status, again.closed_at) == ("accepted", None)
    assert Clock.objects.running().filter(reference=again.reference, rule="assessment", started_at=NOW).exists()


def test_no_further_action_only_before_anything_began(allocated: Referral, referral: Referral, manager: User) -> None:
    with pytest.raises(Refused):
        actions.no_further_action(referral=allocated, by=manager, at=SOON, reason="x")


def test_an_ending_with_advice_is_no_referral_nfa(referral: Referral, manager: User) -> None:
    ended = actions.no_further_action(referral=referral, by=manager, at=SOON, reason="Advice given.", ending="advice")
    assert (ended.status, ended.is_nfa, ended.is_returnable) == ("no_further_action", False, True)


def test_only_a_discussion_that_decides_one_starts_the_enquirys_clock(allocated: Referral, manager: User) -> None:
    discussed(allocated, by=manager, at=SOON, held_at=LATER, outcome="assess")
    assert not Clock.objects.filter(reference=allocated.reference, rule="section47_conference").exists()
    discussed(allocated, by=manager, at=SOON, held_at=LATER, outcome="section47_joint")
    assert Clock.objects.running().filter(reference=allocated.reference, rule="section47_conference").exists()


def test_one_open_episode_per_child_even_in_raw_sql(referral: Referral, contact: Contact) -> None:
    other = contact.people.filter(is_child=True).order_by("position").last()
    second = Referral.objects.get(contact_person=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=second.pk).update(child=referral.child)
