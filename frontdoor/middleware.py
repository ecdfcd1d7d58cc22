"""Small middlewares of our own: references of requests, private headers, ending sessions, who-and-why for histories."""

import re
import secrets
import time
from collections.abc import Callable

import pghistory
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_structlog.middlewares import RequestMiddleware

from frontdoor.accounts.models import User
from frontdoor.db import ALPHABET
from frontdoor.quiet import without_secrets

GetResponse = Callable[[HttpRequest], HttpResponse]
TOUCH_EVERY_SECONDS = 60
REFERENCE_LENGTH = 10
#: A reference a proxy gives; whatever else comes in its place could be anything, and would stand in the log.
GIVEN_REFERENCE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestReferenceMiddleware:
    """Every request has a reference: in the answer's header, on error pages and in each line of the log."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer under the proxy's reference, or one short enough to be read out over a telephone."""
        reference = request.META.get("HTTP_X_REQUEST_ID", "")
        if not GIVEN_REFERENCE.fullmatch(reference):
            reference = "".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH))
        request.META["HTTP_X_REQUEST_ID"] = reference  # where the log's middleware and the error pages read it
        response = self.get_response(request)
        response["X-Request-ID"] = reference
        return response


class PrivacyHeadersMiddleware:
    """Pages about children are kept by no cache, shared or not."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, marked as not to be stored unless a view said otherwise."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class RequestLogMiddleware(RequestMiddleware):
    """Logs each request by its path alone: behind the question mark stands what somebody searched for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path, without the secret of a link."""
        return f"{request.method} {without_secrets(request.path)}"


class SessionMiddleware(DjangoSessionMiddleware):
    """Sessions in the database whose idle timer is reset at most once a minute, not with a write at each request."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Reset the timer when it was last reset a minute ago or more."""
        session = request.session
        if session.is_empty() or session.modified or response.status_code >= 500 or _is_background(request):
            return super().process_response(request, response)
        if time.time() - session.get("touched_at", 0) >= TOUCH_EVERY_SECONDS:
            session["touched_at"] = int(time.time())
        return super().process_response(request, response)


def _is_background(request: HttpRequest) -> bool:
    """A poll a page sends by itself must not keep an unattended session alive."""
    return request.headers.get("X-Background") == "1"


class AbsoluteTimeoutMiddleware:
    """However busy it is, a session ends a fixed time after sign-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign the person out when the sign-in is too old, then answer."""
        if request.user.is_authenticated:
            began = request.session.get("signed_in_at")
            if began is None:
                request.session["signed_in_at"] = int(time.time())
            elif time.time() - began > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Where a second factor is demanded, somebody without one can do nothing but set one up or sign out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or send to the page where the second factor is set up."""
        if not settings.MFA_REQUIRED or not request.user.is_authenticated or request.session.get("has_second_factor"):
            return self.get_response(request)
        if request.path.startswith(("/accounts/", "/static/", "/health/")):
            return self.get_response(request)
        if is_mfa_enabled(request.user):
            request.session["has_second_factor"] = True
            return self.get_response(request)
        return redirect("mfa_index")


class HistoryMiddleware:
    """Says who and through which page, inside every history row that this request causes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within a history context; reading needs none."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        user: User | AnonymousUser | None = getattr(request, "user", None)
        with pghistory.context(user=user.pk if user is not None and user.is_authenticated else None, path=request.path):
            return self.get_response(request)
