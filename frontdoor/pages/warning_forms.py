"""The forms of a warning: what is dangerous and to whom it is to be shown, and the look at it again."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from frontdoor.pages.forms import codes
from frontdoor.people.models import Address
from frontdoor.people.typed import NumberField
from frontdoor.ui.dates import DateField
from frontdoor.ui.formats import short_day
from frontdoor.ui.forms import Radios, UiForm, long_text, why

#: An address that is none of those on the record.
OTHER = "another"


def called(place: Address) -> str:
    """How an address of the record is offered: a confidential one without saying where it is."""
    if place.is_confidential:
        since = f", since {short_day(place.started_on)}" if place.started_on else ""
        return f"Their confidential address ({place.get_kind_display().lower()}{since})"
    return ", ".join(part for part in (place.lines, place.postcode) if part)


class WarningForm(UiForm):
    """One warning."""

    called = "Add a warning"
    kind = forms.ChoiceField(label="Kind of danger")
    text = long_text("What is the danger?", longest=1000)
    about = forms.ChoiceField(
        label="Who or what is it about?",
        choices=[
            ("person", "This person"),
            ("household", "Everybody in the household"),
            ("address", "An address"),
        ],
        widget=Radios(
            reveals={"address": ["where", "place", "postcode"]},
            hints={
                "household": "Shown on the records and work of whoever lives with them, for as long as they do",
                "address": "Shown on the records and work of whoever lives there, for as long as they do",
            },
        ),
    )
    where = forms.ChoiceField(
        label="Which address?",
        widget=Radios(reveals={OTHER: ["place", "postcode"]}),
        required=False,
        error_messages={"required": "Choose which address it is about"},
    )
    place = forms.CharField(label="Address", max_length=300, required=False)
    postcode = NumberField(label="Postcode", max_length=10, required=False)
    evidence = forms.CharField(label="Evidence", max_length=1000, required=False)
    source = forms.CharField(label="Who told us", max_length=200, required=False)
    review_on = DateField(label="Review this on", looks_ahead=True)

    def __init__(self, *args: Any, places: Sequence[Address] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(place.pk): place for place in places}
        self.offer("kind", codes("warning_kind", empty="Choose"))
        about = self.fields["about"].widget
        assert isinstance(about, Radios)
        if self.places:
            self.offer("where", [*((key, called(place)) for key, place in self.places.items()), (OTHER, "Another")])
            about.reveals = {"address": ["where"]}
        else:
            del self.fields["where"]
            about.reveals = {"address": ["place", "postcode"]}

    needed_when: ClassVar = {"where": ("about", ["address"], "Choose which address it is about")}

    def facts(self) -> dict[str, Any]:
        """What the action is told: the address chosen as a row, or the one typed."""
        given = dict(self.cleaned_data)
        where = given.pop("where", OTHER)
        if given["about"] == "address" and where in self.places:
            return {**given, "address": self.places[where], "place": "", "postcode": ""}
        return given


class ReviewWarning(UiForm):
    """Keep a warning after looking at it again, or end it."""

    called = "Review a warning"
    decision = forms.ChoiceField(
        label="Does the warning still apply?",
        choices=[("keep", "Yes"), ("end", "No, it has passed")],
        widget=Radios(reveals={"keep": ["review_on"]}),
        error_messages={"required": "Say whether the warning still applies"},
    )
    review_on = DateField(label="Review it again on", required=False, looks_ahead=True)
    reason = why("What was found, and who told you?")
    needed_when = {"review_on": ("decision", ["keep"], "Enter when to review it again")}
