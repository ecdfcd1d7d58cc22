"""The index of the paper files: whose each is, and matching by hand what the import could not tell."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, asked, audit
from frontdoor.access import Permission, StaffRequest, get_named
from frontdoor.access import page as needs
from frontdoor.exchange import paper as files
from frontdoor.exchange.models import PaperFile
from frontdoor.exchange.paper_forms import OwnerForm
from frontdoor.people.models import Person
from frontdoor.ui.responses import page

P = Permission


@require_safe
@needs(P.MERGE_REVIEW)
def paper_files(request: StaffRequest) -> HttpResponse:
    """The index, a page at a time: those that are nobody's yet first."""
    view = request.GET.get("view", "unmatched")
    view = view if view in files.VIEWS else "unmatched"
    q, last = asked.typed(request)[:100], request.GET.get("after", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else 0
    rows, following = files.listed(request.user, view, q, after)
    whose = files.owners(rows)
    audit.shows(request, [owner.person.pk for row in rows for owner in whose[row.pk]])
    tabs = [{"text": text, "href": f"?view={name}", "active": name == view} for name, text in files.VIEWS.items()]
    context = {"rows": rows, "following": following, "view": view, "q": q, "tabs": tabs, "owners": whose}
    return page(request, "exchange/paper_files.html", {**context, "dates_of": files.dates_of})


def _file(request: StaffRequest, key: int) -> PaperFile:
    rows = PaperFile.objects.visible_to(request.user).select_related("person", "matched_by")
    found: PaperFile = get_object_or_404(rows, pk=key)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.MERGE_REVIEW)
def paper_file(request: StaffRequest, key: int) -> HttpResponse:
    """One paper file: what its cover says, whom it may be of, and the choice."""
    found = _file(request, key)
    form = acting.form(request, OwnerForm, called="Whose a paper file is")
    done = acting.carry_out(
        request,
        form,
        lambda given, at: _choose(request, found, given, at),
        said=lambda told: told,
        to=reverse("exchange:paper_file", args=[found.pk]),
    )
    if done is not None:
        return done
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


def _choose(request: StaffRequest, found: PaperFile, given: dict[str, Any], at: datetime) -> str:
    """Match the file, or take a match back; what was done, in words."""
    reference, person = given["reference"], None
    if reference:
        absent = "There is no person with this reference that you can view."
        person = get_named(Person, request.user, reference, absent=absent, field="reference")
    if given["undo"]:
        files.unmatch_paper(paper=found, person=person, by=request.user, at=at)
        return "Taken back"
    if person is None:
        return ""
    files.match_paper(paper=found, person=person, by=request.user, at=at)
    return "Matched. You can undo it on this page."
