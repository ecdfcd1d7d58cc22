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
    whose = files.owners(rows)
    audit.shows(request, [owner.person.pk for row in rows for owner in whose[row.pk]])
    tabs = [{"text": text, "href": f"?view={name}", "active": name == view} for name, text in files.VIEWS.items()]
    context = {"rows": rows, "following": following, "view": view, "q": q, "tabs": tabs, "owners": whose}
    return page(request, "exchange/paper_files.html", {**context, "dates_of": files.dates_of})


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
    whose = files.owners([found])[found.pk]
    owners = [owner.person for owner in whose]
    family = files.siblings(owners, request.user) if found.is_of_a_family else []
    takes_more = found.is_of_a_family or not whose
    known = {person.pk for person in (*owners, *family)}
    hits = [hit for hit in files.candidates(found, request.user) if hit.person.pk not in known] if takes_more else []
    audit.shows(request, [*owners, *family, *(hit.person for hit in hits)])
    context: dict[str, Any] = {
        "file": found, "form": form, "hits": hits, "today": timezone.localdate(), "whose": whose, "family": family,
        "takes_more": takes_more, "dates_of": files.dates_of,
    }  # fmt: skip
    return page(request, "exchange/paper_file.html", context)


def _choose(request: HttpRequest, found: PaperFile, form: OwnerForm) -> None:
    common: dict[str, Any] = {"paper": found, "by": request.user, "at": timezone.now()}
    reference, person = form.cleaned_data["reference"], None
    if reference:
        try:
            person = get_visible(Person, request.user, reference)
        except Http404 as absent:
            message = "There is no person with this reference."
            raise Refused(message, code="no_person", field="reference") from absent
    if form.cleaned_data["undo"]:
        files.unmatch_paper(person=person, **common)
        messages.success(request, "Taken back")
    elif person is not None:
        files.match_paper(person=person, **common)
        messages.success(request, "Matched. You can take it back on this page.")
