"""The plain page behind the link of an outcome message: the outcome, and where to say that one disagrees."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.agencies.disagreements import actions as disagreements
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.links.views import behind, carry_out, opened_form
from contacts.models import Contact
from frontdoor.codelists import lists
from frontdoor.ui.forms import UiForm, why
from frontdoor.ui.responses import page


class DisagreeForm(UiForm):
    """We disagree, because …"""

    keeps_no_draft = "kept behind the link it was opened with"

    said_by = forms.CharField(label="Your name and role", max_length=200)
    because = why("We disagree, because …", "Say why you disagree", longest=disagreements.LONGEST, rows=6)


@behind(SecureLink.Purpose.DISAGREEMENT)
def outcome(request: HttpRequest, link: SecureLink) -> HttpResponse:
    """The outcome in the words for outside, and where to say that one disagrees."""
    links.opened(link=link, at=timezone.now())
    contact = Contact.objects.filter(reference=link.reference, status=Contact.Status.DECIDED).first()
    if contact is None:
        return page(request, "partner/ended.html", status=404)
    form = opened_form(request, DisagreeForm, link)
    done = carry_out(
        request, link, form, lambda given, at: disagreements.disagree_behind_link(link=link, at=at, **given)
    )
    if done is not None:
        return done
    words = lists.label("outcome_outside", contact.outcome_outside)
    return page(request, "partner/outcome.html", {"link": link, "contact": contact, "form": form, "outcome": words})
