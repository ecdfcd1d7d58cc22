"""The plan register, the page of one child protection plan, and of each thing that is done about it."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.people.access import check_conflict
from frontdoor.ui.csvs import csv_response
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import history
from referrals.forms import say_cases
from referrals.models import Allocation
from referrals.protection import plan_forms, plans, register
from referrals.protection.plan_models import CORE_GROUP, REVIEWS, ProtectionPlan
from referrals.views import acts
from referrals.views.acts import Act, plain
from referrals.views.working import shown as shown_referral

P = Permission
PAGE = 50


@require_safe
@needs(P.REFERRAL_DECIDE)
def listing(request: StaffRequest) -> HttpResponse:
    """The children on a plan today whom the user may see, the review due first leading; a CSV with ``?format=csv``."""
    user, now = request.user, timezone.now()
    form = plan_forms.PlanFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    rows = register.of_day(london_date(now), user=user, team=given.get("team", ""), category=given.get("category", ""))
    if given.get("due") == "overdue":
        rows = register.overdue(rows, now)
    if request.GET.get("format") == "csv":
        lines = [line for line in register.lines(rows, now) if line.plan.child is not None]
        audit.shows(request, [line.plan.child_id for line in lines if line.plan.child_id is not None])
        return csv_response("plan-register.csv", register.HEAD, [line.cells() for line in lines])
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = list(register.lines(list(found.object_list), now))
    current = Allocation.objects.filter(to_at__isnull=True, referral__in=[line.plan.referral_id for line in lines])
    teams = dict(current.values_list("referral_id", "team__name"))
    told = register.only_told_of(user)
    elsewhere = list(told.select_related("child").order_by("received_at", "id")[:PAGE])
    audit.shows(
        request,
        [line.plan.child_id for line in lines if line.plan.child_id is not None]
        + [row.child_id for row in elsewhere if row.child_id is not None],
    )
    query = request.GET.copy()
    query.pop("page", None)
    return page(
        request,
        "referrals/protection/plans.html",
        {
            "form": form,
            "lines": lines,
            "found": found,
            "teams": teams,
            "elsewhere": elsewhere,
            "number_elsewhere": told.count() if elsewhere else 0,
            "query": query.urlencode(),
            "now": now,
            "label": lists.label,
        },
    )


def shown(request: StaffRequest, reference: str) -> ProtectionPlan:
    """The plan, if the user may see its referral; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found: ProtectionPlan = get_visible(ProtectionPlan, request.user, reference)
    child = found.referral.child
    if child is not None:
        check_conflict(request.user, child)
    audit.shows(request, [child] if child else [], kind="opened", reference=found.referral.reference)
    return found


@require_safe
@needs(P.REFERRAL_VIEW)
def plan(request: StaffRequest, reference: str) -> HttpResponse:
    """One plan: who leads it, its clocks, its reviews and core groups."""
    found = shown(request, reference)
    running = Clock.objects.visible_to(request.user).running().of(found.referral.reference)
    return page(
        request,
        "referrals/protection/plan.html",
        {
            "plan": found,
            "referral": found.referral,
            "conference": found.conference,
            "reviews": list(found.reviews.select_related("recorded_by").order_by("-held_on", "-id")),
            "core_groups": list(found.core_groups.select_related("recorded_by").order_by("-held_on", "-id")),
            "clocks": list(running.filter(rule__in=[*REVIEWS, CORE_GROUP]).order_by("due_at", "id"))
            if found.is_running
            else [],
            "buttons": doors.buttons(found, request.user),
            "changes": list(history(found.reference)),
            "now": timezone.now(),
            "label": lists.label,
        },
    )


ACTS: dict[str, Act] = {
    "review": Act(
        P.REFERRAL_DECIDE, "Record a review conference", "Record it", plan_forms.ReviewForm,
        plain(plans.review, "plan"),
        "The review conference has been recorded.",
    ),
    "core-group": Act(
        P.REFERRAL_WORK, "Record a core group", "Record it", plan_forms.CoreGroupForm,
        plain(plans.record_core_group, "plan"), "The core group has been recorded.",
    ),
    "people": Act(
        P.REFERRAL_ALLOCATE, "Change who leads the plan", "Save", plan_forms.PeopleForm,
        plain(plans.change_people, "plan"), "Saved.",
    ),
    "end": Act(
        P.REFERRAL_DECIDE, "End the child protection plan", "End the plan", plan_forms.EndPlanForm,
        plain(plans.end, "plan"), "The plan has ended.", kind="warning",
        text="Where a review conference ended it, record that conference instead.",
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one act; what the act itself needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found, called=chosen.title)
    if name == "people":
        say_cases(form, request.user)
    return acts.answer(request, chosen, form, found, who=found.referral.child_name, back="referrals:plan")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_DECIDE)
def transfer_in(request: StaffRequest, reference: str) -> HttpResponse:
    """The conference of a plan transferring in, or of one that only the referral's service tells of."""
    found = shown_referral(request, reference)
    title = "Record a conference without an enquiry"
    form = acting.form(request, plan_forms.TransferInForm, record=found, called=title)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: plans.record_transfer_in(referral=found, by=request.user, at=at, **given),
        said="The conference has been recorded.",
        to=reverse("referrals:referral", args=[found.reference]),
    )
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": found,
            "form": form,
            "title": title,
            "button": "Record it",
            "text": "A plan that comes from elsewhere has no section 47 enquiry here. With the result “plan” the child "
            "is on the register from the day of the conference.",
            "kind": "",
            "who": found.child_name,
            "back": "referrals:referral",
        },
    )
