"""The forms of a section 47 enquiry."""

from typing import Any

from django import forms
from django.utils import timezone

from frontdoor.codelists import lists
from frontdoor.ui.dates import DateField, DateTimeField
from frontdoor.ui.forms import Radios, VersionForm, long_text
from referrals import holding
from referrals.forms import WorkerChoice
from referrals.protection.enquiry_models import ENDINGS_OFFERED, Conference, Result

YES_NO = [("yes", "Yes"), ("no", "No")]


class SeenForm(VersionForm):
    """Whether the child was seen, and alone."""

    called = "Record whether the child was seen"
    was_seen = forms.ChoiceField(
        label="Has the child been seen?",
        choices=YES_NO,
        widget=Radios(reveals={"yes": ["seen_at", "alone", "not_alone_reason"], "no": ["not_seen_reason"]}),
    )
    seen_at = DateTimeField(label="When was the child seen?", latest="now", required=False)
    alone = forms.ChoiceField(
        label="Was the child seen alone?",
        choices=YES_NO,
        widget=Radios(),
        required=False,
    )
    not_alone_reason = long_text("If not seen alone, why not?", rows=2, required=False)
    not_seen_reason = long_text("Why has the child not been seen?", rows=2, required=False)
    needed_when = {
        "seen_at": ("was_seen", ["yes"], "Enter when the child was seen"),
        "alone": ("was_seen", ["yes"], "Say whether the child was seen alone"),
        "not_alone_reason": ("alone", ["no"], "Say why the child was not seen alone"),
        "not_seen_reason": ("was_seen", ["no"], "Say why the child has not been seen"),
    }


class LeadForm(VersionForm):
    """Another lead worker."""

    called = "Change the lead worker"
    lead = WorkerChoice(label="Who leads the enquiry?", queryset=None, empty_label="Choose")
    reason = long_text("Why is it changing?", rows=2)

    def settle(self, record: Any) -> None:
        """Workers of today."""
        self.choose_from("lead", holding.workers())


class OutcomeForm(VersionForm):
    """What was found."""

    called = "Record the outcome of an enquiry"
    outcome = forms.ChoiceField(
        label="What is the outcome?",
        choices=Result.choices,
        widget=Radios(reveals={Result.NO_CONTINUING_RISK.value: ["support"]}),
    )
    support = long_text("What support follows?", rows=3, required=False)
    findings = long_text("What was found, and how does it lead to this outcome?", rows=5)
    needed_when = {
        "support": ("outcome", [Result.NO_CONTINUING_RISK.value], "Say what support follows"),
    }


class AuthoriseForm(VersionForm):
    """A second manager agrees."""

    called = "Authorise the outcome of an enquiry"
    reason = long_text("Anything to add", required=False)


class ReturnForm(VersionForm):
    """A manager asks for more."""

    called = "Return the outcome of an enquiry"
    reason = long_text("What is to be done first?")


class EndForm(VersionForm):
    """A manager ends it without an outcome."""

    called = "End an enquiry without an outcome"
    ending = forms.ChoiceField(
        label="Why does it end?", choices=[(each.value, each.label) for each in ENDINGS_OFFERED], widget=Radios()
    )
    reason = long_text("What has happened?")


class ConferenceForm(VersionForm):
    """The conference held."""

    called = "Record an initial conference"
    held_on = DateField(label="On which day was it held?", latest="today")
    result = forms.ChoiceField(
        label="What was the result for the child?",
        choices=[(each.value, each.label) for each in Conference.OFFERED],
        widget=Radios(reveals={"plan": ["category"]}),
    )
    category = forms.ChoiceField(label="Category of the plan", required=False)
    late_reason = long_text("If it was held after its deadline: why was it late?", rows=2, required=False)
    needed_when = {"category": ("result", ["plan"], "Choose the category of the plan")}

    def settle(self, record: Any) -> None:
        """Categories of today."""
        choices = lists.choices("category_of_abuse", on=timezone.localdate())
        self.offer("category", [("", "Choose"), *choices])
