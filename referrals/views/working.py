"""The list of referrals, and the page of one with everything that can be done to it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.families.telling import telling_for
from contacts.given import sought_for
from contacts.models import Contact
from contacts.needs import interpreters
from contacts.screening import actions as screening
from contacts.screening.readers import of_its_type
from contacts.screening.untaken import untaken
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.people.access import check_conflict
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import Person
from frontdoor.signing import oversight
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import history
from referrals import actions, endings, forms, holding, hooks, news, readers
from referrals.absences import away
from referrals.acknowledging import acknowledge
from referrals.models import Letter, Referral
from referrals.transfers.readers import of_referral as of_transfers
from referrals.views import acts
from referrals.views.acts import Act, plain
from referrals.views.news import PLACES, told
from referrals.views.news import address_of as page_of_news

P = Permission
VIEWS = {
    "undecided": "Awaiting decision",
    "to_sign": "Endings to sign",
    "enquiries": "Section 47 to authorise",
    "unallocated": "Without a worker",
    "mine": "Mine",
    "open": "All open",
}


@require_safe
@needs(P.REFERRAL_VIEW)
def queue(request: StaffRequest) -> HttpResponse:
    """Referrals awaiting a decision, without a worker, one's own, and all open ones."""
    user = request.user
    first = "undecided" if holds(user, P.REFERRAL_DECIDE) else "mine" if holds(user, P.REFERRAL_WORK) else "open"
    view = request.GET.get("view", first)
    view = view if view in VIEWS else first
    form = forms.QueueFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    found = readers.listed(
        user,
        view=view,
        team=given.get("team", ""),
        worker=given.get("worker", ""),
        response=given.get("response", ""),
        after=request.GET.get("after", ""),
    )
    people = [line.referral.child_id for line in found.lines]
    audit.shows(request, [person for person in people if person is not None])
    query = request.GET.copy()
    query.pop("after", None)
    query["view"] = view
    following = ""
    if found.after:
        query["after"] = found.after
        following = "?" + query.urlencode()
        query.pop("after")
    counts = {name: readers.counted(user, name) for name in ("undecided", "unallocated")}
    return page(
        request,
        "referrals/queue.html",
        {
            "view": view,
            "tabs": [
                {
                    "href": f"?view={name}",
                    "text": text,
                    "active": name == view,
                    "count": f"{counts[name]}{'+' if counts[name] == 1000 else ''}" if name in counts else None,
                }
                for name, text in VIEWS.items()
            ],
            "form": form,
            "lines": found.lines,
            "away": away([line.allocation.worker_id for line in found.lines if line.allocation], timezone.now()),
            **told(request, news.waiting(user) if not request.GET.get("after") else [], "list"),
            "following": following,
            "started": bool(request.GET.get("after")),
            "now": timezone.now(),
            "today": timezone.localdate(),
            "label": lists.label,
        },
    )


def shown(request: StaffRequest, reference: str) -> Referral:
    """The referral, if the user may see it; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found = readers.whole(request.user, tidy_reference(reference)) if "\x00" not in reference else None
    if found is None:
        raise Http404
    if found.child is not None:
        check_conflict(request.user, found.child)
    audit.shows(request, [found.child] if found.child else [], kind="opened", reference=found.reference)
    return found


def address_of(reference: str) -> str:
    """The page of a referral."""
    return reverse("referrals:referral", args=[reference])


@require_safe
@needs(P.REFERRAL_VIEW)
def referral(request: StaffRequest, reference: str) -> HttpResponse:
    """One referral: the child, whose it is, the deadlines, the decision, the contact's words, and what can be done."""
    return _show(request, shown(request, reference))


def _show(request: StaffRequest, found: Referral, sent: forms.NewsForm | None = None) -> HttpResponse:
    """The page; ``sent`` is the answer to news that came back."""
    user = request.user
    contact = found.contact
    telling = telling_for(found.contact_person)
    assessments: Any = found.assessments
    heard = told(request, news.of(found, user), "referral")
    if sent is not None:
        heard["taking"] = {key: sent if key == sent.prefix else form for key, form in heard["taking"].items()}
    return page(
        request,
        "referrals/referral.html",
        {
            "referral": found,
            "contact": contact,
            "given": found.contact_person,
            "telling": telling,
            "interpreters": interpreters(found.contact_person, found.child),
            "asked_of_type": [(shown, telling.of(name, text)) for name, shown, text in of_its_type(contact)],
            "untaken": untaken([found.child], user).get(found.child.pk, []) if found.child is not None else [],
            "siblings": readers.siblings(found, user),
            "ending": endings.told(found),
            "allocations": (allocations := readers.allocations(found)),
            "away": away([row.worker_id for row in allocations], timezone.now()),
            "warnings": readers.warnings_of([found], user),
            "clocks": list(Clock.objects.visible_to(user).running().of(found.reference).order_by("due_at", "id")),
            **heard,
            "form": sent,
            "discussions": list(found.strategy_discussions.whole()),
            "age_open": found.age_assessments.open().first(),
            "measures": list(found.measures.order_by("-began_at", "-id")),
            "enquiries": list(found.enquiries.select_related("lead").order_by("-started_on", "-id")),
            "letters": list(Letter.objects.visible_to(user).filter(referral=found).order_by("-id")),
            "transfers": of_transfers(found),
            "plans": list(found.plans.select_related("lead").order_by("-started_on", "-id")),
            "assessments": list(assessments.select_related("author").order_by("-started_at", "-id"))
            if holds(user, P.ASSESSMENT_VIEW)
            else [],
            "changes": list(history(found.reference)),
            "oversight": oversight.part(found.reference, user, timezone.now()),
            "buttons": doors.buttons(found, user),
            "may_search": holds(user, P.PEOPLE_VIEW),
            "now": timezone.now(),
            "today": timezone.localdate(),
            "label": lists.label,
        },
    )


@require_POST
@needs(P.REFERRAL_WORK)
def take_news(request: StaffRequest, reference: str, contact: str) -> HttpResponse:
    """Say that one has read it and what one will do; on home and on the list for all one's children it is about."""
    user = request.user
    found = shown(request, reference)
    about: Contact = get_visible(Contact, user, contact)
    if not any(row.contact == about for row in news.of(found, user)):
        raise Http404
    place = request.POST.get("from", "")
    together = [row.referrals for row in news.waiting(user) if row.contact == about and found in row.referrals]
    referrals = together[0] if together and place in PLACES else [found]
    audit.shows(request, [row.child_id for row in referrals if row.child_id is not None])
    address = page_of_news(place, found.reference)
    form = acting.form(
        request, forms.NewsForm, record=found, prefix=f"news-{about.reference}", at=address, is_sent=True
    )  # fmt: skip
    done = acting.carry_out(
        request,
        form,
        lambda given, at: acknowledge(contact=about, referrals=referrals, by=user, at=at, **given),
        said=f"You have read {about.reference}. It has left your manager’s list.",
        to=address,
    )
    return done or _show(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def confirm_child(request: StaffRequest, reference: str) -> HttpResponse:
    """Say who the child of a fast-tracked referral is: one of the possible records, or a new one."""
    user = request.user
    found = shown(request, reference)
    row = found.contact_person
    candidates = matching.candidates(sought_for(row), user, reference=found.contact.reference, position=row.position)
    audit.shows(request, [candidate.person for candidate in candidates])
    form = acting.form(request, forms.ConfirmChildForm, record=found)
    form.offer_people(candidates)

    def act(given: dict[str, Any], at: datetime) -> Referral:
        is_new = given["person"] == "new"
        for candidate in candidates if is_new else []:
            screening.not_this_person(on_contact=row, person=candidate.person, by=user, at=at)
        person = None if is_new else get_visible(Person, user, given["person"])
        return actions.confirm_child(referral=found, by=user, at=at, person=person, version=given["version"])

    done = acting.carry_out(
        request,
        form,
        act,
        said=lambda moved: (
            f"The child has open work: this has joined {moved.joined_reference}."
            if moved.joined_reference
            else "The child has been confirmed."
        ),
        to=lambda moved: address_of(moved.joined_reference or found.reference),
    )
    return done or page(
        request,
        "referrals/confirm_child.html",
        {"referral": found, "given": row, "form": form, "candidates": candidates, "today": timezone.localdate()},
    )


def _accept(referral: Referral, by: User, at: datetime, given: dict[str, Any]) -> object:
    worker = given["worker"]
    team = holding.team_of(worker, given["team"])
    response = actions.Response(given["response_type"], given["primary_need"], team, worker)
    return actions.accept(
        referral=referral, by=by, at=at, reason=given["reason"], response=response, version=given["version"]
    )


#: What is said of an ending that waits.
PROPOSED = "Proposed: a second manager has to sign it."

ACTS: dict[str, Act] = {
    "accept": Act(P.REFERRAL_DECIDE, "Accept this referral", "Accept", forms.AcceptForm, _accept, "Accepted."),
    "end": Act(
        P.REFERRAL_DECIDE,
        "End without further work",
        "End the referral",
        forms.EndForm,
        plain(actions.no_further_action, "referral"),
        lambda found: PROPOSED if found.is_open else "The referral has ended.",
        kind="warning",
        says=endings.told,
    ),
    "service": Act(
        P.REFERRAL_DECIDE,
        "Provide a service",
        "Begin the service",
        forms.ServiceForm,
        plain(actions.provide_service, "referral"),
        "The service has begun.",
    ),
    "need": Act(
        P.REFERRAL_WORK,
        "The child’s primary need",
        "Save",
        forms.NeedForm,
        plain(actions.set_primary_need, "referral"),
        "Saved.",
    ),
    "close": Act(
        P.REFERRAL_CLOSE,
        "Close this referral",
        "Close the referral",
        forms.CloseForm,
        plain(actions.close, "referral"),
        lambda found: PROPOSED if found.is_open else "Closed.",
        kind="warning",
        says=endings.told,
    ),
    "reopen": Act(
        P.REFERRAL_REOPEN,
        "Reopen this referral",
        "Reopen",
        forms.ReasonForm,
        plain(actions.reopen, "referral"),
        "Reopened.",
        text="Only for a referral closed in error, soon after. Later information about the child is a new contact.",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one act; what the act itself needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found, called=chosen.title)
    forms.say_cases(form, request.user)
    ends = name in ("close", "end")
    waits = [line for below in hooks.open_below for line in below(found, request.user)] if ends else []
    return acts.answer(request, chosen, form, found, who=found.child_name, back="referrals:referral", waits=waits)
