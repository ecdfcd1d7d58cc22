"""Sending what waits, to each endpoint in the order of its numbers, again until it has arrived.

One sender at a time for each endpoint (an advisory lock of the session, gone with a killed worker). For each message:

1. In a transaction of its own the attempt is written and the next moment set, as if it had failed.
2. The message is sent with no transaction open.
3. In another transaction the outcome is written.
Killed between 1 and 3, the message is sent again under the same id: it arrives at least once. A message that fails
holds back the later ones of its endpoint, so that they arrive in order; what could not be delivered in three days,
what the endpoint says again and again it does not take, or what we again and again fail to make, is given up and
shown, and the agency sees the gap in the numbers.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from frontdoor.access import Permission, roles_holding
from frontdoor.accounts.models import User
from frontdoor.api.models import AgencyEvent
from frontdoor.api.receipts import stamp
from frontdoor.api.webhooks import keys
from frontdoor.api.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from frontdoor.api.webhooks.posting import Answer, Result, post
from frontdoor.notifications.actions import left_aside, notify, one_by_one

log = structlog.get_logger(__name__)

LOCK = 7316003
#: Seconds until the next try after so many failures in a row; the last for all that follow.
BACK_OFF = (5, 30, 120, 600, 1800, 3600, 7200, 14_400)
GIVE_UP_AFTER = timedelta(days=3)
#: How often an endpoint may say that it does not take a message before that one is given up alone.
REFUSED_MOST = 6
#: How long an endpoint may fail before somebody is told.
TOLD_AFTER = timedelta(hours=1)
#: One turn sends at most so many messages and begins none after so many seconds: others want their turn.
MOST, LONGEST = 200, 30.0


@dataclass
class Sent:
    """What a turn did."""

    arrived: int = 0
    failed: int = 0
    given_up: int = 0

    def add(self, other: "Sent") -> None:
        """Count another's as well."""
        self.arrived += other.arrived
        self.failed += other.failed
        self.given_up += other.given_up


def due(at: datetime) -> list[int]:
    """Keys of the endpoints that have something waiting and may be tried now."""
    waiting = WebhookDelivery.objects.waiting().filter(endpoint=OuterRef("pk"))
    now = Q(next_attempt_at=None) | Q(next_attempt_at__lte=at)
    rows = WebhookEndpoint.objects.active().filter(Exists(waiting), now)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def send_due(at: datetime) -> Sent:
    """Send to every endpoint that is due, one after the other."""
    return send_each(due(at), at)


def send_each(endpoints: Sequence[int], at: datetime) -> Sent:
    """Send to these endpoints, one after the other; one that meets a fault of ours holds up no other."""
    total = Sent()

    def turn(key: int) -> int:
        total.add(send_to(key, at))
        return 1

    one_by_one(endpoints, turn, what="send webhooks to an endpoint", at=at)
    return total


def send_to(endpoint_id: int, at: datetime) -> Sent:
    """Send what waits for one endpoint, in order, to the first failure. Does nothing while another sender is at it."""
    done = Sent()
    with _alone(endpoint_id) as is_mine:
        if not is_mine:
            return done
        began = time.monotonic()
        while done.arrived < MOST and (passed := time.monotonic() - began) < LONGEST:
            attempt = _begin(endpoint_id, at + timedelta(seconds=passed))
            if attempt is None:
                break
            is_ours = False
            try:
                answer = _send(attempt)
            except Exception as problem:  # a fault of ours: counted, told, and this message is not tried for ever
                left_aside(attempt.delivery, problem, what="send a message to an agency", at=at)
                answer, is_ours = Answer(Result.BROKEN_OFF), True
            ended = at + timedelta(seconds=time.monotonic() - began)
            if answer.result == Result.DELIVERED:
                _arrived(attempt, answer, ended)
                done.arrived += 1
                continue
            done.failed += 1
            done.given_up += _failed(attempt, answer, ended, is_ours=is_ours)
            break
    return done


@contextmanager
def _alone(endpoint_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, endpoint_id])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, endpoint_id])


def _locked(endpoint_id: int) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)


def _later(endpoint: WebhookEndpoint, at: datetime, least: int = 0) -> datetime:
    """When an endpoint that has failed so often is tried again; an agency may ask for longer, up to the longest."""
    step = BACK_OFF[min(endpoint.failures, len(BACK_OFF)) - 1]
    return at + timedelta(seconds=max(step, min(least, BACK_OFF[-1])))


@transaction.atomic
def _begin(endpoint_id: int, at: datetime) -> WebhookAttempt | None:
    """Write the attempt to deliver the first of what waits; None when nothing waits or it is too early."""
    endpoint = _locked(endpoint_id)
    # Whoever left an attempt without an outcome is gone: we hold the lock it was made under.
    WebhookAttempt.objects.filter(delivery__endpoint=endpoint, result="").update(result=Result.BROKEN_OFF, ended_at=at)
    if endpoint.ended_at is not None or (endpoint.next_attempt_at is not None and endpoint.next_attempt_at > at):
        return None
    first = WebhookDelivery.objects.waiting().filter(endpoint=endpoint).order_by("seq").first()
    if first is None:
        return None
    endpoint.failures += 1
    endpoint.next_attempt_at = _later(endpoint, at)
    endpoint.save()
    first.attempts += 1
    first.save()
    return WebhookAttempt.objects.create(delivery=first, began_at=at)


def message(event: AgencyEvent) -> str:
    """The body: what ``GET events`` says of the event, and nothing more. The same words each time."""
    occurred = stamp(event.occurred_at)
    data: dict[str, Any] = {
        "seq": event.seq, "type": event.type, "occurred_at": occurred, "receipt": event.receipt
    }  # fmt: skip
    return json.dumps({"type": event.type, "timestamp": occurred, "data": data}, ensure_ascii=False)


def _send(attempt: WebhookAttempt) -> Answer:
    delivery = attempt.delivery
    endpoint = delivery.endpoint
    kept = [endpoint.secret]
    if endpoint.secret_before_until is not None and endpoint.secret_before_until > attempt.began_at:
        kept.append(endpoint.secret_before)
    body = message(delivery.event)
    try:
        signed = keys.signature(kept, message_id=delivery.message_id, at=attempt.began_at, body=body)
    except keys.Unreadable:
        return Answer(Result.NO_SECRET)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "FrontDoor-Webhooks/1",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(attempt.began_at.timestamp())),
        "webhook-signature": signed,
    }
    return post(endpoint.url, body.encode(), headers)


def _close(attempt: WebhookAttempt, answer: Answer, at: datetime) -> None:
    attempt.result, attempt.status, attempt.ended_at = answer.result, answer.status, at
    attempt.save()


@transaction.atomic
def _arrived(attempt: WebhookAttempt, answer: Answer, at: datetime) -> None:
    endpoint = _locked(attempt.delivery.endpoint_id)
    _close(attempt, answer, at)
    attempt.delivery.delivered_at = at
    attempt.delivery.save()
    endpoint.failures, endpoint.next_attempt_at, endpoint.failing_since = 0, None, None
    endpoint.save()


@transaction.atomic
def _failed(attempt: WebhookAttempt, answer: Answer, at: datetime, *, is_ours: bool) -> int:
    """Write a failure, set the next moment, and give up what has to be; returns how many were given up.

    ``is_ours``: the message could not be made. The endpoint is well and the next message is none the worse.
    """
    endpoint = _locked(attempt.delivery.endpoint_id)
    _close(attempt, answer, at)
    log.warning("webhook_failed", endpoint=endpoint.pk, result=answer.result, status=answer.status)
    waiting = WebhookDelivery.objects.waiting().filter(endpoint=endpoint)
    given_up = waiting.filter(waiting_since__lte=at - GIVE_UP_AFTER).update(gave_up_at=at)
    endpoint.failing_since = endpoint.failing_since or at
    endpoint.next_attempt_at = _later(endpoint, at, answer.retry_after)
    if answer.result == Result.REFUSED or is_ours:
        delivery = WebhookDelivery.objects.get(pk=attempt.delivery_id)
        refused = delivery.tries.filter(result=answer.result, began_at__gte=delivery.waiting_since).count()
        if refused >= REFUSED_MOST and delivery.gave_up_at is None:
            delivery.gave_up_at = at
            delivery.save()
            given_up += 1
            # The endpoint is well, it does not want this one: the next has its turn.
            endpoint.failures, endpoint.next_attempt_at, endpoint.failing_since = 0, None, None
    endpoint.save()
    _tell(endpoint, at, given_up)
    return given_up


def _tell(endpoint: WebhookEndpoint, at: datetime, given_up: int) -> None:
    """Tell whoever looks after agencies, once for each stretch of failing and once a day of what was given up."""
    since = endpoint.failing_since
    if given_up:
        text, key = (
            "could not be delivered and was given up",
            f"webhook-{endpoint.pk}-dead-{timezone.localdate(at):%Y%m%d}",
        )
    elif since is not None and at - since >= TOLD_AFTER:
        text, key = "has not been delivered for an hour or more", f"webhook-{endpoint.pk}-{since:%Y%m%d%H%M%S}"
    else:
        return
    notify(
        User.objects.filter(is_active=True, roles__overlap=roles_holding(Permission.AGENCY_MANAGE)),
        kind="webhook",
        text=f"News for {endpoint.agency.name} {text}",
        path=f"/agencies/{endpoint.agency.code}/webhooks/",
        once_key=key,
    )
