"""The questions about brothers and sisters who are not on a contact: three answers each, none of them chosen."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from contacts.identity.household import Sibling
from contacts.models import HouseholdAnswer
from frontdoor.ui.formats import person_age
from frontdoor.ui.forms import Radios, UiForm

PREFIX = "household-"


class HouseholdForm(UiForm):
    """One question for each; whoever is not answered for is asked about again."""

    keeps_no_draft = "a choice for each child, nothing typed"

    def __init__(self, *args: Any, asked: Sequence[Sibling], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for sibling in asked:
            self.fields[f"{PREFIX}{sibling.person.reference}"] = forms.ChoiceField(
                label=f"Is this contact about {sibling.person.display_name or 'this child'} too?",
                help_text=_about(sibling),
                choices=HouseholdAnswer.Answer.choices,
                widget=Radios,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """At least one of them is answered."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if any(name.startswith(PREFIX) and name not in self.fields and self.data[name] for name in self.data):
            raise forms.ValidationError(
                "One of these children has been answered for since. Check again who is asked about.", code="answered"
            )
        if not self.answers():
            raise forms.ValidationError("Choose an answer for at least one child", code="required")
        return given

    def answers(self) -> dict[str, str]:
        """What was chosen, by the reference of the record."""
        given = self.cleaned_data.items()
        return {name.removeprefix(PREFIX): answer for name, answer in given if name.startswith(PREFIX) and answer}


def _about(sibling: Sibling) -> str:
    """Who they are to the child on the contact, and what is open: "16 years, the same address on record as Sam; …"."""
    work = "; ".join(
        ", ".join(part for part in (f"{w.kind.replace('_', ' ')} {w.reference}", w.worker or "no named worker") if part)
        for w in sibling.work
    )
    age = person_age(sibling.person, timezone.localdate())
    return f"{age}, {sibling.why}, as for {sibling.of.name or 'the child'}. Open: {work}"
