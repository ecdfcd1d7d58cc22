"""The pages of contacts and referrals of the old systems that may be one event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from contacts.models import Contact
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.exchange.forms import EventBackForm, SameEventForm
from frontdoor.exchange.models import Origin, SameEvent
from frontdoor.exchange.twice import decide, take_back
from frontdoor.people.models import Person
from frontdoor.ui.responses import page
from referrals.models import Referral

SHOWN = 50
WHY = "review of a contact and a referral"
STATES = {"": "To decide", "one": "One event", "two": "Two events"}
ASKED = {"": "Any", "doubt": "The rule was in doubt", "joined": "The records were joined since"}


@dataclass(frozen=True)
class Line:
    """A contact and a referral side by side; ``need`` is what each system says of it, in its words."""

    event: SameEvent
    contact: Contact
    referral: Referral
    contact_need: str
    referral_need: str

    @property
    def child(self) -> Person | None:
        """Whom the referral is about."""
        return self.referral.child

    @property
    def is_one_path(self) -> bool:
        """Whether the referral stands on the contact now."""
        return self.referral.contact_id == self.contact.pk


def lines_of(rows: Sequence[SameEvent], user: User) -> list[Line]:
    """These rows (as ``visible_to`` gives them) as the pages show them; a fixed number of queries."""
    contacts = {
        each.reference: each
        for each in Contact.objects.visible_to(user).filter(reference__in=[row.contact_reference for row in rows])
    }
    referrals = {
        each.reference: each
        for each in Referral.objects.visible_to(user)
        .filter(reference__in=[row.referral_reference for row in rows])
        .select_related("child", "contact")
    }
    needs_said: dict[tuple[str, str], str] = {}
    for file, column, keys in (
        ("firstcall_contacts.csv", "REASON", [row.contact_no for row in rows]),
        ("carecase_episodes.csv", "primary_need", [row.episode_id for row in rows]),
    ):
        origins = Origin.objects.filter(file=file, identity__in=keys)
        for identity, values in origins.values_list("identity", "source__values"):
            needs_said[file, identity] = str(values.get(column, ""))
    return [
        Line(
            row, contacts[row.contact_reference], referrals[row.referral_reference],
            needs_said.get(("firstcall_contacts.csv", row.contact_no), ""),
            needs_said.get(("carecase_episodes.csv", row.episode_id), ""),
        )
        for row in rows
        if row.contact_reference in contacts and row.referral_reference in referrals
    ]  # fmt: skip


def _page_of(**values: str) -> str:
    query = {name: value for name, value in values.items() if value}
    return reverse("exchange:same_events") + (f"?{urlencode(query)}" if query else "")


@require_safe
@needs(Permission.PEOPLE_MERGE)
def same_events(request: StaffRequest) -> HttpResponse:
    """Contacts and referrals that may be one event, the oldest question first."""
    state, asked, after = (request.GET.get(name, "") for name in ("state", "asked", "after"))
    state, asked = state if state in STATES else "", asked if asked in ASKED else ""
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    rows = SameEvent.objects.visible_to(request.user).filter(answer=state or SameEvent.Answer.WAITING, pk__gt=start)
    if asked:
        rows = rows.filter(is_doubtful=asked == "doubt")
    found = list(rows.select_related("decided_by").order_by("pk")[: SHOWN + 1])
    lines = lines_of(found[:SHOWN], request.user)
    if lines:
        audit.shows(request, [line.child for line in lines if line.child is not None], kind="listed", reason=WHY)
    following = str(found[SHOWN - 1].pk) if len(found) > SHOWN else ""
    return page(
        request,
        "exchange/same_events.html",
        {
            "lines": lines,
            "state": state,
            "asked": asked,
            "asks": ASKED,
            "tabs": [
                {"text": text, "href": _page_of(state=code, asked=asked), "active": code == state}
                for code, text in STATES.items()
            ],
            "first": _page_of(state=state, asked=asked) if start else "",
            "following": _page_of(state=state, asked=asked, after=following) if following else "",
            "label": lists.label,
            "today": timezone.localdate(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PEOPLE_MERGE)
def same_event(request: StaffRequest, key: int) -> HttpResponse:
    """One contact and one referral side by side, and the answer, or taking it back."""
    rows = SameEvent.objects.visible_to(request.user).asked().select_related("decided_by")
    event: SameEvent = get_object_or_404(rows, pk=key)
    is_open = event.answer == SameEvent.Answer.WAITING
    form = acting.form(request, SameEventForm if is_open else EventBackForm)

    def act(given: dict[str, str], at: datetime) -> SameEvent:
        if is_open:
            return decide(event=event, is_one=given["decision"] == "one", by=request.user, at=at)
        return take_back(event=event, by=request.user, at=at)

    done = acting.carry_out(
        request, form, act,
        said=lambda row: {"one": "They are one event.", "two": "They are two events."}.get(
            row.answer, "Your answer is taken back: it waits to be decided."
        ),
        to=reverse("exchange:same_events"),
    )  # fmt: skip
    if done is not None:
        return done
    (line,) = lines_of([event], request.user)
    people = [line.child] if line.child is not None else []
    audit.shows(request, people, kind="opened", reference=str(line.referral.reference), reason=WHY)
    context = {"line": line, "event": event, "form": form, "is_open": is_open, "label": lists.label}
    context |= {"today": timezone.localdate()}
    return page(request, "exchange/same_event.html", context)
