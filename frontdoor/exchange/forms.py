"""The form of a wording to map."""

from typing import Any

from django import forms

from frontdoor.exchange.actions import codes_of
from frontdoor.exchange.models import Wording
from frontdoor.ui.forms import UiForm

NOTHING = "nothing"


class MeaningForm(UiForm):
    """What a wording means."""

    code = forms.ChoiceField(label="What it means", error_messages={"required": "Choose what it means"})

    def __init__(self, wording: Wording, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(code, code) for code in codes_of(wording.list_name)]
        self.fields["code"].choices = [("", "Choose"), *known, (NOTHING, "It means nothing")]  # type: ignore[attr-defined]
