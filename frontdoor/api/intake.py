"""Taking a contact in, once: the key, the body's hash, the contact and its answer in one transaction."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from assessments.early_help.actions import record as record_early_help
from assessments.early_help.models import EarlyHelpAssessment
from contacts.agencies.information.actions import reply_by_agency
from contacts.agencies.information.models import InformationRequest
from contacts.facts import ContactFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import Agency
from frontdoor.api.early_help import early_help_facts, early_help_receipt
from frontdoor.api.information import reply_facts, request_documents
from frontdoor.api.models import IdempotencyKey
from frontdoor.api.problems import Problem
from frontdoor.api.receipts import receipt
from referrals.actions import record_and_fast_track

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Taken:
    """The answer to a contact that was taken in, now or before."""

    answer: bytes
    is_replay: bool


def _plain(value: Any) -> Any:
    """A number that is whole is the same whether written 1 or 1.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def body_hash(value: Any) -> str:
    """A hash of the JSON value: key order and spacing do not matter."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def check_key(key: Any) -> str:
    """The key as sent. Raises Problem 400 when it is missing or not 1 to 255 visible ASCII characters."""
    if key is None or key == "":
        raise Problem(400, "idempotency_key_required", "Send a key of your own with each contact.")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Problem(400, "idempotency_key_invalid", "A key is 1 to 255 visible ASCII characters.")
    return key


#: What a body becomes: the answer, and the contact where it is one.
Made = tuple[dict[str, Any], Contact | None]


@transaction.atomic
def once(
    *, agency: Agency, scope: str, key: str, body: Any, at: datetime, make: Callable[[Any, datetime], Made]
) -> Taken:
    """Make what a body means, unless this key was used: then the first answer, byte for byte.

    Two at once with one key take turns. Raises Problem: 422 when the key was used for another body, 400 when the body
    is not right; nothing is remembered of a refused one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency:{agency.pk}:{scope}:{key}"]
        )
    digest = body_hash(body)
    known = IdempotencyKey.objects.filter(agency=agency, scope=scope, key=key).first()
    if known is not None and known.created_at < at - KEPT:
        known.delete()
        known = None
    if known is not None:
        if known.body_hash != digest:
            raise Problem(422, "idempotency_mismatch", "This key was used with a different body.")
        return Taken(bytes(known.answer), is_replay=True)
    said, contact = make(body, at)
    answer = json.dumps(said, ensure_ascii=False).encode()
    IdempotencyKey.objects.create(agency=agency, scope=scope, key=key, body_hash=digest, answer=answer, contact=contact)
    return Taken(answer, is_replay=False)


def take(
    *,
    agency: Agency,
    scope: str,
    key: str,
    body: Any,
    at: datetime,
    read: Callable[[Any, datetime], ContactFacts],
) -> Taken:
    """Record the contact a body means, once (see :func:`once`)."""

    def make(body: Any, at: datetime) -> Made:
        facts = read(body, at)
        if facts.child_protection:
            contact = record_and_fast_track(facts=facts, by=None, agency=agency, at=at)
        else:
            contact = record_contact(facts=facts, by=None, agency=agency, at=at)
        return receipt(Contact.objects.get(pk=contact.pk), at), contact

    return once(agency=agency, scope=scope, key=key, body=body, at=at, make=make)


def take_early_help(*, agency: Agency, key: str, body: Any, at: datetime) -> Taken:
    """Record the early-help assessment a body means, once (see :func:`once`)."""

    def make(body: Any, at: datetime) -> Made:
        made = record_early_help(facts=early_help_facts(body, at), by=None, agency=agency, at=at, how="api")
        return early_help_receipt(EarlyHelpAssessment.objects.get(pk=made.pk), at), None

    return once(agency=agency, scope=IdempotencyKey.Scope.EARLY_HELP, key=key, body=body, at=at, make=make)


def take_reply(*, agency: Agency, asked: InformationRequest, key: str, body: Any, at: datetime) -> Taken:
    """Keep the answer a body means, once (see :func:`once`); the same key for another request is another body."""

    def make(whole: Any, at: datetime) -> Made:
        kept = reply_by_agency(request=asked, at=at, **reply_facts(whole["body"], at))
        return request_documents([kept])[0], None

    whole = {"request": asked.code, "body": body}
    return once(agency=agency, scope=IdempotencyKey.Scope.INFORMATION, key=key, body=whole, at=at, make=make)
