"""Forms of deciding several contacts at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from contacts.models import Contact, ContactPerson
from contacts.screening.readers import Difference
from frontdoor.codelists import lists
from frontdoor.ui.forms import Radios, UiForm, long_text
from referrals.decisions import NOT_ABOUT, ChildDecision, outcome_attributes
from referrals.forms import GivenForm, coded
from referrals.models import Referral
from referrals.together import bulk_outcomes

ASKS_MORE = ("needs_receiver", "needs_contact")
#: The keys that choose an outcome, in their order.
KEYS = "1234567890"


def in_order(on: date) -> list[tuple[str, str]]:
    """Every outcome of the day: first those that ask for nothing more."""
    known = outcome_attributes(on)
    return sorted(coded("contact_outcome", on), key=lambda row: any(known[row[0]].get(need) for need in ASKS_MORE))


def keys_of(on: date) -> dict[str, str]:
    """The key of each outcome: the same on every page of the day, whether or not the others are offered there."""
    return {code: key for (code, _), key in zip(in_order(on), KEYS, strict=False)}


@dataclass(frozen=True)
class Offered:
    """What the contacts of a page make possible: a referral; joining, for these children (keys of their rows)."""

    may_refer: bool
    joining: frozenset[int]


def outcomes(on: date, *, is_manager: bool, may_refer: bool, may_join: bool) -> list[tuple[str, str]]:
    """The one list of outcomes, as far as they can be chosen here.

    ``may_refer``: whether the kind of contact may become a referral; ``may_join``: whether a child on it has open work,
    or may have.
    """
    known = outcome_attributes(on)
    return [
        (code, label)
        for code, label in in_order(on)
        if (is_manager or not known[code].get("manager_only"))
        and (may_refer or not known[code].get("opens"))
        and (may_join or not known[code].get("joins"))
    ]


class CommonForm(UiForm):
    """What is said once for all of them."""

    called = "Screen contacts together"

    def __init__(
        self,
        *args: Any,
        on: date,
        is_manager: bool,
        contacts: Sequence[Contact],
        offered: Offered,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.attributes = outcome_attributes(on)
        self.keys = keys_of(on)
        if any(not contact.grade and contact.type.ranks_with_concerns for contact in contacts):
            self.fields["grade"] = forms.ChoiceField(
                label="How urgent is it? Some have no grade yet",
                choices=lists.choices("grade", on=on),
                widget=Radios(inline=True),
                error_messages={"required": "Choose a grade for those without one"},
            )
        self.fields["outcome"] = forms.ChoiceField(
            label="What is the outcome?",
            choices=outcomes(
                on,
                is_manager=is_manager,
                may_refer=offered.may_refer,
                may_join=bool(offered.joining),
            ),
            error_messages={"required": "Choose the outcome"},
        )
        self.fields["receiver"] = forms.CharField(label="Service or authority", max_length=150, required=False)
        self.fields["taken_by"] = forms.CharField(
            label="Who there has taken it on?",
            help_text="A name. Until somebody has taken it, the contact stays on the queue.",
            max_length=150,
            required=False,
        )
        self.fields["same_contact"] = forms.CharField(
            label="Same incident: reference of the other contact", max_length=12, required=False
        )
        self.fields["response_type"] = forms.ChoiceField(
            label="What is the response to a referral?",
            choices=[("", "Choose"), *Referral.Response.choices],
            required=False,
        )
        self.fields["level_of_need"] = forms.ChoiceField(
            label="Level of need", choices=coded("level_of_need", on, "As it is"), required=False
        )
        self.fields["reason"] = long_text(
            "Why?", "Write it so that the family could read it one day. It is recorded for each child."
        )
        self.fields["reason"].error_messages["required"] = "Give the reason"

    def clean(self) -> dict[str, Any]:
        """A referral says how it is answered, what is passed on who has taken it, the same incident which contact."""
        cleaned = super().clean()
        needs = self.attributes.get(cleaned.get("outcome") or "", {})
        if needs.get("opens") and not cleaned.get("response_type"):
            self.add_error("response_type", "Choose the response to the referrals")
        if needs.get("needs_receiver"):
            for name, asked in (("receiver", "Enter the service or authority"), ("taken_by", "Enter who has taken it")):
                if not cleaned.get(name):
                    self.add_error(name, asked)
        if needs.get("needs_contact") and not cleaned.get("same_contact"):
            self.add_error("same_contact", "Enter the reference of the other contact about this incident")
        return cleaned

    @property
    def is_passed_on(self) -> bool:
        """Whether something was said, or is wrong, in what only some outcomes ask for."""
        return any(self[name].errors or self[name].value() for name in ("receiver", "taken_by", "same_contact"))


class RowForm(GivenForm):
    """What is different for one child, and a line of its own. Somebody only named has to be answered for."""

    keeps_no_draft = "kept with the decision it is part of"

    def __init__(
        self,
        *args: Any,
        row: ContactPerson,
        on: date,
        is_manager: bool,
        offered: Offered,
        given: Sequence[Difference] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, prefix=f"row{row.pk}", **kwargs)
        self.row = row
        named = row.role != "subject"
        first = [("", "Choose"), ("common", "As for the others"), *NOT_ABOUT.items()] if named else [("", "As above")]
        self.fields["outcome"] = forms.ChoiceField(
            label=f"Outcome for {row}",
            choices=[
                *first,
                *outcomes(
                    on,
                    is_manager=is_manager,
                    may_refer=row.contact.type.may_become_referral,
                    may_join=row.pk in offered.joining,
                ),
            ],
            required=named,
            error_messages={"required": f"Say whether this is about {row}"},
        )
        self.fields["line"] = forms.CharField(label=f"More about {row}", max_length=250, required=False)
        self.ask_about(given, row)

    def decision(self, common: dict[str, Any]) -> ChildDecision:
        """The answer: the common one, or what differs."""
        own = self.cleaned_data["outcome"]
        outcome = common["outcome"] if own in ("", "common") else own
        reason = " ".join(part for part in (common["reason"].strip(), self.cleaned_data["line"].strip()) if part)
        return ChildDecision(
            child=self.row.pk,
            outcome=outcome,
            reason=reason,
            level_of_need=common.get("level_of_need") or "",
            response_type=common.get("response_type") or "assessment",
            detail={
                "receiver": common.get("receiver") or "",
                "taken_by": common.get("taken_by") or "",
                "contact": common.get("same_contact") or "",
            },
        )


class BulkForm(UiForm):
    """What contacts closed in bulk have in common."""

    called = "Close contacts in bulk"

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(bulk_outcomes(on))
        self.fields["outcome"] = forms.ChoiceField(
            label="How are they being closed?",
            choices=[choice for choice in coded("contact_outcome", on) if choice[0] in allowed],
            widget=Radios(),
            error_messages={"required": "Choose how they are being closed"},
        )
        self.fields["reason"] = long_text("What is the reason for all of them?")
        self.fields["reason"].error_messages["required"] = "Give the reason for all of them"


class LookedOverForm(UiForm):
    """Agree or overturn."""

    called = "Review a bulk closure"
    verdict = forms.ChoiceField(
        label="Was it right to end it?",
        choices=[("agree", "Yes"), ("overturn", "No: reopen it")],
        widget=Radios(inline=True),
        error_messages={"required": "Say whether it was right to end it"},
    )
    reason = long_text("Why?", "Needed when it is overturned.", required=False)
