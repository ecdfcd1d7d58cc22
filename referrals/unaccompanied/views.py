"""The list of unaccompanied children, and the page of one with each thing that is done."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.families.telling import telling_for
from contacts.needs import interpreters
from contacts.screening.readers import of_its_type
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible, holds, require
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.people.access import check_conflict
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import history
from referrals.models import Referral, Unaccompanied
from referrals.unaccompanied import actions, forms, readers
from referrals.unaccompanied.models import RULE
from referrals.views import acts, working
from referrals.views.acts import Act, plain

P = Permission


@require_safe
@needs(P.REFERRAL_VIEW)
def listing(request: StaffRequest) -> HttpResponse:
    """Unaccompanied children with open work: transfer scheme and clock, age assessment, whose the child is."""
    view = request.GET.get("view", "open")
    view = view if view in readers.VIEWS else "open"
    lines, following = readers.listed(request.user, view=view, after=request.GET.get("after", ""))
    audit.shows(request, [line.referral.child_id for line in lines if line.referral.child_id is not None])
    return page(
        request,
        "referrals/unaccompanied/list.html",
        {
            "lines": lines,
            "view": view,
            "tabs": [
                {"href": f"?view={name}", "text": text, "active": name == view}
                for name, text in readers.VIEWS.items()
            ],
            "following": f"?view={view}&after={following}" if following else "",
            "started": bool(request.GET.get("after")),
            "now": timezone.now(),
            "today": timezone.localdate(),
        },
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def of_referral(request: StaffRequest, reference: str) -> HttpResponse:
    """What is kept of the unaccompanied child of a referral; until it was begun, a button that begins it."""
    referral = working.shown(request, reference)
    found = Unaccompanied.objects.visible_to(request.user).filter(referral=referral).first()
    if found is not None:
        return redirect("referrals:unaccompanied", found.reference)
    if not actions.came_alone(referral):
        raise Http404
    require(request.user, P.REFERRAL_WORK)
    form = acting.form(request, forms.BeginRecordForm, record=referral)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.begin(referral=referral, by=request.user, at=at),
        said="Begun.",
        to=lambda made: reverse("referrals:unaccompanied", args=[made.reference]),
    )
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": referral, "form": form, "title": "Unaccompanied child", "button": "Begin the record",
            "text": "It keeps what is done for the child, the national transfer scheme and any assessment of age. What "
            "was said of the journey stays with the contact and is shown beside it.",
            "who": referral.child_name, "back": "referrals:referral",
        },
    )  # fmt: skip


def shown(request: StaffRequest, reference: str) -> Unaccompanied:
    """The record, if the user may see its referral; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found: Unaccompanied = get_visible(Unaccompanied, request.user, reference)
    noted(request, found.referral)
    return found


def noted(request: StaffRequest, referral: Referral) -> None:
    """Note that somebody reads what hangs on this referral; 403 on a declared conflict."""
    if referral.child is not None:
        check_conflict(request.user, referral.child)
    children = [referral.child] if referral.child else []
    audit.shows(request, children, kind="opened", reference=referral.reference)


@require_safe
@needs(P.REFERRAL_VIEW)
def unaccompanied(request: StaffRequest, reference: str) -> HttpResponse:
    """One child: where the transfer scheme stands, what was done, the age assessments, and what was said at first."""
    found = shown(request, reference)
    referral, user = found.referral, request.user
    telling = telling_for(referral.contact_person)
    ages = list(referral.age_assessments.order_by("-pk"))
    clocks = Clock.objects.visible_to(user).running().of(referral.reference).filter(rule=RULE)
    return page(
        request,
        "referrals/unaccompanied/one.html",
        {
            "record": found,
            "referral": referral,
            "contact": referral.contact,
            "said": [(what, telling.of(name, text)) for name, what, text in of_its_type(referral.contact)],
            "given": referral.contact_person,
            "interpreters": interpreters(referral.contact_person, referral.child),
            "ages": [(each, readers.claimed_date(each), readers.assessed_date(each)) for each in ages],
            "may_begin": referral.is_open and holds(user, P.REFERRAL_WORK) and not any(each.is_open for each in ages),
            "clocks": list(clocks),
            "buttons": doors.buttons(found, user),
            "changes": list(history(found.reference)),
            "now": timezone.now(),
        },
    )


ACTS: dict[str, Act] = {
    "facts": Act(
        P.REFERRAL_WORK, "Record what has been done for the child", "Save", forms.FactsForm,
        plain(actions.record_facts, "record"), "Saved.",
    ),
    "refer": Act(
        P.REFERRAL_WORK, "Record the referral to the transfer scheme", "Record it", forms.ReferForm,
        plain(actions.refer, "record"), "Recorded.",
    ),
    "accept": Act(
        P.REFERRAL_WORK, "Record which authority has accepted the child", "Record it", forms.AcceptForm,
        plain(actions.accept, "record"), "Recorded.", text="Until the child has moved everything stays with us.",
    ),
    "transfer": Act(
        P.REFERRAL_DECIDE, "Record that the child has moved", "Record it", forms.TransferForm,
        plain(actions.transfer, "record"), "Recorded: the scheme’s deadline has ended.",
    ),
    "stay": Act(
        P.REFERRAL_DECIDE, "Record that the child stays with us", "Record it", forms.StayForm,
        plain(actions.stay, "record"), "Recorded: the scheme’s deadline has ended.", kind="warning",
    ),
    "put-right": Act(
        P.REFERRAL_DECIDE, "Put right what was recorded of the transfer scheme", "Begin the scheme anew",
        forms.PutRightForm, plain(actions.put_right, "record"), "The scheme begins anew.", kind="warning",
        text="What was recorded stays in the history. The deadline runs on as if it had never been stopped.",
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one act; what the act itself needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found, called=chosen.title)
    return acts.answer(request, chosen, form, found, who=found.referral.child_name, back="referrals:unaccompanied")
