"""The breach board and the pages behind it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks import actions
from frontdoor.clocks.models import Clock, LatenessReason
from frontdoor.people import actions as people
from frontdoor.people.protection import actions as protection


def text(response):
    return " ".join(response.content.decode().split())


def rows(response):
    return re.findall(r'href="/clocks/([A-Z]-[0-9A-Z]{8})/', text(response))


def number(n):
    return f"R-{n:08d}"


def start(n, *, by, rule="allocation", ago=timedelta(days=3), **given):
    clock = actions.start(rule, reference=number(n), started_at=timezone.now() - ago, by=by, **given)
    assert clock is not None
    return clock


def test_an_empty_board_says_that_nothing_is_late(client, sign_in):
    sign_in("duty_manager")
    assert "Nothing is late" in text(client.get("/breaches/"))
    assert "Nothing is about to be late" in text(client.get("/breaches/?state=soon"))
    assert "No deadline is running" in text(client.get("/breaches/?state=to_come"))
    assert "Nothing is paused" in text(client.get("/breaches/?state=paused"))
    assert "Nothing was done late" in text(client.get("/breaches/?state=finished_late"))


def test_states_are_read_from_the_row_and_the_time_with_no_sweep_run(client, sign_in, manager):
    sign_in("duty_manager")
    start(1, by=manager)
    start(2, by=manager, ago=timedelta(hours=22))
    start(3, by=manager, ago=timedelta(hours=1))
    start(4, by=manager, ago=timedelta(days=4))
    actions.stop(reference=number(4), at=timezone.now(), by=manager)
    paused = start(5, by=manager, rule="information_request_green", ago=timedelta(hours=1))
    actions.pause(clock=paused, by=manager, at=timezone.now(), reason="The school is shut")
    for state, expected in (("late", [1]), ("soon", [2]), ("to_come", [2, 3]), ("paused", [5]), ("finished_late", [4])):
        assert rows(client.get(f"/breaches/?state={state}")) == [number(n) for n in expected], state
    assert "1 late" in text(client.get("/breaches/"))


def test_filters_stand_in_the_address_and_unknown_ones_find_nothing(client, sign_in, manager, team):
    me = sign_in("social_worker", username="worker")
    start(1, by=manager, team=team)
    start(2, by=manager, worker=me)
    start(3, by=manager, rule="assessment", ago=timedelta(days=120))
    asked = {
        "team=duty": [1], "team=none": [3, 2], "worker=me": [2], "worker=worker": [2], "worker=none": [3, 1],
        "rule=assessment": [3], "kind=statutory": [3], "kind=local": [1, 2], "team=no-such": [],
        "state=nonsense": [3, 1, 2], "worker=%00": [3, 1, 2], "after=nonsense": [3, 1, 2],
        "after=2026-01-01T00:00:00_1": [3, 1, 2],
    }  # fmt: skip
    for query, expected in asked.items():
        assert rows(client.get(f"/breaches/?{query}")) == [number(n) for n in expected], query
    assert "Remove this filter: </span>Duty team" in text(client.get("/breaches/?team=duty"))


def test_pages_go_by_key_and_lose_nothing(client, sign_in, manager):
    sign_in("duty_manager")
    at = timezone.now() - timedelta(days=3)
    for n in range(120):  # seven at a time with the same deadline, so that a page ends among equals
        actions.start("allocation", reference=number(n), started_at=at + timedelta(minutes=n // 7), by=manager)
    found, address = [], "/breaches/"
    for _ in range(4):
        response = client.get(address)
        found += rows(response)
        following = re.search(r'href="([^"]+)" rel="next"', text(response))
        if following is None:
            break
        address = following.group(1).replace("&amp;", "&")
    assert sorted(found) == [number(n) for n in range(120)]
    assert found == [c.reference for c in Clock.objects.order_by("due_at", "id")]


@pytest.mark.parametrize("state", ["late", "soon", "to_come", "paused", "finished_late"])
def test_the_board_costs_the_same_queries_with_two_rows_and_with_many(client, sign_in, manager, state):
    me = sign_in("service_manager")

    def add(numbers):
        for n in numbers:
            worker = User.objects.create_user(f"w{n}", f"Worker {n}", roles=["social_worker"])
            group = Team.objects.create(code=f"t{n}", name=f"Team {n}", kind="assessment")
            late = start(n, by=manager, worker=worker, team=group)
            actions.explain_late(clock=late, by=me, at=timezone.now(), code="staffing")
            start(1000 + n, by=manager, worker=worker, team=group, ago=timedelta(hours=22))
            start(2000 + n, by=manager)
            actions.stop(reference=number(2000 + n), at=timezone.now(), by=manager)
            still = start(3000 + n, by=manager, rule="information_request_red", worker=worker, ago=timedelta(minutes=1))
            actions.pause(clock=still, by=manager, at=timezone.now(), reason="Waiting")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/breaches/?state={state}").status_code == 200
        return len(seen)

    add(range(2))
    [cost() for _ in range(2)]  # the session is touched, code lists are read
    few = cost()
    add(range(2, 40))
    assert cost() == few


def test_clocks_of_hidden_people_are_neither_shown_nor_counted_but_in_the_whole(client, sign_in, manager, child):
    start(1, by=manager)
    people.involve(person=child, reference=number(1), kind="referral", role="subject", at=timezone.now())
    protection.set_restriction(
        person=child, by=manager, at=timezone.now(), reason="A colleague's child", holders=[manager]
    )
    sign_in("duty_manager")
    seen = text(client.get("/breaches/"))
    assert number(1) not in seen
    assert "0 late" in seen
    assert "Whole service" not in seen
    assert client.get(f"/clocks/{number(1)}/").status_code == 404
    assert client.get(f"/breaches/{Clock.objects.get().pk}/reason/").status_code == 404
    sign_in("performance_officer", username="figures")
    seen = text(client.get("/breaches/"))
    assert number(1) not in seen
    assert "Whole service, restricted records included: <strong>1 late" in seen


def test_a_reason_is_recorded_with_its_code_and_shown(client, sign_in, manager):
    sign_in("social_worker")
    clock = start(1, by=manager)
    address = f"/breaches/{clock.pk}/reason/?team=none"
    assert "No reason recorded" in text(client.get("/breaches/"))
    for wrong in ({}, {"code": "no_such"}, {"code": "other"}):
        assert client.post(address, wrong).status_code == 422
    done = client.post(address, {"code": "staffing", "text": "The worker left"})
    assert (done.status_code, done.headers["Location"]) == (302, "/breaches/?team=none")
    reason = LatenessReason.objects.get()
    assert (reason.code, reason.text, reason.by.username) == ("staffing", "The worker left", "somebody")
    seen = text(client.get("/breaches/"))
    assert "No worker was free" in seen
    assert "No reason recorded" not in seen
    assert Entry.objects.filter(event="clock.explained").count() == 1


def test_no_reason_before_the_deadline(client, sign_in, manager):
    sign_in("social_worker")
    clock = start(1, by=manager, ago=timedelta(hours=1))
    answer = client.post(f"/breaches/{clock.pk}/reason/", {"code": "staffing"})
    assert answer.status_code == 422
    assert "This deadline has not passed" in text(answer)
    assert not LatenessReason.objects.exists()
    assert Entry.objects.filter(kind="refused", event="act.refused", detail__code="not_late").count() == 1


def test_a_local_clock_stands_still_with_a_reason_and_runs_on(client, sign_in, manager):
    sign_in("team_manager")
    clock = start(1, by=manager, rule="information_request_green", ago=timedelta(hours=1))
    due = clock.due_at
    address = f"/breaches/{clock.pk}/pause/"
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "The school is shut"}).status_code == 302
    assert rows(client.get("/breaches/?state=paused")) == [number(1)]
    assert client.post(address).status_code == 302
    clock.refresh_from_db()
    assert clock.paused_at is None
    assert clock.due_at > due


def test_a_statutory_clock_is_never_paused(client, sign_in, manager):
    sign_in("service_manager")
    clock = start(1, by=manager, rule="assessment")
    address = f"/breaches/{clock.pk}/pause/"
    sentence = "A statutory deadline cannot be paused. If it is missed, record the reason."
    assert sentence in text(client.get(address))
    answer = client.post(address, {"reason": "Please"})
    assert answer.status_code == 422
    assert text(answer).count(sentence) == 2  # in the page, and as what was refused
    assert Entry.objects.filter(kind="refused", event="act.refused").count() == 1
    clock.refresh_from_db()
    assert clock.paused_at is None
    sign_in("social_worker", username="worker")
    assert client.post(address, {"reason": "Please"}).status_code == 403


def poll_of(page):
    """Where the board asks for what is new."""
    found = re.search(r'hx-get="(/breaches/[^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_the_poll_is_silent_until_something_changes(client, sign_in, manager):
    sign_in("duty_manager")
    start(1, by=manager)
    poll = poll_of(text(client.get("/breaches/")))
    headers = {"HX-Request": "true", "X-Background": "1"}
    assert client.get(poll, headers=headers).status_code == 204
    start(2, by=manager)
    answer = client.get(poll, headers=headers)
    assert answer.status_code == 200
    assert "<html" not in text(answer)
    assert rows(answer) == [number(1), number(2)]
    poll = poll_of(text(answer))
    assert client.get(poll, headers=headers).status_code == 204
    actions.explain_late(clock=Clock.objects.earliest("pk"), by=manager, at=timezone.now(), code="staffing")
    assert client.get(poll, headers=headers).status_code == 200


def test_the_explanation_of_a_record_is_a_page(client, sign_in, manager):
    sign_in("contact_officer")
    clock = start(1, by=manager, rule="assessment")
    seen = text(client.get(f"/clocks/{number(1).lower()}/"))
    assert "45 working days from the referral" in seen
    assert "Sunday" in seen
    assert f'id="c{clock.pk}"' in seen
    assert client.get("/clocks/R-00000000/").status_code == 404
    sign_in("administrator", username="admin")
    assert client.get(f"/clocks/{number(1)}/").status_code == 403


def test_the_record_of_a_child_shows_the_clocks_of_open_work(client, sign_in, manager, child):
    sign_in("contact_officer")
    people.involve(person=child, reference=number(1), kind="referral", role="subject", at=timezone.now())
    for _ in range(2):  # the session is touched
        client.get(f"/people/{child.reference}/")
    with CaptureQueriesContext(connection) as none:
        client.get(f"/people/{child.reference}/")
    start(1, by=manager, rule="assessment", ago=timedelta(days=120))
    start(1, by=manager)
    with CaptureQueriesContext(connection) as two:
        seen = text(client.get(f"/people/{child.reference}/"))
    assert f'href="/clocks/{number(1)}/' in seen
    assert "late by" in seen
    assert len(two) == len(none)
