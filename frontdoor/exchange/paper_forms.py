"""Whose a paper file is."""

from typing import Any

from django import forms

from frontdoor.ui.forms import UiForm


class OwnerForm(UiForm):
    """The reference of a person, or that the choice is taken back."""

    called = "Whose a paper file is"
    reference = forms.CharField(
        label="Reference of the person", required=False, max_length=20, help_text="For example P-7K3M9Q2D"
    )
    undo = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        cleaned = super().clean()
        if not cleaned.get("undo") and not cleaned.get("reference"):
            self.add_error("reference", "Enter the reference of the person, or choose somebody above")
        return cleaned
