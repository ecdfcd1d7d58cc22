"""Which factors somebody used in this session, and how lately: for what asks for a strong one, or for a fresh one."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.urls import reverse

#: What was used is given again within these minutes for a form that is sent: longer than one takes to fill it in.
FILLING_MINUTES = 60


def _used(request: HttpRequest) -> Iterator[dict[str, Any]]:
    yield from get_authentication_records(request, request.user)


def has_used_a_key(request: HttpRequest) -> bool:
    """Whether a passkey or security key was used in this session."""
    return any(each.get("type") == Authenticator.Type.WEBAUTHN for each in _used(request))


def has_key(request: HttpRequest) -> bool:
    """Whether this person has a passkey or security key at all."""
    return bool(Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).exists())


def page_of_the_key(request: HttpRequest) -> str:
    """Where the key is asked for; where one is added, for whoever has none."""
    return _and_back("mfa_reauthenticate_webauthn", request) if has_key(request) else reverse("mfa_index")


def is_fresh(request: HttpRequest, minutes: int) -> bool:
    """Whether a factor was used within so many minutes: a second step, for whoever has one; else the password.

    A form that is sent was opened with a fresh one: what was typed meanwhile is not lost to the clock.
    """
    allowed = minutes if request.method in ("GET", "HEAD") else minutes + FILLING_MINUTES
    methods = {"mfa"} if is_mfa_enabled(request.user) else {"mfa", "password", "socialaccount"}
    since = time.time() - allowed * 60
    return any(each.get("method") in methods and each.get("at", 0) >= since for each in _used(request))


def page_to_freshen(request: HttpRequest) -> str:
    """Where a factor is asked for once more, the strongest this person has, and from where they come back here."""
    if has_key(request):
        return _and_back("mfa_reauthenticate_webauthn", request)
    name = "mfa_reauthenticate" if is_mfa_enabled(request.user) else "account_reauthenticate"
    return _and_back(name, request)


def _and_back(name: str, request: HttpRequest) -> str:
    """A page of allauth, and after it the page asked for; the words behind its question mark are left behind."""
    return f"{reverse(name)}?{urlencode({'next': request.path})}"
