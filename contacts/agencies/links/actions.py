"""Giving secure links out, opening them, keeping what is typed behind them, using them up and taking them back."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import connection, transaction

from contacts.agencies.links.models import SecureLink
from frontdoor.access import Permission, Refused, require, whole
from frontdoor.accounts.models import Agency, User, hash_token
from frontdoor.audit.actions import record as write_audit

SALT = "front-door-secure-link"
#: Days a link lasts unless whoever gives it out says otherwise, and at most.
DAYS, MOST_DAYS = 14, 60
LARGEST_BYTES = 500_000
LONGEST_NAME = 200
PATHS = {
    SecureLink.Purpose.EARLY_HELP: "early-help",
    SecureLink.Purpose.INFORMATION: "reply",
    SecureLink.Purpose.DISAGREEMENT: "outcome",
    SecureLink.Purpose.CONTACT: "contact",
}


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")


@transaction.atomic
def issue(
    *,
    purpose: str,
    given_to: str,
    by: User,
    at: datetime,
    days: int = DAYS,
    until: datetime | None = None,
    agency: Agency | None = None,
    reference: str = "",
    row: int | None = None,
) -> tuple[SecureLink, str]:
    """Make a link for one purpose; returns it with its token, which can be read only now.

    It lasts ``until`` a moment where one is given, and for so many days otherwise.
    """
    if purpose == SecureLink.Purpose.EARLY_HELP:
        require(by, Permission.EARLY_HELP_INVITE)
    if not given_to.strip():
        raise Refused("Say who the link is for.", code="required", field="given_to")
    whole(given_to, LONGEST_NAME, called="Who the link is for", field="given_to")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"A link lasts from 1 to {MOST_DAYS} days.", code="days", field="days")
    token = _signer().sign(secrets.token_urlsafe(24))
    link = SecureLink.objects.create(
        purpose=purpose,
        hashed=hash_token(token),
        agency=agency,
        given_to=given_to,
        reference=reference,
        row=row,
        issued_at=at,
        issued_by=by,
        expires_at=until or at + timedelta(days=days),
    )
    write_audit("link.issued", by=by, agency=agency, reference=reference, detail={"purpose": purpose, "link": link.pk})
    return link, token


def address(link: SecureLink, token: str) -> str:
    """The whole address to hand over."""
    return f"{settings.PUBLIC_URL}/partner/{PATHS[SecureLink.Purpose(link.purpose)]}/{token}/"


def find(token: str, purpose: str, at: datetime) -> SecureLink | None:
    """The link of this token, for this purpose, in its time and not taken back. The signature is looked at first.

    One that has been used is found as well: its holder sees the receipt and nothing else.
    """
    try:
        _signer().unsign(token)
    except BadSignature:
        return None
    found: SecureLink | None = (
        SecureLink.objects.filter(
            hashed=hash_token(token), purpose=purpose, revoked_at=None, issued_at__lte=at, expires_at__gt=at
        )
        .select_related("agency", "issued_by")
        .first()
    )
    return None if found is not None and found.agency is not None and not found.agency.is_active else found


def may_try(counted: str, at: datetime) -> bool:
    """Count one opening or sending under this name; False when it is one too many in this minute.

    ``counted`` is a network address for a link that was not found, and the link itself for one that was.
    """
    minute = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_linktries (address, minute, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (address, minute) DO UPDATE SET count = contacts_linktries.count + 1 RETURNING count",
            [hash_token(f"{settings.SECRET_KEY}{counted}"), minute],
        )
        count: int = cursor.fetchone()[0]
        if count == 1:
            cursor.execute("DELETE FROM contacts_linktries WHERE minute < %s", [minute - timedelta(hours=1)])
    return count <= int(settings.LINK_TRIES_PER_MINUTE)


def opened(*, link: SecureLink, at: datetime) -> None:
    """Note the first opening."""
    SecureLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=at)


@transaction.atomic
def keep_draft(*, link: SecureLink, body: bytes, at: datetime) -> None:
    """Keep the form exactly as typed. Refused once it has been sent, and when it is too long to be kept."""
    if len(body) > LARGEST_BYTES:
        raise Refused("This is too long to be kept. Shorten it or send it.", code="too_large")
    if not SecureLink.objects.given_out().filter(pk=link.pk).update(body=body, saved_at=at):
        raise Refused("This form has been sent already.", code="submitted")


def forget_typed(at: datetime) -> int:
    """Forget what was typed behind links that have ended and was never sent: nobody can open it any more."""
    ended = SecureLink.objects.filter(expires_at__lte=at, used_at=None).exclude(body=b"")
    return int(ended.update(body=b"", saved_at=None))


def use(*, link: SecureLink, became: str, at: datetime) -> SecureLink:
    """Use the link up, in the transaction of what it became. A second sending waits here and is refused.

    The draft goes: what was sent stands in the record alone.
    """
    locked = SecureLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if locked.used_at is not None:
        raise Refused("This form has been sent already.", code="submitted")
    if locked.revoked_at is not None or locked.expires_at <= at:
        raise Refused("This link no longer works.", code="link_ended")
    locked.used_at, locked.became, locked.body = at, became, b""
    locked.save()
    return locked


@transaction.atomic
def revoke(*, link: SecureLink, by: User, at: datetime) -> SecureLink:
    """Take a link back: from now on it opens nothing."""
    if link.purpose == SecureLink.Purpose.EARLY_HELP:
        require(by, Permission.EARLY_HELP_INVITE)
    elif link.purpose == SecureLink.Purpose.CONTACT:
        require(by, Permission.WEB_FORM_SEND)
    else:
        require(by, Permission.CONTACT_SCREEN)
    locked = SecureLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if locked.used_at is not None:
        raise Refused("The form behind this link has been sent already.", code="submitted")
    if locked.revoked_at is None:
        locked.revoked_at, locked.revoked_by, locked.body = at, by, b""
        locked.save()
        write_audit("link.revoked", by=by, reference=locked.reference, detail={"link": locked.pk})
    return locked
