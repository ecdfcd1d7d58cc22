"""The form of an acknowledgement to somebody who is no professional."""

from django import forms

from contacts.models import Acknowledgement
from frontdoor.ui.dates import DateTimeField
from frontdoor.ui.forms import Radios, VersionForm, long_text


class ToldForm(VersionForm):
    """Who was told, how, when, and in which words."""

    called = "Record an acknowledgement"

    whom = forms.ChoiceField(label="Who was told?", choices=Acknowledgement.Whom.choices, widget=Radios)
    name = forms.CharField(label="Name, or who they are to the child", max_length=200, required=False)
    how = forms.ChoiceField(label="How were they told?", choices=Acknowledgement.How.choices, widget=Radios)
    told_at = DateTimeField(label="When were they told?", latest="now")
    said = long_text(
        "What was said?",
        "That we have received it, and whom to ring. Not the outcome: that goes to professionals only",
        longest=1000,
    )
