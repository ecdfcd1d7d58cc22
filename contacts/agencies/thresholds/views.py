"""The threshold document for everybody, a new edition of it, and the level chosen for a contact."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.agencies.thresholds import actions
from contacts.agencies.thresholds.forms import EditionForm, LevelForm
from contacts.agencies.thresholds.models import ThresholdEdition
from contacts.screening.views.contact import act_on
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, holds, public
from frontdoor.access import page as needs
from frontdoor.ui.dates import parse_day
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
def new_edition(request: StaffRequest) -> HttpResponse:
    """A new edition: written from the one before, looked at, then published from its day."""
    before = actions.edition_on(timezone.localdate())
    publishing = "publish" in request.POST
    form = acting.form(request, EditionForm, before=before, levels=actions.levels_of(before) if before else [])
    if publishing:
        done = acting.carry_out(
            request,
            form,
            lambda given, at: actions.publish(
                valid_from=given["valid_from"],
                title=given["title"],
                introduction=given["introduction"],
                note=given["note"],
                levels=form.facts(),
                by=request.user,
                at=at,
            ),
            said="The new edition has been saved. It applies from its start date.",
            to=reverse("contacts:thresholds"),
        )
        if done is not None:
            return done
    elif form.is_sent:
        acting.keep(request, form)
    preview = form.facts() if form.is_sent and not publishing and form.is_valid() else None
    return page(request, "thresholds/edition.html", {"form": form, "preview": preview, "domains": actions.DOMAINS})


@require_POST
@needs(P.CONTACT_SCREEN)
def level(request: StaffRequest, reference: str) -> HttpResponse:
    """Choose a contact's level of need."""
    return act_on(
        request, reference, LevelForm, actions.choose_level, prefix="level", said="The level of need has been saved"
    )
