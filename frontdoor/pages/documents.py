"""A person's documents: the list, sending files, one document with its bytes, and finding any by its text."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import acting, asked, audit
from frontdoor.access import Permission, Refused, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.documents import actions, carries, hooks, reading, storage
from frontdoor.documents import search as finding
from frontdoor.documents.contents import ENDINGS, TAKEN
from frontdoor.documents.models import Document
from frontdoor.pages.document_forms import DescribeForm, DocumentFilter, UploadForm, WithdrawForm
from frontdoor.pages.people import ask_why, moved, opened, reason_for
from frontdoor.pages.sections import sections
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.people.record import overview as record
from frontdoor.ui.responses import page

P = Permission
# Nothing runs, nothing is fetched, nothing can be framed, whatever the bytes hold.
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def _choices(who: Person, user: User) -> dict[str, list[tuple[str, str]]]:
    """What a document may be tied to: records about the person the user sees, and their paper files."""
    parts = record.work(who, user)
    about = {part.reference: f"{part.get_kind_display()} {part.reference}" for part in parts}
    paper = [(line.file_no, f"{line.file_no}, {line.location}") for line in hooks.paper_of(who, user)]
    return {"about": list(about.items()), "paper_file": paper}


def _listed(request: StaffRequest, who: Person, form: UploadForm | None = None, **more: Any) -> HttpResponse:
    sent = asked.address(request, box="q")
    chosen = DocumentFilter(asked.filled(request, sent, box="q"), auto_id="filter_%s")
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    q = wanted.get("q", "")
    rows = Document.objects.visible_to(request.user).filter(person=who)
    rows = rows if wanted.get("withdrawn") else rows.standing()
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    found = finding.page_of(rows, q, user=request.user, after=request.GET.get("after", ""))
    if form is None and holds(request.user, P.DOCUMENT_ADD):
        form = _upload_form(request, who)
    return page(
        request,
        "documents/list.html",
        {
            "person": who,
            "sections": sections(request.user, who.reference, "Documents"),
            "found": found,
            "q": q,
            "following": f"?{_onward(sent, found.next_after)}" if found.next_after else "",
            "filter": chosen,
            "upload": form,
            "paper": hooks.paper_of(who, request.user),
            "label": lists.label,
            "taken": TAKEN,
            "endings": ENDINGS,
            "most": settings.DOCUMENT_MAX_MB,
            "has_ocr": reading.has_ocr(),
            "has_scanner": bool(settings.CLAMD_ADDRESS),
            **more,
        },
        status=more.get("status"),
    )


def _onward(sent: QueryDict, after: str) -> str:
    """The filters of the list for the address of its next page."""
    query = sent.copy()
    query["after"] = after
    return query.urlencode()


def _upload_form(request: StaffRequest, who: Person, *, is_sent: bool = False) -> UploadForm:
    address = reverse("pages:documents", args=[who.reference])
    choices = _choices(who, request.user)
    return acting.form(request, UploadForm, record=who, at=address, is_sent=is_sent, choices=choices)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.DOCUMENT_VIEW)
def documents(request: StaffRequest, reference: str) -> HttpResponse:
    """The documents of one person, newest first, and the paper files kept of them. The filters are sent by POST: their
    words are kept for the session and stand in no address."""
    who = opened(request, reference)
    if request.method == "POST":
        here = reverse("pages:documents", args=[who.reference])
        return asked.lead_on(request, here, box="q", filters=DocumentFilter.base_fields)
    if who.reference != tidy_reference(reference):
        return moved(request, who, "pages:documents")
    reason = reason_for(request, who, timezone.now())
    if not reason:
        return ask_why(request, who)
    audit.shows(request, [who], kind="opened", reference=who.reference, reason=reason)
    return _listed(request, who)


@require_POST
@needs(P.DOCUMENT_ADD)
def upload(request: StaffRequest, reference: str) -> HttpResponse:
    """Take the files sent: each is kept or refused by itself, with a sentence. A program sending one gets its line."""
    who = opened(request, reference)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    form = _upload_form(request, who, is_sent=True)
    acting.keep(request, form)
    sent = form.cleaned_data["documents"] if form.is_valid() else []
    results = [_take(request, who, form, each) for each in sent]
    refused = [result for result in results if result["problem"]]
    kept = [result for result in results if not result["problem"]]
    status = 422 if refused or not form.is_valid() else 200
    if status == 200:
        acting.use_up(request, form, at=timezone.now())
    if request.headers.get("HX-Request") == "true":
        return page(request, "documents/_sent.html", {"results": results, "upload": form}, status=status)
    if status == 422:
        return _listed(request, who, form, results=results, status=422)
    words = "1 document was added" if len(kept) == 1 else f"{len(kept)} documents were added"
    messages.success(request, words)
    return redirect("pages:documents", who.reference)


def _take(request: StaffRequest, who: Person, form: UploadForm, sent: Any) -> dict[str, Any]:
    name = actions.tidy_name(sent.name or "")
    if sent.size > actions.largest():
        # Not read into memory at all.
        problem = (
            f"The file is larger than {settings.DOCUMENT_MAX_MB} MB, the most one document may be. "
            "Scan it in black and white or in parts."
        )
        return {"name": name, "problem": problem}
    facts = form.facts(only_one=len(form.cleaned_data["documents"]) == 1)
    try:
        document = actions.add_document(
            person=who,
            name=sent.name or "",
            data=sent.read(),
            facts=facts,
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refused:
        # One of several files: the others are kept, so it is answered in its own line, not by the form.
        audit.refused(request, refused)
        return {"name": name, "problem": refused.message}
    return {"name": name, "problem": "", "document": document}


def _one(request: StaffRequest, reference: str) -> Document:
    """The document if the user may see it and the record it belongs to; the same 404 otherwise."""
    document: Document = get_visible(Document, request.user, reference)
    if not finding.seen([document], request.user):
        raise Http404
    check_conflict(request.user, document.person)
    return document


@require_safe
@needs(P.DOCUMENT_VIEW)
def document(request: StaffRequest, reference: str) -> HttpResponse:
    """What is known of one document, and the beginning of its text."""
    found = _one(request, reference)
    reason = reason_for(request, found.person, timezone.now())
    if not reason:
        return ask_why(request, found.person)
    audit.shows(request, [found.person], kind="opened", reference=found.reference, reason=reason)
    return _page_of(request, found)


def _page_of(request: StaffRequest, found: Document, **more: Any) -> HttpResponse:
    text = getattr(found, "text", None)
    may_change = holds(request.user, P.DOCUMENT_ADD) and found.ended_at is None
    context = {
        "document": found,
        "person": found.person,
        "size": filesizeformat(found.size),
        "text": text.text[:20_000] if text is not None else "",
        "is_cut": text is not None and len(text.text) > 20_000,
        "goes_on": text is not None and text.text.endswith(reading.GOES_ON),
        "carries": carries.told(found.carries),
        "attached": text.attached.splitlines() if text is not None else [],
        "label": lists.label,
        "about_href": record.href_of_reference(found.about) if found.about else "",
        "may_change": may_change,
    }
    return page(request, "documents/document.html", {**context, **more})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.DOCUMENT_ADD)
def describe(request: StaffRequest, reference: str) -> HttpResponse:
    """Change a document’s details."""
    found = _one(request, reference)
    audit.shows(request, [found.person], kind="opened", reference=found.reference)
    form = acting.form(
        request,
        DescribeForm,
        record=found,
        initial=DescribeForm.told(found),
        choices=_choices(found.person, request.user),
    )
    return _changed(request, found, form, "Change the document’s details", "Save")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.DOCUMENT_ADD)
def withdraw(request: StaffRequest, reference: str) -> HttpResponse:
    """Take a document filed in error off the record, with the reason."""
    found = _one(request, reference)
    audit.shows(request, [found.person], kind="opened", reference=found.reference)
    form = acting.form(request, WithdrawForm, record=found)
    return _changed(request, found, form, "Withdraw this document", "Withdraw")


def _changed(
    request: StaffRequest, found: Document, form: DescribeForm | WithdrawForm, title: str, button: str
) -> HttpResponse:
    done = acting.carry_out(
        request,
        form,
        lambda given, at: form.act(document=found, by=request.user, at=at),
        said="The document is up to date",
        to=reverse("pages:document", args=[found.reference]),
    )
    context = {"document": found, "form": form, "title": title, "button": button}
    return done or page(request, "documents/form.html", context)


@require_safe
@needs(P.DOCUMENT_VIEW)
def document_file(request: StaffRequest, reference: str, how: str) -> HttpResponse | StreamingHttpResponse:
    """The bytes of a document: to keep, or to look at in a sandbox where the browser can show its kind."""
    found = _one(request, reference)
    reason = reason_for(request, found.person, timezone.now())
    if not reason:
        return ask_why(request, found.person)
    if how == "view" and not found.is_viewable:
        raise Http404
    if found.carries and request.GET.get("knowing") != "1":
        # It is named on the page of the document first, where somebody who wants it all the same says so.
        return redirect("pages:document", found.reference)
    event = "document.viewed" if how == "view" else "document.downloaded"
    actions.note_reading(document=found, by=request.user, at=timezone.now(), event=event, reason=reason)
    try:
        pieces = iter(storage.parts(found.blob, found.key_id))
        first = next(pieces, b"")
    except storage.Damaged as damaged:
        raise Refused(f"{damaged} Tell the administrator the reference {found.reference}.", code="damaged") from damaged
    response = StreamingHttpResponse(_from(first, pieces), content_type=found.content_type)
    response["Content-Disposition"] = content_disposition_header(how == "download", found.file_name) or "attachment"
    response["Content-Length"] = str(found.size)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _from(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _searched(request: StaffRequest, q: str, after: str) -> dict[str, Any]:
    rows = Document.objects.visible_to(request.user).standing()
    found = finding.page_of(rows, q, user=request.user, after=after) if q.strip() else finding.Found([])
    if found.hits:
        audit.shows(request, [hit.document.person for hit in found.hits])
    return {"q": q, "found": found, "asked": bool(q.strip()), "label": lists.label}


@require_safe
@needs(P.DOCUMENT_VIEW)
def documents_search(request: StaffRequest) -> HttpResponse:
    """Documents by their text, of all people the user may see."""
    context = _searched(request, asked.typed(request), request.GET.get("after", ""))
    return page(request, "documents/search.html", context)


@require_POST
@needs(P.DOCUMENT_VIEW)
def documents_found(request: StaffRequest) -> HttpResponse:
    """Live search: a POST, so that nothing searched for stands in an address, a log or the browser's history."""
    context = _searched(request, request.POST.get("q", ""), request.POST.get("after", ""))
    return page(request, "documents/search.html", context, fragment="documents/_found.html")
