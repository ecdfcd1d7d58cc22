"""Forms of supervision."""

from typing import Any

from django import forms

from frontdoor.ui.dates import DateTimeField
from frontdoor.ui.forms import UiForm, VersionForm, why


class PlanForm(UiForm):
    """Whose supervision, when, and about what."""

    called = "Plan a supervision session"
    worker = forms.ChoiceField(
        label="Whose supervision is it?", error_messages={"required": "Choose whose supervision it is"}
    )
    planned_for = DateTimeField(label="When is the session?", error_messages={"required": "Enter when the session is"})
    referral = forms.CharField(
        label="Reference of the referral, if it is about one child",
        help_text="For example R-7K3M9Q2D. Leave it empty for supervision of all their work",
        max_length=20,
        required=False,
    )

    def __init__(self, *args: Any, workers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("worker", [("", "Choose a colleague"), *workers])


class HoldForm(VersionForm):
    """What was said and decided."""

    called = "Record a supervision session"
    held_at = DateTimeField(
        label="When was it held?", latest="now", error_messages={"required": "Enter when the session was held"}
    )
    discussion = forms.CharField(
        label="What was talked about",
        help_text="Progress against the plan, what was seen of the child and heard from them, risk, workload",
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    decisions = forms.CharField(
        label="What was decided, and why",
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say what was decided"},
    )
    actions = forms.CharField(
        label="Who does what by when",
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    next_for = DateTimeField(
        label="When is the next session?",
        help_text="If you leave it empty, it is planned for the last day it is due",
        required=False,
    )


class MoveForm(VersionForm):
    """Another time."""

    called = "Move a supervision session"
    planned_for = DateTimeField(
        label="When is the session now?", error_messages={"required": "Enter when the session is"}
    )


class CancelForm(VersionForm):
    """Why it will not take place."""

    called = "Cancel a supervision session"
    reason = why("Why will it not take place?", "Say why it will not take place", rows=3)
