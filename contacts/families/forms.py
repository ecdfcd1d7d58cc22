"""The form that says whose each person and each part of the text is. Nothing is chosen beforehand but what stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from contacts.families.actions import Part
from contacts.families.parts import TEXTS
from contacts.models import ContactPerson
from frontdoor.ui.forms import Radios, VersionForm

ALL = "all"
#: The most families a contact may be about.
MOST = 9


class FamiliesForm(VersionForm):
    """A choice for each person and for each part.

    ``people``: who is on the contact; ``parts``: the parts with their words; ``labels``: what a family was called;
    ``chosen``: what was said of a part before.
    """

    called = "Families on a contact"

    def __init__(
        self,
        *args: Any,
        people: Sequence[ContactPerson],
        parts: Mapping[Part, str],
        labels: Mapping[int, str],
        chosen: Mapping[Part, int | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        numbers = sorted({1, 2, *(row.family_group for row in people), *labels})
        numbers += [next_one] if (next_one := numbers[-1] + 1) <= MOST and len(people) > len(numbers) else []
        families = [(str(n), f"Family {n}" + (f": {labels[n]}" if labels.get(n) else "")) for n in numbers]
        self.people = {f"person-{row.position}": row.position for row in people}
        self.parts = {f"part-{number}": part for number, part in enumerate(parts, start=1)}
        for row in people:
            self.fields[f"person-{row.position}"] = forms.ChoiceField(
                label=f"{row} ({row.who})", choices=families, initial=str(row.family_group)
            )
        everybody = "both" if len(numbers) == 2 else "all of them"
        for name, part in self.parts.items():
            before = (ALL if (family := chosen[part]) is None else str(family)) if part in chosen else None
            self.fields[name] = forms.ChoiceField(
                label=f"“{parts[part]}”",
                choices=[(ALL, f"About {everybody}"), *((key, f"{words} only") for key, words in families)],
                widget=Radios(),
                initial=before,
                error_messages={"required": "Choose which family this part is about"},
            )

    def sections(self) -> list[tuple[str, list[str]]]:
        """The parts by the text they stand in: what it is called, and the fields."""
        found: dict[str, list[str]] = {}
        for name, (column, _, _) in self.parts.items():
            found.setdefault(TEXTS.get(column, "Said later"), []).append(name)
        return list(found.items())

    def said(self) -> dict[str, Any]:
        """What the action is told."""
        given = self.cleaned_data
        return {
            "people": {position: int(given[name]) for name, position in self.people.items()},
            "parts": {
                part: None if given[name] == ALL else int(given[name]) for name, part in self.parts.items()
            },
            "version": given["version"],
        }  # fmt: skip
