"""The breach board: what is late and about to be, whose it is, and why it was missed."""

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks import actions, board
from frontdoor.clocks.board import NOBODY, STATES, Chosen
from frontdoor.clocks.models import Clock
from frontdoor.clocks.words import rule_labels
from frontdoor.codelists import lists
from frontdoor.people.record import about
from frontdoor.people.record.overview import href_of_reference
from frontdoor.people.words import in_order
from frontdoor.ui.forms import Radios, UiForm, long_text
from frontdoor.ui.responses import is_htmx, page

P = Permission
KINDS = [("", "Statutory and local"), ("statutory", "Statutory"), ("local", "Local")]


class FilterForm(UiForm):
    """What the board shows."""

    keeps_no_draft = "a filter: it stands in the address"
    # The tabs choose the state; the form only carries it along.
    state = forms.CharField(widget=forms.HiddenInput(), required=False)
    team = forms.ChoiceField(label="Team", required=False)
    worker = forms.ChoiceField(label="Worker", required=False)
    rule = forms.ChoiceField(label="Deadline", required=False)
    kind = forms.ChoiceField(label="Kind", choices=KINDS, required=False)


class ReasonForm(UiForm):
    """Why a deadline was missed."""

    called = "Why a deadline was missed"
    code = forms.ChoiceField(
        label="Why was this deadline missed?",
        widget=Radios(),
        error_messages={"required": "Choose why the deadline was missed"},
    )
    text = long_text(
        "What happened, and what was done meanwhile",
        "Do not name the family here",
        longest=2000,
        rows=4,
        required=False,
    )
    needed_when = {"text": ("code", ["other"], "Say what the reason was")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("code", lists.choices("lateness_reason", on=timezone.localdate()))


class PauseForm(UiForm):
    """Why a local clock has to be paused."""

    called = "Pause a deadline"
    reason = long_text(
        "Why does this deadline have to be paused?", longest=500, missing="Say why the deadline has to be paused"
    )


def _chosen(query: QueryDict, me: User) -> Chosen:
    """The filters of an address; what is not a choice is as if it had not been sent."""
    state, kind = query.get("state", ""), query.get("kind", "")
    worker = query.get("worker", "")[:60].replace("\x00", "")
    return Chosen(
        state=state if state in STATES else "late",
        team=query.get("team", "")[:40].replace("\x00", ""),
        worker=me.username if worker == "me" else worker,
        rule=query.get("rule", "")[:40].replace("\x00", ""),
        kind=kind if kind in ("statutory", "local") else "",
    )


def _address(pairs: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(pairs)
    return reverse("pages:breaches") + (f"?{query.urlencode()}" if query else "")


@require_safe
@needs(P.BREACHES_VIEW)
def breaches(request: StaffRequest) -> HttpResponse:
    """The board. Asked again by itself each minute; an answer that changes nothing is 204 and moves nothing."""
    now, user = timezone.now(), request.user
    chosen = _chosen(request.GET, user)
    visible = Clock.objects.visible_to(user)
    lines, after = board.lines(visible, chosen, now, request.GET.get("after", ""))
    found = board.counts(visible, now)
    seen = f"{board.fingerprint(lines, now)}-{found.all.late}-{found.all.soon}"
    if is_htmx(request) and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    labels = rule_labels()
    for code, tally in found.rules.items():
        tally.name = labels.get(code, code)
    pairs = chosen.pairs()
    children = about.children_of([line.reference for line in lines], user, timezone.localdate(now))
    if children:
        audit.shows(request, about.people_in(children.values()), given_on=about.given_on(children))
    context = {
        "now": now,
        "lines": lines,
        "families": about.by_child(lines, lambda line: line.reference, children),
        "counts": found,
        "chosen": chosen,
        "seen": seen,
        "tags": _tags(chosen, pairs, labels, found),
        "states": [
            {
                "text": text,
                "href": _address({**pairs, "state": state}),
                "active": state == chosen.state,
                "count": {"late": found.all.late, "soon": found.all.soon}.get(state)
                if not pairs.keys() - {"state"}
                else None,
            }
            for state, text in STATES.items()
        ],
        "groups": [
            ("team", "Team", found.teams),
            ("worker", "Worker", found.workers),
            ("rule", "Deadline", found.rules),
        ],
        "narrow": lambda name, value: _address({**pairs, name: value}),
        "first": _address(pairs) if request.GET.get("after") else "",
        "next": _address({**pairs, "after": after}) if after else "",
        "poll": _address(
            {**pairs, **({"after": request.GET["after"]} if request.GET.get("after") else {}), "seen": seen}
        ),
        "back": _query(pairs),
        "form": _filter_form(chosen, labels, found),
        "whole": board.whole_service(now) if holds(user, P.FIGURES_WHOLE_SERVICE) else None,
        "href_of": href_of_reference,
        "lateness": lambda code: lists.label("lateness_reason", code),
        "may_explain": holds(user, P.BREACH_REASON),
        "may_pause": holds(user, P.CLOCK_PAUSE),
        "has_work": holds(user, P.REFERRAL_WORK),
    }
    return page(request, "pages/breaches.html", context, fragment="pages/_breaches.html")


def _query(pairs: dict[str, str]) -> str:
    return _address(pairs).partition("?")[2]


def _filter_form(chosen: Chosen, labels: dict[str, str], found: board.Counts) -> FilterForm:
    form = FilterForm(initial=vars(chosen))
    workers = {code: tally.name for code, tally in found.workers.items() if code != NOBODY}
    if chosen.worker and chosen.worker not in (NOBODY, *workers):
        workers[chosen.worker] = board.name_of(chosen.worker)
    for name, every, choices in (
        ("team", "Every team", [*board.teams(), (NOBODY, "No team")]),
        (
            "worker",
            "Every worker",
            [*sorted(workers.items(), key=lambda w: in_order(w[1])), (NOBODY, "No named worker")],
        ),
        ("rule", "Every deadline", list(labels.items())),
    ):
        form.offer(name, [("", every), *choices])
    return form


def _tags(chosen: Chosen, pairs: dict[str, str], labels: dict[str, str], found: board.Counts) -> list[dict[str, str]]:
    """The filters in force, each with the address of the board without it."""
    words = {
        "team": found.teams[chosen.team].name if chosen.team in found.teams else chosen.team,
        "worker": found.workers[chosen.worker].name if chosen.worker in found.workers else chosen.worker,
        "rule": labels.get(chosen.rule, chosen.rule),
        "kind": dict(KINDS)[chosen.kind],
    }
    return [
        {"text": words[name], "href": _address({k: v for k, v in pairs.items() if k != name})}
        for name in ("team", "worker", "rule", "kind")
        if name in pairs
    ]


def _clock(request: StaffRequest, key: int) -> Clock:
    """The clock with this key if the user may see it; otherwise 404."""
    found: Clock = get_object_or_404(Clock.objects.visible_to(request.user).select_related("team", "worker"), pk=key)
    return found


def _back(request: StaffRequest) -> str:
    """The board as it was filtered when somebody left it: read and written again, so nothing else passes."""
    return _address(_chosen(request.GET, request.user).pairs())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.BREACH_REASON)
def breach_reason(request: StaffRequest, key: int) -> HttpResponse:
    """Record why a deadline was missed."""
    clock, now = _clock(request, key), timezone.now()
    form = acting.form(request, ReasonForm, called="Why a deadline was missed", about=clock.reference)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.explain_late(clock=clock, by=request.user, at=at, **given),
        said=f"Reason recorded: {clock.label} on {clock.reference}",
        to=_back(request),
    )
    return done or page(
        request,
        "pages/breach_reason.html",
        {
            "clock": clock,
            "form": form,
            "now": now,
            "back": _back(request),
            "reasons": clock.reasons.select_related("by").order_by("at", "id"),
            "lateness": lambda code: lists.label("lateness_reason", code),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CLOCK_PAUSE)
def clock_pause(request: StaffRequest, key: int) -> HttpResponse:
    """Pause or resume a local clock. A statutory one is refused, here and by the action."""
    clock, now = _clock(request, key), timezone.now()
    if request.method == "POST" and clock.paused_at is not None:
        return acting.at_once(
            request,
            lambda at: actions.resume(clock=clock, by=request.user, at=at),
            said=f"Resumed: {clock.label} on {clock.reference}",
            back=_back(request),
        )
    form = acting.form(request, PauseForm, called="Pause a deadline", about=clock.reference)
    if clock.is_statutory or not clock.may_pause:
        # The page has no form then. Sent all the same, the action says the sentence, whatever else is left out.
        form.fields["reason"].required = False
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.pause(clock=clock, by=request.user, at=at, reason=given["reason"]),
        said=f"Paused: {clock.label} on {clock.reference}",
        to=_back(request),
    )
    return done or page(
        request, "pages/clock_pause.html", {"clock": clock, "form": form, "now": now, "back": _back(request)}
    )
