"""Forms of the queue's own pages: what facts are worth, and the rota."""

from datetime import date
from typing import Any

from django import forms

from contacts.models.queue import WEIGHTS
from contacts.queue import duty
from contacts.ranking.order import Weights
from frontdoor.access import roles_holding
from frontdoor.accounts.models import OnDuty, User
from frontdoor.db import by_name
from frontdoor.ui.dates import DateField, DateTimeField
from frontdoor.ui.forms import NamedChoice, Radios, UiForm, long_text

LABELS = {
    "minutes_per_point": "Minutes of waiting that one point stands for",
    "red": "Red",
    "amber": "Amber",
    "green": "Green",
    "blue": "Blue",
    "ungraded": "No grade yet",
    "unborn": "An unborn child",
    "under_one": "A child under one",
    "under_five": "A child under five",
    "pregnancy": "Somebody is pregnant",
    "disability": "A child is disabled or does not speak for themselves",
    "unseen": "No other adult is known to see the child",
    "safe_until": "The child is safe only for a short time",
    "safe_until_hours": "How many hours count as a short time",
}


class ViewForm(UiForm):
    """The name under which the filters of the queue are kept."""

    called = "Save a view of the contacts"

    name = forms.CharField(
        label="Name",
        max_length=40,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
        error_messages={"required": "Enter a name for the view"},
    )


class WeightsForm(UiForm):
    """What each fact is worth, from when, and why. ``is_trial``: only to see what they would do, without a reason."""

    called = "How contacts are ordered"

    def __init__(self, *args: Any, current: Weights, today: date, is_trial: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in WEIGHTS:
            self.fields[name] = forms.IntegerField(
                label=LABELS[name],
                min_value=0,
                max_value=10_000,
                widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"}),
                error_messages={"required": f"Enter a number for “{LABELS[name]}”"},
            )
            self.initial.setdefault(name, getattr(current, name))
        self.fields["valid_from"] = DateField(
            label="From which day?",
            looks_ahead=True,
            help_text="Today ranks every open contact at once",
            initial=today,
        )
        self.fields["reason"] = long_text(
            "Why are they changing?", longest=2000, rows=2, required=not is_trial, missing="Say why the weights change"
        )

    def clean(self) -> dict[str, Any]:
        """Weights with which a worse grade would rank lower are refused at their field."""
        cleaned = super().clean()
        if not set(WEIGHTS) & set(self.errors):
            try:
                Weights(**self.weights(cleaned))
            except ValueError as problem:
                self.add_error(_field_of(self.weights(cleaned)), str(problem))
        return cleaned

    def weights(self, cleaned: dict[str, Any] | None = None) -> dict[str, int]:
        """The numbers alone."""
        given = self.cleaned_data if cleaned is None else cleaned
        return {name: given[name] for name in WEIGHTS}


def _field_of(weights: dict[str, int]) -> str | None:
    problem = Weights.problem_of(weights)
    return problem[0] if problem else None


class TurnForm(UiForm):
    """One turn of the rota."""

    called = "A turn on the rota"

    user = NamedChoice(label="Who?", queryset=None, empty_label="Choose", error_messages={"required": "Choose who"})
    kind = forms.ChoiceField(
        label="As what?", choices=OnDuty.Kind.choices, widget=Radios(), error_messages={"required": "Choose as what"}
    )
    from_at = DateTimeField(label="From when?")
    to_at = DateTimeField(label="Until when?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = {role for needed in duty.NEEDS.values() for role in roles_holding(needed)}
        rows = User.objects.filter(is_active=True, is_machine=False, roles__overlap=sorted(roles))
        self.choose_from("user", rows.order_by(*by_name("name")))
