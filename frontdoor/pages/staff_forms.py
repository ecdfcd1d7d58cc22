"""The forms of staff accounts and teams."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from frontdoor.access import ROLE_LABELS
from frontdoor.accounts.models import WEEKDAYS, Absence, Team, User
from frontdoor.db import by_name
from frontdoor.staff import readers
from frontdoor.ui.dates import DateField
from frontdoor.ui.forms import Checkboxes, NamedChoice, Radios, UiForm, why

ROLES = [(role.value, label) for role, label in ROLE_LABELS.items()]


HALF = {"class": "govuk-!-width-one-half"}
SHORT = {"class": "govuk-input--width-20"}


class StaffFilterForm(UiForm):
    """What the list shows."""

    keeps_no_draft = "a filter: its words are kept for the session, the rest stands in the address"
    q = forms.CharField(label="Name or user name", max_length=100, required=False)
    team = forms.ChoiceField(label="Team", required=False)
    role = forms.ChoiceField(label="Role", choices=[("", "Every role"), *ROLES], required=False)
    state = forms.ChoiceField(
        label="Accounts", choices=[("active", "Working here"), ("ended", "Ended")], required=False
    )

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Every team"), *((team.code, team.name) for team in teams)]
        self.offer("team", choices)


class MemberForm(UiForm):
    """An account that exists."""

    called = "Change an account"
    name = forms.CharField(label="Full name", max_length=120, widget=forms.TextInput(attrs=HALF))
    email = forms.EmailField(
        widget=forms.EmailInput(attrs=HALF),
        label="E-mail address",
        help_text="The link for choosing a password goes there. No message names a child.",
        error_messages={"invalid": "Enter an e-mail address, such as name@council.example"},
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=ROLES,
        widget=Checkboxes,
        help_text="The reference page “Roles” says what each role may do.",
        error_messages={"required": "Choose at least one role"},
    )
    team: Any = forms.ModelChoiceField(
        label="Team", queryset=None, required=False, to_field_name="code", empty_label="None"
    )
    job_title = forms.CharField(label="Job title", max_length=80, required=False, widget=forms.TextInput(attrs=HALF))
    telephone = forms.CharField(label="Telephone", max_length=30, required=False, widget=forms.TextInput(attrs=SHORT))
    social_work_england_number = forms.CharField(
        label="Social Work England number",
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs=SHORT),
        help_text="For registered social workers",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose_from("team", Team.objects.filter(is_active=True).order_by(*by_name("name")))


class AddMemberForm(MemberForm):
    """A new account."""

    called = "Add a member of staff"
    username = forms.CharField(
        label="User name",
        max_length=60,
        widget=forms.TextInput(attrs=SHORT),
        help_text="Lower-case letters, digits, dots, hyphens and underscores, such as jo.example. It is final.",
    )
    field_order = ("name", "username", "email")


class WhyForm(UiForm):
    """Why an act is done to an account."""

    called = "Why an account changes"
    reason = why("Why?", longest=300)

    def __init__(self, *args: Any, question: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = question or "Why?"


class ColleagueForm(UiForm):
    """Something that is entered of a colleague one answers for, or of oneself."""

    called = "What is entered of a colleague"

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        """``people``: those of whom it is entered here; where it is only oneself, nobody is asked for."""
        super().__init__(*args, **kwargs)
        self.choose_from("user", people)
        if len(people) == 1:
            self.only = people[0]
            del self.fields["user"]

    def clean(self) -> dict[str, Any]:
        """Whoever is asked for nobody enters their own."""
        cleaned = super().clean()
        if "user" not in self.fields:
            cleaned["user"] = self.only
        return cleaned


class AbsenceForm(ColleagueForm):
    """That somebody is or will be away."""

    called = "Enter an absence"
    user = NamedChoice(label="Who is away?", queryset=None, empty_label="Choose a colleague")
    kind = forms.ChoiceField(label="What is it?", choices=Absence.Kind.choices, widget=Radios)
    from_on = DateField(label="First day away", looks_ahead=True)
    until_on = DateField(
        label="Last day away", help_text="Leave it empty while nobody knows.", required=False, looks_ahead=True
    )


class WorkingDaysForm(ColleagueForm):
    """On which days of the week somebody works, from a day on."""

    called = "Enter working days"
    user = NamedChoice(label="Whose working days?", queryset=None, empty_label="Choose a colleague")
    days = forms.TypedMultipleChoiceField(
        label="On which days do they work?",
        choices=list(enumerate(WEEKDAYS, start=1)),
        coerce=int,
        widget=Checkboxes(),
    )
    from_on = DateField(label="From which day?", looks_ahead=True)


class TeamForm(UiForm):
    """A team that exists."""

    called = "Change a team"
    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput(attrs=HALF))
    manager: Any = forms.ModelChoiceField(
        label="Manager", queryset=None, required=False, empty_label="Nobody", help_text="Is told when something is late"
    )
    is_active = forms.BooleanField(label="The team is open", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose_from("manager", readers.team_managers())


class AddTeamForm(TeamForm):
    """A new team."""

    called = "Add a team"
    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(attrs=SHORT),
        help_text="A short code, such as duty_b",
    )
    kind = forms.ChoiceField(label="Kind", choices=Team.Kind.choices)
    field_order = ("name", "code", "kind", "manager")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]
