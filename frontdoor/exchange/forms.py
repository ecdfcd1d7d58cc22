"""The forms of wordings to map: one, or many at once."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontdoor.exchange.actions import codes_of
from frontdoor.exchange.deciding import KEEP, TAKE
from frontdoor.exchange.differences import Line
from frontdoor.exchange.models import Difference, Wording
from frontdoor.ui.forms import Radios, UiForm

NOTHING = "nothing"


def _choices(wording: Wording, first: str) -> list[tuple[str, str]]:
    return [("", first), *codes_of(wording.list_name), (NOTHING, "It means nothing")]


class MeaningForm(UiForm):
    """What a wording means."""

    called = "What a wording means"
    code = forms.ChoiceField(label="What it means", error_messages={"required": "Choose what it means"})

    def __init__(self, *args: Any, wording: Wording, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("code", _choices(wording, "Choose"))


class RefilingForm(UiForm):
    """Whether a record goes to the child the old system files it under now."""

    called = "A record filed under another child"
    decision = forms.ChoiceField(
        label="Which child is it about?",
        choices=[
            ("move", "The one the old system files it under now: move it, with all that hangs on it"),
            ("leave", "The one it stands with here: leave it where it is"),
        ],
        widget=Radios,
        error_messages={"required": "Choose which child it is about"},
    )


class RefilingWorkForm(UiForm):
    """Whether an assessment or an enquiry goes to the referral the old system files it under now."""

    called = "A record filed under another referral"
    decision = forms.ChoiceField(
        label="Which referral does it belong to?",
        choices=[
            ("move", "The one the old system files it under now: move it, with its clock"),
            ("leave", "The one it stands on here: leave it where it is"),
        ],
        widget=Radios,
        error_messages={"required": "Choose which referral it belongs to"},
    )


class SameEventForm(UiForm):
    """Whether a contact and a referral of the old systems are one event."""

    keeps_no_draft = "one choice and a button, nothing typed"
    decision = forms.ChoiceField(
        label="Are these one event?",
        choices=[
            ("one", "One event: the referral stands on this contact"),
            ("two", "Two events: the referral stands on a contact of its own"),
        ],
        widget=Radios,
        error_messages={"required": "Choose whether these are one event"},
    )


class EventBackForm(UiForm):
    """Taking back what was said of a contact and a referral."""

    keeps_no_draft = "one button, nothing typed"


class MeaningsForm(UiForm):
    """What many wordings mean; one left at "not now" stays in the list."""

    called = "Wordings of the old systems"

    def __init__(self, *args: Any, wordings: Sequence[Wording], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wordings = list(wordings)
        for wording in self.wordings:
            self.fields[f"code-{wording.pk}"] = forms.ChoiceField(
                required=False,
                label=f"Meaning of “{wording.value}”",
                choices=_choices(wording, "Not now"),
                error_messages={"invalid_choice": f"Choose one of the meanings for “{wording.value}”"},
            )

    def chosen(self) -> list[tuple[Wording, str]]:
        """Each wording that was given a meaning, with its code ("" when it means nothing)."""
        given = [(wording, self.cleaned_data.get(f"code-{wording.pk}", "")) for wording in self.wordings]
        return [(wording, "" if code == NOTHING else code) for wording, code in given if code]


def _reason(**more: Any) -> forms.CharField:
    return forms.CharField(
        label="Why", max_length=1000, error_messages={"required": "Say why"}, widget=forms.Textarea({"rows": 3}), **more
    )


class DifferencesForm(UiForm):
    """Whose value stands, for many differences with one reason; one left at "not now" stays in the list."""

    called = "Differences of newer extracts"
    reason = _reason(help_text="One reason for all the answers given now")

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for line in self.lines:
            answers = [("", "Not now"), (KEEP, "Keep ours")]
            if line.may_take_together:
                answers.append((TAKE, "Take theirs"))
            self.fields[f"answer-{line.difference.pk}"] = forms.ChoiceField(
                required=False,
                label=f"{line.label} of {line.name or line.reference}",
                choices=answers,
                error_messages={"invalid_choice": "This one is decided on its own page"},
            )

    def chosen(self) -> list[tuple[Difference, str]]:
        """Each difference that was answered, with its answer."""
        given = [(each.difference, self.cleaned_data.get(f"answer-{each.difference.pk}", "")) for each in self.lines]
        return [(difference, answer) for difference, answer in given if answer]


class DifferenceForm(UiForm):
    """Whose value stands, for one difference."""

    called = "A difference of a newer extract"
    answer = forms.ChoiceField(
        label="Whose value stands?", widget=Radios(), error_messages={"required": "Choose whose value stands"}
    )
    reason = _reason()

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        theirs = [(TAKE, "The old system’s: it is written here as your change")] if line.may_take else []
        self.offer("answer", [(KEEP, "Ours: nothing is changed"), *theirs])


class TakeBackForm(UiForm):
    """Why an answer is taken back."""

    called = "Taking back an answer about a newer extract"
    reason = _reason()
