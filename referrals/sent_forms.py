"""The other side's answer to what was sent."""

from django import forms

from frontdoor.ui.dates import DateTimeField
from frontdoor.ui.forms import UiForm, long_text


class TakenForm(UiForm):
    """Who there has taken it, when, and how we know."""

    called = "What was sent has been taken"
    who_took_it = forms.CharField(label="Who there has taken it?", help_text="A name", max_length=150)
    taken_at = DateTimeField(label="When did they take it?", latest="now")
    how_we_know = forms.CharField(label="How do you know?", help_text="A call, an e-mail, a letter", max_length=250)


class PutRightForm(UiForm):
    """It was wrong that it was taken."""

    called = "What was sent has not been taken after all"
    reason = long_text("What was wrong?", rows=2)
