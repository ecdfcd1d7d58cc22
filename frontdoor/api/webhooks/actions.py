"""Choosing where an agency's events go, changing the secret, stopping, and having messages sent again."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import Agency, User, system_user
from frontdoor.api.models import AgencyEvent
from frontdoor.api.webhooks import keys
from frontdoor.api.webhooks.models import WebhookDelivery, WebhookEndpoint
from frontdoor.api.webhooks.posting import check_url
from frontdoor.audit.actions import record as write_audit

MOST_ENDPOINTS = 5
#: How long the secret before goes on signing after a rotation.
BOTH_FOR = timedelta(hours=24)


def _may(*, by: User | None) -> User:
    """Whose name it stands under: a person who may look after agencies, or nobody for a command on the server."""
    if by is None:
        return system_user()
    require(by, Permission.AGENCY_MANAGE)
    return by


def _lock(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    locked = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("agency").get(pk=endpoint.pk)
    if locked.ended_at is not None:
        raise Refused("This webhook has been stopped.", code="ended")
    return locked


@transaction.atomic
def add(*, agency: Agency, url: str, by: User | None, at: datetime) -> tuple[WebhookEndpoint, str]:
    """Send the agency's events to an address from now on; returns the endpoint and its secret, readable only now.

    Events that were numbered before are not sent: the agency reads them with ``GET events``.
    """
    who = _may(by=by)
    tidy = check_url(url)
    # The same lock that numbers events: what is numbered after this is sent, what was before is not.
    locked = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    active = WebhookEndpoint.objects.active().filter(agency=locked)
    if active.filter(url=tidy).exists():
        raise Refused("The agency’s events go to this address already.", code="taken", field="url")
    if active.count() >= MOST_ENDPOINTS:
        raise Refused(f"An agency has at most {MOST_ENDPOINTS} webhooks. Stop one first.", code="too_many", field="url")
    secret = keys.new_secret()
    made = WebhookEndpoint.objects.create(
        agency=locked, url=tidy, secret=keys.seal(secret), secret_since=at, chosen_at=at, chosen_by=who
    )
    write_audit("webhook.added", by=by, agency=locked, detail={"webhook": made.pk})
    return made, secret


@transaction.atomic
def rotate(*, endpoint: WebhookEndpoint, by: User | None, at: datetime) -> str:
    """Give the endpoint a new secret, readable only now. For a day the one before signs as well."""
    _may(by=by)
    locked = _lock(endpoint)
    secret = keys.new_secret()
    locked.secret_before, locked.secret_before_until = locked.secret, at + BOTH_FOR
    locked.secret, locked.secret_since = keys.seal(secret), at
    try:
        keys.unseal(locked.secret_before)
    except keys.Unreadable:
        locked.secret_before, locked.secret_before_until = "", None
    locked.save()
    write_audit("webhook.secret_rotated", by=by, agency=locked.agency, detail={"webhook": locked.pk})
    return secret


@transaction.atomic
def stop(*, endpoint: WebhookEndpoint, by: User | None, at: datetime) -> WebhookEndpoint:
    """Send nothing to this address any more. What was not delivered stays to be read with ``GET events``."""
    who = _may(by=by)
    locked = _lock(endpoint)
    locked.ended_at, locked.ended_by = at, who
    locked.save()
    write_audit("webhook.stopped", by=by, agency=locked.agency, detail={"webhook": locked.pk})
    return locked


@transaction.atomic
def try_now(*, endpoint: WebhookEndpoint, by: User | None, at: datetime) -> WebhookEndpoint:
    """Try at once what waits, instead of at the next moment set."""
    _may(by=by)
    locked = _lock(endpoint)
    locked.next_attempt_at = None
    locked.save()
    write_audit("webhook.tried_now", by=by, agency=locked.agency, detail={"webhook": locked.pk})
    return locked


@transaction.atomic
def send_again(*, endpoint: WebhookEndpoint, by: User | None, at: datetime, seq: int | None = None) -> int:
    """Have a message that was given up, or arrived and was lost there, sent again under its own id and number.

    Without a number all that were given up are sent again, in order. Returns how many.
    """
    who = _may(by=by)
    locked = _lock(endpoint)
    rows = WebhookDelivery.objects.filter(endpoint=locked)
    rows = rows.dead() if seq is None else rows.filter(seq=seq)
    number = rows.update(
        delivered_at=None, gave_up_at=None, waiting_since=at, asked_again_at=at, asked_again_by=who
    )  # fmt: skip
    if seq is not None and not number:
        raise Refused("No message with this number was sent to this address.", code="unknown", field="seq")
    locked.next_attempt_at = None
    locked.save()
    write_audit("webhook.sent_again", by=by, agency=locked.agency, detail={"webhook": locked.pk, "messages": number})
    return number


def put(event: AgencyEvent, *, at: datetime) -> None:
    """In the transaction that numbers an event: it waits for each of the agency's endpoints."""
    endpoints = WebhookEndpoint.objects.active().filter(agency_id=event.agency_id)
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                endpoint=endpoint,
                event=event,
                seq=event.seq,
                message_id="msg_" + secrets.token_urlsafe(20),
                waiting_since=at,
            )
            for endpoint in endpoints
        ]
    )
