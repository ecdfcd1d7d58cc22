"""Police protection and emergency orders: how long they may run, what starts with them and stays open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.handover.actions import ItemFacts, write_item
from contacts.models import Contact
from contacts.queue.readers import Background
from frontdoor.access import Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock, LocalRule
from frontdoor.clocks.sweep import sweep
from frontdoor.clocks.working_days import LONDON
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Involvement
from frontdoor.people.protection.actions import set_restriction
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from referrals import actions
from referrals.keeping import protection
from referrals.models import Enquiry, Measure, Referral
from referrals.protection import measures
from referrals.protection.measures import Facts
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW
from tests.referrals.discussions import discussed

pytestmark = pytest.mark.django_db
SOON, HOUR, DAY = LATER + timedelta(hours=1), timedelta(hours=1), timedelta(days=1)


def police(**more: Any) -> Facts:
    return Facts(**{"kind": "police", "began_at": SOON, "officer": "Insp. Lee", "place": "Ward 3", **more})


def order(**more: Any) -> Facts:
    facts: dict[str, Any] = {
        "kind": "order",
        "began_at": SOON,
        "ends_at": SOON + 5 * DAY,
        "court": "Norbury",
        "place": "Ward 3",
    }
    return Facts(**{**facts, **more})


def recorded(referral: Referral, by: User, facts: Facts | None = None, **more: Any) -> Measure:
    return measures.record(referral=referral, by=by, at=SOON + 2 * HOUR, facts=facts or police(), **more)


def clock(referral: Referral, rule: str) -> Clock:
    found: Clock = Clock.objects.of(referral.reference).filter(rule=rule).latest("pk")
    return found


@pytest.mark.parametrize(
    ("began_at", "in_hours"),
    [
        (datetime(2026, 10, 24, 19, tzinfo=UTC), "the clocks go back"),
        (datetime(2026, 3, 27, 20, tzinfo=UTC), "the clocks go forward"),
    ],
)
def test_police_protection_ends_72_hours_that_pass_later(began_at: datetime, in_hours: str) -> None:
    assert measures.latest_end("police", began_at) == began_at + timedelta(hours=72), in_hours


@settings(deadline=None, max_examples=60)
@given(minutes=st.integers(0, 730 * 24 * 60))
def test_an_order_ends_within_8_days_or_at_noon_after_a_sunday_or_holiday(minutes: int) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    end = measures.latest_end("order", began).astimezone(LONDON)
    days = (end.date() - began.astimezone(LONDON).date()).days
    assert not measures._is_holiday(end.date())
    if days == 8:
        assert end.time() == began.astimezone(LONDON).time() or end.time().hour != 12
    else:
        assert (end.hour, end.minute) == (12, 0)
        assert all(measures._is_holiday(end.date() - timedelta(days=n)) for n in range(1, days - 7))


def test_the_duty_to_enquire_arises_and_a_discussion_answers_it(referral: Referral, manager: User) -> None:
    made = recorded(referral, manager)
    assert (made.ends_at, made.child, made.reference[:2]) == (SOON + 72 * HOUR, referral.child, "M-")
    running = clock(referral, "police_protection")
    assert (running.due_at, running.is_statutory, running.warn_at) == (made.ends_at, True, made.ends_at - DAY)
    due = clock(referral, "strategy_discussion")
    assert (due.started_at, due.stopped_at) == (SOON, None)
    assert measures.duty_arises(made)
    discussed(referral, by=manager, at=SOON + 2 * HOUR, held_at=SOON - HOUR, outcome="assess")
    assert measures.duty_arises(made), "it was held before"
    due.refresh_from_db()
    assert due.stopped_at is None
    discussed(referral, by=manager, at=SOON + 2 * HOUR, held_at=SOON + HOUR)
    due.refresh_from_db()
    assert due.stopped_at == SOON + HOUR
    assert not measures.duty_arises(made)
    recorded(referral, manager, order())
    assert clock(referral, "strategy_discussion") == due, "an enquiry is open: no other discussion is due"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (police(officer=" "), "officer"), (order(court=""), "court"), (order(ends_at=None), "ends_at"),
        (police(place=""), "place"), (police(began_at=SOON + 3 * HOUR), "began_at"), (police(kind="x"), "kind"),
        (police(ends_at=SOON + 73 * HOUR), "ends_at"), (order(ends_at=SOON + 9 * DAY), "ends_at"),
        (order(ends_at=SOON), "ends_at"), (police(parents_told_at=SOON + 9 * DAY), "parents_told_at"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(facts: Facts, field: str, referral: Referral, manager: User) -> None:
    with pytest.raises(Refused) as refused:
        recorded(referral, manager, facts)
    assert refused.value.field == field
    assert not Measure.objects.exists()


def test_one_of_a_kind_runs_for_a_child(referral: Referral, manager: User) -> None:
    made = recorded(referral, manager)
    with pytest.raises(Refused, match=f"{made.reference}.*has no end yet"):
        recorded(referral, manager)
    recorded(referral, manager, order())
    other = Referral.objects.exclude(pk=referral.pk).get()
    facts: dict[str, Any] = vars(police()) | {"ends_at": made.ends_at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.create(referral=other, child=referral.child, **facts)
    with pytest.raises(IntegrityError, match="72_hours"), transaction.atomic():
        Measure.objects.filter(pk=made.pk).update(ends_at=made.ends_at + HOUR)


def test_brothers_and_sisters_are_recorded_at_once_and_end_alone(referral: Referral, manager: User) -> None:
    other = Referral.objects.exclude(pk=referral.pk).get()
    made = recorded(referral, manager, siblings=[other])
    theirs = other.measures.get()
    assert theirs.child == other.child
    measures.end(
        measure=made, by=manager, at=SOON + 5 * HOUR, followed="home", reason="Safe with aunt.", whose="Insp. Lee",
        ended_at=SOON + 4 * HOUR,
    )  # fmt: skip
    theirs.refresh_from_db()
    assert theirs.status == "running"


def test_it_ends_early_with_who_and_why_or_runs_out_without_a_breach(referral: Referral, manager: User) -> None:
    made = recorded(referral, manager)
    at = SOON + 5 * HOUR
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("It runs until", {"followed": "ran_out"}), ("when it ended", {"followed": "home", "whose": "Insp. Lee"}),
        ("who ended it", {"followed": "home", "ended_at": at}), ("future", {"followed": "home", "ended_at": at + HOUR}),
        ("It ran from", {"followed": "home", "ended_at": SOON - HOUR}), ("by a court", {"followed": "discharged"}),
        ("Say why", {"followed": "home", "ended_at": at, "whose": "Insp. Lee", "reason": " "}),
    ]  # fmt: skip
    for words, given_ in wrong:
        with pytest.raises(Refused, match=words):
            measures.end(measure=made, by=manager, at=at, **{"reason": "Safe.", **given_})
    late = made.ends_at + 3 * HOUR
    assert made.is_over(late)
    ended = measures.end(measure=made, by=manager, at=late, followed="ran_out", reason="With her aunt.")
    assert (ended.status, ended.ended_at) == ("ended", made.ends_at)
    stopped = clock(referral, "police_protection")
    assert (stopped.stopped_at, stopped.is_late(late)) == (made.ends_at, False)
    with pytest.raises(Refused, match="ended already"):
        measures.tell(measure=ended, by=manager, at=late, parents_told="Mother")


def test_one_entered_in_error_takes_its_discussion_back(referral: Referral, manager: User) -> None:
    made = recorded(referral, manager)
    ended = measures.end(
        measure=made, by=manager, at=SOON + 3 * HOUR, followed="entered_in_error", reason="Wrong child."
    )
    assert clock(referral, "strategy_discussion").stopped_at is not None
    assert not measures.duty_arises(ended)


def test_an_order_is_extended_once_by_7_days_and_its_clock_goes_on(referral: Referral, manager: User) -> None:
    made, at = recorded(referral, manager, order()), SOON + 4 * DAY
    with pytest.raises(Refused, match="7 days"):
        measures.extend(measure=made, by=manager, at=at, extended_at=at, ends_at=made.ends_at + 8 * DAY)
    longer = measures.extend(measure=made, by=manager, at=at, extended_at=at, ends_at=made.ends_at + 3 * DAY)
    before, after = Clock.objects.of(referral.reference).filter(rule="emergency_order").order_by("pk")
    assert (before.stopped_at, after.due_at, longer.extended_from) == (at, SOON + 8 * DAY, SOON + 5 * DAY)
    with pytest.raises(Refused, match="once only"):
        measures.extend(measure=longer, by=manager, at=at, extended_at=at, ends_at=made.ends_at + 4 * DAY)
    with pytest.raises(Refused, match="cannot be extended"):
        measures.extend(measure=recorded(referral, manager), by=manager, at=at, extended_at=at, ends_at=at + DAY)


def test_before_the_end_whoever_answers_hears_once_and_as_early_as_the_council_says(
    referral: Referral, manager: User, worker: User, team: Team
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    on_call = StaffFactory.create(role="service_manager")
    made = recorded(referral, manager)
    told = Notice.objects.filter(kind="measure-ends")
    sweep(made.ends_at - 13 * HOUR)
    assert not told.exists()
    for _ in range(2):
        sweep(made.ends_at - 11 * HOUR)
    assert set(told.values_list("user", flat=True)) == {worker.pk, team.manager_id, manager.pk, on_call.pk}
    assert told.count() == 4
    assert all(each.is_urgent and made.reference in each.text for each in told)
    other = Referral.objects.exclude(pk=referral.pk).get()
    recorded(other, manager)
    LocalRule.objects.filter(code="emergency_protection_ends").update(amount=48 * 60)
    measures.tell_before_the_end(made.ends_at - 40 * HOUR)
    assert told.filter(reference=other.reference).exists(), "earlier, as the rule says now"


def test_a_referral_does_not_end_before_it(
    referral: Referral, manager: User, second_manager: User, signed: Callable[[User], Client]
) -> None:
    made = recorded(referral, manager)
    with pytest.raises(Refused, match=made.reference):
        actions.close(referral=referral, by=second_manager, at=SOON, closure_reason="RC7", what_changed="Safe.")
    page = signed(second_manager).get(f"/referrals/{referral.reference}/do/close/").content.decode()
    assert f'href="/emergency-protection/{made.reference}/"' in page
    assert set(actions.why_not_a_contact([referral.reference])) == {referral.reference}


def test_a_child_who_turns_out_to_have_open_work_takes_it_along(
    referral: Referral, officer: User, manager: User
) -> None:
    contact = actions.record_and_fast_track(facts=some_facts(people=some_facts().people[:1]), by=officer, at=LATER)
    tracked = contact.referrals.get()
    twice, alone = recorded(tracked, manager), recorded(tracked, manager, order())
    own = recorded(referral, manager)
    actions.confirm_child(referral=tracked, by=manager, at=SOON + 3 * HOUR, person=referral.child)
    twice.refresh_from_db()
    alone.refresh_from_db()
    assert (alone.referral, alone.child, alone.status) == (referral, referral.child, "running")
    assert (twice.status, twice.followed) == ("ended", "entered_in_error"), f"{own.reference} goes on"
    running = Clock.objects.running().of(referral.reference).values_list("rule", flat=True)
    assert sorted(rule for rule in running if rule in measures.RULES.values()) == [
        "emergency_order", "police_protection"
    ]  # fmt: skip


def test_every_status_and_every_move(referral: Referral, manager: User) -> None:
    recorded(referral, manager)
    moves, statuses = MACHINES[Measure], [status.value for status in Measure.Status]
    facts: dict[str, Any] = {"ended_at": SOON + HOUR, "followed": "home", "whose": "Insp. Lee"}
    for status, name in product(statuses, moves):
        with transaction.atomic():
            if status == "ended":
                Measure.objects.update(status="ended", ended_by=manager, ended_at=SOON + HOUR, followed="home")
            record = Measure.objects.get()
            if status in moves[name].sources:
                assert move(record, name, by=manager, at=SOON, reason="x", **facts).status == moves[name].target
            else:
                with pytest.raises(Refused):
                    move(record, name, by=manager, at=SOON, reason="x", **facts)
            transaction.set_rollback(True)
    Measure.objects.update(status="ended", ended_by=manager, ended_at=SOON + HOUR, followed="home")
    with pytest.raises(IntegrityError, match="no move leads"), transaction.atomic():
        Measure.objects.update(status="running", ended_by=None, ended_at=None, followed="")


@pytest.mark.moment(SOON + 2 * HOUR)
def test_the_pages_of_it_and_where_it_is_shown(
    referral: Referral, manager: User, worker: User, dpo: User, signed: Callable[[User], Client]
) -> None:
    client = signed(worker)
    new = f"/referrals/{referral.reference}/do/emergency-protection/"
    assert new in client.get(f"/referrals/{referral.reference}/").content.decode()
    sent = {
        "version": referral.version, "kind": "police", "officer": "Insp. Lee",
        "began_at": "2026-11-23T12:00", "place": "9 Hidden Row", "place_is_confidential": "on",
    }  # fmt: skip
    half = client.post(new, {**sent, "officer": ""})
    assert (half.status_code, "designated officer" in half.content.decode()) == (422, True)
    assert client.post(new, sent).status_code == 302
    made = Measure.objects.get()
    address = f"/emergency-protection/{made.reference}/"
    page = client.get(address).content.decode()
    assert "Hidden Row" not in page
    assert "duty to enquire under section 47 has arisen" in page
    assert "Ask a manager" in page, "a worker records no discussion"
    assert "Hidden Row" in client.post(f"{address}place/").content.decode()
    assert Entry.objects.filter(event="measure.place_shown", reference=made.reference).count() == 1
    assert address in client.get(f"/referrals/{referral.reference}/").content.decode()
    child = referral.child
    assert child is not None
    says = "Police protection until 26 November 2026 at 12:00pm"
    record = client.get(f"/people/{child.reference}/").content.decode()
    assert "Police protection ends on 26 November 2026 at 12:00pm." in record
    line = Background(worker, [referral.contact], [child.pk], SOON).of([], [child.pk])
    assert says[0].lower() + says[1:] in line
    chronology = client.get(f"/people/{child.reference}/chronology/").content.decode()
    assert "Hidden Row" not in chronology
    told = client.post(f"{address}do/told/", {"version": made.version, "parents_told": "Nobody knows where he is."})
    assert told.status_code == 302
    made.refresh_from_db()
    ended = client.post(
        f"{address}do/end/",
        {"version": made.version, "followed": "entered_in_error", "reason": "Another child."},
    )
    assert ended.status_code == 302
    assert Measure.objects.get().status == "ended"
    set_restriction(person=child, holders=[manager], by=dpo, at=NOW, reason="A colleague’s child.", kind="restricted")
    assert client.get(address).status_code == 404
    assert client.post(f"{address}place/").status_code == 404


@pytest.fixture
def dpo(db: None) -> User:
    return StaffFactory.create(role="data_protection_officer")


@pytest.mark.moment(SOON + 2 * HOUR)
@pytest.mark.parametrize("is_secret", [False, True])
def test_what_stands_in_a_handover_is_not_typed_again(
    is_secret: bool, referral: Referral, contact: Contact, signed: Callable[[User], Client]
) -> None:
    edt = StaffFactory.create(role="edt_worker")
    facts = ItemFacts(
        text="Taken by police.", reference=contact.reference, place="9 Hidden Row", legal_basis="police_protection",
        place_is_confidential=is_secret, from_at=SOON, until_at=SOON + 72 * HOUR,
    )  # fmt: skip
    item = write_item(kind="placed", facts=facts, now=False, by=edt, at=SOON + HOUR)
    client = signed(edt)
    address = f"/referrals/{referral.reference}/do/emergency-protection/?item={item.pk}"
    assert address in client.get("/handover/").content.decode()
    page = client.get(address).content.decode()
    assert ("9 Hidden Row" in page) is not is_secret
    sent = {
        "version": referral.version, "kind": "police", "officer": "Insp. Lee",
        "began_at": "2026-11-23T12:00", "place": "" if is_secret else "9 Hidden Row",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    made = Measure.objects.get()
    assert (made.place, made.place_is_confidential, made.item) == ("9 Hidden Row", is_secret, item)
    assert made.began_at == SOON
    after = client.get("/handover/").content.decode()
    assert f"Recorded: {made.reference}" in after
    assert address not in after
    unknown = client.get(f"/referrals/{referral.reference}/do/emergency-protection/?item={item.pk + 1}")
    assert unknown.status_code == 404


def test_it_asks_for_the_longest_keeping(referral: Referral, manager: User) -> None:
    assert referral.child_id is not None
    assert not list(protection([referral.child_id]))
    recorded(referral, manager)
    assert [part.person_id for part in protection([referral.child_id])] == [referral.child_id]
    assert not Enquiry.objects.exists()
    assert Involvement.objects.filter(reference=referral.reference).exists()
