"""Forms of a decision: on one contact or several of a family together, and on mild ones closed in bulk."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from contacts.models import Contact, ContactPerson
from contacts.screening.readers import Difference
from frontdoor.access import Permission
from frontdoor.codelists import lists
from frontdoor.ui.dates import DateTimeField
from frontdoor.ui.forms import NamedChoice, Radios, UiForm, long_text
from referrals import holding
from referrals.decisions import NOT_ABOUT, ChildDecision, Telephoned, outcome_attributes
from referrals.forms import GivenForm, WorkerChoice, coded, staff
from referrals.models import Referral
from referrals.together import bulk_outcomes

ASKS_MORE = ("needs_receiver", "needs_contact")
#: What an outcome may need that only a child has, or only a manager may say: not for a contact about adults only.
OF_A_CHILD = ("opens", "joins", "needs_contact", "manager_only")
#: The keys that choose an outcome, in their order.
KEYS = "1234567890"
#: What is asked beside outcome and reason: once for all, and where there are several children of each as well.
DETAILS = ("response_type", "primary_need", "level_of_need", "receiver", "taken_by", "same_contact")

NO_LONGER = "This outcome cannot be chosen here any more: choose another."


def in_order(on: date) -> list[tuple[str, str]]:
    """Every outcome of the day: first those that ask for nothing more."""
    known = outcome_attributes(on)
    return sorted(coded("contact_outcome", on), key=lambda row: any(known[row[0]].get(need) for need in ASKS_MORE))


def keys_of(on: date) -> dict[str, str]:
    """The key of each outcome: the same on every page of the day, whether or not the others are offered there."""
    return {code: key for (code, _), key in zip(in_order(on), KEYS, strict=False)}


@dataclass(frozen=True)
class Offered:
    """What the contacts of a page make possible: a referral, and joining, for these children (keys of their rows).

    ``has_child``: whether any child is on them.
    """

    has_child: bool
    referring: frozenset[int]
    joining: frozenset[int]


def outcomes(
    on: date, *, is_manager: bool, may_refer: bool, may_join: bool, has_child: bool = True
) -> list[tuple[str, str]]:
    """The one list of outcomes, as far as they can be chosen here.

    ``may_refer``: whether a referral may be opened for a child on it, who has no open work that is known; ``may_join``:
    whether a child on it has open work, or may have.
    """
    known = outcome_attributes(on)
    return [
        (code, label)
        for code, label in in_order(on)
        if (is_manager or not known[code].get("manager_only"))
        and (may_refer or not known[code].get("opens"))
        and (may_join or not known[code].get("joins"))
        and (has_child or not any(known[code].get(need) for need in OF_A_CHILD))
    ]


def start_from(children: Sequence[ContactPerson], on: date) -> tuple[dict[str, str], dict[int, dict[str, str]]]:
    """What to start from, for all and for each child: the level told, and what was proposed and came back.

    What is the same for all of them stands once, with the words their reasons begin with; the rest is each one's own.
    """
    known = outcome_attributes(on)
    own = {row.pk: _before(row, known) for row in children}
    answered = [before for before in own.values() if before.get("outcome") not in NOT_ABOUT]
    common: dict[str, str] = {}
    for name in ("outcome", *DETAILS):
        said = {before.get(name, "") for before in answered}
        if len(said) == 1 and (value := said.pop()):
            common[name] = value
            for before in answered:
                del before[name]
    if answered and all(before.get("reason") for before in answered):
        common["reason"] = words_in_common([before["reason"] for before in answered])
    for row in children:
        before = own[row.pk]
        reason = before.pop("reason", "")
        before["line"] = " ".join(reason.removeprefix(common.get("reason", "")).split())
        if reason and row.role != "subject":
            before.setdefault("outcome", "common")
    return common, own


def _before(row: ContactPerson, known: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The level of need told of a child, and the answers of a proposal that came back or was taken up again."""
    before = {"level_of_need": row.level_of_need or row.contact.level_by_screening or row.contact.level_by_agency}
    if row.outcome and row.decided_at is None:
        detail = row.outcome_detail
        before |= {
            "outcome": row.outcome,
            "reason": row.outcome_reason,
            "receiver": detail.get("receiver", ""),
            "taken_by": detail.get("taken_by", ""),
            "same_contact": detail.get("contact", ""),
        }
        if known.get(row.outcome, {}).get("opens"):
            before |= {name: detail.get(name, "") for name in ("response_type", "primary_need")}
    return {name: value for name, value in before.items() if value}


def words_in_common(texts: Sequence[str]) -> str:
    """The whole words these texts begin with."""
    shared = ""
    for words in zip(*(re.findall(r"\s*\S+", text) for text in texts), strict=False):
        if len(set(words)) > 1:
            break
        shared += words[0]
    return shared.strip()


def _details(on: date, *, empty: str, of: str = "") -> dict[str, forms.Field]:
    """The questions of DETAILS, none required by itself. ``empty``: the choice of nothing said; ``of``: whose."""
    whose = f" of {of}" if of else ""
    return {
        "response_type": forms.ChoiceField(
            label=f"Response to the referral{whose}" if of else "What is the response to a referral?",
            choices=[("", empty or "Choose"), *Referral.Response.choices],
            required=False,
        ),
        "primary_need": forms.ChoiceField(
            label=f"Primary need{whose}" if of else "Primary need, if it is clear already",
            choices=coded("primary_need", on, empty or "Not clear yet"),
            required=False,
        ),
        "level_of_need": forms.ChoiceField(
            label=f"Level of need{whose}", choices=coded("level_of_need", on, empty or "As it is"), required=False
        ),
        "receiver": forms.CharField(
            label=f"Service or authority for {of}" if of else "Service or authority", max_length=150, required=False
        ),
        "taken_by": forms.CharField(
            label=f"Who there has taken {of} on?" if of else "Who there has taken it on?",
            help_text="" if of else "A name. Until somebody has taken it, the contact stays on the queue.",
            max_length=150,
            required=False,
        ),
        "same_contact": forms.CharField(
            label=f"Same incident{whose}: reference of the other contact", max_length=12, required=False
        ),
    }


class CommonForm(UiForm):
    """What is said once for all of them: grade where there is none, outcome, reason, whose it is, who agreed."""

    called = "Decide a contact"

    def __init__(
        self,
        *args: Any,
        on: date,
        is_manager: bool,
        contacts: Sequence[Contact],
        offered: Offered,
        may_allocate: bool = False,
        is_night: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.contacts = contacts
        self.attributes = outcome_attributes(on)
        self.keys = keys_of(on)
        if any(not contact.grade and contact.type.ranks_with_concerns for contact in contacts):
            of_them = "Some have no grade yet" if len(contacts) > 1 else "The contact has no grade yet"
            self.fields["grade"] = forms.ChoiceField(
                label=f"How urgent is it? {of_them}",
                choices=lists.choices("grade", on=on),
                widget=Radios(inline=True),
                error_messages={"required": "Choose a grade for those without one"},
            )
        self.fields["outcome"] = forms.ChoiceField(
            label="What is the outcome?",
            choices=outcomes(
                on,
                is_manager=is_manager,
                may_refer=bool(offered.referring),
                may_join=bool(offered.joining),
                has_child=offered.has_child,
            ),
            error_messages={"required": "Choose the outcome", "invalid_choice": NO_LONGER},
        )
        asked = _details(on, empty="")
        for name in DETAILS if offered.has_child else ("receiver", "taken_by"):
            self.fields[name] = asked[name]
        if may_allocate and offered.referring:
            self._ask_whose()
        self.fields["reason"] = long_text(
            "Why?", "Write it so that the family could read it one day. It is recorded for each child."
        )
        self.fields["reason"].error_messages["required"] = "Give the reason"
        if is_night:
            self._ask_who_agreed()

    def _ask_whose(self) -> None:
        """Whose the referrals are, at once."""
        self.fields["team"] = NamedChoice(
            label="Team for the referrals", queryset=holding.teams(), required=False, empty_label="Decide later"
        )
        self.fields["worker"] = WorkerChoice(
            label="Worker", queryset=holding.workers(), required=False, empty_label="Decide later"
        )

    def _ask_who_agreed(self) -> None:
        """Out of hours: the manager who agreed by telephone, and when."""
        self.fields["manager"] = WorkerChoice(
            label="Manager who agreed by telephone, if a manager’s decision is needed now",
            queryset=staff(Permission.CONTACT_SIGN_OFF),
            required=False,
            empty_label="Nobody: wait for sign-off",
        )
        self.fields["telephoned_at"] = DateTimeField(label="When did they agree?", required=False, latest="now")

    def opened_on(self) -> dict[str, str]:
        """The version of the contact asked for, which stands first: a draft says what was changed since."""
        return {f"version-{contact.reference}": str(contact.version) for contact in self.contacts[:1]}

    def clean(self) -> dict[str, Any]:
        """A referral says how it is answered, what is passed on who has taken it, the same incident which contact.

        A call has a manager and a time, or neither.
        """
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
        if cleaned.get("manager") and not cleaned.get("telephoned_at") and "telephoned_at" not in self.errors:
            self.add_error("telephoned_at", "Enter when the manager agreed")
        return cleaned

    def telephoned(self) -> Telephoned | None:
        """Which manager agreed, and when."""
        manager, at = self.cleaned_data.get("manager"), self.cleaned_data.get("telephoned_at")
        return Telephoned(manager, at) if manager and at else None

    def without_child(self) -> ChildDecision:
        """The answer for a contact about adults only; who has taken it on stands in its reason."""
        given = self.cleaned_data
        reason = given["reason"]
        if given.get("receiver") and given.get("taken_by"):
            reason = f"{reason} Taken on by {given['taken_by']}, {given['receiver']}."
        return ChildDecision(child=0, outcome=given["outcome"], reason=reason)

    def says(self, *names: str) -> bool:
        """Whether something was said, or is wrong, in one of these fields: they are shown open then."""
        return _says(self, names)


def _says(form: forms.Form, names: Collection[str]) -> bool:
    return any(form[name].errors or form[name].value() for name in names if name in form.fields)


class RowForm(GivenForm):
    """What is different for one child, and a line of its own. Somebody only named has to be answered for.

    ``several``: whether there are other children on the page, so that its details may differ from theirs.
    """

    keeps_no_draft = "kept with the decision it is part of"

    def __init__(
        self,
        *args: Any,
        row: ContactPerson,
        on: date,
        is_manager: bool,
        offered: Offered,
        several: bool = False,
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
                    may_refer=row.pk in offered.referring,
                    may_join=row.pk in offered.joining,
                ),
            ],
            required=named,
            error_messages={"required": f"Say whether this is about {row}", "invalid_choice": NO_LONGER},
        )
        self.fields["line"] = forms.CharField(label=f"More about {row}", max_length=5000, required=False)
        self.own = DETAILS if several else ()
        if several:
            self.fields |= _details(on, empty="As for the others", of=str(row))
        self.ask_about(given, row)

    @property
    def says_more(self) -> bool:
        """Whether one of its own details was said, or is wrong."""
        return _says(self, self.own)

    def decision(self, common: Mapping[str, Any]) -> ChildDecision:
        """The answer: the common one, or what differs."""
        own = self.cleaned_data["outcome"]
        outcome = common["outcome"] if own in ("", "common") else own
        reason = " ".join(part for part in (common["reason"].strip(), self.cleaned_data["line"].strip()) if part)
        more = {name: self.cleaned_data.get(name) or common.get(name) or "" for name in DETAILS}
        return ChildDecision(
            child=self.row.pk,
            outcome=outcome,
            reason=reason,
            level_of_need=more["level_of_need"],
            response_type=more["response_type"],
            primary_need=more["primary_need"],
            detail={"receiver": more["receiver"], "taken_by": more["taken_by"], "contact": more["same_contact"]},
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
