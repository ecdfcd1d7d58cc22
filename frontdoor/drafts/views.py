"""Saving a draft from the page, and the list of one's own."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from frontdoor import access
from frontdoor.access import Refused
from frontdoor.drafts import actions, kinds
from frontdoor.drafts.models import Draft
from frontdoor.ui.responses import page


@require_http_methods(["PUT", "POST"])
@access.signed_in
def save(request: HttpRequest, draft_id: UUID, kind: str) -> HttpResponse:
    """Keep the body as it came: 204, or 409 with a code when it cannot be kept."""
    number = request.headers.get("X-Draft-Sequence", "")
    if not number.isdigit() or len(number) > 15:
        return JsonResponse({"code": "sequence_required"}, status=400)
    try:
        actions.save(
            by=request.user,  # type: ignore[arg-type]
            draft_id=draft_id,
            kind=kind,
            body=request.body,
            sequence=int(number),
            at=timezone.now(),
            about=request.headers.get("X-Draft-About", "")[:10],
        )
    except Refused as refused:
        return JsonResponse({"code": refused.code, "message": refused.message}, status=409)
    return HttpResponse(status=204)


@access.signed_in
def listing(request: HttpRequest) -> HttpResponse:
    """One's own unfinished forms, newest first. Nothing of their content is shown here."""
    rows = []
    for draft in Draft.objects.of(request.user).open().order_by("-saved_at", "-id")[:100]:
        kind = kinds.KINDS.get(draft.kind)
        try:
            href = reverse(kind.url_name, args=[draft.pk] if not draft.about else [draft.about]) if kind else ""
        except NoReverseMatch:
            href = ""
        rows.append({"draft": draft, "label": kind.label if kind else draft.kind, "href": href})
    return page(request, "drafts/list.html", {"rows": rows})


@require_POST
@access.signed_in
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw one's own draft away."""
    actions.discard(by=request.user, draft_id=draft_id, at=timezone.now())  # type: ignore[arg-type]
    return redirect("drafts:list")
