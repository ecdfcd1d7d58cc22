"""The one message about an account: a link to choose a password, to the address on the account."""

from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.notifications import outbox

KIND = "staff.link"


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
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    text = (
        f"You have a {settings.SERVICE_NAME} account. Your user name is {user.username}.\n\n"
        f"Choose your password here within {days} days: {link_of(user)}\n\n"
        "If you did not expect this message, tell your administrator.\n\n"
        f"{settings.COUNCIL_NAME}\n"
    )
    EmailMessage(f"Your {settings.SERVICE_NAME} account", text, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
