"""Webhooks against a real receiver that fails, times out, redirects and answers 500."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from contacts.models import Contact
from contacts.screening import actions as contacts
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.api import tasks
from frontdoor.api.models import AgencyEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from frontdoor.api.webhooks import actions, posting, sending
from frontdoor.audit.models import Entry
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice
from tests.api.conftest import SMALL_BODY, Caller
from tests.api.receiver import Receiver, receiver, until
from tests.conftest import ROOT, url_for
from tests.factories import AgencyFactory

R = WebhookAttempt.Result


@pytest.fixture
def there(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    settings.WEBHOOK_TIMEOUT = 0.4
    with receiver() as found:
        yield found


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("admin.a", "Ada Admin", roles=["administrator"])


def happen(police: Caller, manager: User, number: int) -> None:
    """So many contacts are sent and acknowledged, and each acknowledgement is numbered."""
    for _ in range(number):
        reference = police.post("contacts", SMALL_BODY).json()["reference"]
        contacts.acknowledge(contact=Contact.objects.get(reference=reference), by=manager, at=timezone.now())
    outbox.drain(timezone.now())


def seqs(there: Receiver) -> list[int]:
    return [json.loads(got.body)["data"]["seq"] for got in there.got]


def results(endpoint: WebhookEndpoint) -> list[tuple[str, int | None]]:
    rows = WebhookAttempt.objects.filter(delivery__endpoint=endpoint).order_by("pk")
    return list(rows.values_list("result", "status"))


def test_a_message_is_the_event_signed_and_nothing_more(
    there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    endpoint, secret = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    happen(police, manager, 1)
    assert sending.send_due(timezone.now()) == sending.Sent(arrived=1)
    (got,) = there.got
    message = Webhook(secret).verify(got.body, got.headers)
    (event,) = police.get("events").json()["events"]
    assert message == {"type": "contact.acknowledged", "timestamp": event["occurred_at"], "data": event}
    assert b"Kit" not in got.body
    assert b"Tired" not in got.body
    assert "authorization" not in got.headers
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body.replace(b"acknowledged", b"corrected"), got.headers)
    kept = WebhookEndpoint.objects.get(pk=endpoint.pk)
    assert secret not in kept.secret
    assert secret[6:] not in kept.secret
    assert sending.send_due(timezone.now()) == sending.Sent(), "what has arrived is not sent again"


def test_after_every_kind_of_failure_all_arrive_in_order(
    there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    """The story the receiver tells: 500, no answer, a redirect, a dripping answer, a cut line, and well again."""
    endpoint, secret = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    happen(police, manager, 3)
    at = timezone.now()
    assert police.get("events").json()["last"] == 3
    there.headers = {"Location": f"http://127.0.0.1:{there.port}/elsewhere"}
    told = []
    for answer in (500, "hang", 302, 307, "drip", "drop", 503):
        there.answer = answer
        assert sending.send_due(at) == sending.Sent(failed=1)
        assert sending.send_due(at + timedelta(seconds=1)) == sending.Sent(), "it backs off"
        endpoint.refresh_from_db()
        assert endpoint.next_attempt_at is not None
        told.append((endpoint.next_attempt_at - at).total_seconds())
        at = endpoint.next_attempt_at
    assert [round(wait, -1) if wait > 9 else 5 for wait in told] == [5, 30, 120, 600, 1800, 3600, 7200]
    assert results(endpoint) == [
        (R.FAILED, 500), (R.TIMED_OUT, None), (R.REDIRECTED, 302), (R.REDIRECTED, 307), (R.TIMED_OUT, None),
        (R.UNREACHABLE, None), (R.FAILED, 503),
    ]  # fmt: skip
    assert seqs(there) == [1] * 7, "what comes later waits for what came first"
    assert {got.path for got in there.got} == {"/hooks"}, "no redirect is followed"
    assert len({got.headers["webhook-id"] for got in there.got}) == 1, "the id stays the same"
    notice = Notice.objects.get(user=admin, kind="webhook")
    assert "Kestrel Police" in notice.text

    happen(police, manager, 2)
    there.answer = 204
    there.got.clear()
    assert sending.send_due(at) == sending.Sent(arrived=5)
    assert seqs(there) == [1, 2, 3, 4, 5]
    feed = police.get("events?after=0").json()
    assert [row["seq"] for row in feed["events"]] == seqs(there)
    assert feed["events"] == [json.loads(got.body)["data"] for got in there.got]
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since, endpoint.next_attempt_at) == (0, None, None)
    signed = there.got[-1].headers
    moment = datetime.fromtimestamp(int(signed["webhook-timestamp"]), UTC)
    body = there.got[-1].body.decode()
    assert signed["webhook-signature"] == Webhook(secret).sign(signed["webhook-id"], moment, body)


def test_what_is_given_up_is_a_gap_the_feed_fills_and_a_hand_sends_again(
    there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    endpoint, _ = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    happen(police, manager, 2)
    there.answer = 500
    assert sending.send_due(timezone.now()) == sending.Sent(failed=1)
    later = timezone.now() + timedelta(days=3, hours=1)
    assert sending.send_due(later) == sending.Sent(failed=1, given_up=2)
    happen(police, manager, 1)
    there.answer = 200
    there.got.clear()
    assert sending.send_due(later + timedelta(hours=5)).arrived == 1
    assert seqs(there) == [3], "the receiver sees that 1 and 2 are missing"
    assert [row["seq"] for row in police.get("events?after=0").json()["events"]] == [1, 2, 3]
    assert Notice.objects.filter(user=admin, text__contains="given up").count() == 1

    client = Client()
    client.force_login(admin)
    page = f"/agencies/police/webhooks/{endpoint.pk}/"
    shown = client.get(page).content.decode()
    assert "Given up on some" in shown
    assert client.post(f"{page}do/", {"do": "again"}).status_code == 302
    assert sending.send_due(timezone.now()).arrived == 2
    assert seqs(there) == [3, 1, 2]
    assert not WebhookDelivery.objects.dead().exists()
    assert client.post(f"{page}do/", {"do": "again", "seq": "3"}).status_code == 302
    first = there.got[0].headers["webhook-id"]
    assert sending.send_due(timezone.now()).arrived == 1
    assert there.got[-1].headers["webhook-id"] == first
    assert client.post(f"{page}do/", {"do": "again", "seq": "99"}, follow=True).status_code == 200
    assert [row.detail["messages"] for row in Entry.objects.filter(event="webhook.sent_again").order_by("at")] == [2, 1]


def test_a_message_that_is_not_taken_does_not_hold_up_the_others_for_ever(
    there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    happen(police, manager, 3)
    there.answer = lambda got: 422 if json.loads(got.body)["data"]["seq"] == 2 else 200
    at = timezone.now()
    for _ in range(sending.REFUSED_MOST):
        sending.send_due(at)
        at += timedelta(hours=5)
    sending.send_due(at)
    assert seqs(there) == [1, *[2] * sending.REFUSED_MOST, 3]
    assert [row.seq for row in WebhookDelivery.objects.dead()] == [2]


@pytest.mark.parametrize("asked", ["3600", "9999999999", "soon", "-5"])
def test_an_agency_may_ask_for_more_time_but_not_for_ever(
    asked: str, there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    endpoint, _ = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    happen(police, manager, 1)
    there.answer, there.headers = 429, {"Retry-After": asked}
    at = timezone.now()
    sending.send_due(at)
    endpoint.refresh_from_db()
    assert endpoint.next_attempt_at is not None
    assert round((endpoint.next_attempt_at - at).total_seconds()) == (3600 if asked == "3600" else 5)


def test_one_slow_or_broken_receiver_holds_up_no_other(
    there: Receiver, police: Caller, school: Caller, manager: User, admin: User
) -> None:
    with receiver() as well:
        actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
        actions.add(agency=school.agency, url=well.url, by=admin, at=timezone.now())
        there.answer = "hang"
        happen(police, manager, 1)
        happen(school, manager, 2)
        assert sending.send_due(timezone.now()) == sending.Sent(arrived=2, failed=1)
        assert seqs(well) == [1, 2]
        assert [json.loads(got.body)["data"]["seq"] for got in there.got] == [1]


def test_a_new_secret_signs_beside_the_one_before_for_a_day(
    there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    endpoint, old = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    new = actions.rotate(endpoint=endpoint, by=admin, at=timezone.now())
    happen(police, manager, 1)
    sending.send_due(timezone.now())
    for secret in (old, new):
        Webhook(secret).verify(there.got[0].body, there.got[0].headers)
    WebhookEndpoint.objects.update(secret_before_until=timezone.now())
    actions.send_again(endpoint=endpoint, by=admin, at=timezone.now(), seq=1)
    sending.send_due(timezone.now())
    Webhook(new).verify(there.got[1].body, there.got[1].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(there.got[1].body, there.got[1].headers)


def test_a_secret_whose_key_is_gone_is_said_and_can_be_replaced(
    there: Receiver, police: Caller, manager: User, admin: User, settings: Any
) -> None:
    endpoint, _ = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    happen(police, manager, 1)
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "1" * 50
    assert sending.send_due(timezone.now()).failed == 1
    assert results(endpoint) == [(R.NO_SECRET, None)]
    assert there.got == []
    secret = actions.rotate(endpoint=endpoint, by=admin, at=timezone.now())
    actions.try_now(endpoint=endpoint, by=admin, at=timezone.now())
    assert sending.send_due(timezone.now()).arrived == 1
    Webhook(secret).verify(there.got[0].body, there.got[0].headers)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "newer-" + "2" * 50, [settings.SECRET_KEY, before]
    actions.send_again(endpoint=endpoint, by=admin, at=timezone.now(), seq=1)
    assert sending.send_due(timezone.now()).arrived == 1, "a key that is still given opens it"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://agency.example/hook", "https"),
        ("https://user:word@agency.example/", "password"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://[64:ff9b::a00:1]/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://100.64.0.1/", "private"),
        ("ftp://agency.example/", "not an address"),
        ("https:///hook", "not an address"),
        ("https://agency.example:0/", "not an address"),
        ("https://agency.example:99999/", "not an address"),
        ("https://agency.example/#part", "#"),
        ("https://agency.example\\@10.0.0.1/", "backslashes"),
        ("https://agency.example/" + "a" * 500, "500"),
    ],
)
def test_an_address_that_may_not_be_chosen(url: str, says: str, agency: Agency, admin: User) -> None:
    with pytest.raises(Refused, match=says):
        actions.add(agency=agency, url=url, by=admin, at=timezone.now())
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    "found", [["10.1.2.3"], ["127.0.0.1"], ["::1"], ["fd00::1"], ["93.184.215.14", "192.168.1.1"], ["::ffff:127.0.0.1"]]
)
def test_a_name_that_leads_inside_is_not_connected_to(
    found: list[str], there: Receiver, police: Caller, manager: User, admin: User, monkeypatch: Any, settings: Any
) -> None:
    """Whatever the name said when it was chosen: what it says when a message is sent is what counts."""
    settings.WEBHOOK_NETWORKS = []
    endpoint, _ = actions.add(agency=police.agency, url="https://agency.example/hook", by=admin, at=timezone.now())
    happen(police, manager, 1)
    asked = []

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("it was connected to"))
    assert sending.send_due(timezone.now()).failed == 1
    assert results(endpoint) == [(R.NOT_ALLOWED, None)]
    assert asked == ["agency.example"]


def test_without_encryption_only_named_networks_are_reached(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    assert posting.checked_address("127.0.0.1", 80, is_encrypted=False) == "127.0.0.1"
    assert posting.checked_address("8.8.8.8", 443, is_encrypted=True) == "8.8.8.8"
    for address, is_encrypted in (("8.8.8.8", False), ("10.0.0.1", True), ("224.0.0.1", True), ("0.0.0.0", True)):
        with pytest.raises(posting.NotAllowed):
            posting.checked_address(address, 443, is_encrypted=is_encrypted)


def test_a_certificate_nobody_vouches_for_is_not_trusted(
    there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    """A receiver that speaks no TLS at all: nothing of the message reaches it in the clear."""
    url = there.url.replace("http://", "https://")
    endpoint, _ = actions.add(agency=police.agency, url=url, by=admin, at=timezone.now())
    happen(police, manager, 1)
    assert sending.send_due(timezone.now()).failed == 1
    assert results(endpoint)[0][0] in (R.UNTRUSTED, R.UNREACHABLE)
    assert there.got == []


def test_who_may_choose_and_what_is_kept_of_it(there: Receiver, agency: Agency, admin: User, manager: User) -> None:
    with pytest.raises(Denied):
        actions.add(agency=agency, url=there.url, by=manager, at=timezone.now())
    client = Client()
    client.force_login(manager)
    assert client.get("/agencies/").status_code == 403
    assert client.get("/agencies/police/webhooks/").status_code == 403
    client.force_login(admin)
    assert "No webhook" in client.get("/agencies/").content.decode()
    answer = client.post("/agencies/police/webhooks/", {"url": "http://"})
    assert answer.status_code == 422
    answer = client.post("/agencies/police/webhooks/", {"url": there.url})
    assert answer.status_code == 200
    endpoint = WebhookEndpoint.objects.get()
    page = f"/agencies/police/webhooks/{endpoint.pk}/"
    secret = answer.content.decode().split('id="webhook-secret">')[1].split("<")[0]
    assert secret.startswith("whsec_")
    for path in ("/agencies/", "/agencies/police/webhooks/", page):
        shown = client.get(path)
        assert shown.status_code == 200
        assert secret not in shown.content.decode()
    assert client.post("/agencies/police/webhooks/", {"url": there.url}).status_code == 422, "once is enough"
    rotated = client.post(f"{page}rotate/")
    assert 'id="webhook-secret">whsec_' in rotated.content.decode()
    assert secret not in rotated.content.decode()
    assert client.post(f"{page}do/", {"do": "try"}).status_code == 302
    assert client.post(f"{page}do/", {"do": "nothing"}).status_code == 404
    assert client.post(f"{page}do/", {"do": "stop"}).status_code == 302
    assert client.post(f"{page}rotate/").status_code == 302  # said why not, on its page
    assert client.get("/agencies/school/webhooks/").status_code == 404
    said = list(Entry.objects.filter(event__startswith="webhook.").order_by("at").values_list("event", "actor"))
    assert said == [
        ("webhook.added", admin.pk), ("webhook.secret_rotated", admin.pk), ("webhook.tried_now", admin.pk),
        ("webhook.stopped", admin.pk),
    ]  # fmt: skip


def test_only_what_is_numbered_after_the_choice_is_sent_and_nothing_after_the_stop(
    there: Receiver, police: Caller, manager: User, admin: User
) -> None:
    happen(police, manager, 1)
    endpoint, _ = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    happen(police, manager, 2)
    actions.stop(endpoint=endpoint, by=admin, at=timezone.now())
    happen(police, manager, 1)
    assert sending.send_due(timezone.now()) == sending.Sent()
    assert (AgencyEvent.objects.count(), WebhookDelivery.objects.count(), there.got) == (4, 2, [])


def test_the_commands(there: Receiver, police: Caller, manager: User) -> None:
    out = io.StringIO()
    call_command("agency_webhook", "police", "--add", there.url, stdout=out)
    secret = out.getvalue().rstrip("\n")
    assert secret.split() == [secret]
    happen(police, manager, 2)
    there.answer = 500
    out = io.StringIO()
    call_command("deliver", stdout=out)
    assert out.getvalue().splitlines()[-1] == "done=0 arrived=0 failed=1 waiting=2 given_up=0"
    endpoint = WebhookEndpoint.objects.get()
    call_command("agency_webhook", "police", "--try-now", str(endpoint.pk), stdout=io.StringIO())
    there.answer = 200
    out = io.StringIO()
    call_command("deliver", stdout=out)
    assert out.getvalue().splitlines()[-1] == "done=0 arrived=2 failed=0 waiting=0 given_up=0"
    Webhook(secret).verify(there.got[-1].body, there.got[-1].headers)
    out = io.StringIO()
    call_command("agency_webhook", "police", stdout=out)
    assert there.url in out.getvalue()
    for words in (["--rotate", "999"], ["--add", "https://10.0.0.1/"], ["--stop", "999"]):
        with pytest.raises(CommandError):
            call_command("agency_webhook", "police", *words, stdout=io.StringIO())
    call_command("agency_webhook", "police", "--stop", str(endpoint.pk), stdout=io.StringIO())
    with pytest.raises(CommandError, match="stopped"):
        call_command("agency_webhook", "police", "--again", str(endpoint.pk), stdout=io.StringIO())


def test_the_tick_rings_each_endpoint_once(
    there: Receiver, police: Caller, manager: User, admin: User, monkeypatch: Any
) -> None:
    endpoint, _ = actions.add(agency=police.agency, url=there.url, by=admin, at=timezone.now())
    rung: list[Any] = []
    monkeypatch.setattr(tasks.send_to, "apply_async", lambda args, **more: rung.append(args))
    tasks.webhooks()
    assert rung == []
    happen(police, manager, 1)
    tasks.webhooks()
    assert rung == [(endpoint.pk,)]
    tasks.send_to(endpoint.pk)
    assert seqs(there) == [1]


@pytest.mark.real_clock
def test_killed_in_the_middle_it_is_sent_again_under_the_same_id(committed: None, settings: Any) -> None:
    """The process that sends is killed while the receiver has the message: at least once, and it can be told apart."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    police = Caller(AgencyFactory.create(code="police", name="Kestrel Police"))
    manager = User.objects.create_user("duty.manager", "Dee Manager", roles=["duty_manager"])
    env = {
        **os.environ, "DATABASE_URL": url_for(connections["default"].settings_dict["NAME"]), "FRONTDOOR_OWNER": "0",
        "DATA_DIR": str(conf.EMBEDDED.data), "WEBHOOK_NETWORKS": "127.0.0.0/8", "REDIS_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    deliver = [sys.executable, "manage.py", "deliver"]
    with receiver() as there:
        there.answer = "hang"
        actions.add(agency=police.agency, url=there.url, by=None, at=timezone.now())
        for _ in range(2):
            reference = police.post("contacts", SMALL_BODY).json()["reference"]
            contacts.acknowledge(contact=Contact.objects.get(reference=reference), by=manager, at=timezone.now())
        process = subprocess.Popen(deliver, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
        assert there.arrived.wait(120), "the outbox is drained and the first message sent, with no Redis anywhere"
        other = sending.send_due(timezone.now() + timedelta(minutes=1))
        assert other == sending.Sent(), "while one sends, another does nothing"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        there.answer = 200
        endpoint = WebhookEndpoint.objects.get()
        assert [row.result for row in WebhookAttempt.objects.all()] == [""]
        later = timezone.now() + timedelta(minutes=1)
        until(lambda: sending.send_due(later) != sending.Sent())  # the server notices a killed client in its own time
        assert seqs(there) == [1, 1, 2]
        assert there.got[0].headers["webhook-id"] == there.got[1].headers["webhook-id"]
        assert results(endpoint) == [(R.BROKEN_OFF, None), (R.DELIVERED, 200), (R.DELIVERED, 200)]
