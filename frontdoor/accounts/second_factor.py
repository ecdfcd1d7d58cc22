"""The second factor: wrong codes and keys are counted for the account, wherever they come from, and lock it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import extract_user_from_response
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from frontdoor.accounts import hooks
from frontdoor.accounts.models import CodeTries, User

LOCKED = "There were too many wrong codes. Wait 15 minutes and try again, or ask your administrator for help."


@transaction.atomic
def count_try(user: User) -> bool:
    """Count a try before it is looked at, so that many at once take turns; False when the account is locked.

    A lock ends by itself, and then the count begins again.
    """
    CodeTries.objects.get_or_create(user=user)
    tries = CodeTries.objects.select_for_update().get(user=user)
    now = timezone.now()
    if tries.last_at is None or now - tries.last_at >= timedelta(hours=settings.AXES_COOLOFF_TIME):
        tries.made = 0
    if tries.made >= settings.AXES_FAILURE_LIMIT:
        return False
    tries.made, tries.last_at = tries.made + 1, now
    tries.save()
    return True


def forget_tries(user: User) -> None:
    """The right code was given."""
    CodeTries.objects.filter(user=user).update(made=0)


def is_locked(user: User) -> bool:
    """Whether no code of this account is taken now."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    return CodeTries.objects.filter(user=user, made__gte=settings.AXES_FAILURE_LIMIT, last_at__gt=since).exists()


Right = TypeVar("Right")


def counted(user: User, look: Callable[[], Right]) -> Right:
    """What ``look`` finds right. A wrong one is kept as evidence; the last that is allowed locks the account."""
    if not count_try(user):
        _lock_out()
        raise ValidationError(LOCKED)
    try:
        found = look()
    except ValidationError as wrong:
        hooks.tell("session.code_failed", user, context.request)
        if is_locked(user):
            hooks.tell("session.codes_locked", user, context.request)
            _lock_out()
            raise ValidationError(LOCKED) from wrong
        raise
    forget_tries(user)
    return found


def _lock_out() -> None:
    # What answers a locked password answers this too.
    request: Any = context.request
    request.axes_locked_out = True


class Counted:
    """A form that asks for a code of the second factor or a recovery code."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """The code when it is right. One of the recovery codes is told of: it works once, and may have been found."""
        look: Callable[[], str] = super().clean_code  # type: ignore[misc]
        code = counted(self.user, look)
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            hooks.tell("session.recovery_code_used", self.user, context.request)
        return code


class CountedKey:
    """A form that asks for a security key of an account that is known already.

    A key that signs in by itself (a passkey) names its account itself: counted, anybody could lock anybody out.
    """

    user: User

    def clean_credential(self) -> Authenticator:
        """The key when it is the account's."""
        look: Callable[[], Authenticator] = super().clean_credential  # type: ignore[misc]
        return counted(self.user, look)


class KeyForm(CountedKey, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The security key asked for at sign-in."""


class KeyAgainForm(CountedKey, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The security key asked for once more before something weighty."""


class PasskeyForm(LoginWebAuthnForm):  # type: ignore[misc]
    """The passkey that signs in by itself. A wrong one is kept as evidence, like a wrong password."""

    def clean_credential(self) -> Authenticator:
        """The passkey when it is right. Whose a wrong one says it is, is only said: the row names nobody."""
        try:
            return super().clean_credential()
        except ValidationError:
            hooks.tell("session.failed", None, context.request)
            if (said := _said_to_be(self.cleaned_data.get("credential"))) is not None:
                hooks.tell("session.passkey_failed", said, context.request)
            raise


def _said_to_be(credential: object) -> User | None:
    """Whose a passkey says it is, to tell them; it proves nothing."""
    try:
        found: User = extract_user_from_response(credential)
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return found


class CodeForm(Counted, AuthenticateForm):  # type: ignore[misc]
    """The code asked for at sign-in."""


class CodeAgainForm(Counted, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for once more before something weighty."""
