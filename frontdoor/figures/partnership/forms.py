"""Which agency and which period the figures are for. Everything stands in the address."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from frontdoor.accounts.models import Agency
from frontdoor.ui.dates import IsoDateField, parse_day
from frontdoor.ui.forms import UiForm

LONGEST = timedelta(days=5 * 366)


def first_of_quarter(on: date) -> date:
    """The first day of the quarter a day lies in."""
    return on.replace(month=on.month - (on.month - 1) % 3, day=1)


def a_year_ago(on: date) -> date:
    """The day after the same day a year before."""
    day = min(on.day, 28) if on.month == 2 else on.day
    return on.replace(year=on.year - 1, day=day) + timedelta(days=1)


def periods(today: date) -> list[tuple[str, date, date]]:
    """Periods one asks for most, with their names."""
    quarter = first_of_quarter(today)
    before = quarter - timedelta(days=1)
    return [
        ("Last 12 months", a_year_ago(today), today),
        ("This quarter", quarter, today),
        ("Last quarter", first_of_quarter(before), before),
    ]


class PeriodForm(UiForm):
    """Filters of the figures; what is left out is filled in: every agency, the twelve months to the last day."""

    keeps_no_draft = "a filter: it stands in the address"

    agency = forms.ChoiceField(label="Agency", required=False)
    since = IsoDateField(label="Received from", required=False, error_messages={"invalid": "Enter a real date"})
    until = IsoDateField(label="to", required=False, error_messages={"invalid": "Enter a real date"})

    def __init__(self, data: QueryDict, *, agencies: list[Agency], today: date) -> None:
        given = data.copy()
        _, since, until = periods(today)[0]
        ends = parse_day(given.get("until", "")) or until
        for name, day in (("until", until), ("since", since if ends == until else a_year_ago(ends))):
            if not given.get(name, "").strip():
                given[name] = day.isoformat()
        super().__init__(given)
        self.offer("agency", [("", "Every agency"), *[(agency.code, agency.name) for agency in agencies]])

    def clean(self) -> dict[str, Any]:
        """Both ends of the period, in their order and not too far apart."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if cleaned["since"] > cleaned["until"]:
            self.add_error("since", "The period has to begin before it ends")
        elif cleaned["until"] - cleaned["since"] > LONGEST:
            self.add_error("since", "A period is at most five years long")
        return cleaned
