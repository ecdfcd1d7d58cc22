"""Rules: what is in force, what was and what waits, and changes from a day on, shown before they are saved."""

import hashlib
import json
from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from frontdoor import acting, asked, audit
from frontdoor.access import Permission, StaffRequest, holds, require
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.dated import TABLES, Plain, Table
from frontdoor.pages.rules_forms import EndForm, RuleForm, SeenForm, TableFilterForm
from frontdoor.rules import actions, readers
from frontdoor.rules.readers import Rule
from frontdoor.rules.versions import Version, in_words, key_of, read, seen_of
from frontdoor.ui.responses import page

P = Permission


def _table(name: str) -> Table:
    if name not in TABLES:
        raise Http404
    return TABLES[name]


def _rule(table: Table, key: int, on: date) -> Rule:
    found = readers.rule_at(table, key, on)
    if found is None:
        raise Http404
    return found


def _may(user: User, table: Table) -> bool:
    return holds(user, Permission(table.permission))


def words_of(table: Table, values: Plain) -> list[tuple[str, str]]:
    """Each column of a version with its value as a person reads it; a code, which is no word, is marked as one."""
    found = []
    for column in table.columns:
        value = values.get(column.name)
        told = f"{len(value)} levels" if column.kind == "parts" and isinstance(value, list) else in_words(column, value)
        is_code = column.kind == "attributes" or (column.kind == "text" and column.name in table.key)
        found.append((column.label, Markup("<code>{}</code>").format(told) if is_code and told != "–" else told))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RULES_MANAGE)
def rules(request: StaffRequest) -> HttpResponse:
    """Every rule table and code list, with how many rules are in force and how many changes wait."""
    if request.method == "POST":
        return asked.lead_on(request, reverse("pages:rules"), box="q", filters=())
    today = timezone.localdate()
    q = asked.typed(request)[:100].replace("\x00", "").strip()
    lines = []
    for table in readers.tables():
        if q.casefold() not in f"{table.label} {table.about}".casefold():
            continue
        found = readers.rules_of(table, today)
        waiting = sum(len(rule.waiting(today)) for rule in found)
        lines.append((table, sum(not rule.is_over(today) for rule in found), waiting, _may(request.user, table)))
    context = {
        "groups": [
            ("Rules", [line for line in lines if not line[0].is_list]),
            ("Code lists", [line for line in lines if line[0].is_list]),
        ],
        "q": q,
        "found": len(lines),
        "may_file": holds(request.user, P.RULES_EDIT),
    }
    return page(request, "rules/tables.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RULES_MANAGE)
def table(request: StaffRequest, name: str) -> HttpResponse:
    """The rules of one table as they are on a day, by their words or code."""
    found = _table(name)
    if request.method == "POST":
        here = reverse("pages:rule_table", args=[name])
        return asked.lead_on(request, here, box="q", filters=TableFilterForm.base_fields)
    today = timezone.localdate()
    filled = asked.filled(request, asked.address(request, box="q"), box="q")
    form = TableFilterForm(filled if filled else None)
    on = form.day(today)
    q = filled.get("q", "")[:100]
    lines = [
        (rule, words_of(found, rule.now.values), rule.waiting(today), rule.last_day(today), rule.is_over(on))
        for rule in readers.rules_of(found, on)
        if rule.now is not None and q.casefold() in f"{rule.name} {' '.join(rule.key)}".casefold()
    ]
    context = {"table": found, "lines": lines, "form": form, "on": on, "today": today, "q": q}
    context["may_change"] = _may(request.user, found)
    return page(request, "rules/table.html", context)


@require_safe
@needs(P.RULES_MANAGE)
def rule(request: StaffRequest, name: str, key: int) -> HttpResponse:
    """One rule: as it is now, what waits and may be taken back, what was, and who changed it."""
    found = _table(name)
    today = timezone.localdate()
    return page(request, "rules/rule.html", _about(request, found, _rule(found, key, today), today))


def _about(request: StaffRequest, found: Table, one: Rule, today: date) -> dict[str, Any]:
    versions = [(version, words_of(found, version.values)) for version in reversed(one.versions)]
    return {
        "table": found,
        "rule": one,
        "versions": versions,
        "sample": found.sample(one.now.values) if found.sample is not None and one.now is not None else "",
        "now": words_of(found, one.now.values) if one.now else [],
        "waiting": one.waiting(today),
        "last_day": one.last_day(today),
        "done": [(entry, audit.sentence(entry.event)) for entry in readers.done_to(one)],
        "may_change": _may(request.user, found),
        "seen": seen_of(one.versions),
        "today": today,
    }


def _shown(*parts: Any) -> str:
    """A print of what a preview showed, so that nothing else is saved than what was seen."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _changed_columns(found: Table, was: Plain | None, values: Plain) -> list[tuple[str, str, str]]:
    before = words_of(found, was) if was else [(label, "–") for label, _ in words_of(found, values)]
    after = words_of(found, values)
    return [(label, old, new) for (label, old), (_, new) in zip(before, after, strict=True) if old != new]


def _changeable(request: StaffRequest, name: str) -> Table:
    """The table, where this person changes it here and not on a page of its own."""
    found = _table(name)
    require(request.user, Permission(found.permission))
    if found.page:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RULES_MANAGE)
def change(request: StaffRequest, name: str, key: int) -> HttpResponse:
    """Change a rule from a day on: first what it means for open work, then the change itself."""
    found = _changeable(request, name)
    today = timezone.localdate()
    one = _rule(found, key, today)
    latest = one.waiting(today)[-1] if one.waiting(today) else one.now
    return _edit(request, found, one, latest, today)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RULES_MANAGE)
def add(request: StaffRequest, name: str) -> HttpResponse:
    """Add a rule that begins on a day."""
    found = _changeable(request, name)
    if not found.key:
        raise Http404
    return _edit(request, found, None, None, timezone.localdate())


def _is_seen(request: StaffRequest, form: SeenForm, print_: str) -> bool:
    """Whether what is to be saved is what the preview showed; else it is shown first."""
    if "save" in request.POST and form.cleaned_data["shown"] == print_:
        return True
    form.put(shown=print_)
    return False


def _edit(request: StaffRequest, found: Table, one: Rule | None, base: Version | None, today: date) -> HttpResponse:
    now = base.values if base else None
    form = acting.form(
        request, RuleForm, called=f"Change a rule: {one.name}" if one else f"Add to {found.label}",
        table=found, now=now, samples=read(found), seen=seen_of(one.versions if one else []),
    )  # fmt: skip

    def act(given: dict[str, Any], at: datetime, *, is_trial: bool = False) -> Version:
        return actions.change(
            table=found, values=form.values(), begins_on=given["begins_on"], reason=given["reason"],
            seen=given["seen"], by=request.user, at=at, on=today, is_trial=is_trial,
        )  # fmt: skip

    preview: dict[str, Any] | None = None
    given = form.cleaned_data if form.is_sent and form.is_valid() else {}
    if given and _is_seen(request, form, _shown(form.values(), given["begins_on"], given["seen"])):
        done = acting.carry_out(
            request, form, act, said=f"The change begins on {given['begins_on']:%-d %B %Y}",
            to=lambda made: reverse("pages:rule", args=[found.name, made.pk]),
        )  # fmt: skip
        if done is not None:
            return done
    elif (made := acting.try_out(request, form, partial(act, is_trial=True))) is not None:
        preview = {
            "begins_on": given["begins_on"],
            "columns": _changed_columns(found, now, form.values()),
            "effects": readers.effects(found, key_of(found, made.values), request.user),
            "sample": found.sample(form.values()) if found.sample is not None else "",
        }
    back = reverse("pages:rule_table", args=[found.name])
    if one is not None and one.now is not None:
        back = reverse("pages:rule", args=[found.name, one.now.pk])
    context = {"table": found, "rule": one, "form": form, "preview": preview, "is_end": False, "back": back}
    context["stale"] = _about(request, found, one, today) if form.was_overtaken and one else None
    return page(request, "rules/change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RULES_MANAGE)
def end(request: StaffRequest, name: str, key: int) -> HttpResponse:
    """Give a rule a last day: first what it means for open work, then the last day itself."""
    found = _changeable(request, name)
    today = timezone.localdate()
    one = _rule(found, key, today)
    if not found.has_end or not found.key:
        raise Http404
    form = acting.form(request, EndForm, called=f"The last day of a rule: {one.name}", seen=seen_of(one.versions))

    def act(given: dict[str, Any], at: datetime, *, is_trial: bool = False) -> Version:
        return actions.end(
            table=found, key=one.key, ends_on=given["ends_on"], reason=given["reason"], seen=given["seen"],
            by=request.user, at=at, on=today, is_trial=is_trial,
        )  # fmt: skip

    preview: dict[str, Any] | None = None
    back = reverse("pages:rule", args=[found.name, key])
    given = form.cleaned_data if form.is_sent and form.is_valid() else {}
    if given and _is_seen(request, form, _shown(given["ends_on"], given["seen"])):
        done = acting.carry_out(
            request, form, act, said=f"Its last day is {given['ends_on']:%-d %B %Y}", to=back
        )  # fmt: skip
        if done is not None:
            return done
    elif acting.try_out(request, form, partial(act, is_trial=True)) is not None:
        preview = {"ends_on": given["ends_on"], "effects": readers.effects(found, one.key, request.user)}
    context = {"table": found, "rule": one, "form": form, "preview": preview, "is_end": True, "back": back}
    context["stale"] = _about(request, found, one, today) if form.was_overtaken else None
    return page(request, "rules/change.html", context)


@require_POST
@needs(P.RULES_MANAGE)
def take_back(request: StaffRequest, name: str, key: int) -> HttpResponse:
    """Take back a change that has not begun."""
    found = _table(name)
    require(request.user, Permission(found.permission))
    today = timezone.localdate()
    one = _rule(found, key, today)

    def onward(_: None) -> str:
        left = [version.pk for version in one.versions if version.pk is not None]
        standing = found.rows().filter(pk__in=left).values_list("pk", flat=True).first()
        if standing is None:
            return reverse("pages:rule_table", args=[found.name])
        return reverse("pages:rule", args=[found.name, standing])

    return acting.at_once(
        request,
        lambda at: actions.take_back(
            table=found, key=one.key, pk=key, seen=request.POST.get("seen", ""), by=request.user, at=at, on=today
        ),
        said="The change has been cancelled",
        back=reverse("pages:rule", args=[found.name, key]),
        to=onward,
    )
