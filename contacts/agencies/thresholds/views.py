"""The threshold document for everybody, a new edition of it, and the level chosen for a contact."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.agencies.thresholds import actions
from contacts.agencies.thresholds.forms import EditionForm, LevelForm
from contacts.agencies.thresholds.models import ThresholdEdition
from contacts.screening.views.acts import carry_out
from frontdoor import audit
from frontdoor.access import Permission, Refused, holds, public
from frontdoor.access import page as needs
from frontdoor.ui.forms import parse_day, posted
from frontdoor.ui.responses import page

P = Permission


@require_safe
@public
def document(request: HttpRequest) -> HttpResponse:
    """The document in force, or on a day asked for: open to anybody, about nobody."""
    today = timezone.localdate()
    day = parse_day(request.GET.get("on", "")) or today
    edition = actions.edition_on(day)
    return page(
        request,
        "thresholds/document.html",
        {
            "edition": edition,
            "levels": actions.levels_of(edition) if edition else [],
            "domains": actions.DOMAINS,
            "day": day,
            "today": today,
            "editions": ThresholdEdition.objects.order_by("-valid_from")[:20],
            "may_manage": holds(request.user, P.RULES_MANAGE),
            "may_compare": holds(request.user, P.FIGURES_WHOLE_SERVICE),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RULES_MANAGE)
def new_edition(request: HttpRequest) -> HttpResponse:
    """A new edition: written from the one before, looked at, then published from its day."""
    before = actions.edition_on(timezone.localdate())
    form = EditionForm(posted(request), before=before, levels=actions.levels_of(before) if before else [])
    preview = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if "publish" not in request.POST:
            preview = form.facts()
        else:
            try:
                actions.publish(
                    valid_from=given["valid_from"], title=given["title"], introduction=given["introduction"],
                    note=given["note"], levels=form.facts(), by=request.user, at=timezone.now(),  # type: ignore[arg-type]
                )  # fmt: skip
            except Refused as refused:
                audit.refused(request, refused)
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
            else:
                messages.success(request, "The new edition is kept. It holds from its day on.")
                return redirect("contacts:thresholds")
    return page(request, "thresholds/edition.html", {"form": form, "preview": preview, "domains": actions.DOMAINS})


@require_POST
@needs(P.CONTACT_SCREEN)
def level(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose a contact's level of need."""
    user: Any = request.user
    return carry_out(
        request,
        reference,
        "level",
        LevelForm(request.POST, prefix="level"),
        lambda contact, given, at: actions.choose_level(contact=contact, by=user, at=at, **given),
        "The level of need is kept",
    )
