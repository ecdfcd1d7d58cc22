"""By whom and of which days the rows of who looked are shown. All of it stands in the address; no child's name does."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from frontdoor.accounts.models import User
from frontdoor.ui.dates import IsoDateField
from frontdoor.ui.forms import UiForm

NO_DATE = {"invalid": "Enter a real date, such as 23/11/2026"}


class LookedForm(UiForm):
    """A member of staff, and days in London."""

    keeps_no_draft = "a filter: it stands in the address"

    by = forms.ChoiceField(label="Member of staff", required=False)
    since = IsoDateField(label="From", required=False, error_messages=NO_DATE)
    until = IsoDateField(label="To", required=False, error_messages=NO_DATE)

    def __init__(self, data: QueryDict, *, staff: list[User]) -> None:
        super().__init__(data)
        self.staff = {user.username: user for user in staff}
        self.offer("by", [("", "Everybody"), *((each.username, f"{each.name} ({each.username})") for each in staff)])

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        cleaned = super().clean()
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            self.add_error("since", "The first day has to come before the last")
        return cleaned

    @property
    def user(self) -> User | None:
        """The member of staff chosen; None for everybody."""
        return self.staff.get(self.cleaned_data["by"])

    @property
    def kept(self) -> dict[str, str]:
        """What was chosen, as it stands in an address."""
        chosen = {name: self.cleaned_data[name] for name in ("by", "since", "until")}
        return {
            name: value.isoformat() if isinstance(value, date) else str(value)
            for name, value in chosen.items()
            if value
        }
