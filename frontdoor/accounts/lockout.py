"""Who is locked out after too many wrong passwords, what they see, and who is told.

Five wrong passwords for one account from one place lock that account for that place: whoever sits elsewhere signs in
as ever. Guessing from many places, or at many accounts, is stopped as well, but only for whoever has never signed in
to this account from this place: no stranger shuts out the person whose account it is.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessLog
from axes.utils import reset
from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from frontdoor.accounts import hooks
from frontdoor.accounts.models import CodeTries, User
from frontdoor.ui.responses import error


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts in the database, and tells of the try that locks."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether no password is looked at now for this account from this place."""
        place = str(vars(request)["axes_ip_address"])
        if super().is_locked(request, credentials):
            return True
        return is_flooded(who(request, credentials), place, timezone.now())

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        """Count the try; the one that locks is evidence, and told of."""
        was_locked = request is not None and request.axes_locked_out
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is None or was_locked:
            return
        name = who(request, credentials)
        if request.axes_locked_out:
            hooks.tell("session.locked", _account(name), request)
        elif is_flooded(name, request.axes_ip_address, request.axes_attempt_time):
            request.axes_locked_out = True
            hooks.tell("session.flooded", _account(name), request)


def is_flooded(name: str, place: str, at: datetime) -> bool:
    """Whether so many wrong passwords came for this account, or from this place, that strangers to it are kept out."""
    lately = AccessAttempt.objects.filter(attempt_time__gte=at - timedelta(hours=settings.AXES_COOLOFF_TIME))
    tries = lately.filter(Q(username=name) | Q(ip_address=place)).aggregate(
        account=Sum("failures_since_start", filter=Q(username=name)),
        place=Sum("failures_since_start", filter=Q(ip_address=place)),
    )
    of_account, of_place = int(tries["account"] or 0), int(tries["place"] or 0)
    is_too_much = of_account >= settings.ACCOUNT_FAILURE_LIMIT or of_place >= settings.NETWORK_FAILURE_LIMIT
    return bool(is_too_much) and not is_known(name, place, at)


def is_known(name: str, place: str, at: datetime) -> bool:
    """Whether this account was signed in to from this place within the last months."""
    since = at - timedelta(days=settings.KNOWN_FOR_DAYS)
    return bool(AccessLog.objects.filter(username=name, ip_address=place, attempt_time__gte=since).exists())


def let_in(user: User) -> None:
    """Forget the wrong passwords for this account: it can be tried again from everywhere."""
    reset(username=user.username)


def let_in_wholly(user: User) -> None:
    """Forget the wrong passwords and the wrong codes for this account."""
    let_in(user)
    CodeTries.objects.filter(user=user).update(made=0)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """429 with what to do; says nothing about whether the account exists."""
    response = error(
        request,
        429,
        "There were too many attempts to sign in. Wait 15 minutes and try again. If you cannot wait, sign in with a "
        "passkey, choose a new password with “I have forgotten my password”, or ask your administrator for help.",
    )
    response["Retry-After"] = "900"
    return response


def who(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The user name tries are counted under: as typed, in lower case, whichever form or back end it came through."""
    given = credentials or {}
    name = given.get("username") or given.get("login") or request.POST.get("login") or ""
    return str(name).casefold()[:150]


def _account(name: str) -> User | None:
    return User.objects.filter(username__iexact=name, is_active=True).first()
