"""The forms of rules, made from what each table says of its columns."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms

from frontdoor.accounts.models import Agency
from frontdoor.dated import Column, Plain, Table
from frontdoor.db import by_name
from frontdoor.rules.versions import Version
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Checkboxes, Radios, UiForm

HALF = {"class": "govuk-!-width-one-half"}
SHORT = {"class": "govuk-input--width-5"}
YES_NO = [("yes", "Yes"), ("no", "No")]
#: More answers than this are a select, fewer radio buttons.
FEW = 6
#: What codes of some lists mean to the product, in words.
ATTRIBUTES = {
    "outside": "What the agency is told (a code of that list, or same)", "opens": "It opens a referral",
    "joins": "It joins open work", "needs_receiver": "Somebody it is passed to has to be named",
    "needs_contact": "The other contact has to be named", "manager_only": "For managers only",
    "needs_when": "When they were told has to be said",
    "needs_level": "The level of need has to be chosen",
    "needs_reply": "A reply has to have been written and approved",
    "ends": "It ends the work", "alert": "A manager is told",
    "explain": "It has to be explained", "abandon": "The assessment is abandoned",
    "excludes_all": "It excludes all other answers",
    "early_help": "With early help: accept, or safeguarding", "domain": "Domain: CDN, PC or FEF",
    "dimensions": "Dimensions it belongs to, with commas between", "from": "Counted from: birth or closure",
    "years": "Years", "least_after_closure": "Years after the work ended, at the least",
    "years_after_death_under_18": "Years after a death under 18",
}  # fmt: skip


def _choice(column: Column, choices: list[tuple[str, str]]) -> forms.Field:
    if column.kind == "choices":
        return forms.MultipleChoiceField(label=column.label, choices=choices, required=False, widget=Checkboxes)
    if len(choices) <= FEW:
        return forms.ChoiceField(label=column.label, choices=choices, widget=Radios, help_text=column.hint)
    empty = [("", "Choose one")]
    return forms.ChoiceField(label=column.label, choices=[*empty, *choices], help_text=column.hint)


def field_of(column: Column) -> forms.Field | None:
    """The field that asks for a column; None where it is not changed on a page."""
    if column.kind == "agency":
        agencies = Agency.objects.filter(is_active=True).order_by(*by_name("name")).values_list("code", "name")
        choices = [("", "For every agency"), *agencies]
        return forms.ChoiceField(label=column.label, choices=choices, required=False)
    if column.choices is not None:
        return _choice(column, list(column.choices()))
    if column.kind == "flag":
        return forms.ChoiceField(label=column.label, choices=YES_NO, widget=Radios(inline=True))
    if column.kind == "number":
        number = forms.NumberInput(attrs=SHORT)
        return forms.IntegerField(
            label=column.label, min_value=0, max_value=2_000_000, required=column.required, widget=number,
            help_text=column.hint,
        )  # fmt: skip
    if column.kind in ("text", "long"):
        widget = forms.Textarea(attrs={"rows": 3}) if column.kind == "long" else forms.TextInput(attrs=HALF)
        return forms.CharField(
            label=column.label, required=column.required, widget=widget, max_length=2000, help_text=column.hint
        )
    return None


class SeenForm(UiForm):
    """A form that carries which versions the person has seen, and what the preview showed them."""

    called = "Change a rule"
    #: Whether somebody changed the rule after this was typed.
    was_overtaken = False

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen_now = seen
        self.initial.setdefault("seen", seen)

    def opened_on(self) -> dict[str, str]:
        """The versions as they are now; what was shown of others is to be shown again."""
        return {"seen": self.seen_now, "shown": ""}

    def renew(self) -> None:
        """As any form, and note whether there is a change that this was not typed with in sight."""
        self.was_overtaken = self.data.get("seen") != self.seen_now
        super().renew()

    def put(self, **hidden: str) -> None:
        """Give hidden fields other values for the next time it is sent."""
        data: Any = self.data
        changed = data.copy()
        for name, value in hidden.items():
            changed[name] = value
        self.data = changed


class RuleForm(SeenForm):
    """A rule from a day on: its columns, the day and the reason. What makes it this rule is asked of a new one only."""

    begins_on = DateField(
        label="From which day?", help_text="Today or a later day. The past cannot be changed.", looks_ahead=True
    )
    reason = forms.CharField(label="Why is it changing?", max_length=300, widget=forms.TextInput(attrs=HALF))

    def __init__(self, *args: Any, table: Table, now: Plain | None, samples: list[Version], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.now = table, now
        self.attributes: dict[str, type] = {}
        own: dict[str, forms.Field] = {}
        for column in table.columns:
            if now is not None and column.name in table.key:
                continue
            if column.kind == "attributes":
                own |= self._attribute_fields(samples)
            elif (made := field_of(column)) is not None:
                own[column.name] = made
        self.fields = {**own, **self.fields}
        if now is not None:
            self.initial = {**self._first_values(now), **self.initial}

    def _attribute_fields(self, samples: list[Version]) -> dict[str, forms.Field]:
        found: dict[str, forms.Field] = {}
        for version in samples:
            for name, value in (version.values.get("attributes") or {}).items():
                self.attributes.setdefault(name, type(value))
        for name, kind in sorted(self.attributes.items()):
            label = ATTRIBUTES.get(name, name.replace("_", " ").capitalize())
            if kind is bool:
                found[f"attribute_{name}"] = forms.BooleanField(label=label, required=False)
            elif kind is int:
                number = forms.NumberInput(attrs=SHORT)
                found[f"attribute_{name}"] = forms.IntegerField(
                    label=label, required=False, min_value=0, max_value=1000, widget=number
                )
            else:
                found[f"attribute_{name}"] = forms.CharField(
                    label=label, required=False, max_length=200, widget=forms.TextInput(attrs=HALF)
                )
        return found

    def _first_values(self, now: Plain) -> dict[str, Any]:
        first: dict[str, Any] = {}
        for column in self.table.columns:
            value = now.get(column.name)
            first[column.name] = ("yes" if value else "no") if column.kind == "flag" else value
            if column.kind == "attributes":
                for name in self.attributes:
                    held = (value or {}).get(name)
                    first[f"attribute_{name}"] = ", ".join(held) if isinstance(held, list) else held
        return first

    def values(self) -> Plain:
        """The columns as plain values: those of before where the form does not ask."""
        given = self.cleaned_data
        found: Plain = {}
        for column in self.table.columns:
            if column.name in self.fields:
                value = given[column.name]
                if column.kind == "flag":
                    value = value == "yes"
                elif column.kind == "agency":
                    value = value or None
                found[column.name] = value
            elif column.kind == "attributes":
                found[column.name] = dict(self._given_attributes())
            else:
                found[column.name] = (self.now or {}).get(column.name)
        return found

    def _given_attributes(self) -> Iterator[tuple[str, Any]]:
        before: Plain = (self.now or {}).get("attributes") or {}
        for name in [*before, *(each for each in self.attributes if each not in before)]:
            value = self.cleaned_data.get(f"attribute_{name}")
            if self.attributes[name] is list:
                value = [part.strip() for part in str(value or "").split(",") if part.strip()]
            if value not in (None, "", False, []):
                yield name, value


class EndForm(SeenForm):
    """The last day of a rule."""

    called = "The last day of a rule"

    ends_on = DateField(
        label="Which is its last day?",
        looks_ahead=True,
        help_text="Today or a later day. Old records keep what they have.",
    )
    reason = forms.CharField(label="Why does it end?", max_length=300, widget=forms.TextInput(attrs=HALF))


class FileForm(UiForm):
    """A file of rules."""

    keeps_no_draft = "a file: the browser gives it once"

    file = forms.FileField(
        label="Choose the file of rules", help_text="One that was exported here or by another council"
    )


class TableFilterForm(UiForm):
    """What the page of a table shows."""

    keeps_no_draft = "a filter: its words are kept for the session, the rest stands in the address"

    q = forms.CharField(label="Words or code", max_length=100, required=False)
    on = DateField(label="In force on which day?", required=False, looks_ahead=True)

    def day(self, today: date) -> date:
        """The day asked for, else today."""
        found: date | None = self.cleaned_data.get("on") if self.is_valid() else None
        return found or today
