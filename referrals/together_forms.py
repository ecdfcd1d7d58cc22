"""Forms of deciding several contacts at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from contacts.models import Contact, ContactPerson
from frontdoor.codelists import lists
from frontdoor.ui.forms import Radios, UiForm, long_text
from referrals.decisions import NOT_ABOUT, ChildDecision, outcome_attributes
from referrals.forms import coded
from referrals.models import Referral
from referrals.together import bulk_outcomes


def plain_outcomes(on: date, *, is_manager: bool) -> list[tuple[str, str]]:
    """Outcomes that need no name or reference of another side; those that do are decided contact by contact."""
    known = outcome_attributes(on)
    return [
        (code, label)
        for code, label in coded("contact_outcome", on)
        if not any(known[code].get(need) for need in ("needs_receiver", "needs_contact"))
        and (is_manager or not known[code].get("manager_only"))
    ]


class CommonForm(UiForm):
    """What is said once for all of them."""

    called = "Screen contacts together"

    def __init__(self, *args: Any, on: date, is_manager: bool, contacts: Sequence[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opens = {code for code, row in outcome_attributes(on).items() if row.get("opens")}
        if any(not contact.grade and contact.type.ranks_with_concerns for contact in contacts):
            self.fields["grade"] = forms.ChoiceField(
                label="How urgent is it? Some have no grade yet",
                choices=lists.choices("grade", on=on),
                widget=Radios(inline=True),
                error_messages={"required": "Choose a grade for those without one"},
            )
        self.fields["outcome"] = forms.ChoiceField(
            label="What is the outcome?",
            choices=plain_outcomes(on, is_manager=is_manager),
            error_messages={"required": "Choose the outcome"},
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
        """A referral says how it is answered."""
        cleaned = super().clean()
        if cleaned.get("outcome") in self.opens and not cleaned.get("response_type"):
            self.add_error("response_type", "Choose the response to the referrals")
        return cleaned


class RowForm(UiForm):
    """What is different for one child, and a line of its own. Somebody only named has to be answered for."""

    keeps_no_draft = "kept with the decision it is part of"

    def __init__(self, *args: Any, row: ContactPerson, on: date, is_manager: bool, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"row{row.pk}", **kwargs)
        self.row = row
        named = row.role != "subject"
        first = [("", "Choose"), ("common", "As for the others"), *NOT_ABOUT.items()] if named else [("", "As above")]
        self.fields["outcome"] = forms.ChoiceField(
            label=f"Outcome for {row}",
            choices=[*first, *plain_outcomes(on, is_manager=is_manager)],
            required=named,
            error_messages={"required": f"Say whether this is about {row}"},
        )
        self.fields["line"] = forms.CharField(label=f"More about {row}", max_length=250, required=False)

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
