"""Choosing an address."""

from django import forms

from frontdoor.ui.forms import UiForm


class EndpointForm(UiForm):
    """Where an agency's events go."""

    called = "Webhook of an agency"
    url = forms.CharField(
        label="Address of the agency’s receiver",
        help_text="As the agency gave it to you, such as https://agency.example/hooks/front-door",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
