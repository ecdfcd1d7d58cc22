"""The forms of deciding a contact and working a referral."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from contacts.models import ContactPerson
from contacts.screening.readers import Difference
from contacts.screening.untaken import in_words
from frontdoor.access import Permission, roles_holding
from frontdoor.accounts.models import Absence, Team, User
from frontdoor.codelists import lists
from frontdoor.db import by_name
from frontdoor.ui.forms import Checkboxes, NamedChoice, Radios, UiForm, VersionForm, long_text
from referrals import holding
from referrals.models import Referral


class WorkerChoice(NamedChoice):
    """A colleague by name and team; once :func:`say_cases` was called, with the number of open cases beside each."""

    def label_from_instance(self, obj: Any) -> str:
        """The colleague's name, team and open cases."""
        return of_worker(obj)


def of_worker(worker: User) -> str:
    """A colleague where work is given: name and team; of ``workers_with_cases`` their open cases, and being away."""
    name = f"{worker.name}, {worker.team.name}" if worker.team is not None else str(worker.name)
    said = vars(worker)
    held = said.get("held")
    if held is None:
        return name
    counted = f"{name}: {held or 'no'} open case{'' if held == 1 else 's'}"
    if not said.get("away_kind"):
        return counted
    return f"{counted}, {Absence(kind=said['away_kind'], until_on=said['away_until']).words}"


def offer_places(form: UiForm) -> None:
    """Set whose a referral can be: the ``team`` and the ``worker`` of a form, of today."""
    form.choose_from("team", holding.teams())
    form.choose_from("worker", holding.workers())


def say_cases(form: UiForm, user: User) -> None:
    """Say beside each worker of a form how many open cases they hold, of those the user may see."""
    field = form.fields.get("worker")
    if isinstance(field, WorkerChoice) and field.queryset is not None:
        none = [("", str(field.empty_label))] if field.empty_label is not None else []
        field.choices = lambda: [
            *none, *((str(row.pk), field.label_from_instance(row)) for row in holding.workers_with_cases(user))
        ]  # fmt: skip


def staff(permission: Permission) -> Any:
    """Active people whose roles allow something, by name."""
    return (
        User.objects.filter(is_active=True, is_machine=False, roles__overlap=roles_holding(permission))
        .select_related("team")
        .order_by(*by_name("name"))
    )


def coded(name: str, on: date, empty: str = "") -> list[tuple[str, str]]:
    """Choices of a code list on a day, with an empty first one when ``empty`` names it.

    The code stands before its words where people know it by its code (N1, RC8), not where it says nothing more.
    """
    bare = name in {"contact_outcome", "level_of_need"}
    found = [(code, label if bare else f"{code}: {label}") for code, label in lists.choices(name, on=on)]
    return [("", empty), *found] if empty else found


class GivenForm(UiForm):
    """A child's part of a decision, with what was given of the child and is not on the record."""

    keeps_no_draft = "kept with the decision it is part of"
    given: Sequence[Difference] = ()

    def ask_about(self, given: Sequence[Difference], row: ContactPerson) -> None:
        """What was given of the child and stands on no record: asked for where somebody's safety may turn on it."""
        self.given = given
        if not given:
            return
        what = "; ".join(in_words(each, row) for each in given)
        self.fields["given"] = forms.ChoiceField(
            label=f"What was given of {row} is not on the record: {what}",
            help_text="Details can be put on the record one by one on the contact’s page",
            choices=[
                ("take", "Put all of it on the record"),
                ("wait", "Not now: it stays shown as given and not taken"),
                ("leave", "Leave the record as it is"),
            ],
            widget=Radios(),
            required=bool({"address", "warning"} & {each.key for each in given}),
            error_messages={"required": f"Say what to do with what was given of {row}"},
        )

    def settled(self) -> list[str] | None:
        """The details to take onto the record, none of them to leave it as it is; None where it waits."""
        return {"take": [each.key for each in self.given], "leave": []}.get(self.cleaned_data.get("given") or "")


class SignOffForm(VersionForm):
    """Sign what was proposed, and say whose the referrals are."""

    called = "Sign off a contact"
    reason = long_text("Anything to add", required=False)
    team = NamedChoice(label="Team for the referrals", queryset=None, required=False, empty_label="Decide later")
    worker = WorkerChoice(label="Worker", queryset=None, required=False, empty_label="Decide later")

    def settle(self, record: Any) -> None:
        """Teams and workers of today."""
        offer_places(self)


class CommentsForm(VersionForm):
    """Return a proposal."""

    called = "Return a contact with comments"
    comments = long_text("What is to be done first?")


class ReasonForm(VersionForm):
    """An act that needs nothing but its reason."""

    called = "Give a reason"
    reason = long_text("Why?")


class TakeForm(VersionForm):
    """Taking a contact under a restriction; whoever was told why need not say it again."""

    called = "Take under the restriction"
    reason = long_text("Why are you taking it? (optional)", required=False)

    def settle(self, record: Any) -> None:
        """Ask for the reason of whoever was not told."""
        if not self.was_told:
            self.fields["reason"].label, self.fields["reason"].required = "Why are you taking it?", True

    def __init__(self, *args: Any, was_told: bool = False, **kwargs: Any) -> None:
        self.was_told = was_told
        super().__init__(*args, **kwargs)


class GiveBackForm(ReasonForm):
    """Giving a contact back that was taken under a restriction."""

    called = "Give the contact back"


class FastTrackForm(VersionForm):
    """One sentence, where the child is, and the other children one by one."""

    called = "Child protection: fast track"
    sentence = forms.CharField(label="What happened, in one sentence?", max_length=250)
    location = forms.CharField(
        label="Where is the child now?", help_text="Write “not known” if nobody knows.", max_length=250
    )
    others = forms.MultipleChoiceField(
        label="Other children of the household: who else needs protection?", required=False, widget=Checkboxes()
    )

    def settle(self, record: Any) -> None:
        """The contact's own sentence and place to start from; other children to tick, none of them ticked."""
        self.initial.setdefault("sentence", record.summary)
        self.initial.setdefault("location", record.child_location)
        rows = [row for row in record.people.all() if row.is_child and row.role != "subject"]
        if rows:
            self.offer("others", [(str(row.pk), str(row)) for row in rows])
        else:
            del self.fields["others"]


class MissingForm(UiForm):
    """The two answers without which a call cannot be fast-tracked."""

    keeps_no_draft = "kept with the call it is part of"
    concerns = forms.CharField(
        label="What happened? One sentence is enough", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    child_location = forms.CharField(
        label="Where is the child now?", required=False, help_text="Write “not known” if nobody knows."
    )


class CallForm(UiForm):
    """Who was told."""

    called = "Tell a person now"
    told = forms.CharField(label="Who did you tell?", max_length=150, required=False)
    called_999_at = forms.CharField(
        label="999 called at", help_text="Leave empty if nobody called", max_length=20, required=False
    )
    police_reference = forms.CharField(label="Police reference", max_length=60, required=False)


class AcceptForm(VersionForm):
    """Take a referral on."""

    called = "Accept a referral"
    response_type = forms.ChoiceField(label="What is the response?", choices=Referral.Response.choices, widget=Radios())
    primary_need = forms.ChoiceField(label="Primary need, if it is clear already", required=False)
    reason = long_text("Why?")
    team = NamedChoice(label="Team", queryset=None, required=False, empty_label="Decide later")
    worker = WorkerChoice(label="Worker", queryset=None, required=False, empty_label="Decide later")

    def settle(self, record: Any) -> None:
        """Teams, workers and needs of today."""
        offer_places(self)
        self.offer("primary_need", coded("primary_need", timezone.localdate(), "Not clear yet"))


class EndForm(VersionForm):
    """End a referral at the decision."""

    called = "End a referral without further work"
    ending = forms.ChoiceField(
        label="How does it end?",
        choices=[
            choice
            for choice in Referral.Ending.choices
            if choice[0] not in (Referral.Ending.STOOD_DOWN, Referral.Ending.JOINED, Referral.Ending.UNDONE)
        ],
        widget=Radios(),
    )
    reason = long_text("Why?")


class ServiceForm(VersionForm):
    """Begin a service."""

    called = "Provide a service"
    service = forms.ChoiceField(label="Which service?", choices=Referral.Service.choices, widget=Radios())
    reason = long_text("Why?")


class NeedForm(VersionForm):
    """The child's primary need."""

    called = "Set the primary need"
    primary_need = forms.ChoiceField(label="Primary need", widget=Radios())

    def settle(self, record: Any) -> None:
        """Needs of today."""
        self.offer("primary_need", coded("primary_need", timezone.localdate()))
        self.initial.setdefault("primary_need", record.primary_need)


class CloseForm(VersionForm):
    """Close a referral."""

    called = "Close a referral"
    closure_reason = forms.ChoiceField(label="Why is it closed?", widget=Radios())
    what_changed = long_text("What has changed for the child?", rows=5)

    def settle(self, record: Any) -> None:
        """Closure reasons of today."""
        self.offer("closure_reason", coded("closure_reason", timezone.localdate()))


class NewsForm(UiForm):
    """The worker takes news of an open child."""

    called = "Acknowledge new information"
    what_next = long_text("What will you do about it?")


class ConfirmChildForm(VersionForm):
    """Who the child of a fast-tracked referral is."""

    called = "Say who the child is"
    person = forms.ChoiceField(label="Who is the child?", widget=Radios())

    def offer_people(self, candidates: Sequence[Any]) -> None:
        """The possible records, and a new one."""
        choices = [(c.person.reference, f"{c.person.display_name}, {c.person.reference}") for c in candidates]
        hints = {c.person.reference: "; ".join(c.reasons) for c in candidates}
        self.offer("person", [*choices, ("new", "Nobody on record: make a new record")])
        self.fields["person"].widget.hints = hints


class QueueFilter(UiForm):
    """Filters of the referral list, kept in the address."""

    keeps_no_draft = "a filter: it stands in the address"
    NO_TEAM: ClassVar[str] = "none"
    team = forms.ChoiceField(label="Team", required=False)
    worker = forms.ChoiceField(label="Worker", required=False)
    response = forms.ChoiceField(label="Response", required=False, choices=[("", "All"), *Referral.Response.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Team.objects.filter(~Q(kind="contact_centre")).order_by(*by_name("name")).values_list("code", "name")
        self.offer("team", [("", "All"), (self.NO_TEAM, "No team"), *rows])
        self.offer("worker", [("", "All"), *holding.workers().values_list("username", "name")])
