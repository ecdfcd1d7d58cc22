"""One thing done to a referral, or to what hangs on it, on a page of its own: what it needs, asks and says.

Each machine lists its own; how such a page is opened, sent and answered stands here once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, require
from frontdoor.accounts.models import User
from frontdoor.db import Record
from frontdoor.ui.forms import VersionForm
from frontdoor.ui.responses import page

Run = Callable[[Any, User, datetime, dict[str, Any]], object]


@dataclass(frozen=True)
class Act:
    """One thing that can be done: its permission, its page, its form, and what is said when it has been done."""

    permission: Permission
    title: str
    button: str
    form: type[VersionForm]
    run: Run
    done: str | Callable[[Any], str]
    text: str = ""
    kind: str = ""
    #: What stands on the page where there is no ``text``, read from the record.
    says: Callable[[Any], str] = lambda record: ""


def plain(action: Callable[..., Any], record: str) -> Run:
    """An action whose facts are the form's fields; ``record`` is the name by which it takes the record."""
    return lambda found, by, at, given: action(**{record: found}, by=by, at=at, **given)


def chosen(acts: Mapping[str, Act], name: str, user: User) -> Act:
    """The act of this name: 404 for none, Denied without its permission. Asked before anything is shown."""
    found = acts.get(name)
    if found is None:
        raise Http404
    require(user, found.permission)
    return found


def answer(
    request: StaffRequest, act: Act, form: VersionForm, record: Record, *, who: str, back: str, **more: object
) -> HttpResponse:
    """The page of an act on a record, or what follows when its form was sent and is right.

    ``who`` is whom it is about, ``back`` the name of the record's page, ``more`` what the page is given besides.
    """
    done = acting.carry_out(
        request,
        form,
        lambda given, at: act.run(record, request.user, at, given),
        said=act.done,
        to=reverse(back, args=[record.reference]),
    )
    context = {
        "record": record,
        "form": form,
        "title": act.title,
        "button": act.button,
        "text": act.text or act.says(record),
        "kind": act.kind,
        "who": who,
        "back": back,
    }
    return done or page(request, "referrals/act.html", {**context, **more})
