"""Fast tracks a manager has stood down: why, who, and how long each stood."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery
from django.http import QueryDict

from contacts.models import Contact
from frontdoor.accounts.models import Agency, User
from frontdoor.db import by_name
from frontdoor.figures.partnership.forms import PeriodForm
from frontdoor.figures.partnership.readers import bounds
from frontdoor.ui.formats import count
from frontdoor.ui.forms import NamedChoice
from frontdoor.workflow.models import StatusChange

if TYPE_CHECKING:
    from django.db.models import QuerySet

CONTACT = "contacts.contact"
COLUMNS = ("contact", "put_on_at", "put_on_by", "stood_down_at", "stood_down_by", "minutes", "reason")


class StoodDownForm(PeriodForm):
    """Filters of the list: the period, whose contacts they were, and who stood them down."""

    by = NamedChoice(label="Stood down by", queryset=None, required=False, empty_label="Anybody")

    def __init__(self, data: QueryDict, *, agencies: list[Agency], today: date) -> None:
        super().__init__(data, agencies=agencies, today=today)
        self.fields["since"].label = "Stood down from"
        self.choose_from("by", User.objects.filter(pk__in=_stood_down().values("by")).order_by(*by_name("name"), "pk"))


@dataclass(frozen=True)
class StoodDown:
    """One fast track that was stood down."""

    reference: str
    put_on_at: datetime | None
    put_on_by: str
    stood_down_at: datetime
    stood_down_by: str
    reason: str

    @property
    def stood(self) -> timedelta | None:
        """How long it stood; None where nobody wrote down when it began."""
        return self.stood_down_at - self.put_on_at if self.put_on_at is not None else None

    @property
    def minutes(self) -> int | None:
        """The same in whole minutes."""
        return int(self.stood.total_seconds() // 60) if self.stood is not None else None

    @property
    def in_words(self) -> str:
        """The same as one says it: "40 minutes", "3 hours 5 minutes"."""
        if self.minutes is None:
            return "Not recorded"
        hours, minutes = divmod(self.minutes, 60)
        parts = [count(hours, "hour") if hours else "", count(minutes, "minute") if minutes or not hours else ""]
        return " ".join(filter(None, parts))


def _stood_down() -> "QuerySet[StatusChange, StatusChange]":
    return StatusChange.objects.filter(model=CONTACT, move="stand_down")


def changes(
    user: User, since: date, until: date, *, agency: str = "", by: User | None = None
) -> "QuerySet[StatusChange, StatusChange]":
    """The changes by which contacts the user may see were stood down between two days, both included, latest first."""
    contacts = Contact.objects.visible_to(user).order_by()
    if agency:
        contacts = contacts.filter(agency__code=agency)
    first, end = bounds(since, until).values()
    rows = _stood_down().filter(happened_at__gte=first, happened_at__lt=end, reference__in=contacts.values("reference"))
    if by is not None:
        rows = rows.filter(by=by)
    begun = StatusChange.objects.filter(reference=OuterRef("reference"), move="fast_track", pk__lt=OuterRef("pk"))
    latest = begun.order_by("-pk")
    return rows.annotate(
        put_on_at=Subquery(latest.values("happened_at")[:1]),
        put_on_by=Subquery(latest.values("by__name")[:1]),
        stood_down_by=F("by__name"),
    ).order_by("-happened_at", "-pk")  # fmt: skip


def read(rows: "QuerySet[StatusChange, StatusChange]") -> list[StoodDown]:
    """These changes as lines, in one question."""
    names = ("reference", "put_on_at", "put_on_by", "happened_at", "stood_down_by", "reason")
    return [
        StoodDown(reference, begun, put_on or "", at, who or "", reason)
        for reference, begun, put_on, at, who, reason in rows.values_list(*names)
    ]
