"""The forms of requests for information: asking, answering by hand, a reason, and the form behind the link."""

from typing import Any

from django import forms

from contacts.agencies.information.models import InformationRequest
from contacts.recording.forms import codes
from contacts.screening.forms import ActForm
from frontdoor.accounts.models import Agency
from frontdoor.db import by_name
from frontdoor.ui.forms import Radios, UiForm, long_text

Sensitivity = InformationRequest.Sensitivity


def agencies() -> list[tuple[str, str]]:
    """The agencies at work with us."""
    rows = Agency.objects.filter(is_active=True).order_by(*by_name("name"))
    return [("", "No agency of ours, or by telephone"), *[(row.code, row.name) for row in rows]]


class AskForm(ActForm):
    """Something asked of an agency or a person. ``others``: how many more contacts are screened with this one."""

    called = "Ask for information"

    agency = forms.ChoiceField(
        label="Which agency?",
        required=False,
        choices=agencies,
        help_text="Its own system shows the request, and may answer",
    )
    asked_of = forms.CharField(
        label="Who is asked?",
        required=False,
        max_length=150,
        help_text="For example, the health visitor, or the school’s lead. Leave it empty to ask the agency itself",
    )
    asked_email = forms.EmailField(
        label="Their e-mail address",
        required=False,
        max_length=254,
        help_text="They get a link to a form. The message itself says nothing about any child",
        error_messages={"invalid": "Enter a whole e-mail address, like name@school.example"},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    question = long_text(
        "What do you ask?",
        "Anybody with the link can read this. Say no more about the family than they need to answer",
        longest=4000,
        missing="Enter what you ask",
    )
    why = long_text("Why is it needed?", longest=2000, rows=2, missing="Enter why it is needed")
    lawful_basis = forms.ChoiceField(label="Lawful basis", choices=codes("lawful_basis"))
    without_agreement_reason = long_text(
        "Why should this go ahead without the family’s agreement?",
        "Needed unless the family agreed or this is child protection. It is sent once a manager has agreed",
        longest=2000,
        rows=2,
        required=False,
    )
    for_all = forms.BooleanField(label="For all contacts screened with this one", required=False)

    def __init__(self, *args: Any, others: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not others:
            del self.fields["for_all"]

    def clean_agency(self) -> Agency | None:
        """The agency itself."""
        return Agency.objects.filter(code=self.cleaned_data["agency"]).first() if self.cleaned_data["agency"] else None

    def clean(self) -> dict[str, Any]:
        """Somebody has to be asked."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("agency") and not cleaned.get("asked_of", "").strip():
            self.add_error("asked_of", "Say who you are asking, or choose an agency")
        return cleaned


def _sensitivity() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Who may read the answer?",
        choices=[
            (Sensitivity.ORDINARY, "Everybody who works on this"),
            (Sensitivity.SENSITIVE, "Only those who screen contacts"),
            (Sensitivity.RESTRICTED, "Only the person who asked, and managers"),
        ],
        initial=Sensitivity.ORDINARY,
        widget=Radios,
        help_text="For example, details of an adult’s health. Others see that there is an answer, but not what it says",
        error_messages={"required": "Choose who may read the answer"},
    )


class ReplyForm(ActForm):
    """What they answered, kept by hand."""

    called = "Record an answer"

    reply = long_text("What did they answer?", longest=20_000, rows=4, missing="Enter what they answered")
    said_by = forms.CharField(label="Who gave the answer?", required=False, max_length=200, help_text="Name and role")
    sensitivity = _sensitivity()


#: What a reason is given for, in the list of drafts.
CALLED = {"agree": "Agree to a request for information", "withdraw": "Withdraw a request for information"}


class ReasonForm(ActForm):
    """Why a manager agrees, or why something is taken back."""

    called = "A request for information"

    reason = long_text("Why?", longest=2000, rows=2, missing="Say why")


class PartnerReplyForm(UiForm):
    """The answer behind the link."""

    keeps_no_draft = "kept behind the link it was opened with"

    said_by = forms.CharField(
        label="Your name and role", max_length=200, error_messages={"required": "Enter your name and role"}
    )
    reply = long_text("Your answer", longest=20_000, rows=8, missing="Write your answer")
    sensitivity = _sensitivity()
