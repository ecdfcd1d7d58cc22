"""Forms of what a type of contact owes, of its being of another type, and of the reply to a request."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from contacts.models import ContactType, OwedEvent, Reply
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.ui.dates import DateField, DateTimeField
from frontdoor.ui.forms import Radios, UiForm, VersionForm, long_text
from referrals.owed import MAY_BE_DECLINED


class DoneForm(UiForm):
    """It was done, or offered and declined: when, by whom, and what; which of them where several things are owed."""

    called = "What is owed was done"
    clock = forms.ChoiceField(label="Which was done?", widget=Radios())
    outcome = forms.ChoiceField(
        label="What came of it?", widget=Radios(), choices=OwedEvent.Outcome.choices[:2],
        error_messages={"required": "Say whether it was done, or was offered and declined"},
    )  # fmt: skip
    done_at = DateTimeField(label="When was it done?", latest="now")
    who_did_it = forms.CharField(label="Who did it?", help_text="A name", max_length=150)
    note = long_text("What was done, and what was found?")

    def __init__(self, *args: Any, running: Sequence[Clock], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_which(self, "clock", named(running))
        if not any(clock.rule in MAY_BE_DECLINED for clock in running):
            del self.fields["outcome"]


class NotOwedForm(UiForm):
    """A manager says why it need not be done; which of them where several things are owed."""

    called = "What is owed is not owed"
    clock = forms.ChoiceField(label="Which is not owed?", widget=Radios())
    reason = long_text("Why is it not owed?")

    def __init__(self, *args: Any, running: Sequence[Clock], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_which(self, "clock", named(running))


class StillOwedForm(UiForm):
    """A manager says that what an earlier release took for settled is owed still."""

    called = "What ended with the decision is owed still"
    clock = forms.ChoiceField(label="Which is owed still?", widget=Radios())
    reason = long_text("Why is it owed still?")

    def __init__(self, *args: Any, ended: Sequence[Clock], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_which(self, "clock", named(ended))


def named(running: Sequence[Clock]) -> list[tuple[str, str]]:
    """Clocks to choose from: the id of each, and what it is called."""
    return [(str(clock.pk), clock.label) for clock in running]


class TypeForm(VersionForm):
    """It is of another type than it was recorded as; a court's request says when the report is due."""

    called = "Change the type of a contact"
    kind = forms.ChoiceField(label="What is it?", error_messages={"required": "Choose the type of contact"})
    report_due_on = DateField(
        label="A court's request: when is the report due?", required=False, looks_ahead=True,
        help_text="As the court directed. Section 37: left empty, it is due in 8 weeks",
    )  # fmt: skip
    reason = long_text("Why is the type changed?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        types = ContactType.objects.in_force(today).filter(is_restricted=False).order_by("position", "code")
        self.offer("kind", [("", "Choose one"), *types.values_list("code", "label")])


class ReplyForm(UiForm):
    """What is told to whoever asked for information."""

    called = "The reply to a request for information"
    released_to = forms.CharField(label="Who is it told to?", help_text="A name and where they work", max_length=200)
    lawful_basis = forms.ChoiceField(label="On what lawful basis?")
    text = long_text("What is told?", "Or that nothing is, and why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.offer("lawful_basis", [("", "Choose one"), *lists.choices("lawful_basis", on=today)])


class ApproveReplyForm(UiForm):
    """Approve the reply that stands; it carries which one was read."""

    keeps_no_draft = "one button, nothing typed"
    reply = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, reply: Reply | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("reply", reply.pk if reply is not None else None)


class TakeBackForm(UiForm):
    """It was recorded wrongly; which of them where several stand."""

    called = "Take back what was said of what is owed"
    event = forms.ChoiceField(label="Which is to be taken back?", widget=Radios())
    reason = long_text("What was wrong?")

    def __init__(self, *args: Any, standing: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_which(self, "event", standing)


def _ask_which(form: UiForm, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Ask which of several is meant. The only one goes along unseen: no other is meant once that has changed."""
    if len(choices) > 1:
        form.offer(name, choices)
        return
    only = choices[0][0] if choices else ""
    form.fields[name] = forms.CharField(required=False, initial=only, widget=forms.HiddenInput())
