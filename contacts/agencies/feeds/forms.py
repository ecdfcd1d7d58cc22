"""Forms of police files, and of agencies that may send without a grade."""

from django import forms

from contacts.agencies.feeds.reading import FORMAT_NAMES
from frontdoor.accounts.models import Agency
from frontdoor.db import by_name
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import UiForm, long_text


def _agency(label: str) -> "forms.ModelChoiceField[Agency]":
    return forms.ModelChoiceField(
        label=label,
        queryset=Agency.objects.filter(is_active=True).order_by(*by_name("name")),
        empty_label="Choose an agency",
        error_messages={"required": "Choose the agency"},
    )


class DropForm(UiForm):
    """A file, and whose it is."""

    keeps_no_draft = "a file: the browser gives it once"

    agency = _agency("Which agency sent it?")
    file = forms.FileField(
        label="The file",
        help_text=f"{' or '.join(FORMAT_NAMES)} in the published format, at most 16 MB; "
        "also the attachment of an e-mail",
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

    reason = long_text("Why is it set aside?", longest=500, rows=2, missing="Say why it is set aside")


class UngradedForm(UiForm):
    """Until when an agency may send without a grade."""

    called = "Notifications without a grade"

    agency = _agency("Which agency?")
    until = DateField(
        label="Until which day may it send without a grade?",
        required=False,
        looks_ahead=True,
        help_text="Leave empty to end it now",
    )
    reason = long_text("Why?", longest=500, rows=2, missing="Say why")
