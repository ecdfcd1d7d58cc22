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
from referrals import holding, sending
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
DETAILS = ("response_type", "primary_need", "level_of_need", "receiver", "told", "same_contact")
#: What one of several children may have of its own: all of that, and when the other side was told.
OF_EACH = ("response_type", "primary_need", "level_of_need", "receiver", "told", "told_at", "same_contact")

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
    for name in ("outcome", *DETAILS, "told_at"):
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


def start_from_proposed(contact: Contact) -> dict[str, str]:
    """What to start from where no child is on the contact: a proposal about adults only that came back."""
    if not contact.outcome:
        return {}
    before = sending.proposed(contact)
    return {"outcome": before.outcome, "reason": before.reason, **before.detail}


def _before(row: ContactPerson, known: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The level of need told of a child, and the answers of a proposal that came back or was taken up again."""
    before = {"level_of_need": row.level_of_need or row.contact.level_by_screening or row.contact.level_by_agency}
    if row.outcome and row.decided_at is None:
        detail = row.outcome_detail
        before |= {
            "outcome": row.outcome,
            "reason": row.outcome_reason,
            "receiver": detail.get("receiver", ""),
            "told": detail.get("told") or detail.get("taken_by", ""),
            "told_at": "" if row.outcome in NOT_ABOUT else detail.get("told_at", ""),
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
        "told": forms.CharField(
            label=f"Who there was told about {of}?" if of else "Who there was told?",
            help_text="" if of else "A name. It stays on the list of what was sent until somebody there has taken it.",
            max_length=150,
            required=False,
        ),
        "same_contact": forms.CharField(
            label=f"Same incident{whose}: reference of the other contact", max_length=12, required=False
        ),
    }


def usual_for(contacts: Sequence[Contact]) -> dict[str, str]:
    """By outcome the words of the kinds among these contacts that usually go there."""
    found: dict[str, list[str]] = {}
    for contact in contacts:
        kinds = found.setdefault(contact.type.default_route, [])
        if contact.type.label not in kinds:
            kinds.append(contact.type.label)
    return {route: "; ".join(kinds) for route, kinds in found.items()}


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
        choices = outcomes(
            on,
            is_manager=is_manager,
            may_refer=bool(offered.referring),
            may_join=bool(offered.joining),
            has_child=offered.has_child,
        )
        self.usual = usual_for(contacts)
        self.fields["outcome"] = forms.ChoiceField(
            label="What is the outcome?",
            # Where such a contact usually goes stands first; nothing is chosen, and each keeps its key.
            choices=sorted(choices, key=lambda choice: choice[0] not in self.usual),
            error_messages={"required": "Choose the outcome", "invalid_choice": NO_LONGER},
        )
        asked = _details(on, empty="")
        for name in DETAILS if offered.has_child else ("receiver", "told"):
            self.fields[name] = asked[name]
        self.fields["told_at"] = DateTimeField(
            label="When were they told? Needed for another authority", required=False, latest="now"
        )
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
        """A referral says how it is answered, what is passed on who was told, the same incident which contact.

        A call has a manager and a time, or neither.
        """
        cleaned = super().clean()
        needs = self.attributes.get(cleaned.get("outcome") or "", {})
        if needs.get("opens") and not cleaned.get("response_type"):
            self.add_error("response_type", "Choose the response to the referrals")
        if needs.get("needs_receiver"):
            for name, asked in (("receiver", "Enter the service or authority"), ("told", "Enter who there was told")):
                if not cleaned.get(name):
                    self.add_error(name, asked)
        if needs.get("needs_when") and not cleaned.get("told_at") and "told_at" not in self.errors:
            self.add_error("told_at", "Enter when they were told")
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
        """The answer for a contact about adults only."""
        given = self.cleaned_data
        return ChildDecision(
            child=0, outcome=given["outcome"], reason=given["reason"],
            detail={name: given.get(name) or "" for name in ("receiver", "told")} | told_at(given),
        )  # fmt: skip

    def says(self, *names: str) -> bool:
        """Whether something was said, or is wrong, in one of these fields: they are shown open then."""
        return _says(self, names)


def told_at(given: Mapping[str, Any]) -> dict[str, str]:
    """When the other side was told, as a decision keeps it; nothing where nobody said."""
    moment = given.get("told_at")
    return {"told_at": moment.isoformat()} if moment else {}


def _says(form: forms.Form, names: Collection[str]) -> bool:
    return any(form[name].errors or _is_said(form[name].value()) for name in names if name in form.fields)


def _is_said(value: Any) -> bool:
    """Whether something stands in a field; one of several boxes is said when anything stands in one of them."""
    return any(value) if isinstance(value, list) else bool(value)


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
        self.own = OF_EACH if several else ()
        if several:
            self.fields |= _details(on, empty="As for the others", of=str(row))
            self.fields["told_at"] = DateTimeField(
                label=f"When were they told about {row}, if not with the others?", required=False, latest="now"
            )
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
            detail={
                "receiver": more["receiver"],
                "told": more["told"],
                "contact": more["same_contact"],
                **(told_at(self.cleaned_data) or told_at(common)),
            },
        )


class BulkForm(UiForm):
    """What contacts closed in bulk have in common."""

    called = "Close contacts in bulk"

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(bulk_outcomes(on))
        self.attributes = outcome_attributes(on)
        self.fields["outcome"] = forms.ChoiceField(
            label="How are they being closed?",
            choices=[choice for choice in coded("contact_outcome", on) if choice[0] in allowed],
            widget=Radios(),
            error_messages={"required": "Choose how they are being closed"},
        )
        if any(self.attributes[code].get("needs_level") for code in allowed):
            self.fields["level"] = forms.ChoiceField(
                label="Level of need of every child on them, where the outcome needs one",
                choices=coded("level_of_need", on, "Choose"),
                required=False,
            )
        self.fields["reason"] = long_text("What is the reason for all of them?")
        self.fields["reason"].error_messages["required"] = "Give the reason for all of them"

    def clean(self) -> dict[str, Any]:
        """An outcome that needs a level of need has one; with any other, none is kept."""
        cleaned = super().clean()
        if not self.attributes.get(cleaned.get("outcome") or "", {}).get("needs_level"):
            cleaned["level"] = ""
        elif not cleaned.get("level") and "level" not in self.errors:
            self.add_error("level", "Choose the level of need: it says whether this outcome fits")
        return cleaned


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
