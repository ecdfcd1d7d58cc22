"""What somebody is told of their own account, and administrators of what locked it: on the page, and by e-mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import administrators, notify
from frontdoor.notifications.models import Notice
from frontdoor.staff import readers

KIND = "staff.told"
NOT_YOU = " If it was not you, tell your administrator at once."


@dataclass(frozen=True)
class Telling:
    """What is said of one event.

    ``owner``: to whose account it is. ``administrators``: to those, after the name. ``every``: how often the same is
    said again at most, as a format of the time; nothing: every time. ``by_mail``: also by e-mail.
    """

    owner: str
    administrators: str = ""
    every: str = ""
    by_mail: bool = True


HOURLY, DAILY = "%Y%m%d%H", "%Y%m%d"
TELLINGS = {
    "session.locked": Telling(
        "Too many wrong passwords were typed for your account in one place, where it is locked for 15 minutes."
        + NOT_YOU,
        "is locked in one place after too many wrong passwords",
        every=HOURLY,
    ),
    "session.flooded": Telling(
        "Wrong passwords come for your account from many places. You can sign in where you have done so before, or "
        "with a passkey." + NOT_YOU,
        "gets wrong passwords from many places, or a place that tries many accounts; who is new to it is kept out",
        every=HOURLY,
    ),
    "session.codes_locked": Telling(
        "Too many wrong codes were given after your password: your account is locked for 15 minutes. Whoever gave them "
        "knows your password: if it was not you, choose a new one and tell your administrator at once.",
        "is locked after its password and too many wrong codes: somebody may know the password",
        every=HOURLY,
    ),
    "session.code_failed": Telling("A wrong code was given after your password." + NOT_YOU, every=DAILY, by_mail=False),
    "session.passkey_failed": Telling(
        "A passkey that is not yours was tried for your account; it opened nothing.", every=DAILY, by_mail=False
    ),
    "session.recovery_code_used": Telling("One of your recovery codes was used to sign in." + NOT_YOU),
    "session.password_changed": Telling("Your password was changed." + NOT_YOU),
    "session.password_reset": Telling("A new password was chosen by the link sent to you." + NOT_YOU),
    "session.factor_added": Telling("A second step of signing in was added to your account." + NOT_YOU),
    "session.factor_removed": Telling("A second step of signing in was removed from your account." + NOT_YOU),
    "session.codes_made": Telling("New recovery codes were made for your account." + NOT_YOU),
    "session.way_changed": Telling("How you sign in was changed." + NOT_YOU),
}


def of_session(event: str, user: User | None, request: HttpRequest) -> None:
    """Tell whoever has to know of what happened at the door."""
    if user is not None and event in TELLINGS:
        tell(event=event, user=user, at=timezone.now())


@transaction.atomic
def tell(*, event: str, user: User, at: datetime) -> None:
    """Tell the owner of an account, and administrators, of an event of ``TELLINGS``: not more often than it says."""
    telling = TELLINGS[event]
    key = f"{event}-{user.pk}-{timezone.localtime(at):{telling.every}}" if telling.every else ""
    if key and Notice.objects.filter(user=user, once_key=key).exists():
        return
    notify([user], kind="sign-in", text=telling.owner, path=reverse("pages:sign_ins"), urgent=True, once_key=key)
    if telling.by_mail:
        outbox.put(KIND, {"user": user.pk, "event": event}, at=at)
    if telling.administrators:
        notify(
            [each for each in administrators() if each.pk != user.pk],
            kind="sign-in",
            text=f"The account {user.username} {telling.administrators}.",
            reference=readers.reference_of(user),
            path=reverse("pages:member", args=[user.pk]),
            once_key=key,
        )


@outbox.handler(KIND)
def send(payload: dict[str, Any], at: datetime) -> None:
    """The e-mail to the owner. Nothing goes to an account that has ended or has no address."""
    user = User.objects.get(pk=payload["user"])
    if not user.is_active or not user.email:
        return
    text = (
        f"{TELLINGS[payload['event']].owner}\n\n"
        f"Where you are signed in: {settings.PUBLIC_URL}{reverse('pages:sign_ins')}\n\n"
        f"{settings.COUNCIL_NAME}\n"
    )
    EmailMessage(f"Your {settings.SERVICE_NAME} account", text, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
