"""One's own drafts, as the list shows them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import Resolver404, resolve

from frontdoor.access import Denied, Permission, holds
from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, tidy_reference
from frontdoor.drafts import kinds
from frontdoor.drafts.models import Draft
from frontdoor.people.access import check_conflict_of

SHOWN = 100
#: Fields that are the page's own.
NOT_TYPED = re.compile(r"csrfmiddlewaretoken|draft|(\w+_)?version|revision|.+-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS")
REFERENCE = re.compile(r"[A-Z]-[0-9A-Z]{8}")
GONE = "A form that is there no more"


@dataclass(frozen=True)
class Line:
    """One draft: what the form is called, and where it can be gone on with; nowhere when ``href`` is empty.

    ``about`` is the record it is about: as its page says, or as a reference was typed into it.
    """

    draft: Draft
    label: str
    href: str
    about: str


def listed(user: User) -> list[Line]:
    """Unfinished forms, newest first, without those about a record their writer may no longer see."""
    return _lines(Draft.objects.of(user).open().exclude(body=b"").order_by("-saved_at", "-id")[:SHOWN], user)


def one(user: User, draft_id: UUID) -> Line | None:
    """One of these, whether its form is still there or not."""
    return next(iter(_lines(Draft.objects.of(user).open().exclude(body=b"").filter(pk=draft_id), user)), None)


def _lines(found: Iterable[Draft], user: User) -> list[Line]:
    rows = list(found)
    seen = _visible({row.about for row in rows if row.about}, user)
    return [Line(row, *_words(row, user), _about(row)) for row in rows if not row.about or row.about in seen]


def typed(draft: Draft) -> list[tuple[str, str]]:
    """What was typed, field by field, under the names the form gave them: its labels went with it."""
    return [
        (name.replace("_", " ").replace("-", " ").strip().capitalize(), "\n".join(values))
        for name, said in QueryDict(bytes(draft.body)).lists()
        if (values := [each for each in said if each.strip()]) and not NOT_TYPED.fullmatch(name)
    ]


def kinds_of_record() -> dict[str, QuerySet[Any]]:
    """By the first letter of its references, all records of each kind."""
    return {
        model.PREFIX: model._default_manager.all()
        for model in apps.get_models()
        if issubclass(model, Record) and hasattr(model, "PREFIX")
    }


def _visible(references: set[str], user: User) -> set[str]:
    """Those of the references whose record the user may see, in one query for each kind of record."""
    of_kind = kinds_of_record()
    found: set[str] = set()
    for prefix in {reference.partition("-")[0] for reference in references}:
        rows = of_kind.get(prefix)
        if isinstance(rows, VisibleQuerySet):
            wanted = [reference for reference in references if reference.startswith(f"{prefix}-")]
            found |= set(rows.visible_to(user).filter(reference__in=wanted).values_list("reference", flat=True))
    return {reference for reference in found if not _knows_them(user, reference)}


def _knows_them(user: User, reference: str) -> bool:
    try:
        check_conflict_of(user, reference)
    except Denied:
        return True
    return False


def _words(draft: Draft, user: User) -> tuple[str, str]:
    """What the form is called and where it stands."""
    if draft.address:
        return draft.title or GONE, draft.address if may_open(draft.address, user) else ""
    kind = kinds.KINDS.get(draft.kind)
    if kind is None:
        return GONE, ""
    return " ".join(word for word in (kind.label, _said(kind, draft)) if word), kind.address(draft.pk)


def _about(draft: Draft) -> str:
    typed = tidy_reference(str(QueryDict(bytes(draft.body)).get("reference", "")))
    return draft.about or (typed if REFERENCE.fullmatch(typed) else "")


def _said(kind: kinds.Kind, draft: Draft) -> str:
    return kind.said(QueryDict(bytes(draft.body)))


def may_open(address: str, user: User) -> bool:
    """Whether the address is a page of ours that the user's roles still open."""
    try:
        needed = getattr(resolve(address.partition("?")[0]).func, "permission", "")
    except Resolver404:
        return False
    return needed == "signed in" or (needed in set(Permission) and holds(user, Permission(needed)))
