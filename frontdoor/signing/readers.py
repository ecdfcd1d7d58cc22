"""What waits for somebody's signature: read kind by kind, in an order that is one for all, a page at a time by key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Q, QuerySet

from frontdoor.access import Permission, holds, roles_holding
from frontdoor.accounts.models import Team, User
from frontdoor.db import by_name
from frontdoor.signing.hooks import KINDS, Kind, Said
from frontdoor.signing.models import Delegation

#: So many on a page; and so many of each kind are counted.
PAGE = 50
COUNTED = 1000


@dataclass
class Line:
    """One thing that waits."""

    kind: Kind
    key: int
    since: datetime
    author: User | None
    said: Said
    #: Whose list it is on besides, of those the reader signs for.
    on_lists_of: list[User] = field(default_factory=list)


@dataclass
class Listed:
    """A page of the list, and the mark of the next ("" on the last)."""

    lines: list[Line] = field(default_factory=list)
    after: str = ""


def kinds_of(user: User) -> list[Kind]:
    """The kinds this user may sign, in the order of their names."""
    return sorted((kind for kind in KINDS.values() if holds(user, kind.permission)), key=lambda kind: kind.label)


def signed_for_now(user: User, at: datetime) -> list[User]:
    """The colleagues for whom this user signs at this moment: named directly, since it is never passed on."""
    rows = Delegation.objects.at(at).filter(to=user).select_related("of", "of__team").order_by(*by_name("of__name"))
    return [row.of for row in rows]


def rows_of(kind: Kind, user: User, at: datetime) -> "QuerySet[Any, Any]":
    """What of this kind waits for the user; nothing without the permission."""
    rows = kind.rows(user, at)
    return rows if holds(user, kind.permission) else rows.none()


def on_list_of(kind: Kind, user: User, at: datetime) -> "QuerySet[Any, Any]":
    """What of this kind waits for this user's own signature before anybody else's: of their teams, or given to them.

    Their teams are those they manage or, where they manage none, the one they belong to.
    """
    managed = Team.objects.filter(manager=user, is_active=True)
    own = Team.objects.filter(members=user).exclude(Exists(managed))
    theirs = Q(**{f"{kind.author}__team__in": managed}) | Q(**{f"{kind.author}__team__in": own})
    if kind.to:
        theirs |= Q(**{kind.to: user})
    return rows_of(kind, user, at).filter(theirs)


def for_colleague(kind: Kind, colleague: User, user: User, at: datetime) -> "QuerySet[Any, Any]":
    """What is on a colleague’s list and was not given to this user themselves: it is signed for the colleague."""
    rows = on_list_of(kind, colleague, at)
    return rows.exclude(**{kind.to: user}) if kind.to else rows


def number(user: User, at: datetime) -> int:
    """How much waits for this user, of each kind counted to ``COUNTED``; one query."""
    parts = [rows_of(kind, user, at).order_by().values_list("pk")[:COUNTED] for kind in kinds_of(user)]
    if not parts:
        return 0
    first, *others = parts
    return int(first.union(*others, all=True).count()) if others else int(first.count())


def listed(
    user: User, at: datetime, *, kind: str = "", team: str = "", whose: User | None = None, after: str = ""
) -> Listed:
    """A page of what waits, the longest first: one query for each kind, and one more for each delegator and kind.

    ``team``: the code of the team of who proposed it; ``whose``: of those the user signs for, the one whose list it is.
    """
    moment, code, key = _mark(after)
    found: list[tuple[datetime, str, int, Kind, Any]] = []
    for each in kinds_of(user):
        if kind not in ("", each.code):
            continue
        rows = rows_of(each, user, at)
        if team:
            rows = rows.filter(**{f"{each.author}__team__code": team})
        if whose is not None:
            rows = rows.filter(pk__in=for_colleague(each, whose, user, at).order_by().values("pk"))
        rows = rows.annotate(waits_since=F(each.since))
        if moment is not None:
            later = Q(waits_since__gt=moment)
            if each.code > code:
                later |= Q(waits_since=moment)
            elif each.code == code:
                later |= Q(waits_since=moment, pk__gt=key)
            rows = rows.filter(later)
        rows = rows.select_related(*dict.fromkeys([each.author, *each.read_with])).order_by("waits_since", "pk")
        found += [(row.waits_since, each.code, row.pk, each, row) for row in rows[: PAGE + 1]]
    found.sort(key=lambda one: one[:3])
    page = found[:PAGE]
    last = page[-1] if len(found) > PAGE else None
    return Listed(_lines(page, user, at), f"{last[0].isoformat()}~{last[1]}~{last[2]}" if last else "")


def _lines(page: Sequence[tuple[datetime, str, int, Kind, Any]], user: User, at: datetime) -> list[Line]:
    said: dict[tuple[str, int], Said] = {}
    lists: dict[tuple[str, int], list[User]] = {}
    others = signed_for_now(user, at)
    for kind in kinds_of(user):
        rows = [row for *_, of, row in page if of is kind]
        said.update({(kind.code, row.pk): words for row, words in zip(rows, kind.says(rows), strict=True)})
        for colleague in others:
            theirs = for_colleague(kind, colleague, user, at).filter(pk__in=[row.pk for row in rows]).order_by()
            for key in theirs.values_list("pk", flat=True):
                lists.setdefault((kind.code, key), []).append(colleague)
    return [
        Line(kind, key, since, _at(row, kind.author), said[code, key], lists.get((code, key), []))
        for since, code, key, kind, row in page
    ]


def own_on_lists_of(user: User, others: Sequence[User], at: datetime) -> int:
    """How much this user proposed themselves waits on the lists of those they sign for: for another manager to sign."""
    parts = [
        on_list_of(kind, colleague, at).filter(**{kind.author: user}).order_by().values_list("pk")[:COUNTED]
        for colleague in others
        for kind in kinds_of(user)
    ]
    return int(parts[0].union(*parts[1:], all=True).count()) if len(parts) > 1 else sum(int(p.count()) for p in parts)


def _at(row: Any, path: str) -> User | None:
    for name in path.split("__"):
        row = getattr(row, name)
    return row if isinstance(row, User) else None


def _mark(after: str) -> tuple[datetime | None, str, int]:
    moment, _, rest = after.partition("~")
    code, _, key = rest.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None, "", 0
    if found.tzinfo is None or not (key.isascii() and key.isdigit() and len(key) < 19):
        return None, "", 0
    return found, code, int(key)


def signers() -> QuerySet[User]:
    """Everybody who may sign anything."""
    roles = {role for kind in KINDS.values() for role in roles_holding(kind.permission)}
    rows = User.objects.filter(is_active=True, is_machine=False, roles__overlap=sorted(roles))
    return rows.order_by(*by_name("name"), "pk")


def may_be_named_for(by: User) -> QuerySet[User]:
    """Those who sign and for whom this user may name somebody: themselves, their teams', for some everybody."""
    if holds(by, Permission.SIGNING_ARRANGE):
        return signers()
    return signers().filter(Q(pk=by.pk) | Q(team__manager=by, team__is_active=True))


def delegations(user: User, at: datetime) -> QuerySet[Delegation]:
    """Those in force and to come that this user entered for, is part of, or may end."""
    people = may_be_named_for(user).order_by()
    return Delegation.objects.to_come(at).filter(Q(to=user) | Q(of=user) | Q(of__in=people))


def covered(users: Collection[int], at: datetime) -> dict[int, list[Delegation]]:
    """By colleague (key), who signs for them now and later."""
    found: dict[int, list[Delegation]] = {}
    for row in Delegation.objects.to_come(at).filter(of__in=users).select_related("to").order_by("from_on", "pk"):
        found.setdefault(row.of_id, []).append(row)
    return found
