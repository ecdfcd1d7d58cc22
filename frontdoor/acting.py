"""The one way a page carries out an action.

A view opens its form with :func:`form`, hands it to :func:`carry_out` with one action call, and shows its page when
nothing came back::

    form = acting.form(request, forms.CloseForm, record=found)
    done = acting.carry_out(
        request, form, lambda given, at: actions.close(referral=found, by=request.user, at=at, **given),
        said="Closed.", to=reverse("referrals:referral", args=[found.reference]),
    )
    return done or page(request, "referrals/act.html", {"record": found, "form": form})

What is typed into the form is kept as a draft without the view doing anything: as it is typed (``ui/drafts.js``), and
as it was sent, before the action is called. It is used up in the action's own transaction, so that a refusal, an
answer left out, a stale version, an ended session or a server killed half-way all bring the form back filled, on any
device. A draft belongs to one person, one form and the page it stands on. A form that keeps none says why
(``keeps_no_draft``).
"""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, TypeVar

import structlog
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from frontdoor import audit
from frontdoor.access import Refused, StaffRequest, Stale
from frontdoor.db import Record, shortened
from frontdoor.drafts import actions as drafts
from frontdoor.drafts.models import Draft
from frontdoor.ui.formats import moment
from frontdoor.ui.forms import UiForm, VersionForm
from frontdoor.ui.keeping import Keeping
from frontdoor.workflow.actions import stale

KIND = drafts.FORM
log = structlog.get_logger(__name__)
#: What is never kept: it opens doors, or is the page's own.
NEVER_KEPT = ("csrfmiddlewaretoken", "draft", "password")

Form = TypeVar("Form", bound=UiForm)
Result = TypeVar("Result")
#: A form, or the forms that are sent together with it; the first one's answers go to the action.
Forms = UiForm | Sequence[UiForm]
#: Names the form and its field for a refusal, where the refusal's own field name does not.
PlaceOf = Callable[[Refused], tuple[UiForm, str | None]]


def form(
    request: StaffRequest,
    kind: type[Form],
    /,
    *,
    record: Record | None = None,
    called: str = "",
    about: str = "",
    at: str = "",
    is_sent: bool = True,
    kept: Mapping[uuid.UUID, Draft] | None = None,
    **more: Any,
) -> Form:
    """The form as this request has it: as it was sent, as it was kept, or empty.

    ``record`` is what it is about, or ``about`` its reference; ``called`` its name in the list of drafts where the
    class has no better one; ``at`` the address of the page it stands on, when that is not the page asked for;
    ``is_sent`` says whether what was posted is this form, where a page has several; ``kept`` what :func:`kept_at` found
    for all of them.
    Whatever else is given goes to the form.
    """
    if issubclass(kind, VersionForm):
        more["record"] = record
    if request.method == "POST" and is_sent:
        made = kind(request.POST, files=request.FILES, **more)
        made.is_sent = True
    else:
        made = kind(**more)
    title = called or kind.called
    if kind.keeps_no_draft:
        return made
    if not title:
        raise TypeError(f"{kind.__qualname__} says neither what its draft is called nor why it keeps none")
    address = at or request.path
    form_id = _form_id(kind, address, str(made.prefix or ""))
    draft_id = drafts.own(request.user, form_id)
    made.keeping = Keeping(
        url=reverse("drafts:save", args=[form_id, KIND]),
        afresh=reverse("drafts:discard", args=[draft_id]),
        draft_id=draft_id,
        address=address,
        title=shortened(title, 100),
        about=record.reference if record is not None else about,
    )
    if made.is_sent:
        return made
    draft = drafts.found(by=request.user, draft_id=draft_id) if kept is None else kept.get(draft_id)
    if draft is None:
        return made
    made.keeping.version = draft.sequence
    return _as_kept(kind, made, draft, record, more) if draft.is_kept else made


def kept_at(request: StaffRequest, address: str) -> Mapping[uuid.UUID, Draft]:
    """Everything kept for the forms of one page, in one look: for a page with a form in each of its rows."""
    return drafts.found_at(by=request.user, address=address)


def _form_id(kind: type[UiForm], address: str, prefix: str) -> uuid.UUID:
    """The same for one form and page on every device; whose it is says the server (``drafts.own``)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"front-door:{kind.__qualname__}:{prefix}:{address}")


def _as_kept(kind: type[Form], empty: Form, draft: Draft, record: Record | None, more: dict[str, Any]) -> Form:
    """The form filled with what was kept, on the record as it is now."""
    assert empty.keeping is not None
    made = kind(QueryDict(bytes(draft.body)), **more)
    made.keeping = empty.keeping
    made.keeping.started_at = draft.started_at
    now = made.opened_on()
    if record is not None and any(made.data.get(made.add_prefix(name), value) != value for name, value in now.items()):
        made.keeping.since = in_full(stale(record))
    made.renew()
    made.show_as_typed()
    return made


def typed(form: UiForm) -> Mapping[str, Any] | None:
    """What the form is bound to, sent or kept: the other forms of its page are bound to the same."""
    return form.data if form.is_bound else None


def together(form: UiForm, others: Iterable[UiForm]) -> None:
    """Show the other forms of a page as the first: not judged when they are filled with what was kept."""
    for each in others:
        if each.is_bound and not form.is_sent:
            each.show_as_typed()


def carry_out(
    request: StaffRequest,
    form: Forms,
    act: Callable[[dict[str, Any], datetime], Result],
    *,
    to: str | Callable[[Result], str | HttpResponse],
    said: str | Callable[[Result], str] = "",
    place: PlaceOf | None = None,
    in_parts: bool = False,
    undone: Callable[[Result], Refused | None] | None = None,
) -> HttpResponse | None:
    """Carry the act out if its form was sent and is in order; None when the page is to be shown with the form.

    1. Keep what was sent. 2. Ask every form. 3. Call ``act`` with the first form's answers and the time, and use the
    draft up, in one transaction. 4. Say what was done and lead on: ``to`` is an address, or makes one or a whole answer
    from the result. A refusal goes back to its field and is noted; one by somebody else's change says who, when and
    what, and lets the form be sent again on the record as it is now. ``undone`` tells from the result that nothing was
    done after all: what the act noted of the try stays, and the form comes back as from a refusal, its draft kept.
    """
    forms_sent = (form,) if isinstance(form, UiForm) else tuple(form)
    first = forms_sent[0]
    if not first.is_sent:
        return None
    keep(request, *forms_sent)
    in_order = [each.is_valid() for each in forms_sent]  # every one is asked, so that all that is wrong is said at once
    if not all(in_order):
        return None
    now = timezone.now()
    try:
        with nullcontext() if in_parts else transaction.atomic():
            result = act(first.cleaned_data, now)
            nothing_done = undone(result) if undone is not None else None
            if nothing_done is None:
                use_up(request, first, at=now)
    except Refused as refused:
        refuse(request, forms_sent, refused, place)
        return None
    if nothing_done is not None:
        refuse(request, forms_sent, nothing_done, place)
        return None
    return _onward(request, result, to, said)


def try_out(request: StaffRequest, form: UiForm, act: Callable[[dict[str, Any], datetime], Result]) -> Result | None:
    """What the act would make, for a page that shows it before it is done; None when the form is not in order.

    ``act`` writes nothing. What was sent stays kept: it is used up when the act itself is carried out.
    """
    if not form.is_sent:
        return None
    keep(request, form)
    if not form.is_valid():
        return None
    try:
        return act(form.cleaned_data, timezone.now())
    except Refused as refused:
        refuse(request, (form,), refused)
        return None


def at_once(
    request: StaffRequest,
    act: Callable[[datetime], Result],
    *,
    back: str,
    to: str | Callable[[Result], str | HttpResponse] = "",
    said: str | Callable[[Result], str] = "",
    unsaid: str = "",
) -> HttpResponse:
    """Carry out the act of a bare button: done and on to ``to``, or said why not and ``back``.

    ``unsaid`` is a sentence before the reason, where the page that follows would not show what was tried.
    """
    try:
        result = act(timezone.now())
    except Refused as refused:
        audit.refused(request, refused)
        messages.warning(request, f"{unsaid} {in_full(refused)}".lstrip())
        return redirect(back)
    return _onward(request, result, to or back, said)


def _onward(
    request: StaffRequest,
    result: Result,
    to: str | Callable[[Result], str | HttpResponse],
    said: str | Callable[[Result], str],
) -> HttpResponse:
    told = said(result) if callable(said) else said
    if told:
        messages.success(request, told)
    where = to(result) if callable(to) else to
    return redirect(where) if isinstance(where, str) else where


def refuse(request: HttpRequest, sent: Sequence[UiForm], refused: Refused, place: PlaceOf | None = None) -> None:
    """Put a refusal at the field it names, or at the top, and note it; for forms behind an agency's link as well."""
    audit.refused(request, refused)
    first = sent[0]
    if isinstance(refused, Stale):
        first.answered_with = 409
        first.renew()
        kept = "" if first.keeps_no_draft else f" What you typed is still here. {first.when_overtaken}"
        first.add_error(None, in_full(refused) + kept)
        return
    target, name = place(refused) if place is not None else _at_its_field(sent, refused)
    target.add_error(name if name in target.fields else None, in_full(refused))


def _at_its_field(sent: Sequence[UiForm], refused: Refused) -> tuple[UiForm, str | None]:
    for each in sent:
        if refused.field in each.fields:
            return each, refused.field
    return sent[0], None


def in_full(refused: Refused) -> str:
    """The refusal in words: for somebody else's change who, when and what."""
    if not isinstance(refused, Stale):
        return refused.message
    when = f", on {moment(refused.when)}" if refused.when else ""
    return f"{refused.who or 'Somebody else'} changed this record while you had it open{when}: {refused.what}."


def keep(request: StaffRequest, *sent: UiForm) -> None:
    """Keep what was sent, as the browser sent it, under the first form's draft.

    What is too long to be kept is not: the page that comes back still holds it.
    """
    keeping = sent[0].keeping
    if keeping is None:
        return
    try:
        keeping.version = drafts.keep_sent(
            by=request.user,
            draft_id=keeping.draft_id,
            kind=KIND,
            body=_body(request, sent),
            sending=_sending(request),
            at=timezone.now(),
            place=drafts.Place(keeping.address, keeping.title, keeping.about),
        )
    except Refused as refused:
        # No refusal of the act, which goes on: evidence says only what was refused to somebody.
        log.warning("draft_not_kept", code=refused.code)


def _body(request: StaffRequest, sent: Sequence[UiForm]) -> bytes:
    """The fields as sent. Files are not among them; what opens doors is left out."""
    secret = {
        each.add_prefix(name)
        for each in sent
        for name, field in each.fields.items()
        if isinstance(field.widget, forms.PasswordInput)
    }
    body = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        if name not in NEVER_KEPT and name not in secret:
            body.setlist(name, values)
    return body.urlencode().encode()


def keep_whole(request: StaffRequest, *, draft_id: uuid.UUID, kind: str, data: QueryDict, but: re.Pattern[str]) -> None:
    """Keep a form that becomes a record, as it was sent, without its buttons (``but``: their names).

    What is too long to be kept is not: the page that comes back still holds it. Raises Refused when it is not one's
    own, and :class:`frontdoor.drafts.actions.AlreadySubmitted` when it is a record already.
    """
    body = QueryDict(mutable=True)
    for name, values in data.lists():
        if name not in NEVER_KEPT and not but.fullmatch(name):
            body.setlist(name, values)
    try:
        drafts.keep_sent(
            by=request.user, draft_id=draft_id, kind=kind, body=body.urlencode().encode(), sending=_sending(request),
            at=timezone.now(), place=drafts.Place(),
        )  # fmt: skip
    except Refused as refused:
        audit.refused(request, refused)
        if refused.code == "submitted":
            drafts.load(by=request.user, draft_id=draft_id)
        if refused.code != "too_large":
            raise


def _sending(request: HttpRequest) -> drafts.Sending:
    """Which page's script sent the form, as its how manieth: a sending of it that is under way comes too late."""
    page, _, number = request.POST.get("draft", "").partition(" ")
    if not drafts.is_number(number):
        return drafts.Sending()
    return drafts.Sending(page=drafts.page_name(page), number=int(number))


def use_up(request: StaffRequest, form: UiForm, *, at: datetime) -> None:
    """Use up the draft of a form whose act is done."""
    if form.keeping is not None:
        drafts.use_up(by=request.user, draft_id=form.keeping.draft_id, at=at)
