"""The plain page behind the link of an outcome message: the outcome, and where to say that one disagrees."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from contacts.agencies.disagreements import actions as disagreements
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.links.views import behind, network_body, typed
from contacts.models import Contact
from frontdoor import audit
from frontdoor.access import Refused
from frontdoor.codelists import lists
from frontdoor.ui.forms import UiForm, posted
from frontdoor.ui.responses import page


class DisagreeForm(UiForm):
    """We disagree, because …"""

    said_by = forms.CharField(label="Your name and role", max_length=200)
    because = forms.CharField(
        label="We disagree, because …", max_length=disagreements.LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say why you disagree"},
    )  # fmt: skip


@behind(SecureLink.Purpose.DISAGREEMENT)
def outcome(request: HttpRequest, link: SecureLink) -> HttpResponse:
    """The outcome in the words for outside, and where to say that one disagrees."""
    at = timezone.now()
    links.opened(link=link, at=at)
    contact = Contact.objects.filter(reference=link.reference, status=Contact.Status.DECIDED).first()
    if contact is None:
        return page(request, "partner/ended.html", status=404)
    form = DisagreeForm(posted(request), initial=typed(link))
    if request.method == "POST":
        try:
            links.keep_draft(link=link, body=network_body(request), at=at)
            if form.is_valid():
                disagreements.disagree_behind_link(link=link, at=at, **form.cleaned_data)
                return redirect(request.path)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    words = lists.label("outcome_outside", contact.outcome_outside)
    return page(request, "partner/outcome.html", {"link": link, "contact": contact, "form": form, "outcome": words})
