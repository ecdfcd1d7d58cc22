"""What a newer extract says otherwise than stands here: the list, and one difference with its answer."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.exchange.deciding import decide, take_back
from frontdoor.exchange.differences import LABELS, found, is_answered_with_others, lines
from frontdoor.exchange.forms import DifferenceForm, DifferencesForm, TakeBackForm
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.models import Difference
from frontdoor.ui.formats import count
from frontdoor.ui.responses import page

SHOWN = 50
STATES = dict(Difference.State.choices)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_RUN)
def differences(request: StaffRequest) -> HttpResponse:
    """What newer extracts say otherwise, a page at a time, by file, field and answer; many answered at once."""
    asked = request.GET
    state = asked.get("state", "open") if asked.get("state") in STATES else "open"
    file = asked.get("file", "") if asked.get("file") in LAYOUTS else ""
    field = asked.get("field", "") if asked.get("field") in LABELS else ""
    last = asked.get("after", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else 0
    rows, following = found(request.user, state=state, file=file, field=field, after=after, most=SHOWN)
    shown = lines(rows)
    audit.shows(request, [line.person.pk for line in shown if line.person is not None])
    chosen = {name: value for name, value in (("file", file), ("field", field)) if value}
    answered = [line for line in shown if is_answered_with_others(line.difference)] if state == "open" else []
    form = acting.form(request, DifferencesForm, lines=answered)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: _decide(request, form.chosen(), given["reason"], at),
        said=lambda told: told,
        to=_address(**chosen),
        in_parts=True,  # each is a change of one record: one transaction for each
    )
    if done is not None:
        return done
    tabs = [
        {"text": text, "href": _address(state=name, **chosen), "active": name == state} for name, text in STATES.items()
    ]
    return page(
        request,
        "exchange/differences.html",
        {
            "lines": shown,
            "answered": {line.difference.pk for line in answered},
            "form": form,
            "state": state,
            "tabs": tabs,
            "file": file,
            "field_asked": field,
            "files": list(LAYOUTS),
            "labels": LABELS,
            "first": _address(state=state, **chosen) if after else None,
            "later": _address(state=state, after=str(following), **chosen) if following else None,
        },
    )


def _address(**asked: str) -> str:
    query = urlencode({name: value for name, value in asked.items() if value and (name, value) != ("state", "open")})
    return reverse("exchange:differences") + (f"?{query}" if query else "")


def _decide(request: StaffRequest, chosen: Sequence[tuple[Difference, str]], reason: str, at: datetime) -> str:
    """Answer each; one that is refused stops no other. What came of it, in words."""
    if not chosen:
        raise Refused("Nothing was decided. Answer at least one of these differences.", code="none_chosen")
    kept = []
    for difference, answer in chosen:
        try:
            decide(difference=difference, answer=answer, by=request.user, at=at, reason=reason)
        except Refused as refused:
            kept.append(refused.message)
    told = f"{count(len(chosen) - len(kept), 'difference')} decided."
    return f"{told} {len(kept)} left as they were: {kept[0]}" if kept else told


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_RUN)
def difference(request: StaffRequest, key: int) -> HttpResponse:
    """One difference: both values, since when and who, and the answer; or the answer given, to be taken back."""
    rows = Difference.objects.visible_to(request.user).select_related(
        "person__merged_into", "changed_by", "decided_by", "source__run"
    )
    row = get_object_or_404(rows, pk=key)
    (line,) = lines([row])
    if line.person is not None:
        audit.shows(request, [line.person.pk])
    here = reverse("exchange:difference", args=[row.pk])
    form: DifferenceForm | TakeBackForm
    if row.state == Difference.State.OPEN:
        form = acting.form(request, DifferenceForm, line=line)
        done = acting.carry_out(
            request,
            form,
            lambda given, at: decide(difference=row, by=request.user, at=at, **given),
            said="Decided.",
            to=reverse("exchange:differences"),
        )
    else:
        form = acting.form(request, TakeBackForm)
        done = acting.carry_out(
            request,
            form,
            lambda given, at: take_back(difference=row, by=request.user, at=at, **given),
            said="The answer has been taken back.",
            to=here,
        )
    may_open = line.person is not None and holds(request.user, Permission.PEOPLE_VIEW)
    return done or page(
        request, "exchange/difference.html", {"line": line, "row": row, "form": form, "may_open": may_open}
    )
