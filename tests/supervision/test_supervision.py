"""Supervision: planned and held, the clock of the next, who sees it, and its pages."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdoor.access import Denied, Refused, Stale
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import end_of_day, london_date
from frontdoor.drafts.models import Draft
from frontdoor.people.models import Person
from frontdoor.people.protection import actions as protection
from frontdoor.people.record import chronology
from frontdoor.workflow.actions import restate
from referrals.models import Referral
from supervision import actions
from supervision.models import Session, SupervisionTarget, target_days
from tests.supervision.conftest import NOW

DAY = timedelta(days=1)


def plan(worker: User, supervisor: User, **given: Any) -> Session:
    facts: dict[str, Any] = {"by": supervisor, "at": NOW, "planned_for": NOW + 7 * DAY} | given
    return actions.plan(worker=worker, supervisor=supervisor, **facts)


def hold(session: Session, by: User, **given: Any) -> Session:
    facts: dict[str, Any] = {"at": NOW + 8 * DAY, "held_at": NOW + 7 * DAY, "decisions": "Visit weekly."} | given
    return actions.hold(session=session, by=by, **facts)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_next_is_due_so_many_days_after_the_last_by_the_target_of_the_role(
    team: Team, worker: User, head: User
) -> None:
    first = plan(worker, head)
    (clock,) = Clock.objects.of(first.reference)
    assert (clock.rule, clock.worker, clock.team, clock.is_statutory) == ("supervision", worker, team, False)
    assert clock.due_at == end_of_day(date(2026, 12, 21))
    done = hold(first, head)
    (clock,) = Clock.objects.of(first.reference)
    assert clock.stopped_at == NOW + 7 * DAY
    following = done.next_session
    assert following is not None
    (clock,) = Clock.objects.of(following.reference).running()
    assert clock.due_at == end_of_day(date(2026, 12, 28))
    assert (clock.amount, clock.unit) == (28, "calendar_days")
    assert following.planned_for == clock.due_at


def test_a_target_applies_from_its_day_and_the_shortest_of_several_roles_counts(worker: User) -> None:
    SupervisionTarget.objects.filter(role="social_worker").update(valid_to=date(2026, 11, 30))
    SupervisionTarget.objects.create(role="social_worker", every_days=14, valid_from=date(2026, 12, 1))
    assert target_days(worker, date(2026, 11, 30)) == 28
    assert target_days(worker, date(2026, 12, 1)) == 14
    worker.roles = ["team_manager", "social_worker"]
    assert target_days(worker, date(2026, 12, 1)) == 14
    assert target_days(User(roles=["administrator"]), date(2026, 12, 1)) is None


def test_moving_a_session_does_not_make_it_due_later(team: Team, worker: User, head: User) -> None:
    session = plan(worker, head)
    due = Clock.objects.get().due_at
    moved = actions.replan(session=session, by=head, at=NOW, planned_for=NOW + 60 * DAY, version=1)
    assert moved.planned_for == NOW + 60 * DAY
    assert Clock.objects.get().due_at == due
    with pytest.raises(Stale):
        actions.replan(session=session, by=head, at=NOW, planned_for=NOW, version=1)


def test_cancelling_needs_a_reason_and_ends_the_chain(team: Team, worker: User, head: User) -> None:
    session = plan(worker, head)
    with pytest.raises(Refused):
        actions.cancel(session=session, by=head, at=NOW, reason=" ")
    assert actions.cancel(session=session, by=head, at=NOW, reason="On long leave").status == "cancelled"
    assert not Clock.objects.running().exists()
    assert not Session.objects.planned().exists()
    with pytest.raises(Refused):
        hold(session, head)


def test_one_session_is_planned_for_the_same_work(team: Team, worker: User, head: User, of_child: Referral) -> None:
    plan(worker, head)
    plan(worker, head, referral=of_child)
    for again in (None, of_child):
        with pytest.raises(Refused, match="One is planned already"):
            plan(worker, head, referral=again)


def test_nobody_supervises_themselves_or_records_anothers(team: Team, worker: User, head: User, senior: User) -> None:
    with pytest.raises(Refused):
        plan(head, head)
    with pytest.raises(Denied):
        plan(worker, senior, by=worker)
    with pytest.raises(Denied):
        plan(worker, head, by=senior)
    session = plan(senior, head)
    with pytest.raises(Refused, match="Your supervisor records your supervision"):
        hold(session, senior)
    session = plan(worker, head)
    with pytest.raises(Refused, match="Only Tess Manager"):
        hold(session, senior)
    with pytest.raises(Refused, match="in the future"):
        hold(session, head, held_at=NOW + 9 * DAY)
    with pytest.raises(Refused, match="what was decided"):
        hold(session, head, decisions=" ")
    assert hold(session, head).status == "held"


def test_no_next_session_once_the_referral_has_ended(team: Team, worker: User, head: User, of_child: Referral) -> None:
    session = plan(worker, head, referral=of_child)
    ended = restate(of_child, "no_further_action", by=head, at=NOW, reason="Recorded twice")
    session.refresh_from_db()
    assert hold(session, head).next_session is None
    with pytest.raises(Refused, match="has ended"):
        plan(worker, head, referral=ended)


def test_the_two_of_them_and_the_managers_above_see_it(
    team: Team, worker: User, head: User, senior: User, service: User, stranger: User, manager: User, of_child: Referral
) -> None:
    quality = User.objects.create_user("quality", "Quin Quality", roles=["quality_officer"])
    everyone = {"worker": worker, "head": head, "senior": senior, "service": service, "stranger": stranger,
                "duty": manager, "quality": quality}  # fmt: skip

    def readers(session: Session) -> set[str]:
        return {
            name for name, who in everyone.items() if Session.objects.visible_to(who).filter(pk=session.pk).exists()
        }

    personal = plan(worker, senior)
    assert readers(personal) == {"worker", "senior", "head", "service"}
    assert readers(hold(personal, senior)) == {"worker", "senior", "head", "service"}
    about_child = plan(worker, senior, referral=of_child)
    assert readers(about_child) == {"worker", "senior", "head", "service"}
    assert readers(hold(about_child, senior)) == {"worker", "senior", "head", "service", "quality"}
    assert signed_in(stranger).get(f"/supervision/{personal.reference}/").status_code == 404
    assert signed_in(stranger).get("/supervision/S-00000000/").status_code == 404


def test_a_restricted_childs_sessions_are_hidden_and_off_the_record(
    team: Team, worker: User, head: User, service: User, stranger: User, of_child: Referral
) -> None:
    session = plan(worker, head, referral=of_child)
    child = of_child.child
    assert isinstance(child, Person)
    listed = {row.reference for row in chronology.parts_of(child, stranger).values()}
    assert session.reference not in listed  # a colleague's supervision is not on everybody's chronology
    assert session.reference in {row.reference for row in chronology.parts_of(child, head).values()}
    protection.set_restriction(person=child, by=service, at=NOW, reason="A colleague's child", holders=[service])
    assert not Session.objects.visible_to(head).filter(pk=session.pk).exists()
    assert not Clock.objects.visible_to(head).of(session.reference).exists()
    assert Session.objects.visible_to(service).filter(pk=session.pk).exists()


def test_every_deed_leaves_its_audit_row(team: Team, worker: User, head: User, of_child: Referral) -> None:
    session = plan(worker, head, referral=of_child)
    actions.replan(session=session, by=head, at=NOW, planned_for=NOW + DAY)
    hold(session, head)
    events = list(Entry.objects.filter(reference=session.reference).order_by("id").values_list("event", "people"))
    child = [of_child.child_id]
    assert events == [("session.recorded", child), ("supervision.moved", child), ("supervision.held", child)]
    body = Entry.objects.get(event="supervision.held")
    assert "Visit" not in f"{body.detail}{body.reason}"


def test_the_database_refuses_moves_that_are_not_declared(team: Team, worker: User, head: User) -> None:
    session = hold(plan(worker, head), head)
    with pytest.raises(Exception, match="no move leads from held to planned"):
        Session.objects.filter(pk=session.pk).update(status="planned")


def test_home_shows_ones_own_and_the_teams_with_what_is_overdue(
    team: Team, worker: User, head: User, senior: User
) -> None:
    at = timezone.now() - 40 * DAY
    late = plan(worker, head, at=at, planned_for=at + DAY)
    seen = text(signed_in(head).get("/supervision/"))
    assert "1 session overdue" in seen
    assert late.reference in seen
    assert "Sue Senior" in seen  # due in her role, and none is planned
    seen = text(signed_in(worker).get("/supervision/"))
    assert late.reference in seen
    assert "People you supervise" not in seen
    assert (
        signed_in(User.objects.create_user("o", "O", roles=["contact_officer"])).get("/supervision/").status_code == 403
    )
    board = text(signed_in(head).get("/breaches/?rule=supervision"))
    assert f'href="/supervision/{late.reference}/"' in board


def test_home_costs_the_same_with_few_sessions_and_with_many(team: Team, head: User) -> None:
    def add(numbers: range) -> None:
        for n in numbers:
            one = User.objects.create_user(f"w{n}", f"Worker {n}", roles=["social_worker"], team=team)
            hold(plan(one, head), head)
            User.objects.create_user(f"x{n}", f"Other {n}", roles=["social_worker"], team=team)

    def cost(client: Client) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/supervision/").status_code == 200
        return len(seen)

    client = signed_in(head)
    add(range(2))
    cost(client), cost(client)
    few = cost(client)
    add(range(2, 30))
    assert cost(client) == few


def test_a_session_is_planned_and_recorded_on_its_pages(
    team: Team, worker: User, head: User, of_child: Referral
) -> None:
    client = signed_in(head)
    wrong = client.post(
        "/supervision/plan/", {"worker": worker.username, "planned_for": "2026-12-01T10:00", "referral": "R-00000000"}
    )
    assert wrong.status_code == 422
    assert "There is no referral with this reference" in text(wrong)
    facts = {"worker": worker.username, "planned_for": "2026-12-01T10:00", "referral": of_child.reference.lower()}
    done = client.post("/supervision/plan/", facts)
    assert done.status_code == 302
    session = Session.objects.get()
    address = done.headers["Location"]
    assert (address, session.referral) == (f"/supervision/{session.reference}/", of_child)
    assert Clock.objects.of(session.reference).exists()
    assert text(client.post("/supervision/plan/", facts)).count("One is planned already") >= 1
    seen = text(client.get(address))
    assert "Record the session" in seen
    assert Entry.objects.filter(kind="opened", reference=session.reference, people=[of_child.child_id]).exists()
    form = f"{address}record/"
    half = {"held_at_day": "31", "held_at_month": "2", "held_at_time": "ten", "decisions": "Weekly vis", "version": "1"}
    assert client.post(form, half).status_code == 422
    page = text(signed_in(head).get(form))  # on another device
    assert "Weekly vis</textarea>" in page
    assert 'value="31"' in page
    assert 'value="ten"' in page
    assert "There is a problem" not in page
    assert f"Record a supervision session with {worker.name} {session.reference}" in text(client.get("/drafts/"))
    held = (timezone.now() - timedelta(hours=1)).isoformat()
    sent = {"held_at": held, "decisions": "<b>Weekly</b> visits", "version": "1"}
    assert client.post(form, sent).status_code == 302
    assert client.post(form, sent).status_code == 302  # a double click lands on the one record
    session.refresh_from_db()
    assert session.status == "held"
    assert Session.objects.planned().count() == 1
    assert not Draft.objects.of(head).open().exclude(address="/supervision/plan/").exists()
    assert "&lt;b&gt;Weekly&lt;/b&gt; visits" in text(client.get(address))


def test_what_was_typed_survives_a_refusal_and_somebody_elses_change(team: Team, worker: User, head: User) -> None:
    session = plan(worker, head)
    manager = User.objects.create_user("above", "Ada Above", roles=["service_manager"])
    form = f"/supervision/{session.reference}/record/"
    held = (timezone.now() - timedelta(hours=1)).isoformat()
    sent = {"held_at": held, "decisions": "“Weekly” visits — زينب", "version": "1"}
    actions.replan(session=session, by=manager, at=NOW, planned_for=NOW + 9 * DAY)
    stale = signed_in(head).post(form, sent)
    assert stale.status_code == 409
    assert "Ada Above changed this record while you had it open" in text(stale)
    assert 'name="version" value="2"' in text(stale)
    again = signed_in(head).get(form)
    assert again.status_code == 200
    assert "“Weekly” visits — زينب</textarea>" in text(again)
    actions.cancel(session=session, by=manager, at=NOW, reason="She is ill.")
    refused = signed_in(head).post(form, {**sent, "version": "3"})
    assert refused.status_code == 422
    assert "“Weekly” visits — زينب</textarea>" in text(refused)
    assert signed_in(head).post("/supervision/plan/", {"worker": worker.username, "referral": "R-1"}).status_code == 422
    assert 'value="R-1"' in text(signed_in(head).get("/supervision/plan/"))


def test_moving_and_cancelling_have_their_pages(team: Team, worker: User, head: User, senior: User) -> None:
    session = plan(worker, head)
    address = f"/supervision/{session.reference}/"
    client = signed_in(head)
    assert client.post(f"{address}move/", {"planned_for": "", "version": 1}).status_code == 422
    assert client.post(f"{address}move/", {"planned_for": "2026-12-03T09:00", "version": 1}).status_code == 302
    stale = client.post(f"{address}cancel/", {"reason": "Left", "version": 1})
    assert stale.status_code == 409
    assert "Left</textarea>" in text(stale)
    assert Entry.objects.filter(kind="refused", reference=session.reference, detail__code="stale").count() == 1
    assert "Tess Manager changed this record" in text(stale)
    assert client.post(f"{address}cancel/", {"reason": "Left", "version": 2}).status_code == 302
    assert "Cancelled" in text(client.get(address))
    assert signed_in(worker).post(f"{address}cancel/", {"reason": "x"}).status_code == 403
    assert signed_in(senior).post(f"{address}cancel/", {"reason": "x"}).status_code == 404


def test_the_clock_stands_for_itself_when_a_session_is_overdue(team: Team, worker: User, head: User) -> None:
    session = plan(worker, head)
    (clock,) = Clock.objects.of(session.reference)
    assert london_date(clock.due_at) == date(2026, 12, 21)
    assert clock.is_late(NOW + 29 * DAY)
    assert not hold(session, head, at=NOW + 40 * DAY, held_at=NOW + 20 * DAY).is_open
    clock.refresh_from_db()
    assert not clock.is_late(NOW + 40 * DAY)  # held in time, recorded late
