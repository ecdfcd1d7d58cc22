"""One contact: what was given, who it may be, and what may be done next."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.forms import CharField
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from contacts import hooks, taken
from contacts.facts import WEB_FORM
from contacts.families import beside
from contacts.families.actions import is_separated
from contacts.grading import theirs
from contacts.models import Contact, ContactPerson
from contacts.queue import readers as queue
from contacts.recording import updates
from contacts.screening import origins, readers
from contacts.screening.dangers import homes_given
from contacts.screening.forms import ActForm, GoOnForm, GradeForm, LetSeeForm, LinkForm, OwnGradeForm, UnlinkForm
from contacts.screening.views.household import offered
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.people.actions import is_kept_hidden
from frontdoor.people.protection.reach import each_once, warnings_for
from frontdoor.signing import oversight
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import can

P = Permission
#: One act of the page: taken from the queue, or from whoever left it.
CLAIMING = {"claim", "take_over"}
CALLER_UNKNOWN = "They would not give their name"


def address_of(reference: str) -> str:
    """The page of a contact."""
    return reverse("contacts:contact", args=[reference])


def opened(request: StaffRequest, reference: str) -> tuple[Contact, list[ContactPerson]]:
    """The contact and its people, if the user may see them: 404 otherwise, 403 on a declared conflict, Refused when
    somebody has taken it under a restriction."""
    contact = taken.to_act_on(
        Contact.objects.visible_to(request.user).select_related(
            "type", "agency", "text", "recorded_by", "claimed_by", "proposed_by", "acknowledged_by", "decided_by"
        ),
        request.user,
        reference,
    )
    rows = readers.rows_of(contact)
    readers.keep_out(rows, request.user, timezone.now())
    return contact, rows


def _written_by(contact: Contact) -> str:
    """Who wrote what nobody here recorded."""
    return "Written by them, by web form" if contact.how == WEB_FORM else "Sent by the agency’s system"


def caller(contact: Contact) -> list[tuple[str, str]]:
    """Who told us, as rows of a list."""
    notes = [
        ("A professional", contact.is_professional),
        ("Not to be named to the family", contact.withhold_name_from_family),
        ("The child themselves", contact.is_the_child),
    ]
    rows = [
        ("Caller", contact.referrer_name or (CALLER_UNKNOWN if contact.is_anonymous else "")),
        ("Who they are", ", ".join(part for part in (contact.referrer_role, contact.referrer_organisation) if part)),
        ("Ring back", readers.ring_back(contact)),
        ("E-mail", contact.referrer_email),
        ("About the caller", "; ".join(text for text, is_so in notes if is_so)),
        ("A safe way to reach them", contact.safe_way),
        ("Source", lists.label("referral_source", contact.source) if contact.source else ""),
        ("Sent by", contact.agency.name if contact.agency else ""),
        ("Their reference", contact.agency_reference),
        ("Recorded by", contact.recorded_by.name if contact.recorded_by else _written_by(contact)),
    ]
    return [row for row in rows if row[1]]


def carry_out(
    request: StaffRequest,
    contact: Contact,
    kind: type[ActForm],
    act: Callable[..., object],
    *,
    prefix: str,
    said: str,
    called: str = "",
    **more: Any,
) -> HttpResponse:
    """One act on a contact: done and back to its page, or the page again with what was typed and why not.

    ``act`` is given ``by``, ``at`` and the form's answers by their names. ``prefix`` names the form on the page, as
    whoever shows it there does.
    """
    at = address_of(contact.reference)
    form = acting.form(request, kind, record=contact, called=called, at=at, prefix=prefix, **more)
    done = acting.carry_out(request, form, lambda given, now: act(by=request.user, at=now, **given), said=said, to=at)
    return done or show(request, *opened(request, contact.reference), sent=form)


def act_on(
    request: StaffRequest, reference: str, kind: type[ActForm], act: Callable[..., object], *, prefix: str, said: str
) -> HttpResponse:
    """One act on the contact itself, which it is given as ``contact``; the rest as in :func:`carry_out`."""
    contact, _ = opened(request, reference)
    return carry_out(request, contact, kind, partial(act, contact=contact), prefix=prefix, said=said)


def _opens(request: StaffRequest, contact: Contact, sent: ActForm | None) -> hooks.OpenForm:
    """Opens the forms of the page: ``sent`` as it came back, the others as they were kept, or empty."""
    at = address_of(contact.reference)
    kept = acting.kept_at(request, at)

    def open_form(kind: type[hooks.Form], *, prefix: str, called: str = "", **more: Any) -> hooks.Form:
        if isinstance(sent, kind) and sent.prefix == prefix:
            return sent
        more["prefix"] = prefix
        return acting.form(request, kind, record=contact, called=called, at=at, is_sent=False, kept=kept, **more)

    return open_form


def _texts_of(form: ActForm) -> list[tuple[str, str]]:
    """What was typed, in case the contact has moved on and the page no longer offers the form."""
    texts = [(str(part.label), str(part.value() or "")) for part in form if type(part.field) is CharField]
    return [(question, text) for question, text in texts if text]


def show(
    request: StaffRequest,
    contact: Contact,
    rows: list[ContactPerson],
    *,
    sent: ActForm | None = None,
    shown: int = 0,
) -> HttpResponse:
    """The page. ``sent``: a form that came back; ``shown``: whose confidential address is open."""
    now = timezone.now()
    user = request.user
    may_screen = holds(user, P.CONTACT_SCREEN)
    doable = can(contact, user)
    is_open = contact.status != "decided" or contact.is_fast_track
    look = request.GET.get("look", "")
    found = readers.cards(
        contact, user, rows,
        look=int(look) if look.isascii() and look.isdigit() and len(look) < 4 else 0,
        limit=readers.LOOKED_AT if may_screen and is_open else 0,
    )  # fmt: skip
    linked = [row.person_id for row in rows if row.person_id is not None]
    background = queue.Background(user, [contact], linked, now)
    for card in found:
        if card.row.person_id is not None:
            card.known = background.of([contact], [card.row.person_id])
    possible = readers.possible_on(contact, user, now)
    listed = {each.person.pk for each in possible}
    listed |= {candidate.person.pk for card in found for candidate in card.candidates}
    holder = contact.claimed_at_moment(now)
    audit.shows(
        request,
        {*linked, *listed},
        kind="opened",
        reference=contact.reference,
        reason="screening" if holder == user else "contact on the queue" if may_screen and is_open else "",
    )
    open_form = _opens(request, contact, sent)
    families = list(contact.families.order_by("number"))
    return page(
        request,
        "contacts/contact.html",
        {
            "contact": contact,
            "now": now,
            "today": timezone.localdate(),
            "their_grades": theirs.of(contact),
            "caller": caller(contact),
            "origins": origins.of(contact, user),
            "words": readers.words(contact),
            "children": [card for card in found if card.row.is_child],
            "adults": [card for card in found if not card.row.is_child],
            "families": families,
            "is_separated": is_separated,
            "same_family": readers.of_one_family(contact, user),
            "beside": beside.beside([contact], user, now).get(contact.pk, []),
            "offer": offered(request, contact, "contact"),
            "meaning": {(each.row.pk, each.person.pk): each for each in possible},
            "agrees": queue.AGREES,
            "warnings": each_once(warnings_for(linked, user, given=homes_given(rows))),
            "clocks": list(Clock.objects.visible_to(user).of(contact.reference).order_by("stopped_at", "due_at", "pk")),
            "events": readers.events(contact),
            "oversight": oversight.part(contact.reference, user, now),
            "steps": doors.buttons(contact, user),
            "can": doable,
            "holder": holder,
            "is_mine": holder == user,
            "may_screen": may_screen,
            "may_decide_addresses": holds(user, P.ADDRESS_DECIDE),
            "may_edit": holds(user, P.PEOPLE_EDIT),
            "may_claim": bool(doable & CLAIMING),
            "is_open": is_open,
            "shown": shown,
            "label": lists.label,
            "grade_form": open_form(GradeForm, prefix="grade"),
            "go_on_form": open_form(GoOnForm, prefix="go-on"),
            **updates.about(contact, user),
            **{name: value for part in hooks.parts_of_page for name, value in part(contact, user, open_form).items()},
            "disagreements": list(contact.disagreements.select_related("answered_by", "decided_by").order_by("pk")),
            "own_grade_form": lambda key: open_form(OwnGradeForm, prefix=f"own-grade-{key}"),
            "link_form": lambda key: open_form(LinkForm, prefix=f"link-{key}"),
            "unlink_form": lambda key: open_form(UnlinkForm, prefix=f"unlink-{key}"),
            "let_see_form": open_form(LetSeeForm, prefix="let-see"),
            "is_kept_hidden": may_screen and is_kept_hidden(contact.reference),
            "failed": [sent],
            "form": sent,
            "typed": _texts_of(sent) if sent is not None else [],
        },
    )  # fmt: skip


@require_safe
@needs(P.CONTACT_VIEW)
def contact(request: StaffRequest, reference: str) -> HttpResponse:
    """The contact as it stands; of one somebody else took under a restriction, that a manager has it."""
    line = taken.line(request.user, reference)
    if line is None:
        return show(request, *opened(request, reference))
    may_take = taken.was_told(request.user, line.reference)
    return page(request, "contacts/taken.html", {"contact": line, "may_take": may_take, "now": timezone.now()})
