"""The web forms that were sent, and how far each has come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from contacts.agencies.links.models import SecureLink
from contacts.agencies.webforms.models import WebForm

SHOWN = 100


@dataclass(frozen=True)
class Line:
    """A web form in the list. ``state``: in words; ``is_standing``: whether it can be withdrawn.

    What was written in it is not named: who may see that contact finds it on the queue.
    """

    form: WebForm
    state: str
    is_standing: bool


def lines(at: datetime) -> list[Line]:
    """The forms that were sent and are not forgotten, the newest first."""
    forms = list(WebForm.objects.filter(forgotten_at=None).select_related("agency", "sent_by").order_by("-pk")[:SHOWN])
    rows = SecureLink.objects.filter(purpose=SecureLink.Purpose.CONTACT, row__in=[form.pk for form in forms])
    newest = {link.row: link for link in rows.defer("body").order_by("pk")}
    return list(_lines(forms, newest, at))


def _lines(forms: list[WebForm], newest: dict[int | None, SecureLink], at: datetime) -> Iterator[Line]:
    for form in forms:
        is_over = form.contact_id is not None or form.withdrawn_at is not None or form.expires_at <= at
        yield Line(form, _state(form, newest.get(form.pk), at), not is_over)


def _state(form: WebForm, link: SecureLink | None, at: datetime) -> str:
    if form.contact_id is not None:
        return "Used"
    if form.withdrawn_at is not None:
        return "Withdrawn"
    if form.expires_at <= at:
        return "Expired"
    if link is None:
        return "On its way"
    return "Being written" if link.saved_at else "Opened" if link.opened_at else "Sent"
