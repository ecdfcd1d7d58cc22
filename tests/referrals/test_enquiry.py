"""A section 47 enquiry: one at a time, its outcome signed by another, the conference's clock, and what may not end."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from frontdoor.access import Refused, Stale
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.people.merging import merge
from frontdoor.people.protection.actions import set_restriction
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from referrals import actions
from referrals.models import Conference, Enquiry, Referral
from referrals.protection import enquiries
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW
from tests.referrals.discussions import discussed

pytestmark = pytest.mark.django_db
SOON = LATER + timedelta(hours=1)
#: Working days after Monday 23 November 2026.
DAY_10, DAY_15, DAY_16 = date(2026, 12, 7), date(2026, 12, 14), date(2026, 12, 15)


@pytest.fixture
def enquiry(referral: Referral, manager: User, worker: User, team: Team) -> Enquiry:
    """Decided on the day of the contact, led by the referral's worker."""
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    return discussed(referral, by=manager, at=SOON).enquiries.get()


def at_noon(day: date) -> datetime:
    return SOON.replace(year=day.year, month=day.month, day=day.day)


def proposed(enquiry: Enquiry, by: User, outcome: str = "continuing_risk", **more: Any) -> Enquiry:
    seen = enquiries.record_seen(enquiry=enquiry, by=by, at=SOON, seen_at=SOON, is_seen_alone=True)
    return enquiries.propose(enquiry=seen, by=by, at=SOON, outcome=outcome, findings="Bruises.", **more)


def conference_clock(enquiry: Enquiry) -> Clock:
    return Clock.objects.get(reference=enquiry.referral.reference, rule="section47_conference")


def test_it_starts_with_its_discussion_and_a_later_one_adds_none(enquiry: Enquiry, manager: User, worker: User) -> None:
    assert (enquiry.started_on, enquiry.lead, enquiry.child) == (SOON.date(), worker, enquiry.referral.child)
    discussed(enquiry.referral, by=manager, at=SOON + timedelta(days=1))
    assert Enquiry.objects.get() == enquiry
    assert conference_clock(enquiry).started_at == SOON
    with pytest.raises(IntegrityError), transaction.atomic():
        Enquiry.objects.create(
            referral=Referral.objects.exclude(pk=enquiry.referral_id).get(), child=enquiry.child,
            discussion=enquiry.discussion, started_on=SOON.date(),
        )  # fmt: skip


@pytest.mark.parametrize(("held_on", "is_breach"), [(DAY_10, False), (DAY_15, False), (DAY_16, True)])
def test_a_conference_on_day_10_leaves_no_breach_and_on_day_16_one(
    held_on: date, is_breach: bool, enquiry: Enquiry, manager: User, second_manager: User, worker: User
) -> None:
    """Whenever it is written down."""
    due = enquiries.authorise(enquiry=proposed(enquiry, worker), by=manager, at=SOON)
    assert due.status == "conference_due"
    written = at_noon(date(2026, 12, 29))
    facts: dict[str, Any] = {"result": "plan", "category": "NEG"}
    if is_breach:
        with pytest.raises(Refused, match="say why it was late"):
            enquiries.hold_conference(enquiry=due, by=manager, at=written, held_on=held_on, **facts)
        facts["late_reason"] = "The chair was ill."
    held = enquiries.hold_conference(enquiry=due, by=manager, at=written, held_on=held_on, **facts)
    assert (held.enquiry.status, held.category) == ("concluded", "NEG")
    assert conference_clock(enquiry).is_late(written) is is_breach
    assert Clock.objects.missed(NOW).filter(rule="section47_conference").exists() is is_breach


def test_a_conference_is_held_on_a_working_day_within_its_enquiry(
    enquiry: Enquiry, manager: User, worker: User
) -> None:
    due = enquiries.authorise(enquiry=proposed(enquiry, worker), by=manager, at=SOON)
    written = at_noon(DAY_10)
    for held_on, why in (
        (date(2026, 11, 29), "is none \\(Sunday\\)"),
        (date(2026, 11, 20), "before the enquiry"),
        (DAY_16, "in the future"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            enquiries.hold_conference(enquiry=due, by=manager, at=written, held_on=held_on, result="no_plan")
        assert refused.value.field == "held_on"
    with pytest.raises(Refused, match="category"):
        enquiries.hold_conference(enquiry=due, by=manager, at=written, held_on=DAY_10, result="plan")


def test_an_outcome_without_conference_is_signed_by_another_and_stops_the_clock_at_once(
    enquiry: Enquiry, manager: User, second_manager: User
) -> None:
    with pytest.raises(Refused, match="Record first when the child was seen"):
        enquiries.propose(enquiry=enquiry, by=manager, at=SOON, outcome="not_substantiated", findings="A fall.")
    with pytest.raises(Refused, match="what support"):
        proposed(enquiry, manager, "no_continuing_risk")
    waiting = proposed(enquiry, manager, "no_continuing_risk", support="Family help.")
    with pytest.raises(Refused, match="another manager"):
        enquiries.authorise(enquiry=waiting, by=manager, at=SOON)
    assert conference_clock(enquiry).stopped_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Enquiry.objects.filter(pk=enquiry.pk).update(authorised_by=manager, authorised_at=SOON)
    back = enquiries.send_back(enquiry=waiting, by=second_manager, at=SOON, reason="Who has seen the mother?")
    again = enquiries.propose(
        enquiry=back, by=manager, at=SOON, outcome="not_substantiated", findings="A fall.", version=back.version
    )
    with pytest.raises(Stale):
        enquiries.authorise(enquiry=again, by=second_manager, at=SOON, version=back.version)
    assert enquiries.authorise(enquiry=again, by=second_manager, at=SOON).status == "concluded"
    assert conference_clock(enquiry).stopped_at == SOON


def test_whether_the_child_was_seen_is_said_whole(enquiry: Enquiry, worker: User) -> None:
    for facts, field in (
        ({}, "not_seen_reason"),
        ({"seen_at": SOON}, "is_seen_alone"),
        ({"seen_at": SOON, "is_seen_alone": False}, "not_alone_reason"),
        ({"seen_at": SOON - timedelta(days=1), "is_seen_alone": True}, "seen_at"),
    ):
        given: dict[str, Any] = dict(facts)
        with pytest.raises(Refused) as refused:
            enquiries.record_seen(enquiry=enquiry, by=worker, at=SOON, **given)
        assert refused.value.field == field


def test_of_an_unborn_child_nobody_asks_who_saw_it(enquiry: Enquiry, worker: User) -> None:
    child = enquiry.child
    assert child is not None
    type(child).objects.filter(pk=child.pk).update(
        date_of_birth=None, dob_precision="expected", expected_on=date(2027, 3, 1)
    )
    found = Enquiry.objects.get()
    enquiries.propose(enquiry=found, by=worker, at=SOON, outcome="continuing_risk", findings="Earlier children harmed.")


def test_every_status_and_every_move(enquiry: Enquiry, manager: User, second_manager: User, worker: User) -> None:
    moves = MACHINES[Enquiry]
    facts: dict[str, dict[str, Any]] = {
        "propose": {"outcome": "not_substantiated", "findings": "A fall.", "support": ""},
        "discontinue": {"ending": "died"},
    }
    statuses = [status.value for status in Enquiry.Status]
    pairs = {(source, each.target) for each in moves.values() for source in each.sources}
    for status, name in product(statuses, moves):
        with transaction.atomic():
            as_if(status, "continuing_risk" if name == "send_to_conference" else "not_substantiated", worker, manager)
            record = Enquiry.objects.get()
            if status in moves[name].sources:
                moved = move(record, name, by=second_manager, at=SOON, reason="x", **facts.get(name, {}))
                assert moved.status == moves[name].target
            else:
                with pytest.raises(Refused):
                    move(record, name, by=second_manager, at=SOON, reason="x", **facts.get(name, {}))
            transaction.set_rollback(True)
    for before, after in product(statuses, statuses):
        if before != after and (before, after) not in pairs:
            with transaction.atomic():
                as_if(before, "not_substantiated", worker, manager)
                with pytest.raises(IntegrityError, match="no move leads"), transaction.atomic():
                    Enquiry.objects.update(status=after)
                transaction.set_rollback(True)


def as_if(status: str, outcome: str, worker: User, manager: User) -> None:
    """The enquiry in a status, past the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
        Enquiry.objects.update(
            status=status, outcome=outcome, seen_at=SOON, proposed_at=SOON, proposed_by=worker, authorised_at=SOON,
            authorised_by=manager,
        )  # fmt: skip
        cursor.execute("SELECT set_config('frontdoor.restate', '', true)")


def test_a_referral_does_not_close_before_it_and_says_where_it_is(
    enquiry: Enquiry, manager: User, second_manager: User, worker: User, signed: Callable[[User], Client]
) -> None:
    referral = enquiry.referral
    with pytest.raises(Refused, match=f"Section 47 enquiry {enquiry.reference}: is still open"):
        actions.close(referral=referral, by=manager, at=SOON, closure_reason="RC7", what_changed="Safe.")
    due = enquiries.authorise(enquiry=proposed(enquiry, worker), by=manager, at=SOON)
    with pytest.raises(Refused, match="its conference is owed"):
        actions.close(referral=referral, by=manager, at=SOON, closure_reason="RC7", what_changed="Safe.")
    page = signed(manager).get(f"/referrals/{referral.reference}/do/close/").content.decode()
    assert f'href="/section-47/{enquiry.reference}/"' in page
    with pytest.raises(Refused, match="why it ends"):
        enquiries.discontinue(enquiry=due, by=manager, at=SOON, ending="", reason="Moved.")
    ended = enquiries.discontinue(
        enquiry=due, by=manager, at=SOON, ending="accepted_elsewhere", reason="Ann Lee of Norshire has taken it."
    )
    assert (ended.status, conference_clock(enquiry).stopped_at) == ("discontinued", SOON)
    closed = actions.close(referral=referral, by=manager, at=SOON, closure_reason="RC7", what_changed="Safe.")
    assert closed.status == "closed"


def test_a_fast_track_stood_down_keeps_its_enquiry_open(officer: User, manager: User) -> None:
    contact = actions.record_and_fast_track(facts=some_facts(), by=officer, at=NOW)
    found = contact.referrals.order_by("pk").first()
    assert found is not None
    discussed(found, by=manager, at=LATER)
    with pytest.raises(Refused, match="Section 47 enquiry"):
        actions.stand_down(contact=contact, by=manager, at=SOON, reason="A fall.")


def test_a_child_who_turns_out_to_have_open_work_takes_the_enquiry_along(
    referral: Referral, officer: User, manager: User
) -> None:
    """Fast-tracked under no record, discussed at once; then somebody says who the child is."""
    contact = actions.record_and_fast_track(facts=some_facts(people=some_facts().people[:1]), by=officer, at=LATER)
    tracked = contact.referrals.get()
    discussed(tracked, by=manager, at=SOON)
    actions.confirm_child(referral=tracked, by=manager, at=SOON + timedelta(minutes=5), person=referral.child)
    moved = Enquiry.objects.get()
    assert (moved.referral, moved.child, moved.status) == (referral, referral.child, "open")
    assert referral.strategy_discussions.count() == 1
    running = {clock.rule for clock in Clock.objects.running().of(referral.reference)}
    assert "section47_conference" in running
    assert "strategy_discussion" not in running, "it was held"


def test_two_children_under_enquiry_are_not_joined(
    enquiry: Enquiry, officer: User, manager: User, second_manager: User
) -> None:
    other = Referral.objects.exclude(pk=enquiry.referral_id).get()
    discussed(other, by=manager, at=SOON)
    assert enquiry.child is not None
    assert other.child is not None
    with pytest.raises(Refused, match="somebody has to say which goes on"):
        merge.apply(survivor=enquiry.child, loser=other.child, by=manager, at=SOON, reason="One child.")
    both = [enquiry.referral.reference, other.reference]
    assert set(actions.why_not_a_contact(both)) == set(both), "and nobody may choose one that ends by it"
    assert Enquiry.objects.open().count() == 2


def test_who_may_see_it_and_the_pages_of_it(
    enquiry: Enquiry, manager: User, second_manager: User, worker: User, signed: Callable[[User], Client]
) -> None:
    address = f"/section-47/{enquiry.reference}/"
    client = signed(worker)
    assert "Record whether the child was seen" in client.get(address).content.decode()
    half = client.post(f"{address}do/seen/", {"version": enquiry.version, "was_seen": "no"})
    assert half.status_code == 422
    client.post(f"{address}do/seen/", {"version": enquiry.version, "was_seen": "no", "not_seen_reason": "In Wales."})
    enquiry.refresh_from_db()
    done = client.post(
        f"{address}do/outcome/",
        {"version": enquiry.version, "outcome": "not_substantiated", "findings": "A fall on the stairs."},
    )
    assert done.headers["Location"] == address
    assert client.get(f"{address}do/authorise/").status_code == 403
    enquiry.refresh_from_db()
    waiting = "/referrals/queue/?view=enquiries"
    assert enquiry.referral.reference not in client.get(waiting).content.decode(), "it is the worker's own"
    client = signed(second_manager)
    assert enquiry.referral.reference in client.get(waiting).content.decode()
    assert "A fall on the stairs." in client.get(address).content.decode()
    client.post(f"{address}do/authorise/", {"version": enquiry.version})
    enquiry.refresh_from_db()
    assert enquiry.status == "concluded"

    dpo = StaffFactory.create(role="data_protection_officer")
    assert enquiry.child is not None
    set_restriction(
        person=enquiry.child, holders=[manager], by=dpo, at=NOW, reason="A colleague’s child.", kind="restricted"
    )
    assert signed(worker).get(address).status_code == 404
    assert not Conference.objects.exists()
