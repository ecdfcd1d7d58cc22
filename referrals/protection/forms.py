"""The form of a strategy discussion: who was there, each child, what was agreed."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from frontdoor.ui.dates import DateField, DateTimeField
from frontdoor.ui.forms import Radios, VersionForm, long_text
from referrals.models import Referral
from referrals.protection.minutes import Agreed, Decided, Minutes, Participant, is_unborn, left_out
from referrals.protection.models import ENQUIRIES, OFFERED, Agency, Attendance

#: A place at the table for each agency, and further ones whose agency is asked for.
SEATS = tuple((agency.value, agency.label) for agency in Agency)
MORE_SEATS = 4
#: Rows for what is agreed.
ACTIONS = 6
NOT_DISCUSSED = "not_discussed"


class DiscussionForm(VersionForm):
    """A strategy discussion held about a child, and about brothers and sisters on the same contact."""

    called = "Record a strategy discussion"
    held_at = DateTimeField(label="When was it held?", latest="now")
    chair_name = forms.CharField(label="Who chaired it?", max_length=200)
    chair_role = forms.CharField(label="The role of whoever chaired it", max_length=150)
    emergency_reason = long_text(
        "If a social worker, police or health was not there: what was the emergency?",
        "Otherwise leave this empty. A full discussion is then due on the next working day.",
        required=False,
    )

    def __init__(self, *args: Any, siblings: Sequence[Referral] = (), **kwargs: Any) -> None:
        self.siblings = siblings
        super().__init__(*args, **kwargs)

    def settle(self, record: Any) -> None:
        """The seats, a part for each child, and the rows of what is agreed."""
        self.children: list[Referral] = [record, *self.siblings]
        for seat in self.seats():
            self._add_seat(seat)
        for child in self.children:
            self._add_child(child, is_own=child.pk == record.pk)
        for number in range(ACTIONS):
            self.fields[f"action{number}_what"] = forms.CharField(
                label="What was agreed?", max_length=500, required=False
            )
            self.fields[f"action{number}_owner"] = forms.CharField(label="Who does it?", max_length=200, required=False)
            self.fields[f"action{number}_due_on"] = DateField(label="By which day?", required=False, looks_ahead=True)

    def seats(self) -> list[str]:
        """The names of the seats, in the order of the page."""
        return [*(seat for seat, _ in SEATS), *(f"more{number}" for number in range(MORE_SEATS))]

    def _add_seat(self, seat: str) -> None:
        if seat.startswith("more"):
            self.fields[f"{seat}_agency"] = forms.ChoiceField(
                label="Agency", choices=[("", "Choose"), *Agency.choices], required=False
            )
        self.fields[f"{seat}_attendance"] = forms.ChoiceField(
            label="Attendance", choices=[("", "Nobody"), *Attendance.choices], required=False
        )
        self.fields[f"{seat}_name"] = forms.CharField(label="Name", max_length=200, required=False)
        self.fields[f"{seat}_role"] = forms.CharField(label="Role", max_length=150, required=False)
        self.fields[f"{seat}_brought"] = long_text("What information did they bring?", rows=2, required=False)

    def _add_child(self, child: Referral, *, is_own: bool) -> None:
        key = f"child{child.pk}"
        choices = [(each.value, each.label) for each in OFFERED]
        self.fields[f"{key}_outcome"] = forms.ChoiceField(
            label="What was decided?",
            choices=choices if is_own else [*choices, (NOT_DISCUSSED, "This child was not discussed")],
            widget=Radios(),
        )
        self.fields[f"{key}_decision"] = long_text(
            "Why?", "For a section 47 enquiry, say how the threshold is met.", required=False
        )
        self.fields[f"{key}_immediate_safety"] = long_text(
            "Is the child safe now, and what keeps the child safe?", rows=2, required=False
        )
        if not is_unborn(child):
            self.fields[f"{key}_who_sees"] = forms.CharField(
                label="Who sees the child, and where?", max_length=250, required=False
            )
            self.fields[f"{key}_see_by"] = DateTimeField(label="By when is the child seen?", required=False)

    def clean(self) -> dict[str, Any]:
        """All that is left out of a seat, a child or an action, said at its field."""
        cleaned = super().clean()
        for seat in self.seats():
            self._check_seat(seat, cleaned)
        for child in self._decided(cleaned):
            key = f"child{child.referral.pk}"
            for name, words in left_out(child):
                if f"{key}_{name}" in self.fields and f"{key}_{name}" not in self.errors:
                    self.add_error(f"{key}_{name}", forms.ValidationError(words, code="required"))
        for number in range(ACTIONS):
            names = [f"action{number}_{part}" for part in ("what", "owner", "due_on")]
            if not any(cleaned.get(name) for name in names):
                continue
            for name, words in zip(names, ("Say what was agreed", "Say who does it", "Say by which day"), strict=True):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, forms.ValidationError(words, code="required"))
        return cleaned

    def _check_seat(self, seat: str, cleaned: dict[str, Any]) -> None:
        said = [cleaned.get(f"{seat}_{part}") for part in ("agency", "name", "role", "brought")]
        is_taken = bool(cleaned.get(f"{seat}_attendance"))
        if any(said) and not is_taken:
            self.add_error(f"{seat}_attendance", forms.ValidationError("Say whether they attended", code="required"))
        if not is_taken:
            return
        if not cleaned.get(f"{seat}_name"):
            self.add_error(f"{seat}_name", forms.ValidationError("Enter the name", code="required"))
        if f"{seat}_agency" in self.fields and not cleaned.get(f"{seat}_agency"):
            self.add_error(f"{seat}_agency", forms.ValidationError("Choose the agency", code="required"))

    def _participants(self) -> Iterator[Participant]:
        given = self.cleaned_data
        for seat in self.seats():
            if given.get(f"{seat}_attendance"):
                yield Participant(
                    agency=given[f"{seat}_agency"] if seat.startswith("more") else seat,
                    name=given[f"{seat}_name"],
                    role=given[f"{seat}_role"],
                    attendance=given[f"{seat}_attendance"],
                    brought=given[f"{seat}_brought"],
                )

    def _decided(self, given: dict[str, Any]) -> Iterator[Decided]:
        for child in self.children:
            key = f"child{child.pk}"
            outcome = given.get(f"{key}_outcome") or ""
            if outcome and outcome != NOT_DISCUSSED:
                yield Decided(
                    child,
                    outcome,
                    given.get(f"{key}_decision") or "",
                    given.get(f"{key}_immediate_safety") or "",
                    given.get(f"{key}_who_sees") or "",
                    given.get(f"{key}_see_by"),
                )

    def minutes(self) -> Minutes:
        """The discussion as it was written down."""
        given = self.cleaned_data
        return Minutes(
            held_at=given["held_at"],
            chair_name=given["chair_name"],
            chair_role=given["chair_role"],
            participants=list(self._participants()),
            children=list(self._decided(given)),
            actions=[
                Agreed(given[f"action{n}_what"], given[f"action{n}_owner"], given[f"action{n}_due_on"])
                for n in range(ACTIONS)
                if given.get(f"action{n}_what")
            ],
            emergency_reason=given["emergency_reason"],
        )

    def of_agencies(self) -> list[tuple[str, list[str]]]:
        """By agency that usually takes part, which is the heading, the fields of its seat."""
        return [(label, self._of_seat(seat)) for seat, label in SEATS]

    def of_others(self) -> list[tuple[str, list[str]]]:
        """The fields of the further seats, each under the same heading."""
        return [("Somebody else", self._of_seat(f"more{number}")) for number in range(MORE_SEATS)]

    def says_more(self) -> bool:
        """Whether something stands in a further seat, so that the page shows them."""
        return any(self[name].value() for _, names in self.of_others() for name in names)

    def _of_seat(self, seat: str) -> list[str]:
        return [name for name in self.fields if name.startswith(f"{seat}_")]

    def of_children(self) -> list[tuple[str, list[str]]]:
        """By child, whose name is the heading, the fields of its part."""
        return [
            (child.child_name, [name for name in self.fields if name.startswith(f"child{child.pk}_")])
            for child in self.children
        ]

    def of_actions(self) -> list[list[str]]:
        """The fields of each row of what is agreed."""
        return [[f"action{n}_{part}" for part in ("what", "owner", "due_on")] for n in range(ACTIONS)]

    def starts_enquiry(self) -> bool:
        """Whether a section 47 enquiry was decided for one of the children."""
        return any(child.outcome in ENQUIRIES for child in self._decided(self.cleaned_data))
