"""The forms of a transfer."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from frontdoor.accounts.models import Team, User
from frontdoor.codelists import lists
from frontdoor.db import by_name
from frontdoor.ui.dates import DateField
from frontdoor.ui.formats import person_age
from frontdoor.ui.forms import Checkboxes, NamedChoice, Radios, UiForm, VersionForm, long_text
from referrals import holding
from referrals.forms import WorkerChoice, of_worker
from referrals.models import Referral, Transfer
from referrals.transfers.actions import Check, Receiver
from referrals.transfers.models import items

MET, WAIVED = "met", "waived"


class ChecklistForm(VersionForm):
    """What is said of a case before it changes hands: its summary, and each thing of the checklist."""

    called = "What is said of a case before it changes hands"
    is_elsewhere: ClassVar[bool] = False
    summary = long_text(
        "Summary for whoever takes it on",
        "Drafted from the record: read it, and put it right. No address stands in it.",
        longest=10000, rows=14,
    )  # fmt: skip

    def settle(self, record: Any) -> None:
        """The checklist of today."""
        self.items = items(is_elsewhere=self.asks_elsewhere(record), on=timezone.localdate())
        for item in self.items:
            self.fields[f"check_{item.code}"] = forms.ChoiceField(
                label=item.label,
                choices=[(MET, "Done"), (WAIVED, "Not needed here")],
                widget=Radios(reveals={WAIVED: [f"waived_{item.code}"]}),
                error_messages={"required": f"Say of “{item.label}” whether it is done"},
            )
            self.fields[f"waived_{item.code}"] = forms.CharField(
                label="Why is it not needed?", max_length=500, required=False
            )

    def asks_elsewhere(self, record: Any) -> bool:
        """Whether it is about a transfer to another authority."""
        return self.is_elsewhere

    def begin_with(self, summary: str, checks: Sequence[Any] = ()) -> None:
        """What the form starts from."""
        self.initial.setdefault("summary", summary)
        for each in checks:
            self.initial.setdefault(f"check_{each.code}", MET if each.is_met else WAIVED)
            self.initial.setdefault(f"waived_{each.code}", each.waived_reason)

    def clean(self) -> dict[str, Any]:
        """What is not needed is said why."""
        cleaned = super().clean()
        for item in self.items:
            name = f"waived_{item.code}"
            if cleaned.get(f"check_{item.code}") == WAIVED and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, forms.ValidationError(f"Say why “{item.label}” is not needed", code="required"))
        return cleaned

    def checks(self) -> dict[str, Check]:
        """What was said of each thing."""
        given = self.cleaned_data
        return {
            item.code: Check(given[f"check_{item.code}"] == MET, given[f"waived_{item.code}"] or "")
            for item in self.items
        }

    def parts(self) -> list[str]:
        """The names of the fields that are no part of the checklist, in their order."""
        return [name for name in self.fields if not name.startswith(("check_", "waived_"))]

    def checklist(self) -> list[str]:
        """The names of the fields of the checklist, in their order; each shows its reason under it."""
        return [f"check_{item.code}" for item in self.items]


class AskedForm(ChecklistForm):
    """Agree to a request for a case."""

    called = "Propose the transfer that was asked for"
    reason = long_text("Why does the case go there?", rows=3)
    field_order = ["version", "reason", "summary"]


class SendForm(ChecklistForm):
    """Propose a transfer, alone or with those of brothers and sisters."""

    called = "Propose a transfer"
    others = forms.MultipleChoiceField(
        label="Which brothers and sisters go along?",
        help_text="They are with the same team. Each has a summary of their own, which you can put right afterwards.",
        required=False,
        widget=Checkboxes(),
    )
    apart_reason = forms.CharField(
        label="If any of them stays, why?", max_length=500, required=False, help_text="Nobody is parted without a word"
    )
    reason = long_text("Why is the case to be transferred?", rows=3)

    def offer_family(self, family: Sequence[Referral]) -> None:
        """The other children of the family who are with the same team."""
        self.family = list(family)
        if not family:
            del self.fields["others"], self.fields["apart_reason"]
            return
        today = timezone.localdate()
        self.offer(
            "others",
            [
                (row.reference, ", ".join(filter(None, (row.child_name, person_age(row.child, today), row.reference))))
                for row in family
            ],
        )

    def clean(self) -> dict[str, Any]:
        """Whoever stays is said why."""
        cleaned = super().clean()
        if "others" in self.fields and "others" not in self.errors:
            stays = len(cleaned.get("others") or []) < len(self.family)
            if stays and not cleaned.get("apart_reason"):
                self.add_error("apart_reason", "Say why brothers and sisters do not go along, or tick them")
        return cleaned

    def chosen(self) -> list[Referral]:
        """The referrals of the children that were ticked."""
        ticked = self.cleaned_data.get("others") or []
        return [row for row in self.family if row.reference in ticked]

    def to(self) -> Receiver:
        """Where it goes."""
        raise NotImplementedError


class ToTeamForm(SendForm):
    """To another team here."""

    called = "Transfer a case to another team"
    to_team = NamedChoice(label="Which team does it go to?", queryset=None, empty_label="Choose")
    field_order = ["version", "to_team", "others", "apart_reason", "reason", "summary"]

    def settle(self, record: Any) -> None:
        """The other teams that may hold cases today."""
        super().settle(record)
        now = record.current_allocation()
        teams = holding.teams()
        self.choose_from("to_team", teams.exclude(pk=now.team_id) if now is not None else teams)

    def to(self) -> Receiver:
        """The team."""
        return Receiver(team=self.cleaned_data["to_team"])


class ToAuthorityForm(SendForm):
    """To another authority."""

    called = "Transfer a case to another authority"
    is_elsewhere = True
    to_authority = forms.CharField(label="Which authority does it go to?", max_length=150)
    told = forms.CharField(label="Whom there have you told?", help_text="A name or an office", max_length=200)
    told_on = DateField(label="On which day?", latest="today")
    shared = long_text("What was shared with them?", rows=3)
    lawful_basis = forms.ChoiceField(label="On what basis was it shared?")
    new_address = long_text("The family’s new address, if it is known", rows=3, longest=500, required=False)
    is_address_confidential = forms.BooleanField(
        label="The new address is confidential", help_text="It is left out of everything printed", required=False
    )
    field_order = [
        "version", "to_authority", "told", "told_on", "shared", "lawful_basis", "new_address",
        "is_address_confidential", "others", "apart_reason", "reason", "summary",
    ]  # fmt: skip

    def settle(self, record: Any) -> None:
        """The bases of today."""
        super().settle(record)
        self.offer("lawful_basis", [("", "Choose"), *lists.choices("lawful_basis", on=timezone.localdate())])

    def to(self) -> Receiver:
        """The authority, and what it was told."""
        given = self.cleaned_data
        return Receiver(
            authority=given["to_authority"], told=given["told"], told_on=given["told_on"], shared=given["shared"],
            lawful_basis=given["lawful_basis"], new_address=given["new_address"],
            is_address_confidential=given["is_address_confidential"],
        )  # fmt: skip


class ChangeForm(ChecklistForm):
    """Put right what is said while it waits."""

    called = "Change the summary of a transfer"

    def asks_elsewhere(self, record: Any) -> bool:
        """As the transfer is."""
        return bool(record.to_authority)


class AskForm(VersionForm):
    """A team asks for a case."""

    called = "Ask for a case"
    to_team = NamedChoice(label="For which team?", queryset=None, empty_label="Choose")
    reason = long_text("Why should your team have it?", rows=3)

    def offer_teams(self, teams: Sequence[Team]) -> None:
        """The teams somebody answers for."""
        keys = [team.pk for team in teams]
        self.choose_from("to_team", holding.teams().filter(pk__in=keys))
        if len(keys) == 1:
            self.initial.setdefault("to_team", keys[0])


class AcceptForm(VersionForm):
    """The receiving team takes it."""

    called = "Accept a transfer"
    worker = WorkerChoice(
        label="Who works on it?",
        help_text="Without a worker it is unallocated in your team, and its clock starts.",
        queryset=None,
        required=False,
        empty_label="No worker yet",
    )
    others = forms.MultipleChoiceField(
        label="Which brothers and sisters are accepted with it?",
        help_text="They were proposed together. Each that is not ticked goes on waiting for your answer.",
        required=False,
        widget=Checkboxes(),
    )

    def settle(self, record: Any) -> None:
        """Workers of the team, of today."""
        own = Q(team=record.to_team_id) | Q(team__isnull=True)
        self.choose_from("worker", holding.workers().filter(own))

    def offer_workers(self, user: User) -> None:
        """Each worker of the team with how many cases they hold."""
        rows = [row for row in holding.workers_with_cases(user) if row.team_id in (None, self.record.to_team_id)]
        field = self.fields["worker"]
        assert isinstance(field, WorkerChoice)
        field.choices = [("", "No worker yet"), *((str(row.pk), of_worker(row)) for row in rows)]

    def offer_others(self, others: Sequence[Transfer]) -> None:
        """Those proposed together with it."""
        self.together = list(others)
        if not others:
            del self.fields["others"]
            return
        self.offer("others", [(row.reference, f"{row.referral.child_name}, {row.reference}") for row in others])

    def chosen(self) -> list[Transfer]:
        """Those that were ticked."""
        ticked = self.cleaned_data.get("others") or []
        return [row for row in self.together if row.reference in ticked]


class WhyForm(VersionForm):
    """An answer that needs its reason."""

    called = "Answer a transfer"
    reason = long_text("Why?", rows=3)


class AcceptedThereForm(VersionForm):
    """Another authority has accepted it."""

    called = "Another authority has accepted a transfer"
    accepted_name = forms.CharField(label="Who there has accepted it?", help_text="A name", max_length=200)
    accepted_on = DateField(label="On which day?", latest="today")


class TransferFilter(UiForm):
    """Filters of the list, kept in the address."""

    keeps_no_draft = "a filter: it stands in the address"
    ALL: ClassVar[str] = "all"
    team = forms.ChoiceField(label="Team", required=False)
    direction = forms.ChoiceField(
        label="Show", required=False,
        choices=[("", "Both ways"), ("coming", "Coming to us"), ("going", "Going from us")],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Team.objects.filter(is_active=True).order_by(*by_name("name")).values_list("code", "name")
        self.offer("team", [("", "Your teams"), (self.ALL, "All teams"), *rows])
