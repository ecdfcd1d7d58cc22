"""Forms of files of notifications, and of agencies that may send without a grade."""

from django import forms

from frontdoor.accounts.models import Agency
from frontdoor.db import by_name
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import UiForm


class DropForm(UiForm):
    """A file, and whose it is."""

    keeps_no_draft = "a file: the browser gives it once"

    agency = forms.ModelChoiceField(
        label="Which agency sent it?",
        queryset=Agency.objects.filter(is_active=True).order_by(*by_name("name")),
        empty_label="Choose an agency",
        error_messages={"required": "Choose the agency"},
    )
    file = forms.FileField(
        label="The file",
        help_text="CSV or XML in the published format, at most 16 MB; also the attachment of an e-mail",
        error_messages={"required": "Choose a file", "empty": "The file is empty"},
    )


class SendOnForm(UiForm):
    """A message, corrected."""

    called = "Correct a message that could not be read"

    text = forms.CharField(
        label="The message, corrected",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        error_messages={"required": "Enter the corrected message"},
    )


class SetAsideForm(UiForm):
    """Why a message is set aside."""

    called = "Set aside a message that could not be read"

    reason = forms.CharField(
        label="Why is it set aside?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is set aside"},
    )


class UngradedForm(UiForm):
    """Until when an agency may send without a grade."""

    called = "Notifications without a grade"

    agency = forms.ModelChoiceField(
        label="Which agency?",
        queryset=Agency.objects.filter(is_active=True).order_by(*by_name("name")),
        empty_label="Choose an agency",
        error_messages={"required": "Choose the agency"},
    )
    until = DateField(
        label="Until which day may it send without a grade?",
        required=False,
        looks_ahead=True,
        help_text="Leave empty to end it now",
    )
    reason = forms.CharField(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why"},
    )
