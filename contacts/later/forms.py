"""The form of what was said later."""

from collections.abc import Sequence
from typing import Any

from django import forms

from contacts.models import ContactAddition, ContactPerson
from frontdoor.ui.forms import UiForm, long_text

PERSON = ContactAddition.Corrects.PERSON
OF_CONTACT = [(code, label) for code, label in ContactAddition.Corrects.choices if code != PERSON]


class LaterForm(UiForm):
    """What was said, by whom, and whether it corrects something given. ``people``: who is on the contact."""

    called = "Add what was said later"

    text = long_text(
        "What was said?",
        "In the words of whoever said it. What was recorded first stays as it is",
        longest=20_000,
        rows=6,
        missing="Enter what was said",
    )
    said_by = forms.CharField(
        label="Who said it?", required=False, max_length=200, help_text="Name and role, if not the same caller"
    )
    corrects = forms.ChoiceField(
        label="Does it correct something?",
        required=False,
        help_text="Say above what is right. What was given stays, with the correction and its date beside it",
    )

    def __init__(self, *args: Any, people: Sequence[ContactPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {f"{PERSON}-{row.position}": row for row in people}
        named = [(code, f"{row} ({row.who})") for code, row in self.people.items()]
        field = self.fields["corrects"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "No, it is something more"), *OF_CONTACT, *named]

    def clean(self) -> dict[str, Any]:
        """Somebody on the contact is their row."""
        cleaned = super().clean() or {}
        row = self.people.get(cleaned.get("corrects", ""))
        return {**cleaned, "corrects": PERSON if row else cleaned.get("corrects", ""), "on_contact": row}
