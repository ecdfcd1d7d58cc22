"""The parts some people have in records, read once for a page that says several things of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from frontdoor.accounts.models import User
from frontdoor.people.access import hidden_references
from frontdoor.people.hooks import OpenWork, as_lines, keep_visible
from frontdoor.people.models import Involvement, newest_first
from frontdoor.wording import worded


@worded(people=[int])
def _parts(user: User, *, people: Collection[int]) -> QuerySet[Involvement, Involvement]:
    """With the team, the worker, and whether the record is hidden from the user."""
    return (
        Involvement.objects.filter(person_id__in=people)
        .select_related("worker", "team")
        .only(
            "person_id", "reference", "kind", "role", "status_label", "opened_at", "closed_at", "team__name",
            "worker__name", "worker__is_active",
        )
        .annotate(is_hidden=ExpressionWrapper(Q(reference__in=hidden_references(user)), BooleanField()))
    )  # fmt: skip


@worded(people=[int], since=datetime)
def _parts_since(user: User, *, people: Collection[int], since: datetime) -> QuerySet[Involvement, Involvement]:
    wanted = Q(closed_at__isnull=True) | Q(kind="contact", opened_at__gte=since)
    return _parts.rows(user, people=people).filter(wanted)


class Parts:
    """Every part these people (ids) have in a record, with team and worker by name.

    ``every`` is what rules count, whoever asks; a page shows of it what is ``seen``: nothing about anybody hidden from
    the user, nothing that the apps above keep from them. Both by person, ``seen`` the newest first.
    """

    def __init__(self, people: Collection[int], user: User, *, since: datetime | None = None) -> None:
        """Read them in a fixed number of questions.

        ``since``: where a page needs no others, those that are open, and in contacts opened since.
        """
        self.every: dict[int, list[Involvement]] = defaultdict(list)
        self.seen: dict[int, list[Involvement]] = defaultdict(list)
        if not people:
            return
        may_see = user.is_authenticated and user.is_active
        kept = []
        rows = _parts(user, people=people) if since is None else _parts_since(user, people=people, since=since)
        for part in rows:
            self.every[part.person_id].append(part)
            if may_see and not vars(part)["is_hidden"]:
                kept.append(part)
        for part in newest_first(keep_visible(kept, user)):
            self.seen[part.person_id].append(part)

    def of(self, people: Iterable[int]) -> list[Involvement]:
        """What may be seen of these people together, the newest first."""
        return newest_first(part for key in dict.fromkeys(people) for part in self.seen.get(key, ()))

    def open_work(self, people: Iterable[int]) -> dict[int, list[OpenWork]]:
        """Their open work, as :func:`frontdoor.people.hooks.open_work` tells it."""
        return as_lines(part for part in self.of(people) if part.closed_at is None)
