"""Saving a draft from the page, and the list of one's own."""

from urllib.parse import unquote
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import access, audit
from frontdoor.access import Refused, StaffRequest
from frontdoor.db import shortened
from frontdoor.drafts import actions, lasting, readers
from frontdoor.drafts.models import Draft
from frontdoor.people.record import about
from frontdoor.ui.responses import page


@require_http_methods(["PUT", "POST"])
@access.signed_in
def save(request: StaffRequest, draft_id: UUID, kind: str) -> HttpResponse:
    """Keep the body as it came: 204 with its version, or 409 with a code and why in words when it is not kept."""
    sending = _sending(request)
    if sending is None:
        return JsonResponse({"code": "sequence_required"}, status=400)
    try:
        version = actions.save(
            by=request.user,
            draft_id=actions.own(request.user, draft_id) if kind == actions.FORM else draft_id,
            kind=kind,
            body=request.body,
            sending=sending,
            at=timezone.now(),
            place=actions.Place(
                address=request.headers.get("X-Draft-Address", "")[:4000],
                title=shortened(unquote(request.headers.get("X-Draft-Title", "")), 100),
                about=request.headers.get("X-Draft-About", "")[:10],
            ),
        )
    except Refused as refused:
        return JsonResponse({"code": refused.code, "message": refused.message}, status=409)
    return HttpResponse(status=204, headers={"X-Draft-Version": str(version)})


def _sending(request: StaffRequest) -> actions.Sending | None:
    """What the page's script says of its sending; None when it says it wrongly.

    A page of the release before says no version: it is taken for a page that saw nothing kept.
    """
    version = request.headers.get("X-Draft-Version", "0")
    number = request.headers.get("X-Draft-Sequence", "")
    if not actions.is_number(version) or not actions.is_number(number):
        return None
    return actions.Sending(int(version), actions.page_name(request.headers.get("X-Draft-Page", "")), int(number))


@access.signed_in
def listing(request: StaffRequest) -> HttpResponse:
    """One's own unfinished forms by the child they are about, newest first, with no more than tells them apart."""
    today = timezone.localdate()
    rows = readers.listed(request.user)
    children = about.children_of([row.about for row in rows], request.user, today)
    people, given_on = about.people_in(children.values()), about.given_on(children)
    if people or given_on:
        audit.shows(request, people, given_on=given_on)
    groups = about.by_child(rows, lambda row: row.about or str(row.draft.pk), children)
    days = lasting.days_of(lasting.ABOUT_NOTHING, today)
    return page(request, "drafts/list.html", {"groups": groups, "days": days})


@require_safe
@access.signed_in
def read(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """What one typed into a form, to be read and copied: also when the form is there no more."""
    found = readers.one(request.user, draft_id)
    if found is None:
        raise Http404
    return page(request, "drafts/read.html", {"row": found, "typed": readers.typed(found.draft)})


@require_http_methods(["GET", "HEAD", "POST"])
@access.signed_in
def discard(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """Throw one's own draft away, asked once more where its form leads here; back to the form's page, begun again."""
    found = Draft.objects.of(request.user).open().filter(pk=draft_id).first()
    address = found.address if found else ""
    if request.method != "POST":
        if found is None:
            raise Http404
        back = address if readers.may_open(address, request.user) else reverse("drafts:list")
        return page(request, "drafts/afresh.html", {"draft": found, "back": back})
    actions.discard(by=request.user, draft_id=draft_id, at=timezone.now())
    if "list" in request.POST or not readers.may_open(address, request.user):
        return redirect("drafts:list")
    return redirect(address)
