"""Small middlewares of our own: references of requests, private headers, ending sessions, who-and-why for histories."""

import re
import secrets
import time
from collections.abc import Callable

import pghistory
import structlog
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware as DjangoCommonMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_structlog.middlewares import RequestMiddleware

from frontdoor.accounts import factors, sign_ins
from frontdoor.accounts.models import User
from frontdoor.db import ALPHABET
from frontdoor.networks import client_address, is_trusted
from frontdoor.quiet import without_secrets

GetResponse = Callable[[HttpRequest], HttpResponse]
TOUCH_EVERY_SECONDS = 60
SIGN_IN_PAGES, SIGN_OUT_PAGE = "/accounts/", "/accounts/logout/"
#: What whoever has a key and has not used it yet may open.
TO_USE_A_KEY = (
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
)
REFERENCE_LENGTH = 10
#: A reference a proxy gives; whatever else comes in its place could be anything, and would stand in the log.
GIVEN_REFERENCE = re.compile(r"[A-Za-z0-9._-]{8,64}")
#: What only a proxy of ours may say of a request.
SAID_BY_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
log = structlog.get_logger(__name__)


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


class ClientAddressMiddleware:
    """``REMOTE_ADDR`` is the client's for everything that follows, limits above all; what strangers say is dropped."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.has_warned = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the address the proxies named in ``TRUSTED_PROXIES`` saw."""
        peer = str(request.META.get("REMOTE_ADDR", ""))
        if is_trusted(peer, settings.TRUSTED_NETWORKS):
            forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
            request.META["REMOTE_ADDR"] = client_address(peer, forwarded, settings.TRUSTED_NETWORKS)
            return self.get_response(request)
        dropped = [name for name in SAID_BY_PROXIES if request.META.pop(name, None) is not None]
        if dropped and not self.has_warned:
            self.has_warned = True
            log.warning("proxy_not_named", setting="TRUSTED_PROXIES", dropped=dropped)
        return self.get_response(request)


class PrivacyHeadersMiddleware:
    """Pages about children are kept by no cache, shared or not; after a sign-out the browser keeps nothing of ours.

    Cookies are ended by name: "cookies" in ``Clear-Site-Data`` would end those of every host of the council's domain.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, marked as not to be stored unless a view said otherwise."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        if request.method == "POST" and request.path == SIGN_OUT_PAGE and response.status_code == 302:
            response["Clear-Site-Data"] = '"cache", "storage"'
            for name in (settings.SESSION_COOKIE_NAME, settings.MESSAGE_COOKIE_NAME):
                response.delete_cookie(name)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class CommonMiddleware(DjangoCommonMiddleware):
    """Django's, but whoever asks for our health need not know our name: probes ask by number, and are told no other."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Refuse a host that is not ours, unless it is health that is asked for: nothing there is made of the host."""
        return None if request.path.startswith("/health/") else super().process_request(request)


class RequestLogMiddleware(RequestMiddleware):
    """Logs each request by its path alone: behind the question mark stands what somebody searched for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path, without the secret of a link."""
        return f"{request.method} {without_secrets(request.path)}"


class SessionMiddleware(DjangoSessionMiddleware):
    """Sessions in the database whose idle timer is reset at most once a minute, not with a write at each request.

    Each that somebody signs in to, or half does, is noted so that they can see and end it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Reset the timer when it was last reset a minute ago or more."""
        session = request.session
        if session.is_empty() or session.modified or response.status_code >= 500 or _is_background(request):
            may_be_new = session.modified and request.path.startswith(SIGN_IN_PAGES) and response.status_code < 500
            answer = super().process_response(request, response)
            if may_be_new and not session.is_empty():
                sign_ins.note(request, timezone.now())
            return answer
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


class PasskeyMiddleware:
    """Whoever has a role of ``PASSKEY_ROLES`` does nothing before they have used a passkey or security key.

    Who has one signs in, signs out and gives it, no more: with a code alone nobody adds a key of their own to it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or ask for the key; who has none yet is sent to where one is added."""
        user = request.user
        if not settings.PASSKEY_ROLES or not user.is_authenticated or factors.has_used_a_key(request):
            return self.get_response(request)
        if not set(settings.PASSKEY_ROLES) & set(user.roles):
            return self.get_response(request)
        if request.path.startswith(("/static/", "/health/")) or self._is_on_the_way(request):
            return self.get_response(request)
        if request.headers.get("HX-Request") or request.headers.get("X-Draft-Sequence"):
            return HttpResponse(status=401)  # as for somebody who is not signed in: a fragment follows no redirect
        return redirect(factors.page_of_the_key(request))

    @staticmethod
    def _is_on_the_way(request: HttpRequest) -> bool:
        """Whether a page is needed to use the key; or, for whoever has none, to add one."""
        if not request.path.startswith(SIGN_IN_PAGES):
            return False
        return request.path in map(reverse, TO_USE_A_KEY) or not factors.has_key(request)


class HistoryMiddleware:
    """Says who and through which page, inside every history row that this request causes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within a history context; reading needs none."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        user: User | AnonymousUser | None = getattr(request, "user", None)
        with pghistory.context(
            user=user.pk if user is not None and user.is_authenticated else None, path=without_secrets(request.path)
        ):
            return self.get_response(request)
