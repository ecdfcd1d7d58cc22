"""The form of an item, with the questions of its kind; who acknowledged; the hours of the shifts."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django import forms

from contacts.handover.actions import NEEDED, ItemFacts
from contacts.handover.models import HandoverItem
from contacts.handover.shifts import Plan
from frontdoor.ui.dates import DateField, DateTimeField, parse_time
from frontdoor.ui.forms import Radios, UiForm, long_text

Kind = HandoverItem.Kind
#: What each kind is for, said where one is chosen.
KIND_HINTS = {
    Kind.ACTION: "Something the next shift has to do, and by when",
    Kind.INFORMATION: "Something the next shift should know",
    Kind.VISIT: "A visit or check to be made: the risk, who to ring, what to do if it cannot be done",
    Kind.PLACED: "A child placed or moved: where, and on what legal basis",
    Kind.STRATEGY: "A strategy discussion that was held, with whom",
    Kind.CALL: "Somebody is going to call back",
    Kind.AUTHORITY: "A contact about a child of another authority, passed to it",
}


def _line(label: str, hint: str = "", longest: int = 200) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest, help_text=hint)


def _long(label: str, hint: str = "") -> forms.CharField:
    return long_text(label, hint, required=False)


def _when(label: str) -> DateTimeField:
    return DateTimeField(label=label, required=False)


NO_ADDRESS = "Leave confidential addresses out: this is printed"
REFERENCE = "Of the contact, referral or person. Anybody who cannot see that record does not see this item"
Questions = dict[str, Callable[[], forms.Field]]
QUESTIONS: dict[str, Questions] = {
    Kind.ACTION: {
        "text": lambda: _long("What has to be done?", NO_ADDRESS),
        "due_at": lambda: _when("By when?"),
        "reference": lambda: _line("Reference, if it is about a record", REFERENCE, 20),
    },
    Kind.INFORMATION: {
        "text": lambda: _long("What should the next shift know?", NO_ADDRESS),
        "reference": lambda: _line("Reference, if it is about a record", REFERENCE, 20),
    },
    Kind.VISIT: {
        "reference": lambda: _line("Reference", REFERENCE, 20),
        "text": lambda: _long("What is to be visited or checked?", NO_ADDRESS),
        "due_at": lambda: _when("By when?"),
        "risk": lambda: _long("What is the risk to the worker?", "Say so if none is known"),
        "ring": lambda: _line("Who should they ring?", "Name and number"),
        "otherwise": lambda: _long("What if it cannot be done?"),
    },
    Kind.PLACED: {
        "reference": lambda: _line("Reference", REFERENCE, 20),
        "text": lambda: _long("What happened?", NO_ADDRESS),
        "place": lambda: _line("Where is the child?", "Who with, and where", 300),
        "place_is_confidential": lambda: forms.BooleanField(
            label="Where the child is must be kept confidential",
            required=False,
            help_text="Shown only to somebody who asks for it, and never printed",
        ),
        "legal_basis": lambda: forms.ChoiceField(
            label="On what legal basis?", required=False, choices=HandoverItem.Basis.choices, widget=Radios()
        ),
        "agreed_by": lambda: _line("Section 20: who agreed?", "Name, and that they have parental responsibility"),
        "from_at": lambda: _when("Police protection or order: from when?"),
        "until_at": lambda: DateTimeField(
            label="Police protection or order: until when?",
            required=False,
            help_text="Police protection lasts at most 72 hours",
        ),
    },
    Kind.STRATEGY: {
        "reference": lambda: _line("Reference", REFERENCE, 20),
        "held_at": lambda: _when("When was it held?"),
        "with_whom": lambda: _line("Who took part?", "", 300),
        "with_health": lambda: forms.TypedChoiceField(
            label="Did health take part?",
            required=False,
            choices=(("yes", "Yes"), ("no", "No")),
            coerce=lambda given: given == "yes",
            empty_value=None,
            widget=Radios(hints={"no": "It is to be reconvened with health on the next working day"}),
        ),
        "text": lambda: _long("What was decided?", NO_ADDRESS),
    },
    Kind.CALL: {
        "caller": lambda: _line("Who will call?", "Name and number"),
        "due_at": lambda: _when("When is the call expected?"),
        "text": lambda: _long("What is it about?", NO_ADDRESS),
        "otherwise": lambda: _long("What if nobody calls?"),
        "reference": lambda: _line("Reference, if it is about a record", REFERENCE, 20),
    },
    Kind.AUTHORITY: {
        "reference": lambda: _line("Reference of the contact", "Record the contact first", 20),
        "authority": lambda: _line("Which authority?", "", 150),
        "text": lambda: _long("What was passed on?", NO_ADDRESS),
        "passed_to": lambda: _line("Who was it passed to?", "Name and number"),
        "passed_at": lambda: _when("When was it passed?"),
    },
}


class ItemForm(UiForm):
    """One item, with the questions of its kind."""

    called = "Handover item"

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, make in QUESTIONS[kind].items():
            self.fields[name] = make()
        for name, words in NEEDED[kind]:
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = words
        self.fields["when"] = forms.ChoiceField(
            label="When is it handed over?",
            choices=(("change", "At the next change of shift"), ("now", "Now, to the shift that is on")),
            initial="change",
            widget=Radios(),
            error_messages={"required": "Choose when it is handed over"},
        )

    def facts(self) -> ItemFacts:
        """What was written."""
        return ItemFacts(**{name: value for name, value in self.cleaned_data.items() if name != "when"})


class TakeForm(UiForm):
    """Taking an item: nothing but its button."""

    keeps_no_draft = "one button, nothing typed"


class AcknowledgedForm(UiForm):
    """Who at the other authority has it."""

    called = "Acknowledged by another authority"

    name = forms.CharField(
        label="Who acknowledged it?", max_length=200, help_text="Name, role and number",
        error_messages={"required": "Say who acknowledged it, by name"},
    )  # fmt: skip


class TimeOfDay(forms.CharField):
    """A time of the day."""

    def clean(self, value: Any) -> Any:
        """A ``time``, or None when nothing was given."""
        text = super().clean(value)
        if not text:
            return None
        found = parse_time(text)
        if found is None:
            raise forms.ValidationError("Enter a time, such as 9:00 or 17:30", code="invalid")
        return found


class TimesOfDay(forms.CharField):
    """Times of the day with commas between."""

    def clean(self, value: Any) -> Any:
        """The times in order, each once."""
        found = [parse_time(part) for part in super().clean(value).split(",") if part.strip()]
        if None in found:
            raise forms.ValidationError("Enter times separated by commas, such as 9:00, 21:00", code="invalid")
        return tuple(sorted({each for each in found if each is not None}))


class ShiftsForm(UiForm):
    """The hours of the shifts from a day on."""

    called = "Hours of the shifts"

    valid_from = DateField(label="From which day?", help_text="From tomorrow at the earliest", looks_ahead=True)
    day_from = TimeOfDay(label="When does the day team begin?")
    day_to = TimeOfDay(label="When does the day team end?")
    friday_to = TimeOfDay(label="When does it end on Fridays, if earlier?", required=False)
    edt_changes = TimesOfDay(
        label="When does the emergency duty team change?",
        help_text="Separate times with commas. Times within the day team’s hours count on other days only",
    )
    take_by = TimeOfDay(label="By when does the day team have to take what is handed over?")
    take_minutes = forms.IntegerField(
        label="Within how many minutes does the emergency duty team have to take it?", min_value=1, max_value=240
    )
    reason = long_text("Why are they changing?", longest=2000, rows=2)

    def __init__(self, *args: Any, current: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in asdict(current).items():
            if name == "edt_changes":
                value = ", ".join(f"{each:%H:%M}" for each in value)
            elif name != "take_minutes":
                value = f"{value:%H:%M}" if value else ""
            self.initial.setdefault(name, value)

    def plan(self) -> Plan:
        """The hours as typed."""
        return Plan(
            **{name: value for name, value in self.cleaned_data.items() if name not in ("valid_from", "reason")}
        )
