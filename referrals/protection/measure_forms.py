"""The forms of police protection and emergency orders."""

from collections.abc import Sequence
from typing import Any

from django import forms

from frontdoor.ui.dates import DateTimeField
from frontdoor.ui.forms import Checkboxes, Radios, VersionForm, long_text
from referrals.models import Referral
from referrals.protection.measure_models import Followed, Measure
from referrals.protection.measures import Facts

Kind = Measure.Kind
PLACE_KEPT = "Leave it empty to keep the confidential place of the handover"
WHO_TOLD = ("parents_told_at", "parents_told", "authority_told_at", "authority_told")


def _confidential() -> forms.BooleanField:
    return forms.BooleanField(
        label="Where the child is must be kept confidential", required=False,
        help_text="Shown only to somebody who asks for it, and never printed",
    )  # fmt: skip


def _told(form: forms.Form) -> None:
    """The four questions about who was told."""
    form.fields["parents_told_at"] = DateTimeField(
        label="When were the parents told?", latest="now", required=False, help_text="Leave it empty if they were not"
    )
    form.fields["parents_told"] = long_text(
        "Who told which parent, and what", "If a parent has not been told: why not", rows=2, required=False
    )
    form.fields["authority_told_at"] = DateTimeField(label="When was the authority told?", latest="now", required=False)
    form.fields["authority_told"] = forms.CharField(
        label="Which authority, and who there", max_length=200, required=False,
        help_text="The one where the child was found and, if it is another, the one where the child lives",
    )  # fmt: skip


class MeasureForm(VersionForm):
    """Police protection or an emergency order as it began."""

    called = "Record police protection or an emergency order"
    kind = forms.ChoiceField(
        label="Which is it?",
        choices=Kind.choices,
        widget=Radios(
            reveals={
                Kind.POLICE.value: ["officer", "police_reference"],
                Kind.ORDER.value: ["court", "ends_at"],
            }
        ),
    )
    officer = forms.CharField(
        label="Who is the designated officer?", max_length=200, required=False, help_text="Name, rank and station"
    )
    police_reference = forms.CharField(label="The police’s reference", max_length=100, required=False)
    court = forms.CharField(label="Which court made the order?", max_length=200, required=False)
    ends_at = DateTimeField(label="When does the order end?", required=False, help_text="As the order says")
    began_at = DateTimeField(
        label="When did it begin?", latest="now",
        help_text="When the police took the child into protection, or the court made the order. Police protection ends "
        "72 hours later at the latest",
    )  # fmt: skip
    place = forms.CharField(label="Where is the child?", max_length=300, help_text="Who with, and where")
    needed_when = {
        "officer": ("kind", [Kind.POLICE.value], "Enter who the designated officer is"),
        "court": ("kind", [Kind.ORDER.value], "Enter which court made the order"),
        "ends_at": ("kind", [Kind.ORDER.value], "Enter when the order ends"),
    }

    def __init__(self, *args: Any, siblings: Sequence[Referral] = (), keeps_place: bool = False, **kwargs: Any) -> None:
        self.siblings, self.keeps_place = siblings, keeps_place
        super().__init__(*args, **kwargs)

    def settle(self, record: Any) -> None:
        """Where the child is, who was told, and the brothers and sisters it is recorded of at once."""
        if self.keeps_place:
            self.fields["place"].required = False
            self.fields["place"].help_text = PLACE_KEPT
        self.fields["place_is_confidential"] = _confidential()
        _told(self)
        if self.siblings:
            self.fields["also"] = forms.MultipleChoiceField(
                label="Is it the same for brothers and sisters?", required=False, widget=Checkboxes(),
                choices=[(str(row.pk), row.child_name or row.reference) for row in self.siblings],
                help_text="Choose each of whom all of this is true",
            )  # fmt: skip

    def facts(self, kept_place: str = "") -> Facts:
        """What was written; ``kept_place``: the confidential place of the handover's item, where it is kept."""
        given = self.cleaned_data
        place = given["place"] or kept_place
        return Facts(
            kind=given["kind"],
            began_at=given["began_at"],
            ends_at=given["ends_at"],
            officer=given["officer"] or "",
            police_reference=given["police_reference"] or "",
            court=given["court"] or "",
            place=place,
            place_is_confidential=given["place_is_confidential"] or (bool(kept_place) and not given["place"]),
            parents_told_at=given["parents_told_at"],
            parents_told=given["parents_told"],
            authority_told_at=given["authority_told_at"],
            authority_told=given["authority_told"],
        )

    def chosen(self) -> list[Referral]:
        """The referrals of brothers and sisters it is recorded of as well."""
        keys = set(self.cleaned_data.get("also") or [])
        return [row for row in self.siblings if str(row.pk) in keys]


class ToldForm(VersionForm):
    """Who was told."""

    called = "Record who was told of police protection or an order"

    def settle(self, record: Any) -> None:
        """The questions, answered as far as they have been."""
        _told(self)
        self.initial = {**{name: getattr(record, name) for name in WHO_TOLD}, **self.initial}


class PlaceForm(VersionForm):
    """Where the child is now. What stands there is not shown again: it may be confidential."""

    called = "Change where a child is"
    place = forms.CharField(label="Where is the child now?", max_length=300, help_text="Who with, and where")

    def settle(self, record: Any) -> None:
        """Whether it is to be kept confidential, as it was."""
        self.fields["place_is_confidential"] = _confidential()
        self.initial = {"place_is_confidential": record.place_is_confidential, **self.initial}


class ExtendForm(VersionForm):
    """The court has extended an order."""

    called = "Record the extension of an order"
    extended_at = DateTimeField(label="When did the court extend it?", latest="now")
    ends_at = DateTimeField(label="When does it end now?", help_text="At most 7 days later, and once only")


class EndedForm(VersionForm):
    """It has ended."""

    called = "Record the end of police protection or an order"
    followed = forms.ChoiceField(label="What followed?", choices=Followed.choices, widget=Radios())
    ended_at = DateTimeField(
        label="When did it end?", latest="now", required=False, help_text="Leave it empty if its time ran out"
    )
    whose = forms.CharField(
        label="Who ended it?", max_length=200, required=False,
        help_text="The designated officer, or the court. Leave it empty if its time ran out",
    )  # fmt: skip
    reason = long_text("Why did it end, and what keeps the child safe now?")

    def settle(self, record: Any) -> None:
        """Only an order is discharged by a court, and only by police protection an order is followed."""
        without = {Followed.ORDER} if record.is_order else {Followed.DISCHARGED}
        self.offer("followed", [(each.value, each.label) for each in Followed if each not in without])
