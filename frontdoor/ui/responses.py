"""Answers every view gives alike: a page, a form with errors (422), an error page or its htmx fragment."""

import sys
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import engines

from frontdoor.limits import RETRY_AFTER, is_busy

TITLES = {
    400: "The request could not be understood",
    403: "You cannot do this",
    404: "Page not found",
    409: "Somebody else changed this",
    413: "The file is too large",
    429: "Too many attempts",
    500: "Sorry, there is a problem",
    503: "The service is busy",
}


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asked for a fragment (not a boosted page)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int | None = None,
) -> HttpResponse:
    """Render a page, or its ``fragment`` template when htmx asks. A bound form with errors in the context makes it 422,
    one that somebody else was faster with 409.

    The context is looked through one level deep for forms and formsets (anything with ``is_bound`` and ``is_valid``).
    """
    values = dict(context or {})
    if status is None:
        status = min((found for value in values.values() if (found := _wrong(value))), default=200)
    chosen = fragment if fragment and is_htmx(request) else template
    response = render(request, chosen, values, status=status)
    if fragment:
        response["Vary"] = ", ".join(filter(None, [response.get("Vary"), "HX-Request"]))
    return response


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF to keep or print, under this name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _wrong(value: object) -> int:
    """The status a form with errors asks for; 0 for anything else."""
    if isinstance(value, (list, tuple)):
        return min((found for each in value if (found := _wrong(each))), default=0)
    bound, valid = getattr(value, "is_bound", False), getattr(value, "is_valid", None)
    return getattr(value, "answered_with", 422) if bound is True and callable(valid) and not valid() else 0


def error(request: HttpRequest | None, status: int, message: str = "", *, code: str = "") -> HttpResponse:
    """The one page of a status; for htmx the status with a fragment. ``message``: a whole sentence for the user."""
    kind = status if status in TITLES else 500
    values = {"status": status, "title": TITLES[kind], "message": message, "code": code, "reference": ""}
    if request is not None:
        values["reference"] = request.META.get("HTTP_X_REQUEST_ID", "")
    name = f"errors/{kind}.html"
    if request is not None and is_htmx(request):
        name = "errors/fragment.html"
    if status >= 500:  # nothing that could fail again: no context processors, no database
        return HttpResponse(engines["jinja2"].get_template(name).render(values), status=status)
    return render(request, name, values, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return error(request, 403, str(exception) if exception.args else "")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: absent and invisible look the same."""
    return error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; a program that asked the API is answered as the API answers (RFC 9457).

    What the database could not do just now (it does not answer, a limit stopped it) is a 503 that may be tried again.
    """
    status = 503 if is_busy(sys.exc_info()[1]) else 500
    if request.path.startswith("/api/"):
        told = "The request was not carried out. Send it again with the same key."
        code = {500: "server_error", 503: "unavailable"}[status]
        problem = {
            "type": f"urn:front-door:problem:{code}",
            "title": TITLES[status],
            "status": status,
            "code": code,
            "detail": told,
            "errors": [],
        }
        answer: HttpResponse = JsonResponse(problem, status=status, content_type="application/problem+json")
    else:
        answer = error(request, status)
    if status == 503:
        answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def too_many(request: HttpRequest) -> HttpResponse:
    """handler429: more was sent from one address than is let through."""
    return error(request, 429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the sign-in changed while the page was open."""
    return error(
        request,
        403,
        "This page was open when you signed in or out elsewhere. Go back, reload it and send it again.",
    )
