"""Links to choose a password, to the address on the account: when it is opened, and when somebody forgot theirs."""

from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.notifications import outbox

KIND = "staff.link"
FORGOTTEN = "staff.forgotten"
#: Accounts that may share one address.
MOST_ACCOUNTS = 5


def link_of(user: User) -> str:
    """An address at which this person chooses a password, once, within ``PASSWORD_RESET_TIMEOUT`` seconds."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.PUBLIC_URL}{path}"


@outbox.handler(KIND)
def send_link(payload: dict[str, Any], at: datetime) -> None:
    """Send the link; the token is made here and is never written down. Nothing goes to an account that has ended."""
    user = User.objects.get(pk=payload["user"])
    if not user.is_active or not user.email:
        return
    _send(user, f"You have a {settings.SERVICE_NAME} account. Your user name is {user.username}.")


@transaction.atomic
def forgotten(address: str, at: datetime) -> None:
    """Somebody typed this address who forgot their password: the same work whether it is anybody's or not."""
    held = User.objects.filter(email__iexact=address, is_active=True, is_machine=False)
    users = list(held.order_by("pk")[:MOST_ACCOUNTS])
    write_audit("staff.link_asked", by=None, detail={"users": [user.pk for user in users]})
    outbox.put(FORGOTTEN, {"users": [user.pk for user in users]}, at=at)


@outbox.handler(FORGOTTEN)
def send_to_who_forgot(payload: dict[str, Any], at: datetime) -> None:
    """Send a link to each account that has the address; to an address that is nobody's nothing is sent."""
    for user in User.objects.filter(pk__in=payload["users"], is_active=True).exclude(email="").order_by("pk"):
        _send(
            user,
            f"Somebody asked for a new password for your {settings.SERVICE_NAME} account. Your user name is "
            f"{user.username}. If it was not you, do nothing: your password stays as it is.",
        )


def _send(user: User, begins: str) -> None:
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    text = (
        f"{begins}\n\n"
        f"Choose your password here within {days} days: {link_of(user)}\n\n"
        "If you did not expect this message, tell your administrator.\n\n"
        f"{settings.COUNCIL_NAME}\n"
    )
    EmailMessage(f"Your {settings.SERVICE_NAME} account", text, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
