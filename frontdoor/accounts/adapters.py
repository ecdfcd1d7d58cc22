"""How allauth is told that accounts are made by the administrator, and that each sign-in leaves its trace."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse

from frontdoor.accounts import hooks
from frontdoor.accounts.lockout import let_in
from frontdoor.accounts.models import User

log = structlog.get_logger(__name__)
#: What allauth would write an e-mail about, and what we call it. Anything else is told as a change of how one signs in.
CHANGES = {
    "account/email/password_changed": "session.password_changed",
    "account/email/password_set": "session.password_changed",
    "account/email/password_reset": "session.password_reset",
    "mfa/email/totp_activated": "session.factor_added",
    "mfa/email/webauthn_added": "session.factor_added",
    "mfa/email/totp_deactivated": "session.factor_removed",
    "mfa/email/webauthn_removed": "session.factor_removed",
    "mfa/email/recovery_codes_generated": "session.codes_made",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No self sign-up; sign-ins, failures and sign-outs are told to whoever keeps the evidence."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, with a new session, and say so."""
        super().login(request, user)
        hooks.tell("session.signed_in", user, request)

    def logout(self, request: HttpRequest) -> None:
        """Say so, then sign out."""
        if request.user.is_authenticated:
            hooks.tell("session.signed_out", request.user, request)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password is told without what was typed."""
        super().authentication_failed(request, **credentials)
        hooks.tell("session.failed", None, request)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Somebody proved, by a passkey or with single sign-on, that an account is theirs which has ended: told of."""
        hooks.tell("session.failed", user, request)
        answer: HttpResponse = super().respond_user_inactive(request, user)
        return answer

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """How somebody signs in has changed: told, whether or not a mail server answers.

        Whoever chose a password by the link sent to them has proved whose the account is: it is locked no longer.
        """
        event = CHANGES.get(template_prefix, "session.way_changed")
        if event == "session.password_reset":
            let_in(user)
        hooks.tell(event, user, self.request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing: what we write to somebody goes through the outbox, to the address on the account."""
        log.warning("message_not_sent", what=template_prefix)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on opens an account that exists already, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False
