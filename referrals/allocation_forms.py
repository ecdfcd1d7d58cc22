"""The form of allocating a referral, alone or with those of brothers and sisters."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from frontdoor.accounts.models import Team, User
from frontdoor.ui.formats import joined, person_age
from frontdoor.ui.forms import Checkboxes, NamedChoice, UiForm, VersionForm, long_text
from referrals import holding
from referrals.caseload.board import Board
from referrals.forms import WorkerChoice, of_worker, offer_places
from referrals.models import Referral


class AllocateForm(VersionForm):
    """Whose the referral is from now on, and whose those of the other children of the family are."""

    called = "Allocate a referral"
    are_gone = False
    worker = WorkerChoice(
        label="Worker",
        help_text="Without a worker it stays unallocated, in the team’s tray.",
        queryset=None,
        required=False,
        empty_label="No worker yet",
    )
    team = NamedChoice(
        label="Team",
        help_text="Only when there is no worker yet: with a worker it goes to the worker’s own team.",
        queryset=None,
        required=False,
        empty_label="The worker’s own team",
    )
    others = forms.MultipleChoiceField(
        label="Which brothers and sisters go to the same worker?",
        help_text="They have open referrals without a worker. Each that is ticked is allocated in the same step.",
        required=False,
        widget=Checkboxes(),
    )
    reason = long_text(
        "Why is it being reallocated?", "Needed when it moves from one worker to another.", required=False
    )

    def settle(self, record: Any) -> None:
        """Teams and workers of today; the present ones to start from."""
        offer_places(self)
        now = record.current_allocation()
        if now is not None:
            self.initial.setdefault("team", now.team_id)
            self.initial.setdefault("worker", now.active_worker.pk if now.active_worker is not None else None)

    def offer_family(self, waiting: Sequence[Referral], user: User) -> None:
        """The other children of the family without a worker; those that were sent too, if somebody was quicker."""
        sent = self.data.getlist("others") if hasattr(self.data, "getlist") else []
        known = {row.reference for row in waiting}
        more = [one for one in sent if one not in known and "\x00" not in one]
        self.family = [*waiting, *(holding.offered_with(self.record, user, more) if more else [])]
        self.are_gone = bool(set(more) - {row.reference for row in self.family})
        if not self.family:
            del self.fields["others"]
            return
        today = timezone.localdate()
        self.offer(
            "others",
            [
                (row.reference, ", ".join(filter(None, (row.child_name, person_age(row.child, today), row.reference))))
                for row in self.family
            ],
        )

    def chosen(self) -> list[Referral]:
        """The referrals of the children that were ticked."""
        ticked = self.cleaned_data.get("others", [])
        return [row for row in self.family if row.reference in ticked]

    def clean(self) -> dict[str, Any]:
        """The team follows from the worker; without one somebody has to say whose tray it waits in.

        A child who was ticked and cannot be allocated any more is said, not left out without a word.
        """
        cleaned = super().clean()
        if self.are_gone:
            self.add_error(
                None,
                "A child you ticked cannot be allocated here any more: the referral was closed or changed meanwhile."
                " Look at who is offered now and send it again.",
            )
        worker = cleaned.get("worker")
        cleaned["team"] = holding.team_of(worker, cleaned.get("team"))
        if cleaned["team"] is None and not {"team", "worker"} & self.errors.keys():
            if worker is None:
                self.add_error("worker", "Choose a worker, or the team that it waits with")
            else:
                self.add_error("team", f"{worker.name} is in no team: choose the team as well")
        return cleaned


class FamiliesForm(UiForm):
    """Who takes on each of some families; a family for whom nobody is chosen stays where it is."""

    called = "Who takes on families"
    BEFORE = "to_"
    are_gone = "A family you chose somebody for is not here any more"
    nobody = "Choose who takes on at least one family."

    def lay_out(self, families: Sequence[Sequence[Referral]], colleagues: Sequence[User], stays: str) -> None:
        """Ask of each family who takes it on, one of these colleagues; ``stays`` names the choice of nobody."""
        self.families = {self.name_of(family): list(family) for family in families}
        self.colleagues = {str(each.pk): each for each in colleagues}
        choices = [("", stays), *((key, self.of_colleague(row)) for key, row in self.colleagues.items())]
        for name, family in self.families.items():
            children = joined([f"{row.child_name}, {row.reference}" for row in family])
            self.fields[name] = forms.ChoiceField(label=f"Who takes on {children}?", choices=choices, required=False)

    def name_of(self, family: Sequence[Referral]) -> str:
        """The name of the field that asks who takes on this family."""
        return f"{self.BEFORE}{family[0].reference}"

    def of_colleague(self, worker: User) -> str:
        """A colleague where they are chosen."""
        return of_worker(worker)

    def chosen(self) -> list[tuple[Referral, User]]:
        """Each referral of the families for whom somebody was chosen, with the colleague."""
        given = self.cleaned_data
        return [
            (row, self.colleagues[given[name]]) for name, rows in self.families.items() for row in rows if given[name]
        ]

    def clean(self) -> dict[str, Any]:
        """A family that is not here any more is said, not left out without a word; somebody is chosen."""
        cleaned = super().clean()
        sent = {name for name in self.data if name.startswith(self.BEFORE) and self.data.get(name)}
        if sent - self.families.keys():
            self.add_error(None, f"{self.are_gone}. Look at who is left and send it again.")
        elif not any(cleaned.get(name) for name in self.families) and not self.errors:
            self.add_error(None, self.nobody)
        return cleaned


class PassOnForm(FamiliesForm):
    """Who takes on each family that a worker holds."""

    called = "Pass on somebody’s work"
    are_gone = "A family you chose somebody for is not here any more: it was passed on or changed meanwhile"

    def __init__(self, *args: Any, worker: User, families: Sequence[Sequence[Referral]], user: User, **kwargs: Any):
        """``worker`` is who holds it, ``families`` theirs, ``user`` who passes it on."""
        super().__init__(*args, **kwargs)
        colleagues = [each for each in holding.workers_with_cases(user) if each.pk != worker.pk]
        self.lay_out(families, colleagues, f"Leave with {worker.name}")
        self.fields["reason"] = long_text("Why is it passing to somebody else?")


class GiveOutForm(FamiliesForm):
    """Who takes on each family that waits on the allocation board."""

    called = "Give families that wait to workers"
    are_gone = (
        "A family you chose a worker for does not wait here any more: somebody has it, or it was changed meanwhile"
    )
    nobody = "Choose a worker for at least one family."

    def __init__(self, *args: Any, board: Board, **kwargs: Any):
        """``board``: what the page shows."""
        super().__init__(*args, **kwargs)
        self.loads = {load.worker.pk: load for load in board.takers}
        families = [family.referrals for family in board.families]
        self.lay_out(families, [load.worker for load in board.takers], "Nobody yet")
        for name, family in zip(self.families, board.families, strict=True):
            if family.suggestions:
                said = "; ".join(each.words for each in family.suggestions)
                self.fields[name].help_text = f"Could go to: {said}."

    def of_colleague(self, worker: User) -> str:
        """A colleague with how much of a full caseload they hold, and being away."""
        load = self.loads[worker.pk]
        name = f"{worker.name}, {worker.team.name}" if worker.team is not None else worker.name
        said = f"{name}: {load.filled}% of a full caseload"
        return f"{said}, {load.away.words}" if load.away is not None else said


class BoardFilter(UiForm):
    """Whose board it is, kept in the address."""

    keeps_no_draft = "a filter: it stands in the address"
    team = forms.ChoiceField(label="Team", required=False)

    def __init__(self, *args: Any, teams: Sequence[Team], **kwargs: Any):
        """``teams``: those that hold cases."""
        super().__init__(*args, **kwargs)
        self.offer("team", [("", "My teams"), *((team.code, team.name) for team in teams)])
