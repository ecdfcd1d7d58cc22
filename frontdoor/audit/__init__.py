"""Append-only evidence: changes, refusals and reads of people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest

from frontdoor.audit.events import EVENTS, register, sentence

if TYPE_CHECKING:  # the package is read before there are models
    from frontdoor.accounts.models import Agency


@dataclass
class Shown:
    """Who one response shows, gathered by the view and written by the middleware as one row."""

    kind: str = "listed"
    reference: str = ""
    reason: str = ""
    event: str = ""
    people: set[int] = field(default_factory=set)
    given_on: set[str] = field(default_factory=set)
    #: What the page is evidence of beside whom it shows: event and reference.
    beside: list[tuple[str, str]] = field(default_factory=list)


class AuditedRequest(HttpRequest):
    """A request with what its view says for the evidence, which the middleware reads when the view is done."""

    audit_shown: Shown
    audit_refused: str
    agency: "Agency | None"


def shows_outside(
    request: HttpRequest, *, event: str, agency: "Agency | None", reference: str = "", listed: Iterable[str] = ()
) -> None:
    """Say what somebody outside is shown: one record (``reference``), or several in a list. Nothing for an empty one.

    ``event`` is ``agency.read`` or ``link.read``; ``agency`` None for a link that was given to nobody's agency.
    """
    references = [each for each in listed if each]
    if not reference and not references:
        return
    cast(AuditedRequest, request).agency = agency
    kind = "opened" if reference else "listed"
    shows(request, (), kind=kind, reference=reference, given_on=references, event=event)


def shows(
    request: HttpRequest,
    people: Iterable[Any],
    *,
    kind: str = "listed",
    reference: str = "",
    reason: str = "",
    given_on: Iterable[str] = (),
    event: str = "",
    beside: Iterable[tuple[str, str]] = (),
) -> None:
    """Say who this response shows; called by every view that shows people.

    ``given_on``: references of the contacts on which somebody shown is named whom nobody has confirmed. They are on no
    record, so the row cannot say them among its people; it names the contacts in its detail.
    ``kind`` is ``opened`` for one record and ``listed`` for a list; the strongest said in one request wins.
    ``event``: what the row is called, where it is not a page of ours: ``agency.read`` or ``link.read``.
    ``beside``: events with the references they are about, each a row of its own before that of the page.
    The rows are committed before the first byte leaves, or the response is a 500.
    """
    shown: Shown | None = getattr(request, "audit_shown", None)
    if shown is None:
        shown = Shown()
        cast(AuditedRequest, request).audit_shown = shown
    shown.people |= {person if isinstance(person, int) else person.pk for person in people}
    shown.given_on |= set(given_on)
    if kind == "opened":
        shown.kind = kind
    shown.reference = reference or shown.reference
    shown.reason = reason or shown.reason
    shown.event = event or shown.event
    shown.beside += beside


def refused(request: HttpRequest, refusal: Any) -> None:
    """Say that an act was refused and that the view answers with its form: the refusal's own row follows.

    Called in every ``except Refused`` of a view, outside the act's transaction, which has been rolled back by then.
    """
    cast(AuditedRequest, request).audit_refused = getattr(refusal, "code", "refused")


__all__ = ["EVENTS", "Shown", "refused", "register", "sentence", "shows", "shows_outside"]
