"""The forms of wordings to map: one, or many at once."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontdoor.exchange.actions import codes_of
from frontdoor.exchange.models import Wording
from frontdoor.ui.forms import UiForm

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
