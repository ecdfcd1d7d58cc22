"""The pages of transfers: the meeting list, one transfer, and everything that is done in it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.accounts.models import Team, User
from frontdoor.codelists import lists
from frontdoor.people.access import check_conflict
from frontdoor.ui.formats import joined
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import can, history
from referrals import readers as of_referrals
from referrals.models import Referral, Transfer
from referrals.transfers import actions, drafting, forms, readers
from referrals.transfers.following import address_of
from referrals.views import acts
from referrals.views.acts import Act, plain
from referrals.views.working import shown as shown_referral

P = Permission
TABS = {"waiting": "Waiting for an answer", "answered": "Answered"}
HEADINGS = {"coming": "Coming to us", "going": "Going from us"}


@require_safe
@needs(P.REFERRAL_VIEW)
def listing(request: StaffRequest) -> HttpResponse:
    """For a team, or all of them: what is coming to it and what is going from it; the list of a transfer meeting."""
    user = request.user
    form = forms.TransferFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    view = "answered" if request.GET.get("view") == "answered" else "waiting"
    teams, called = _teams(user, given.get("team") or "")
    direction = given.get("direction") or ""
    # Of all teams together what comes and what goes is one list.
    wanted = ["all"] if teams is None else [direction] if direction else list(HEADINGS)
    after = request.GET.get("after", "") if len(wanted) == 1 else ""
    parts = {
        each: readers.part(user, teams=teams, direction=each, is_answered=view == "answered", after=after)
        for each in wanted
    }
    children = [line.transfer.referral.child_id for part in parts.values() for line in part.lines]
    audit.shows(request, [key for key in children if key is not None])
    return page(
        request,
        "referrals/transfers/list.html",
        {
            "form": form,
            "view": view,
            "called": called,
            "parts": [(name, HEADINGS.get(name, "All transfers"), part) for name, part in parts.items()],
            "tabs": [
                {"href": f"?{_query(request, view=name)}", "text": text, "active": name == view}
                for name, text in TABS.items()
            ],
            "more": {
                name: _query(request, view=view, direction=name, after=part.after) for name, part in parts.items()
            },
            "first": f"?{_query(request, view=view)}" if after else None,
            "now": timezone.now(),
        },
    )


def _query(request: HttpRequest, **more: str) -> str:
    """The filters of this address, with these beside or instead of them."""
    found = request.GET.copy()
    found.pop("after", None)
    for name, value in more.items():
        found[name] = value
    if found.get("direction") == "all":
        del found["direction"]
    return found.urlencode()


def _teams(user: User, code: str) -> tuple[list[Team] | None, str]:
    """The teams the list is of, and what they are called; None is every team, also for somebody who has none."""
    if code == forms.TransferFilter.ALL:
        return None, "All teams"
    found = list(Team.objects.filter(code=code)) if code else readers.own_teams(user)
    return (found, joined([team.name for team in found])) if found else (None, "All teams")


def shown(request: StaffRequest, reference: str) -> Transfer:
    """The transfer, if the user may see its referral; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found: Transfer = get_visible(Transfer, request.user, reference)
    child = found.referral.child
    if child is not None:
        check_conflict(request.user, child)
    audit.shows(request, [child] if child else [], kind="opened", reference=found.referral.reference)
    return found


@require_safe
@needs(P.REFERRAL_VIEW)
def transfer(request: StaffRequest, reference: str) -> HttpResponse:
    """One transfer: from whom to whom and why, the summary, the record as it is now, the checklist, the answer."""
    user, now = request.user, timezone.now()
    found = shown(request, reference)
    with_it = readers.with_it(found, user)
    elsewhere = readers.family_elsewhere(found, user) if found.is_waiting else []
    audit.shows(request, [row.referral.child for row in with_it if row.referral.child is not None])
    audit.shows(request, [row.child for row in elsewhere if row.child is not None])
    return page(
        request,
        "referrals/transfers/transfer.html",
        {
            "transfer": found,
            "referral": found.referral,
            "checks": list(found.checks.order_by("position")),
            "with_it": with_it,
            "elsewhere": elsewhere,
            "facts": drafting.facts(found.referral, user, now) if found.is_waiting else [],
            "warnings": of_referrals.warnings_of([found.referral], user),
            "clock": readers.clock_of(found, user, now) if found.is_waiting else None,
            "buttons": doors.buttons(found, user),
            "changes": list(history(found.reference)),
            "now": now,
            "today": timezone.localdate(),
            "label": lists.label,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_WORK)
def propose(request: StaffRequest, reference: str, where: str) -> HttpResponse:
    """Propose the transfer of a referral to another team here, or to another authority, with brothers and sisters."""
    user = request.user
    kinds: dict[str, type[forms.SendForm]] = {"team": forms.ToTeamForm, "authority": forms.ToAuthorityForm}
    if where not in kinds:
        raise Http404
    found = shown_referral(request, reference)
    form = acting.form(request, kinds[where], record=found)
    family = readers.family_there(found, user)
    form.offer_family(family)
    form.begin_with(drafting.summary_of(found, user, timezone.now()))
    audit.shows(request, [row.child for row in family if row.child is not None])

    def act(given: dict[str, Any], at: datetime) -> actions.Done:
        return actions.propose(
            referral=found, by=user, at=at, to=form.to(), reason=given["reason"], summary=given["summary"],
            checks=form.checks(), others=form.chosen(), apart_reason=given.get("apart_reason") or "",
            version=given["version"],
        )  # fmt: skip

    done = acting.carry_out(
        request,
        form,
        act,
        said=lambda result: _proposed(request, result),
        to=lambda result: address_of(result.transfer),
    )
    title = "Transfer to another authority" if where == "authority" else "Transfer to another team"
    return done or _form_page(
        request, found, form, title, "Propose the transfer", back=reverse("referrals:referral", args=[found.reference])
    )


def _form_page(
    request: StaffRequest, record: Referral | Transfer, form: forms.ChecklistForm, title: str, button: str, *, back: str
) -> HttpResponse:
    referral = record if isinstance(record, Referral) else record.referral
    return page(
        request,
        "referrals/transfers/send.html",
        {"record": record, "who": referral.child_name, "form": form, "title": title, "button": button, "back": back},
    )


def _proposed(request: StaffRequest, result: actions.Done) -> str:
    _say_refused(request, "Not proposed", result)
    names = joined([row.referral.child_name for row in (result.transfer, *result.others)])
    return f"{names}: proposed to {result.transfer.receiver}. Until it is accepted everything stays as it is."


def _say_refused(request: StaffRequest, what: str, result: actions.Done) -> None:
    for each in result.refused:
        audit.refused(request, each.why)
        messages.warning(request, f"{what}: {each.referral.child_name}, {each.referral.reference}. {each.why.message}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_ALLOCATE)
def ask_for(request: StaffRequest, reference: str) -> HttpResponse:
    """Ask for a case for a team of one's own."""
    user = request.user
    found = shown_referral(request, reference)
    form = acting.form(request, forms.AskForm, record=found)
    form.offer_teams(readers.own_teams(user))
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.ask_for(referral=found, by=user, at=at, **given),
        said="Asked for: whoever has the case has been told, and answers it.",
        to=address_of,
    )
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": found,
            "form": form,
            "title": forms.AskForm.called,
            "button": "Ask for it",
            "who": found.child_name,
            "back": "referrals:referral",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_WORK)
def write(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """Propose what was asked for, or change the summary and the checklist of what waits."""
    user = request.user
    found = shown(request, reference)
    is_change = name == "change"
    _check_offered(found, user, "change" if is_change else "propose")
    form = acting.form(request, forms.ChangeForm if is_change else forms.AskedForm, record=found)
    if is_change:
        form.begin_with(found.summary, list(found.checks.all()))
    else:
        form.begin_with(drafting.summary_of(found.referral, user, timezone.now()))

    def act(given: dict[str, Any], at: datetime) -> Transfer:
        facts: dict[str, Any] = {"summary": given["summary"], "checks": form.checks(), "version": given["version"]}
        if is_change:
            return actions.change(transfer=found, by=user, at=at, **facts)
        return actions.propose_what_was_asked(transfer=found, by=user, at=at, reason=given["reason"], **facts)

    said = "Saved." if is_change else f"Proposed to {found.receiver}."
    done = acting.carry_out(request, form, act, said=said, to=address_of)
    button = "Save" if is_change else "Propose the transfer"
    return done or _form_page(request, found, form, form.called, button, back=address_of(found))


def _check_offered(found: Transfer, user: User, name: str) -> None:
    """404 where this is not to be done, so that no page leads nowhere; what was sent meanwhile is refused in words."""
    if name not in can(found, user) and found.is_waiting:
        raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_ALLOCATE)
def accept(request: StaffRequest, reference: str) -> HttpResponse:
    """The receiving team takes the case, with those of brothers and sisters that were proposed with it."""
    user = request.user
    found = shown(request, reference)
    form = acting.form(request, forms.AcceptForm, record=found)
    others = readers.with_it(found, user)
    form.offer_others(others)
    form.offer_workers(user)
    audit.shows(request, [row.referral.child for row in others if row.referral.child is not None])
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.accept(
            transfer=found, by=user, at=at, worker=given["worker"], others=form.chosen(), version=given["version"]
        ),
        said=lambda result: _accepted(request, result),
        to=address_of(found),
    )
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": found,
            "form": form,
            "title": "Accept this transfer",
            "button": "Accept",
            "text": "Read the summary on the page of the transfer first. From the moment you accept it is yours.",
            "who": found.referral.child_name,
            "back": "referrals:transfer",
            "warnings": of_referrals.warnings_of([found.referral, *(row.referral for row in others)], user),
            "label": lists.label,
        },
    )


def _accepted(request: StaffRequest, result: actions.Done) -> str:
    _say_refused(request, "Not accepted", result)
    names = joined([row.referral.child_name for row in (result.transfer, *result.others)])
    worker = result.transfer.referral.current_worker
    whose = f"with {worker.name}" if worker is not None else "unallocated there: allocate it now"
    return f"{names}: accepted for {result.transfer.receiver}, {whose}."


ACTS: dict[str, Act] = {
    "decline": Act(
        P.REFERRAL_ALLOCATE, "Decline this transfer", "Decline", forms.WhyForm, plain(actions.decline, "transfer"),
        "Declined: it stays with whoever sent it, who has been told.",
    ),
    "refuse": Act(
        P.REFERRAL_ALLOCATE, "Refuse this request", "Refuse", forms.WhyForm, plain(actions.refuse, "transfer"),
        "Refused: whoever asked has been told.",
    ),
    "withdraw": Act(
        P.REFERRAL_WORK, "Withdraw this transfer", "Withdraw", forms.WhyForm,
        plain(actions.withdraw, "transfer"), "Withdrawn.",
    ),
    "accepted-there": Act(
        P.REFERRAL_WORK, "Another authority has accepted it", "Record it", forms.AcceptedThereForm,
        plain(actions.accepted_there, "transfer"),
        "Recorded: now close the referral as transferred to another authority.",
    ),
    "declined-there": Act(
        P.REFERRAL_WORK, "Another authority has declined it", "Record it", forms.WhyForm,
        plain(actions.declined_there, "transfer"), "Recorded: the case stays ours.",
    ),
    "put-right": Act(
        P.REFERRAL_DECIDE, "They have not accepted it after all", "Put it right", forms.WhyForm,
        plain(actions.put_right, "transfer"), "Put right: it waits again, with the time since it was proposed.",
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one answer; what it needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found, called=chosen.title)
    return acts.answer(request, chosen, form, found, who=found.referral.child_name, back="referrals:transfer")
