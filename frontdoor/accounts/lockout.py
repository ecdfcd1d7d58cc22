"""What someone sees who tried too many passwords."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from frontdoor.ui.responses import error


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """429 with what to do; says nothing about whether the account exists."""
    response = error(
        request,
        429,
        "There were too many attempts to sign in. Wait 15 minutes and try again, or ask your administrator for help.",
    )
    response["Retry-After"] = "900"
    return response


def who(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The user name tries are counted under: as typed, in lower case, whichever form or back end it came through."""
    given = credentials or {}
    name = given.get("username") or given.get("login") or request.POST.get("login") or ""
    return str(name).casefold()[:150]
