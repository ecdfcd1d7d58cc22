"""Errors as problem details (RFC 9457), each with a stable code."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from frontdoor.access import Denied, Refused
from frontdoor.limits import RETRY_AFTER, is_busy

log = structlog.get_logger(__name__)

TITLES = {
    400: "The request is not valid",
    401: "Sign in with a valid token",
    403: "Not allowed",
    404: "Not found",
    405: "This method is not allowed here",
    406: "Only JSON can be returned",
    409: "Not possible now",
    413: "The body is too large",
    415: "Only JSON is accepted",
    422: "The key was used with a different body",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Try again soon",
}
CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    429: "rate_limited",
}


@dataclass(frozen=True)
class FieldError:
    """One wrong thing in a body: where (RFC 6901), which kind, and what to do."""

    pointer: str
    code: str
    message: str


@dataclass(eq=False)
class Problem(Exception):
    """An answer that is an error."""

    status: int
    code: str
    detail: str = ""
    errors: Sequence[FieldError] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The problem document."""
        return {
            "type": f"urn:front-door:problem:{self.code}",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "code": self.code,
            "detail": self.detail or TITLES.get(self.status, "Error"),
            "errors": [vars(error) for error in self.errors],
        }

    def response(self) -> Response:
        """The HTTP answer."""
        return Response(
            self.document(), status=self.status, headers=self.headers, content_type="application/problem+json"
        )


def as_problem(exc: Exception) -> Problem:
    """Whatever was raised, as a problem; what nobody foresaw is a 500 that names only its kind in the log."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, Http404):
        return Problem(404, "not_found")
    if isinstance(exc, (PermissionDenied, Denied)):
        return Problem(403, "forbidden")
    if isinstance(exc, Refused):
        return Problem(409, exc.code, exc.message)
    if isinstance(exc, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        return Problem(401, "unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="agency API"'})
    if isinstance(exc, exceptions.APIException):
        headers = {}
        wait = getattr(exc, "wait", None)
        if wait:
            headers["Retry-After"] = str(int(wait) + 1)
        detail = str(exc.detail) if isinstance(exc.detail, str) else ""
        return Problem(exc.status_code, CODES.get(exc.status_code, "error"), detail, headers=headers)
    if is_busy(exc):
        log.warning("api_busy", error=type(exc).__name__)
        told = "The request was not carried out. Send it again with the same key."
        return Problem(503, "unavailable", told, headers={"Retry-After": str(RETRY_AFTER)})
    # Where, not what: an error's own words may hold the values it was about.
    log.error("api_failed", error=type(exc).__name__, where=traceback.format_tb(exc.__traceback__)[-4:])
    return Problem(500, "server_error", "The request was not carried out. Send it again with the same key.")


def handler(exc: Exception, context: dict[str, Any]) -> Response:
    """The REST framework's exception handler."""
    return as_problem(exc).response()
