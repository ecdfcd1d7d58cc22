"""The index of the paper files: whose each is, and matching by hand what the import could not tell."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import audit
from frontdoor.access import Permission, Refused, get_visible
from frontdoor.access import page as needs
from frontdoor.exchange import paper as files
from frontdoor.exchange.models import PaperFile
from frontdoor.exchange.paper_forms import OwnerForm
from frontdoor.people.models import Person
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page

P = Permission


@require_safe
@needs(P.MERGE_REVIEW)
def paper_files(request: HttpRequest) -> HttpResponse:
    """The index, a page at a time: those that are nobody's yet first."""
    view = request.GET.get("view", "unmatched")
    view = view if view in files.VIEWS else "unmatched"
    q, asked = request.GET.get("q", "")[:100], request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
    rows, following = files.listed(request.user, view, q, after)
    audit.shows(request, [row.person_id for row in rows if row.person_id is not None])
    tabs = [{"text": text, "href": f"?view={name}", "active": name == view} for name, text in files.VIEWS.items()]
    context = {"rows": rows, "following": following, "view": view, "q": q, "tabs": tabs}
    return page(request, "exchange/paper_files.html", {**context, "why_of": files.why_of, "dates_of": files.dates_of})


def _file(request: HttpRequest, key: int) -> PaperFile:
    rows = PaperFile.objects.visible_to(request.user).select_related("person", "matched_by")
    found: PaperFile = get_object_or_404(rows, pk=key)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.MERGE_REVIEW)
def paper_file(request: HttpRequest, key: int) -> HttpResponse:
    """One paper file: what its cover says, whom it may be of, and the choice."""
    found = _file(request, key)
    form = OwnerForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            _choose(request, found, form)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            return redirect("exchange:paper_file", found.pk)
    hits = [] if found.person_id else files.candidates(found, request.user)
    shown = [hit.person for hit in hits] + ([found.person] if found.person else [])
    audit.shows(request, shown)
    context: dict[str, Any] = {"file": found, "form": form, "hits": hits, "today": timezone.localdate()}
    return page(request, "exchange/paper_file.html", {**context, "why_of": files.why_of, "dates_of": files.dates_of})


def _choose(request: HttpRequest, found: PaperFile, form: OwnerForm) -> None:
    common: dict[str, Any] = {"paper": found, "by": request.user, "at": timezone.now()}
    if form.cleaned_data["undo"]:
        files.unmatch_paper(**common)
        messages.success(request, "Taken back: the file is nobody’s again")
        return
    try:
        person: Person = get_visible(Person, request.user, form.cleaned_data["reference"])
    except Http404 as absent:
        raise Refused("There is no person with this reference.", code="no_person", field="reference") from absent
    files.match_paper(person=person, **common)
    messages.success(request, "Matched. You can take it back on this page.")
