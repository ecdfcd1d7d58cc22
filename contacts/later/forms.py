"""The forms of what was said later: the words, and a child or an adult named now."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from contacts.facts import PersonFacts
from contacts.fields import OF_CONTACT as OF_CONTACT_FACTS
from contacts.models import ContactAddition, ContactPerson
from contacts.recording.forms import AdultForm, ChildForm, PersonForm, is_filled, person_facts, question
from frontdoor.ui.forms import UiForm, long_text

PERSON = ContactAddition.Corrects.PERSON
WITH_WORDS = "kept with the words it is sent with"
OF_CONTACT = [(code, label) for code, label in ContactAddition.Corrects.choices if code != PERSON]


class LaterForm(UiForm):
    """What was said, by whom, and whether it corrects something given.

    ``people``: who is on the contact; ``opens``: whether new harm is a contact of its own by now.
    """

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

    summary = question(OF_CONTACT_FACTS["summary"])
    is_new_harm = forms.BooleanField(
        label="It tells of new harm to a child on this contact",
        required=False,
        help_text="A contact of its own is opened about these children, received now",
    )

    def __init__(self, *args: Any, people: Sequence[ContactPerson], opens: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not opens:
            del self.fields["is_new_harm"]
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


class ChildLater(ChildForm):
    """A child nobody has named on the contact yet; left empty when there is none."""

    keeps_no_draft = WITH_WORDS

    def clean(self) -> dict[str, Any]:
        """Ask for something that tells which child it is."""
        cleaned = super().clean()
        if is_filled(self) and not self.is_about_an_adult and not self.is_identified() and not self.errors:
            self.add_error(
                "given_name", "Enter something that tells which child this is, such as a name, an age or a school"
            )
        return cleaned


class AdultLater(AdultForm):
    """An adult nobody has named on the contact yet; left empty when there is none."""

    keeps_no_draft = WITH_WORDS


def people_named(rows: Sequence[PersonForm], on: date) -> list[PersonFacts]:
    """Who was named in these rows; an age in words counts from the day ``on`` which it was said."""
    return [person_facts(row, None, on) for row in rows if is_filled(row)]
