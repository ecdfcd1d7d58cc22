"""The forms of what is kept of an unaccompanied child, and of an age assessment."""

from typing import Any

from django import forms

from frontdoor.access import Permission
from frontdoor.ui.dates import DateField, DateTimeField
from frontdoor.ui.forms import ButtonForm, VersionForm, long_text
from referrals.forms import WorkerChoice, staff
from referrals.unaccompanied.actions import FACTS
from referrals.unaccompanied.models import Unaccompanied


def _line(label: str, longest: int, hint: str = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, help_text=hint, required=required)


class BeginRecordForm(ButtonForm):
    """Begin what is kept of an unaccompanied child."""

    called = "Begin what is kept of an unaccompanied child"


class FactsForm(VersionForm):
    """What has been done for the child."""

    called = "What has been done for an unaccompanied child"
    section_20_on = DateField(label="Accommodated under section 20 since", latest="today", required=False)
    accommodation = _line("Where does the child live?", 200)
    solicitor = _line("Solicitor", 200)
    gp = _line("GP", 150)
    health_assessed_on = DateField(label="When was the initial health assessment?", latest="today", required=False)
    missing_plan = long_text(
        "What is the plan if the child goes missing?",
        "Who is told, telephone numbers, what the police are given", required=False,
    )  # fmt: skip
    trafficking_referred_on = DateField(
        label="When was the child referred to the national referral mechanism?", latest="today", required=False
    )
    trafficking_referred_by = _line("Who referred the child?", 150)
    trafficking_decision = forms.ChoiceField(
        label="What was decided there?", required=False,
        choices=[("", "Not referred, or not known"), *Unaccompanied.Trafficking.choices],
    )  # fmt: skip
    trafficking_decided_on = DateField(label="When was that decided?", latest="today", required=False)

    def settle(self, record: Any) -> None:
        """What is kept so far stands in the form."""
        for name in FACTS if record is not None else ():
            self.initial.setdefault(name, getattr(record, name))


class ReferForm(VersionForm):
    """Referred to the scheme."""

    called = "Referred to the transfer scheme"
    referred_on = DateField(label="When was the child referred to the national transfer scheme?", latest="today")
    scheme_reference = _line("Reference of the scheme", 50)


class AcceptForm(VersionForm):
    """Another authority accepts."""

    called = "Accepted by another authority"
    authority = _line("Which authority has accepted the child?", 100, required=True)
    accepted_on = DateField(label="When?", latest="today")


class TransferForm(VersionForm):
    """The child has moved."""

    called = "An unaccompanied child has moved"
    transferred_on = DateField(label="When did the child move there?", latest="today")


class StayForm(VersionForm):
    """The child is not transferred."""

    called = "An unaccompanied child stays with us"
    reason = long_text("Why is the child not transferred?")


class PutRightForm(VersionForm):
    """What was recorded was wrong."""

    called = "Put right what was recorded of the transfer scheme"
    reason = long_text("What was wrong?")


class _Assessors(VersionForm):
    """Who assess."""

    called = "Who assess a young person’s age"
    first_assessor = WorkerChoice(
        label="Who assesses?", queryset=None, empty_label="Choose", help_text="One of the two is a social worker"
    )
    second_assessor = WorkerChoice(label="Who assesses with them?", queryset=None, empty_label="Choose")

    def settle(self, record: Any) -> None:
        """Whoever works on referrals today."""
        self.choose_from("first_assessor", staff(Permission.REFERRAL_WORK))
        self.choose_from("second_assessor", staff(Permission.REFERRAL_WORK))


class BeginAgeForm(_Assessors):
    """Begin an age assessment."""

    called = "Begin an age assessment"
    claimed_on = DateField(label="Which date of birth does the young person give?", latest="today", required=False)
    claimed = _line("What else is said of it?", 200, "For example, “born in spring 2009”; papers seen")
    disputed_by = _line(
        "Who disputes it?", 150, "For example, the Home Office, the police, we ourselves", required=True
    )
    dispute = long_text("Why is it disputed?")


class AssessorsForm(_Assessors):
    """Other assessors."""

    called = "Change the assessors of an age assessment"
    reason = long_text("Why do they change?", rows=2)


class TellForm(VersionForm):
    """What the young person was told before anything is decided."""

    called = "What a young person was told of their age assessment"
    told_at = DateTimeField(label="When was the young person told?", latest="now")
    minded_to = long_text("What are the assessors minded to decide, and why?", rows=5)
    answer = long_text("What did the young person answer?", rows=5)
    appropriate_adult = _line("Who was the appropriate adult?", 150, required=True)
    interpreter = _line("Who interpreted?", 150, "Or that none was needed, and why", required=True)


class AgainForm(VersionForm):
    """It is taken up again."""

    called = "Take an age assessment up again"
    reason = long_text("What is to be looked into?")


class DecideForm(VersionForm):
    """A manager decides."""

    called = "Decide an age assessment"
    day = forms.IntegerField(
        label="Day of birth", min_value=1, max_value=31, required=False,
        help_text="Leave it empty when nobody knows: returns are given the 15th",
    )  # fmt: skip
    month = forms.IntegerField(label="Month of birth", min_value=1, max_value=12)
    year = forms.IntegerField(label="Year of birth", min_value=1900, max_value=2200)
    reasons = long_text("What are the reasons?", rows=6)


class WithdrawForm(VersionForm):
    """A manager ends it without a decision."""

    called = "Withdraw an age assessment"
    reason = long_text("Why is it withdrawn?")
