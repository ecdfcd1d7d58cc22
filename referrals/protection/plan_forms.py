"""The forms of a child protection plan, and the filters of the register."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from frontdoor.accounts.models import Team
from frontdoor.codelists import lists
from frontdoor.db import by_name
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Radios, UiForm, VersionForm, long_text
from referrals import holding
from referrals.forms import WorkerChoice
from referrals.protection.enquiry_models import Conference
from referrals.protection.plan_models import PlanEnding, PlanReview


def _categories() -> list[tuple[str, str]]:
    return list(lists.choices("category_of_abuse", on=timezone.localdate()))


class TransferInForm(VersionForm):
    """The conference of a plan from elsewhere."""

    called = "Record a conference without an enquiry"
    held_on = DateField(label="On which day was it held?", latest="today")
    came_from = forms.CharField(
        label="Where did the plan come from?", max_length=200, help_text="The authority, or the system it was kept in."
    )
    result = forms.ChoiceField(
        label="What was the result for the child?",
        choices=Conference.Decision.choices,
        widget=Radios(reveals={"plan": ["category"]}),
    )
    category = forms.ChoiceField(label="Category of the plan", required=False)
    late_reason = long_text("If it was held after its deadline: why was it late?", rows=2, required=False)
    needed_when = {"category": ("result", ["plan"], "Choose the category of the plan")}

    def settle(self, record: Any) -> None:
        """Categories of today."""
        self.offer("category", [("", "Choose"), *_categories()])


class ReviewForm(VersionForm):
    """A review conference held."""

    called = "Record a review conference"
    held_on = DateField(label="On which day was it held?", latest="today")
    result = forms.ChoiceField(
        label="What was the result?",
        choices=PlanReview.Decision.choices,
        widget=Radios(reveals={"go_on": ["category"], "end": ["ending"]}),
    )
    category = forms.ChoiceField(label="Category of the plan from now on", required=False)
    ending = forms.ChoiceField(
        label="Why does the plan end?", choices=[("", "Choose"), *PlanEnding.choices], required=False
    )
    decided = long_text("What was decided, and why?", rows=4)
    late_reason = long_text("If it was held after its deadline: why was it late?", rows=2, required=False)
    needed_when = {"ending": ("result", ["end"], "Choose why the plan ends")}

    def settle(self, record: Any) -> None:
        """Categories of today."""
        self.offer("category", [("", "The same as before"), *_categories()])


class CoreGroupForm(VersionForm):
    """A core group held."""

    called = "Record a core group"
    held_on = DateField(label="On which day did it meet?", latest="today")
    agreed = long_text("What was agreed?", rows=4)


class PeopleForm(VersionForm):
    """Who leads the plan."""

    called = "Change who leads the plan"
    lead = WorkerChoice(label="Who is the lead worker?", queryset=None, empty_label="Choose")
    practitioner_name = forms.CharField(label="Lead child protection practitioner", max_length=200, required=False)
    practitioner_role = forms.CharField(label="Their role", max_length=200, required=False)
    reason = long_text("Why is it changing?", rows=2)

    def settle(self, record: Any) -> None:
        """Workers of today; the practitioner as it stands."""
        self.choose_from("lead", holding.workers())
        for name in ("practitioner_name", "practitioner_role"):
            self.fields[name].initial = getattr(record, name)


class EndPlanForm(VersionForm):
    """A manager ends it without a review conference."""

    called = "End a child protection plan"
    ending = forms.ChoiceField(label="Why does it end?", choices=PlanEnding.choices, widget=Radios())
    ended_on = DateField(label="On which day?", latest="today")
    reason = long_text("What has happened?")


class PlanFilter(UiForm):
    """Filters of the register, kept in the address."""

    keeps_no_draft = "a filter: it stands in the address"
    team = forms.ChoiceField(label="Team", required=False)
    category = forms.ChoiceField(label="Category", required=False)
    due = forms.ChoiceField(label="Next review", required=False, choices=[("", "All"), ("overdue", "Overdue")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Team.objects.filter(~Q(kind="contact_centre")).order_by(*by_name("name")).values_list("code", "name")
        self.offer("team", [("", "All"), *rows])
        self.offer("category", [("", "All"), *_categories()])
