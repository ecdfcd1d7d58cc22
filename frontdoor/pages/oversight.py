"""Management oversight of one record: what managers noted, and a form for one more."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, holds, signed_in
from frontdoor.people.record import about
from frontdoor.signing import oversight as notes
from frontdoor.signing.models import OversightNote
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import UiForm, long_text
from frontdoor.ui.responses import page


class OversightForm(UiForm):
    """What a manager noted, or what an earlier note should have said."""

    called = "Management oversight"
    on = DateField(label="When did you look at it?", latest="today")
    text = long_text("What did you look at, and what do you think of it?", longest=5000, rows=6)
    corrects: Any = forms.TypedChoiceField(
        label="Does this correct an earlier note?", coerce=int, empty_value=None, required=False,
        help_text="The earlier one stays to be read, marked as corrected.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def oversight(request: StaffRequest, reference: str) -> HttpResponse:
    """The notes on a record, for whoever may open it; managers add one. The read is noted."""
    user, now = request.user, timezone.now()
    kind, record = notes.found_for(user, reference)
    named = about.children_of([kind.about(record)], user, timezone.localdate(now))
    audit.shows(
        request, about.people_in(named.values()), given_on=about.given_on(named), kind="opened",
        reference=record.reference,
    )  # fmt: skip
    here = reverse("pages:oversight", args=[record.reference])
    rows = list(notes.notes_of(record.reference))
    form = done = None
    if holds(user, Permission.OVERSIGHT_WRITE):
        form = acting.form(request, OversightForm, about=record.reference, initial={"on": timezone.localdate(now)})
        standing = [row for row in rows if not hasattr(row, "corrected_by")]
        form.offer("corrects", [("", "No, it is a new one"), *((row.pk, _called(row)) for row in standing)])
        if not standing:
            del form.fields["corrects"]

        def write(answers: dict[str, Any], at: datetime) -> OversightNote:
            return notes.note(reference=record.reference, by=user, at=at, **answers)

        done = acting.carry_out(request, form, write, said="Your oversight has been noted.", to=here)
    return done or page(
        request,
        "pages/oversight.html",
        {
            "record": record,
            "called": kind.called,
            "children": next(iter(named.values()), []),
            "back": reverse(kind.url_name, args=[record.reference]),
            "rows": rows,
            "form": form,
        },
    )


def _called(row: OversightNote) -> str:
    return f"{row.on.day} {row.on:%B %Y}, {row.by.name}"
