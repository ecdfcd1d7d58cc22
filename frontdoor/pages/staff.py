"""Staff accounts and teams, for the administrator. Nobody on these pages is anybody we work with."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import audit
from frontdoor.access import ROLE_LABELS, Permission, Refused, Role
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.pages.staff_forms import AddMemberForm, AddTeamForm, MemberForm, StaffFilterForm, TeamForm, WhyForm
from frontdoor.staff import actions, readers
from frontdoor.staff.readers import Chosen
from frontdoor.ui.forms import UiForm, posted
from frontdoor.ui.responses import page

P = Permission
#: What may be done to an account on a page of its own: the heading, the question (none: nothing is asked), the button.
ACTS: dict[str, tuple[str, str, str]] = {
    "end": ("End the account", "Why does the account end?", "End the account"),
    "restore": ("Open the account again", "Why is it opened again?", "Open it again"),
    "second-step": (
        "Remove the second step of signing in",
        "How do you know that it is really this person who asks?",
        "Remove it",
    ),
}


def _roles(user: User) -> list[str]:
    return [ROLE_LABELS[Role(role)] for role in user.roles if role in Role._value2member_map_]


def _show(form: UiForm, refusal: Refused) -> None:
    """Show what was refused at its field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


@require_safe
@needs(P.STAFF_MANAGE)
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, by user name, filtered in the address."""
    teams = readers.teams()
    asked = {key: request.GET.get(key, "")[:100].replace("\x00", "") for key in ("q", "team", "role", "state", "after")}
    chosen = Chosen(asked["q"], asked["team"], asked["role"], "ended" if asked["state"] == "ended" else "active")
    rows, following = readers.listed(chosen, asked["after"])
    locked = readers.locked_names([row.username for row in rows], timezone.now())
    kept = {"q": chosen.q, "team": chosen.team, "role": chosen.role, "state": chosen.state}
    form = StaffFilterForm(initial=kept, teams=teams)
    lines = [(row, _roles(row), row.username in locked) for row in rows]
    context = {"lines": lines, "form": form, "following": following, "kept": kept, "first": not asked["after"]}
    return page(request, "pages/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def add_member(request: HttpRequest) -> HttpResponse:
    """Open an account; its holder gets a link to choose a password."""
    form = AddMemberForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(by=request.user, at=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            audit.refused(request, refused)
            _show(form, refused)
        else:
            messages.success(request, f"{made.name} has an account. A link to choose a password is on its way")
            return redirect("pages:member", made.pk)
    back = reverse("pages:staff")
    context = {"form": form, "title": "Add a member of staff", "button": "Open the account", "back": back}
    return page(request, "pages/staff_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def member(request: HttpRequest, key: int) -> HttpResponse:
    """One account: what it is, what can be done to it, and what was done."""
    user = get_object_or_404(readers.people(), pk=key)
    if request.method == "POST":
        return _at_once(request, user)
    context: dict[str, Any] = {
        "member": user,
        "roles": _roles(user),
        "locked": bool(readers.locked_names([user.username], timezone.now())),
        "second_steps": readers.second_steps(user),
        "open_work": readers.open_work(user),
        "done": [(entry, audit.sentence(entry.event)) for entry in readers.done_to(user)],
        "own": user.pk == request.user.pk,
    }
    return page(request, "pages/staff_member.html", context)


def _at_once(request: HttpRequest, user: User) -> HttpResponse:
    """The two acts that ask nothing: a new link, and letting somebody try again."""
    try:
        if "unlock" in request.POST:
            actions.unlock(user=user, by=request.user)  # type: ignore[arg-type]
            messages.success(request, f"{user.name} can try to sign in again")
        else:
            actions.send_link(user=user, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            messages.success(request, f"A link to choose a password is on its way to {user.name}")
    except Refused as refused:
        audit.refused(request, refused)
        messages.error(request, refused.message)
    return redirect("pages:member", user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def change_member(request: HttpRequest, key: int) -> HttpResponse:
    """Change the details, roles and team of an account."""
    user = get_object_or_404(readers.people(), pk=key)
    first = {name: getattr(user, name) for name in MemberForm.base_fields if name != "team"}
    form = MemberForm(posted(request), initial={**first, "team": user.team.code if user.team else None})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(user=user, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            audit.refused(request, refused)
            _show(form, refused)
        else:
            messages.success(request, "The account is changed")
            return redirect("pages:member", user.pk)
    context = {"form": form, "title": "Change the account", "caption": user.name, "button": "Save"}
    return page(request, "pages/staff_form.html", {**context, "back": reverse("pages:member", args=[user.pk])})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def member_act(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """End an account, open it again, or remove a lost second step: each with its reason."""
    user = get_object_or_404(readers.people(), pk=key)
    title, question, button = ACTS[what]
    form = WhyForm(posted(request), question=question)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if what == "end":
                actions.end(user=user, reason=reason, by=request.user)  # type: ignore[arg-type]
            elif what == "restore":
                actions.restore(user=user, reason=reason, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            else:
                actions.remove_second_steps(user=user, reason=reason, by=request.user)  # type: ignore[arg-type]
        except Refused as refused:
            audit.refused(request, refused)
            _show(form, refused)
        else:
            done = {"end": "The account is ended", "restore": "The account is open again"}
            messages.success(request, done.get(what, "The second step is removed"))
            return redirect("pages:member", user.pk)
    context = {"form": form, "title": title, "caption": user.name, "button": button, "grave": what == "end"}
    if what == "end" and (count := readers.open_work(user)):
        context["lead"] = f"Open records that name {user.name} as worker: {count}. The manager of the team is told."
    return page(request, "pages/staff_form.html", {**context, "back": reverse("pages:member", args=[user.pk])})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def teams(request: HttpRequest) -> HttpResponse:
    """The teams, and a form for one more."""
    form = AddTeamForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_team(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            audit.refused(request, refused)
            _show(form, refused)
        else:
            messages.success(request, f"{made.name} is added")
            return redirect("pages:teams")
    return page(request, "pages/teams.html", {"teams": readers.teams(), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.STAFF_MANAGE)
def team(request: HttpRequest, key: int) -> HttpResponse:
    """Rename a team, give it another manager, close it."""
    found = get_object_or_404(readers.team_rows(), pk=key)
    first = {"name": found.name, "manager": found.manager, "is_active": found.is_active}
    form = TeamForm(posted(request), initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_team(team=found, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            audit.refused(request, refused)
            _show(form, refused)
        else:
            messages.success(request, "The team is changed")
            return redirect("pages:teams")
    context = {"form": form, "title": "Change the team", "caption": found.name, "button": "Save"}
    return page(request, "pages/staff_form.html", {**context, "back": reverse("pages:teams")})
