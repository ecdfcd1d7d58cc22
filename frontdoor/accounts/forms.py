"""allauth's forms about passwords, as we want them."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm
from django.http import HttpRequest
from django.utils import timezone

from frontdoor.accounts import hooks


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    """Somebody forgot their password. Known or not, an address gets the same answer after the same work."""

    def clean_email(self) -> str:
        """The address as typed; whose it is, is looked up when the form is carried out."""
        return str(self.cleaned_data["email"]).strip()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Have a link sent to whoever has this address; nobody waits for a mail server."""
        address = str(self.cleaned_data["email"])
        for told in hooks.forgotten:
            told(address, timezone.now())
        return address


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Somebody signed in changes their password."""

    def clean_oldpassword(self) -> str:
        """The old password when it is right. A wrong one counts as at sign-in: an open session is no place to guess."""
        typed = str(self.cleaned_data.get("oldpassword", ""))
        if not get_adapter().reauthenticate(self.user, typed):
            raise get_adapter().validation_error("enter_current_password")
        return typed
