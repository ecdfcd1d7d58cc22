"""The one place that writes who looked, and what was refused."""

from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

from frontdoor.access import Denied, Refused
from frontdoor.audit import Shown
from frontdoor.audit.actions import record, row, write
from frontdoor.audit.models import Entry
from frontdoor.quiet import without_secrets
from frontdoor.ui.responses import error

log = structlog.get_logger(__name__)


class AuditMiddleware:
    """Writes one row for a page that showed people, with what it is evidence of, and one for an act that was refused.

    Both are committed before the first byte of the answer leaves. The refusal's row is written after the
    refused act's own transaction has been rolled back, so the two cannot be confused.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; an audit row that cannot be written makes the answer a 500."""
        response = self.get_response(request)
        refusal = getattr(request, "audit_refused", None)
        if refusal is not None:
            note_refusal(request, kind=Entry.Kind.REFUSED, event="act.refused", detail={"code": refusal})
        shown = getattr(request, "audit_shown", None)
        if shown is not None and response.status_code < 500:
            try:
                write(_rows(request, shown))
            except Exception:
                log.exception("audit_row_not_written", path=request.path)
                return get_resolver().resolve_error_handler(500)(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into its page and its own audit row."""
        if isinstance(exception, Denied):
            note_refusal(
                request, kind=Entry.Kind.DENIED, event="act.denied", detail={"permission": exception.permission}
            )
            return error(request, 403, exception.message, code=exception.permission)
        if isinstance(exception, Refused):
            note_refusal(request, kind=Entry.Kind.REFUSED, event="act.refused", detail={"code": exception.code})
            return error(request, 409, exception.message, code=exception.code)
        return None


def _rows(request: HttpRequest, shown: Shown) -> list[Entry]:
    """What a page that showed people leaves behind: what happened beside it, and that it did."""
    by = _actor(request)
    page = row(
        shown.event or f"page.{shown.kind}",
        by=by,
        agency=getattr(request, "agency", None),
        kind=shown.kind,
        reference=shown.reference,
        people=shown.people,
        reason=shown.reason,
        detail={"given_on": sorted(shown.given_on)} if shown.given_on else {},
        path=without_secrets(request.path),
    )
    return [*(row(event, by=by, reference=reference) for event, reference in shown.beside), page]


def note_refusal(request: HttpRequest, *, kind: str, event: str, detail: dict[str, Any]) -> None:
    """Write the audit row of a refused act, in its own transaction after the act's roll-back."""
    match = request.resolver_match
    with transaction.atomic():
        record(
            event,
            by=_actor(request),
            agency=getattr(request, "agency", None),
            kind=kind,
            reference=str(match.kwargs.get("reference", ""))[:10] if match else "",
            detail=detail,
            path=without_secrets(request.path),
        )


def _actor(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None
