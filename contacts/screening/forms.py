"""The small forms of screening: what the queue shows, the grade, going on without an answer, a link to a record."""

from typing import Any

from django import forms
from django.utils import timezone

from contacts.queue.readers import STATES
from contacts.recording.forms import kinds
from contacts.screening.own_grades import SAME
from frontdoor.codelists import lists
from frontdoor.ui.forms import Radios, UiForm, VersionForm, long_text


class QueueFilter(UiForm):
    """What the queue shows. Sent by GET: nothing of a person stands in the address."""

    keeps_no_draft = "a filter: it stands in the address"

    type = forms.ChoiceField(label="Type", required=False, choices=lambda: [("", "All types"), *kinds()[1:]])
    grade = forms.ChoiceField(
        label="Grade",
        required=False,
        choices=lambda: [("", "All grades"), *lists.choices("grade"), ("none", "No grade yet")],
    )
    state = forms.ChoiceField(label="State", required=False, choices=[("", "All states"), *STATES])
    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    order = forms.CharField(required=False, widget=forms.HiddenInput)
    s = forms.CharField(required=False, widget=forms.HiddenInput)


class ActForm(VersionForm):
    """A change of a contact, one of several forms on its page: the prefix tells their ids and drafts apart."""

    def __init__(self, *args: Any, prefix: str = "", **kwargs: Any) -> None:
        super().__init__(*args, prefix=prefix, auto_id=f"id_{prefix}_%s" if prefix else "id_%s", **kwargs)

    def add_prefix(self, field_name: str) -> str:
        """Names stay plain: only one of the forms is sent at a time."""
        return field_name


def grades() -> list[tuple[str, str]]:
    """The grades that may be given today."""
    return lists.choices("grade", on=timezone.localdate())


class GradeForm(ActForm):
    """The screener's own grade."""

    called = "Grade the contact"

    grade = forms.ChoiceField(
        label="Grade",
        choices=grades,
        widget=Radios,
        error_messages={"required": "Choose a grade"},
    )
    reason = long_text(
        "Why does the grade change?",
        "Needed when there is a grade already. Both grades stay on the record",
        longest=2000,
        rows=2,
        required=False,
    )


class OwnGradeForm(ActForm):
    """A grade of one child's own."""

    called = "Grade a child"

    own = forms.ChoiceField(
        label="Grade of this child",
        choices=lambda: [*grades(), (SAME, "The same as the contact")],
        widget=Radios,
        error_messages={"required": "Choose a grade"},
    )
    reason = long_text(
        "Why does it differ?", "Both grades stay on the record", longest=2000, rows=2, required=False
    )  # fmt: skip


class GoOnForm(ActForm):
    """Going on without waiting for an answer."""

    called = "Go on without the answer"

    reason = long_text("Why not wait?", longest=2000, rows=2, missing="Say why you do not wait for the answer")


class AddressForm(VersionForm):
    """Whose a confidential address is."""

    called = "Whose address it is"

    is_theirs = forms.TypedChoiceField(
        label="Is this address theirs?",
        choices=[
            ("yes", "Yes: they live there, and it may stand on their record"),
            ("no", "No: it must be kept from them"),
        ],
        coerce=lambda said: said == "yes",
        widget=Radios,
        error_messages={"required": "Choose whether this address is theirs"},
    )
    reason = forms.CharField(
        label="How do you know?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say how you know"},
    )


class UnlinkForm(ActForm):
    """Why a link to a record is wrong."""

    called = "Remove a link to a record"

    reason = long_text("Why is it not them?", longest=2000, rows=2, missing="Say why the link is wrong")


class LetSeeForm(ActForm):
    """Why a contact that stayed hidden may be seen by others."""

    called = "Let others see the contact"

    reason = long_text("Why may others see it?", longest=2000, rows=2, missing="Say why others may see it")


class LinkForm(ActForm):
    """Somebody's record, named by its reference."""

    called = "Confirm who somebody is"

    person = forms.CharField(
        label="Reference of another record",
        max_length=20,
        help_text="For example, P-7K3M9Q2D. Find the person first",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the reference of the record"},
    )
