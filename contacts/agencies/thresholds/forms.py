"""A new edition of the threshold document as a form, and a contact's level."""

from typing import Any

from django import forms
from django.utils import timezone

from contacts.agencies.thresholds.actions import DOMAINS, LevelFacts
from contacts.agencies.thresholds.models import LEVELS, ThresholdEdition, ThresholdLevel
from contacts.screening.forms import ActForm
from frontdoor.codelists import lists
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Radios, UiForm, long_text


def _long(label: str, rows: int = 3, hint: str = "", *, required: bool = True) -> forms.CharField:
    return long_text(label, hint, longest=10_000, rows=rows, required=required)


class EditionForm(UiForm):
    """The whole document, filled with the edition before."""

    called = "New edition of the threshold document"

    valid_from = DateField(label="From which day does it apply?", looks_ahead=True)
    title = forms.CharField(label="Title", max_length=150)
    introduction = _long("Introduction", 4, required=False)
    note = forms.CharField(label="What is new in this edition?", max_length=500)

    def __init__(
        self, *args: Any, before: ThresholdEdition | None, levels: list[ThresholdLevel], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = {level.code: level for level in levels}
        self.levels: list[tuple[str, list[str]]] = []
        for code in LEVELS:
            level = known.get(code)
            self.fields[f"name_{code}"] = forms.CharField(label=f"Level {code}: name", max_length=100)
            self.fields[f"description_{code}"] = _long(f"Level {code}: what it is")
            self.fields[f"who_responds_{code}"] = _long(f"Level {code}: who responds")
            self.fields[f"consent_{code}"] = _long(f"Level {code}: agreement of the family")
            for domain, title in DOMAINS:
                self.fields[f"indicators_{code}_{domain}"] = _long(
                    f"Level {code}: {title[:1].lower() + title[1:]}", 4, "One to a line", required=False
                )
            self.levels.append((code, [name for name in self.fields if f"_{code}" in name]))
            if level is not None:
                for name in ("name", "description", "who_responds", "consent"):
                    self.initial.setdefault(f"{name}_{code}", getattr(level, name))
                for domain, _ in DOMAINS:
                    self.initial.setdefault(f"indicators_{code}_{domain}", "\n".join(level.indicators.get(domain, [])))
        if before is not None:
            self.initial.setdefault("title", before.title)
            self.initial.setdefault("introduction", before.introduction)

    def facts(self) -> dict[str, LevelFacts]:
        """The levels as written."""
        given = self.cleaned_data
        return {
            code: LevelFacts(
                name=given[f"name_{code}"],
                description=given[f"description_{code}"],
                who_responds=given[f"who_responds_{code}"],
                consent=given[f"consent_{code}"],
                indicators={
                    domain: [row.strip() for row in given[f"indicators_{code}_{domain}"].splitlines() if row.strip()]
                    for domain, _ in DOMAINS
                },
            )
            for code in LEVELS
        }


class LevelForm(ActForm):
    """Our own level of need for a contact."""

    called = "Choose the level of need"

    level = forms.ChoiceField(
        label="Level of need",
        choices=lambda: lists.choices("level_of_need", on=timezone.localdate()),
        widget=Radios,
        error_messages={"required": "Choose a level of need"},
    )
    reason = long_text(
        "Why, if it is not the agency’s level?", "Both levels stay on the record", longest=2000, rows=2, required=False
    )
