"""The forms of holds."""

from django import forms

from frontdoor.retention.models import Hold
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Radios, UiForm, why


class HoldForm(UiForm):
    """Why nothing of a record may be destroyed, and until when."""

    called = "Put a hold on a record"
    kind = forms.ChoiceField(
        label="What is the hold for?",
        choices=Hold.Kind.choices,
        widget=Radios,
        error_messages={"required": "Choose what the hold is for"},
    )
    reason = why("Who asked for it, and why", "Say who asked for the hold, and why")
    until_on = DateField(
        label="Last day of the hold",
        required=False,
        looks_ahead=True,
        help_text="If you leave it empty, it lasts until it is ended",
    )


class EndHoldForm(UiForm):
    """Why a hold ends."""

    called = "End a hold"
    reason = why("Why does the hold end?", "Say why the hold ends")


class ApproveForm(UiForm):
    """The reference, typed, to agree that a record is destroyed."""

    keeps_no_draft = "the reference is typed afresh each time: nobody agrees by what a page remembered"
    typed = forms.CharField(
        label="Type the reference of the record to agree",
        max_length=20,
        error_messages={"required": "Type the reference of the record"},
    )


class ProposeForm(UiForm):
    """What was on the page when a record was proposed: what would go with it."""

    keeps_no_draft = "one button, nothing typed"
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
