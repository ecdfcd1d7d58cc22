"""The product at the moments at which it reckons wrong if ever: late at night, at both changes of the clocks, on leap
day and on New Year's Eve. Everything here reads the running clock, as it does in use."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments.early_help import actions as early_help
from contacts.agencies.feeds.reading import read
from contacts.handover import packs
from contacts.handover.actions import ItemFacts, take_item, write_item
from contacts.handover.models import HandoverItem, HandoverPack
from contacts.models import Contact
from contacts.queue import duty, load
from contacts.recording.actions import record_contact
from contacts.screening.actions import acknowledge, link_person
from frontdoor.access import Refused
from frontdoor.accounts.models import User, on_duty
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.clocks.working_days import end_of_day, is_working_day, london_date
from frontdoor.figures.partnership.forms import a_year_ago, periods
from frontdoor.people import actions as people
from frontdoor.people.models import Address, Name
from frontdoor.retention import actions as retention
from frontdoor.ui.dates import DateTimeField
from frontdoor.ui.formats import clock_time, which_of_two
from referrals import actions as referrals
from tests.early_help.conftest import early_help_facts
from tests.moments import HARD, LONDON, at, say_moment
from tests.reading import Reader
from tests.referrals.conftest import each, manager, officer, police, second_manager, some_facts, team, worker

__all__ = ["manager", "officer", "police", "second_manager", "team", "worker"]
pytestmark = pytest.mark.django_db
at_each = pytest.mark.parametrize(
    "at", [pytest.param(moment, id=name, marks=pytest.mark.moment(moment)) for name, moment in HARD.items()]
)
#: A quarter past midnight in summer, when in Greenwich it still is the day before.
SUMMER_NIGHT = say_moment("2027-07-02T00:15")
in_a_summer_night = pytest.mark.moment(SUMMER_NIGHT)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def edt(db: None) -> User:
    return User.objects.create_user("edt.worker", "Eddie Night", roles=["edt_worker"])


@pytest.fixture
def head(db: None) -> User:
    return User.objects.create_user("service.manager", "Sheila Service", roles=["service_manager"])


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def logged(by: User, at: datetime, **given: Any) -> Contact:
    return record_contact(facts=some_facts(**given), by=by, at=at)


@at_each
def test_it_is_that_time(at: datetime) -> None:
    assert timezone.now() - at < MINUTE


@at_each
def test_the_pages_that_reckon_with_time_open(
    at: datetime, officer: User, worker: User, manager: User, second_manager: User, edt: User, head: User, team: Any
) -> None:
    now = timezone.now()
    child = people.create_person(by=officer, at=now - 40 * DAY, names=[people.GivenName("Sam", "Example")])
    old = logged(officer, now - 3 * DAY)
    link_person(on_contact=old.people.get(position=1), person=child, by=officer, at=now - 3 * DAY)
    decided = referrals.decide_contact(
        contact=old, decisions=each(old, "referral"), by=manager, at=now - 2 * DAY, team=team, worker=worker
    )
    fresh = logged(officer, now, grade="red")
    for user, paths in {
        officer: ["/", f"/contacts/{fresh.reference}/"],
        worker: [f"/referrals/{decided.referrals[0].reference}/", f"/people/{child.reference}/chronology/"],
        manager: ["/", "/handover/packs/", "/contacts/queue/", "/contacts/queue/load/", "/breaches/?state=soon"],
        second_manager: [f"/clocks/{decided.referrals[0].reference}/"],
        edt: ["/handover/"],
        head: ["/agencies/figures/", "/thresholds/agreement/", "/retention/"],
    }.items():
        client = signed_in(user)
        for path in paths:
            assert client.get(path).status_code == 200, (user.username, path)


@at_each
def test_the_shifts_of_two_days_follow_each_other_and_what_was_left_is_late(
    at: datetime, edt: User, worker: User, manager: User
) -> None:
    began = timezone.now() - 2 * DAY
    packs.bring_up_to_date(began)
    facts = ItemFacts(text="Ring the ward about Sam.", due_at=began + HOUR)
    left, mine = (write_item(kind="action", facts=facts, now=False, by=edt, at=began) for _ in range(2))
    mine.refresh_from_db()
    client = signed_in(worker)
    page = text(client, "/handover/")
    assert "Ring the ward" in page
    assert "app-card--late" in page
    made = list(HandoverPack.objects.order_by("changed_at"))
    assert text(client, "/handover/") == page or "Ring the ward" in text(client, "/handover/")
    assert list(HandoverPack.objects.order_by("changed_at")) == made, "opening it again makes none"
    for one, two in pairwise(made):
        assert (one.changed_at, one.shift_after) == (two.began_at, two.shift_before)
    working = [day for n in (0, 1) if is_working_day(day := london_date(began + (n + 1) * DAY))]
    assert Counter(pack.shift_after for pack in made)["day"] >= len(working) - 1
    assert client.post(f"/handover/items/{mine.pk}/take/").status_code == 302
    mine.refresh_from_db()
    assert mine.taken_by == worker
    assert take_item(item=left, by=manager, at=timezone.now()).taken_by == manager
    assert not HandoverItem.objects.late(timezone.now()).exists()


@at_each
def test_what_is_written_now_for_the_shift_that_is_on_waits_half_an_hour(at: datetime, edt: User, worker: User) -> None:
    packs.bring_up_to_date(timezone.now())
    client = signed_in(edt)
    sent = client.post("/handover/new/information/", {"text": "The bridge is closed.", "when": "now"})
    assert sent.status_code == 302
    item = HandoverItem.objects.get()
    assert item.take_by is not None
    assert timedelta(0) < item.take_by - timezone.now() <= 30 * MINUTE
    page = text(signed_in(worker), "/handover/")
    assert "The bridge is closed." in page
    assert "app-card--late" not in page


@at_each
def test_a_contact_of_this_minute_is_new_on_the_queue_held_and_in_time(
    at: datetime, officer: User, worker: User, manager: User
) -> None:
    contact = logged(officer, timezone.now(), grade="amber")
    client = signed_in(worker)
    assert contact.reference in text(client, "/contacts/queue/")
    assert client.post(f"/contacts/{contact.reference}/claim/").status_code in (200, 302)
    contact.refresh_from_db()
    assert contact.claimed_at_moment(timezone.now()) == worker
    assert contact.claimed_at_moment(timezone.now() + 8 * DAY) is None
    running = Clock.objects.filter(reference=contact.reference)
    assert running
    for clock in running:
        assert clock.day_0 == london_date(at)
        assert clock.due_at > timezone.now()
    assert "Nothing is late" in text(signed_in(manager), "/breaches/")
    assert "deadlines passed" not in text(signed_in(officer), "/")
    assert text(signed_in(manager), f"/clocks/{contact.reference}/")
    acknowledge(contact=contact, by=worker, at=timezone.now())


@at_each
def test_a_deadline_in_days_ends_with_its_day_and_the_sweep_finds_it_once(
    at: datetime, officer: User, manager: User, team: Any
) -> None:
    contact = logged(officer, timezone.now())
    decided = referrals.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=manager, at=timezone.now(), team=team
    )
    found = list(Clock.objects.filter(reference__in=[each.reference for each in decided.referrals]).running())
    assert found
    assert sweep(timezone.now()).flagged == 0
    for clock in found:
        if "days" in clock.unit:
            assert clock.due_at == end_of_day(london_date(clock.due_at))
    last = max(clock.due_at for clock in found)
    assert sweep(last + timedelta(seconds=1)).flagged >= len(found)
    assert sweep(last + timedelta(seconds=2)).flagged == 0


@at_each
def test_what_is_late_and_what_is_in_time_stand_on_their_own_lists(at: datetime, manager: User) -> None:
    now = timezone.now()
    for number, ago in ((1, 40 * DAY), (2, timedelta(0))):
        clocks.start("allocation", reference=f"R-{number:08d}", started_at=now - ago, by=manager)
    client = signed_in(manager)
    late = text(client, "/breaches/?state=late")
    to_come = text(client, "/breaches/?state=to_come")
    assert ("R-00000001" in late, "R-00000002" in late) == (True, False)
    assert ("R-00000001" in to_come, "R-00000002" in to_come) == (False, True)


@at_each
def test_a_turn_of_duty_is_by_the_moment(at: datetime, manager: User, second_manager: User, head: User) -> None:
    now = timezone.now()
    turn = duty.add_turn(user=manager, kind="duty", from_at=now - HOUR, to_at=now + HOUR, by=manager, at=now)
    assert list(on_duty("duty", timezone.now())) == [manager]
    assert not on_duty("duty", now + HOUR)
    client = signed_in(manager)
    assert "Dora Manager" in text(client, "/contacts/queue/rota/")
    assert client.post("/contacts/queue/rota/", {"end": str(turn.pk)}).status_code == 302
    turn.refresh_from_db()
    assert turn.to_at - now < MINUTE


@at_each
def test_a_hold_and_what_is_kept_go_by_londons_day(at: datetime, officer: User, head: User) -> None:
    child = people.create_person(by=officer, at=timezone.now(), names=[people.GivenName("Sam", "Example")])
    today = london_date(at)
    with pytest.raises(Refused, match="must be in the future"):
        retention.hold(person=child, kind="legal", reason="A claim.", until_on=today, by=head, at=timezone.now())
    retention.hold(person=child, kind="legal", reason="A claim.", until_on=today + DAY, by=head, at=timezone.now())
    assert "A claim." in text(signed_in(head), f"/people/{child.reference}/retention/")


@at_each
def test_this_minute_typed_into_a_form_is_never_in_the_future(at: datetime) -> None:
    wall = timezone.now().astimezone(LONDON)
    typed = [str(wall.day), str(wall.month), str(wall.year), f"{wall:%H:%M}{which_of_two(wall)}"]
    found = DateTimeField(label="When", latest="now").clean(typed)
    assert found is not None
    assert found.astimezone(LONDON).strftime("%H:%M") == f"{wall:%H:%M}"


@at_each
def test_the_year_before_and_the_quarters_have_their_days(at: datetime) -> None:
    today = london_date(at)
    assert timedelta(days=363) <= today - a_year_ago(today) <= timedelta(days=365)
    for _, since, until in periods(today):
        assert since <= until <= today


@in_a_summer_night
def test_what_is_replaced_shortly_after_midnight_ends_on_londons_day(officer: User) -> None:
    now = timezone.now()
    child = people.create_person(
        by=officer, at=now - 40 * DAY, names=[people.GivenName("Sam", "Example")], address={"lines": "1 Mill Lane"}
    )
    people.add_name(person=child, given="Sam", family="Hart", by=officer, at=now)
    people.add_address(person=child, lines="2 Mill Lane", replaces_current=True, by=officer, at=now)
    assert Name.objects.get(person=child, kind="former").ended_on == date(2027, 7, 2)
    assert Address.objects.get(person=child, lines="1 Mill Lane").ended_on == date(2027, 7, 2)


@in_a_summer_night
def test_a_hold_of_a_day_that_has_begun_is_too_late(officer: User, head: User) -> None:
    child = people.create_person(by=officer, at=timezone.now(), names=[people.GivenName("Sam", "Example")])
    with pytest.raises(Refused, match="must be in the future"):
        retention.hold(
            person=child, kind="legal", reason="A claim.", until_on=date(2027, 7, 2), by=head, at=timezone.now()
        )


@in_a_summer_night
def test_a_child_born_after_midnight_may_be_notified() -> None:
    file = "reference,concerns,child_1_given_name,child_1_date_of_birth\nPPN/1,Born at home,Baby,2027-07-02\n"
    (item,) = read(file.encode(), timezone.now())
    assert item.facts is not None
    assert item.facts.children[0].date_of_birth == date(2027, 7, 2)


@in_a_summer_night
def test_the_next_review_runs_from_the_day_this_one_was_held(officer: User) -> None:
    now = timezone.now()
    found = early_help.record(facts=early_help_facts(), by=officer, agency=None, at=now - 20 * DAY, how="staff")
    early_help.review(
        assessment=found, held_on=date(2027, 6, 30), present="All", summary="Better.", child_view="",
        outcome="continue", by=officer, at=now,
    )  # fmt: skip
    running = Clock.objects.filter(reference=found.reference, rule="early_help_review").order_by("pk").last()
    assert running is not None
    assert running.day_0 == date(2027, 6, 30)


PLACED = {"text": "Taken from home by police.", "place": "Foster carers", "legal_basis": "police_protection"}


@pytest.mark.parametrize(
    ("from_at", "until_at", "answer"),
    [
        pytest.param("2026-10-24T20:00", "2026-10-27T20:00", 422, id="73 hours, as the clocks go back"),
        pytest.param("2026-10-24T20:00", "2026-10-27T19:00", 302, id="72 hours, as the clocks go back"),
        pytest.param("2027-03-27T20:00", "2027-03-30T21:00", 302, id="72 hours, as the clocks go forward"),
        pytest.param("2027-03-27T20:00", "2027-03-30T21:01", 422, id="a minute more, as the clocks go forward"),
    ],
)
def test_police_protection_lasts_72_hours_and_not_what_the_clock_on_the_wall_says(
    edt: User, from_at: str, until_at: str, answer: int
) -> None:
    with at(say_moment(from_at) + HOUR):
        contact = logged(edt, timezone.now())
        sent = signed_in(edt).post(
            "/handover/new/placed/",
            {**PLACED, "reference": contact.reference, "when": "change", "from_at": from_at, "until_at": until_at},
        )
    assert sent.status_code == answer
    assert ("at most 72 hours" in sent.content.decode().split("error-summary")[-1]) == (answer == 422)


@pytest.mark.parametrize(
    "midnight",
    [
        pytest.param("2026-03-29T00:00", id="the clocks go forward"),
        pytest.param("2026-10-25T00:00", id="the clocks go back"),
    ],
)
def test_the_depth_of_the_queue_has_each_hour_of_the_night_once(manager: User, midnight: str) -> None:
    begun = say_moment(midnight).astimezone(UTC)
    with at(begun + 3 * HOUR + 5 * MINUTE):
        labels, totals = load.depth(manager, timezone.now())
    assert labels == [*(clock_time(begun + n * HOUR) for n in range(4)), "now"]
    assert len(totals) == len(labels)
