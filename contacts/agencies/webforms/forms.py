"""The form by which a web form is sent to a professional."""

from typing import Any

from django import forms

from contacts.fields import OF_REFERRER
from frontdoor.accounts.models import Agency
from frontdoor.db import by_name
from frontdoor.ui.forms import UiForm


def _named(name: str, label: str, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=OF_REFERRER[name].longest, help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class SendForm(UiForm):
    """Whom a web form is for, and their work address."""

    called = "Send a web form"

    name = _named("name", "Who is it for?", "The professional’s full name")
    role = _named("role", "Their job", "For example, head teacher")
    agency = forms.ModelChoiceField(
        label="Their agency", queryset=Agency.objects.none(), empty_label="Choose an agency",
        error_messages={"required": "Choose their agency"},
    )  # fmt: skip
    email = forms.EmailField(
        label="Their work e-mail address",
        max_length=OF_REFERRER["email"].longest,
        help_text="Read it back to them. The link goes to this address alone, and never to a private mailbox",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Enter an e-mail address such as name@example.org"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose_from("agency", Agency.objects.filter(is_active=True).order_by(*by_name("name")))
