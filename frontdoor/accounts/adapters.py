"""How allauth is told that accounts are made by the administrator, and that each sign-in leaves its trace."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse

from frontdoor.accounts import hooks
from frontdoor.accounts.models import User


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


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on opens an account that exists already, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False
