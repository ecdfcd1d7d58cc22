"""Staff accounts and teams, for the administrator. Nobody on these pages is anybody we work with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting, asked, audit
from frontdoor.access import ROLE_LABELS, Permission, Role, StaffRequest, fresh
from frontdoor.access import page as needs
from frontdoor.accounts.models import AccountChange, User
from frontdoor.pages.staff_forms import AddMemberForm, AddTeamForm, MemberForm, StaffFilterForm, TeamForm, WhyForm
from frontdoor.staff import actions, changes, readers
from frontdoor.staff.readers import Chosen
from frontdoor.ui.responses import page

P = Permission
#: What may be done to an account on a page of its own: the heading, the question (none: nothing is asked), the button.
ACTS: dict[str, tuple[str, str, str]] = {
    "end": ("End the account", "Why is the account being ended?", "End the account"),
    "restore": ("Open the account again", "Why is it being opened again?", "Open it again"),
    "second-step": (
        "Remove the second step of signing in",
        "How do you know that this person really asked?",
        "Remove it",
    ),
}
#: What is said when one of them is done.
DONE = {
    "end": "The account has been ended",
    "restore": "The account has been opened again",
    "second-step": "The second step has been removed",
}


def _labels(roles: Iterable[str]) -> list[str]:
    return [ROLE_LABELS[Role(role)] for role in roles if role in Role._value2member_map_]


def _roles(user: User) -> list[str]:
    return _labels(user.roles)


def _address_of(user: User) -> str:
    return reverse("pages:member", args=[user.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def staff(request: StaffRequest) -> HttpResponse:
    """Everybody who has an account, by user name. The filters are sent by POST: a name stands in no address."""
    if request.method == "POST":
        return asked.lead_on(request, reverse("pages:staff"), box="q", filters=StaffFilterForm.base_fields)
    teams = readers.teams()
    sent = asked.address(request, box="q")
    given = {key: sent.get(key, "")[:100].replace("\x00", "") for key in ("s", "team", "role", "state", "after")}
    q = asked.filled(request, sent, box="q").get("q", "")[:100]
    chosen = Chosen(q, given["team"], given["role"], "ended" if given["state"] == "ended" else "active")
    rows, following = readers.listed(chosen, given["after"])
    locked = readers.locked_names([row.username for row in rows], timezone.now())
    kept = {"s": given["s"], "team": chosen.team, "role": chosen.role, "state": chosen.state}
    form = StaffFilterForm(initial={**kept, "q": chosen.q}, teams=teams)
    lines = [(row, _roles(row), row.username in locked) for row in rows]
    context = {"lines": lines, "form": form, "following": following, "kept": kept, "first": not given["after"]}
    return page(request, "pages/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
@fresh
def add_member(request: StaffRequest) -> HttpResponse:
    """Open an account; its holder gets a link to choose a password."""
    form = acting.form(request, AddMemberForm)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.add(by=request.user, at=at, **given),
        said=lambda made: f"{made.name} has an account. A link to choose a password is on its way",
        to=_address_of,
    )
    back = reverse("pages:staff")
    context = {"form": form, "title": "Add a member of staff", "button": "Open the account", "back": back}
    return done or page(request, "pages/staff_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def member(request: StaffRequest, key: int) -> HttpResponse:
    """One account: what it is, what can be done to it, and what was done."""
    user = get_object_or_404(readers.people(), pk=key)
    if request.method == "POST":
        return _at_once(request, user)
    context: dict[str, Any] = {
        "member": user,
        "roles": _roles(user),
        "locked": bool(readers.locked_names([user.username], timezone.now())),
        "second_steps": readers.second_steps(user),
        "holdings": readers.held(user, request.user),
        "done": [(entry, audit.sentence(entry.event)) for entry in readers.done_to(user)],
        "own": user.pk == request.user.pk,
        "labels": _labels,
        "waiting": changes.waiting_for(user),
    }
    return page(request, "pages/staff_member.html", context)


def _at_once(request: StaffRequest, user: User) -> HttpResponse:
    """The two acts that ask nothing: a new link, and letting somebody try again."""
    if "unlock" in request.POST:
        return acting.at_once(
            request,
            lambda at: actions.unlock(user=user, by=request.user),
            said=f"{user.name} can try to sign in again",
            back=_address_of(user),
        )
    return acting.at_once(
        request,
        lambda at: actions.send_link(user=user, by=request.user, at=at),
        said=lambda waits: changes.said(waits, f"A link to choose a password is on its way to {user.name}"),
        back=_address_of(user),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
@fresh
def change_member(request: StaffRequest, key: int) -> HttpResponse:
    """Change the details, roles and team of an account."""
    user = get_object_or_404(readers.people(), pk=key)
    first: dict[str, Any] = {name: getattr(user, name) for name in MemberForm.base_fields if name != "team"}
    first["team"] = user.team.code if user.team else None
    form = acting.form(request, MemberForm, called=f"Change the account of {user.name}", initial=first)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.change(user=user, by=request.user, at=at, **given),
        said=lambda waits: changes.said(waits, "The account has been changed"),
        to=_address_of(user),
    )
    context = {"form": form, "title": "Change the account", "caption": user.name, "button": "Save"}
    return done or page(request, "pages/staff_form.html", {**context, "back": _address_of(user)})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def member_act(request: StaffRequest, key: int, what: str) -> HttpResponse:
    """End an account, open it again, or remove a lost second step: each with its reason."""
    user = get_object_or_404(readers.people(), pk=key)
    title, question, button = ACTS[what]
    form = acting.form(request, WhyForm, called=f"{title}: {user.name}", question=question)

    def do(given: dict[str, str], at: datetime) -> AccountChange | None:
        reason = given["reason"]
        if what == "end":
            actions.end(user=user, reason=reason, by=request.user, at=at)
        elif what == "restore":
            return actions.restore(user=user, reason=reason, by=request.user, at=at)
        else:
            return actions.remove_second_steps(user=user, reason=reason, by=request.user, at=at)
        return None

    done = acting.carry_out(request, form, do, said=lambda waits: changes.said(waits, DONE[what]), to=_address_of(user))
    context = {"form": form, "title": title, "caption": user.name, "button": button, "grave": what == "end"}
    if done is None and what == "end" and (holdings := readers.held(user, request.user)):
        context |= {"holdings": holdings, "button": "End the account and leave this without anybody"}
        context["lead"] = f"{user.name} still holds what is listed here. End the account all the same?"
    if what == "second-step" and (lead := changes.lead(user)):
        context["lead"] = lead
    return done or page(request, "pages/staff_form.html", {**context, "back": _address_of(user)})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def teams(request: StaffRequest) -> HttpResponse:
    """The teams, and a form for one more."""
    form = acting.form(request, AddTeamForm)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.add_team(by=request.user, **given),
        said=lambda made: f"{made.name} has been added",
        to=reverse("pages:teams"),
    )
    return done or page(request, "pages/teams.html", {"teams": readers.teams(), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def team(request: StaffRequest, key: int) -> HttpResponse:
    """Rename a team, give it another manager, close it."""
    found = get_object_or_404(readers.team_rows(), pk=key)
    first = {"name": found.name, "manager": found.manager, "is_active": found.is_active}
    form = acting.form(request, TeamForm, called=f"Change the team {found.name}", initial=first)
    back = reverse("pages:teams")
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.change_team(team=found, by=request.user, **given),
        said="The team has been changed",
        to=back,
    )
    context = {"form": form, "title": "Change the team", "caption": found.name, "button": "Save", "back": back}
    return done or page(request, "pages/staff_form.html", context)
