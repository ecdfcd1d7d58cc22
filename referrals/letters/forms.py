"""The forms of letters."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Checkboxes, Radios, UiForm, VersionForm, long_text
from referrals.letters import actions
from referrals.letters.models import LetterTemplate
from referrals.letters.whom import Place


class WriteForm(UiForm):
    """Which letter, and to whom."""

    called = "Write a letter"
    template = forms.ChoiceField(label="Which letter?", widget=Radios())
    places = forms.MultipleChoiceField(
        label="To whom, and where?",
        help_text="Each person gets a letter of their own. Parents who live apart get one each.",
        widget=Checkboxes(),
    )

    def __init__(self, *args: Any, templates: Sequence[LetterTemplate], places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {row.code: row for row in templates}
        self.offer("template", [(row.code, row.name) for row in templates])
        self.offer("places", [(str(place.address.pk), place.words) for place in places])

    def chosen(self) -> tuple[LetterTemplate, list[int]]:
        """The template and the keys of the addresses."""
        given = self.cleaned_data
        return self.templates[given["template"]], [int(key) for key in given["places"]]


class EditForm(VersionForm):
    """The words of a draft, and where it goes."""

    called = "Change a letter"
    place = forms.ChoiceField(label="Where does it go?", widget=Radios())
    subject = forms.CharField(label="What is it about?", max_length=actions.LONGEST_SUBJECT)
    text = long_text("Text", "A blank line begins a new paragraph.", longest=actions.LONGEST, rows=16)

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("place", [(str(place.address.pk), place.words) for place in places])

    def settle(self, record: Any) -> None:
        """As it is drafted now."""
        if record is not None:
            for name, value in (("place", str(record.address_key)), ("subject", record.subject), ("text", record.text)):
                self.initial.setdefault(name, value)


class HomeForm(VersionForm):
    """A social worker's yes."""

    called = "Say yes to a letter to the home"
    reason = long_text(
        "Why does this letter put nobody in danger?", "Whom have you spoken with, and what did they say?"
    )


class CheckForm(VersionForm):
    """Of everybody else named: do they know?"""

    called = "Check a letter before it leaves"

    def __init__(self, *args: Any, named: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named = list(dict.fromkeys(named))
        for name in named:
            place = actions.key_of(name)
            self.fields[f"knows{place}"] = forms.ChoiceField(
                label=f"{name}: does this person know?",
                choices=actions.ANSWERS,
                widget=Radios(reveals={"need_not": [f"why{place}"]}),
                error_messages={"required": f"Say whether {name} knows"},
            )
            self.fields[f"why{place}"] = long_text(f"Why need {name} not know?", longest=500, rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        """Whoever need not know has a reason."""
        cleaned = super().clean()
        for name in self.named:
            place = actions.key_of(name)
            if cleaned.get(f"knows{place}") == "need_not" and not cleaned.get(f"why{place}"):
                self.add_error(f"why{place}", f"Say why {name} need not know")
        return cleaned


class SendForm(VersionForm):
    """It was posted."""

    called = "Record that a letter was posted"
    posted_on = DateField(label="On which day was it posted?", latest="today")

    def settle(self, record: Any) -> None:
        """Today, as it mostly is."""
        self.initial.setdefault("posted_on", timezone.localdate())


class WithdrawForm(VersionForm):
    """It is not sent."""

    called = "Withdraw a letter"
    reason = long_text("Why is it not sent?", rows=2)
