"""The page on which an unborn child's record is said to be that of a born one, or of the first of several."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.pages.people import address_of, opened
from frontdoor.people.birth import Baby, born
from frontdoor.people.models import Person
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Radios, VersionForm
from frontdoor.ui.responses import page

ORDER = ("first", "second", "third", "fourth")
FURTHER = [f"{part}_{number}" for number in range(1, len(ORDER)) for part in ("given", "family", "sex")]


class BornForm(VersionForm):
    """When, how many, and what each is called."""

    called = "Say that an unborn child is born"
    born_on = DateField(label="When was the child born?", latest="today")
    how_many = forms.ChoiceField(
        label="How many were born?",
        choices=[("one", "One child"), ("more", "More than one")],
        widget=Radios(reveals={"more": FURTHER}),
        error_messages={"required": "Say how many were born"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sexes = [("", "Not yet obtained"), *lists.choices("sex", on=timezone.localdate())]
        for number, word in enumerate(ORDER):
            hint = "Leave this child out if there were fewer" if number > 1 else "Leave the names empty if not known"
            called: dict[str, Any] = {"required": False, "max_length": 150}
            self.fields[f"given_{number}"] = forms.CharField(
                label=f"First names of the {word}", help_text=hint, **called
            )
            self.fields[f"family_{number}"] = forms.CharField(label=f"Last name of the {word}", **called)
            self.fields[f"sex_{number}"] = forms.ChoiceField(label=f"Sex of the {word}", choices=sexes, required=False)
        self.order_fields(["version", "born_on", "given_0", "family_0", "sex_0", "how_many"])

    def babies(self) -> list[Baby]:
        """Those that were born, in order; the second counts whatever is known of it."""
        several = self.cleaned_data["how_many"] == "more"
        return list(self._babies(len(ORDER) if several else 1, at_least=2 if several else 1))

    def _babies(self, most: int, *, at_least: int) -> Iterator[Baby]:
        for number in range(most):
            said = {part: self.cleaned_data.get(f"{part}_{number}", "") for part in ("given", "family", "sex")}
            if number < at_least or any(said.values()):
                yield Baby(**said)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PEOPLE_EDIT)
def say_born(request: StaffRequest, reference: str) -> HttpResponse:
    """Say that the child is born: one goes on in the same record, of more each other gets a record of its own."""
    who = opened(request, reference)
    form = acting.form(request, BornForm, record=who)
    audit.shows(request, [who], kind="opened", reference=who.reference)

    def act(given: dict[str, Any], at: datetime) -> list[Person]:
        day: date = given["born_on"]
        return born(person=who, babies=form.babies(), born_on=day, by=request.user, at=at, version=given["version"])

    def to(found: list[Person]) -> str:
        for other in found[1:]:
            messages.warning(
                request, f"{other.reference} is the record of a child born with them. What is open is about "
                f"{found[0].reference}: record a contact about {other.reference}, so that this child has work too.",
            )  # fmt: skip
        return address_of(found[0])

    done = acting.carry_out(request, form, act, said="The child is born: the record goes on", to=to)
    context = {"person": who, "form": form, "title": "The child is born", "lead": ""}
    return done or page(request, "pages/person_form.html", context)
