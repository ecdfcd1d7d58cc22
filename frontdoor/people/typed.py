"""Questions of forms about who somebody is: what identifies them, and how old they are."""

from typing import Any

from django import forms
from django.utils import timezone

from frontdoor.db import as_seen
from frontdoor.people.ages import born_about


class NumberField(forms.CharField):
    """An identifier or a postcode, taken without what nobody sees: that is not measured either."""

    def to_python(self, value: Any) -> str:
        """The number in plain characters."""
        return " ".join(as_seen(str(super().to_python(value) or "")).split())


class AboutAgeField(forms.CharField):
    """About how old a child is, in words such as "4½" or "18 months"; empty where nobody knows."""

    def __init__(self) -> None:
        box = forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-10"})
        super().__init__(
            label="Or about how old?", required=False, max_length=40, widget=box,
            help_text="For example, 4½, 18 months or nearly 5",
        )  # fmt: skip

    def clean(self, value: Any) -> str:
        """An age in words we can count with."""
        typed = str(super().clean(value))
        if typed and born_about(typed, timezone.localdate()) is None:
            raise forms.ValidationError("Enter an age such as 4, 6 months or 3 weeks", code="invalid")
        return typed
