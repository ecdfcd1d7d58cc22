"""The plain page behind the link of a request: what is asked, why, and where to answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from contacts.agencies.information import actions
from contacts.agencies.information.forms import PartnerReplyForm
from contacts.agencies.information.models import InformationRequest
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.links.views import behind, network_body, typed
from frontdoor import audit
from frontdoor.access import Refused
from frontdoor.codelists import lists
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page


@behind(SecureLink.Purpose.INFORMATION)
def reply(request: HttpRequest, link: SecureLink) -> HttpResponse:
    """The question and the answer: kept as typed, sent once. Answered another way, the page has ended."""
    at = timezone.now()
    asked = InformationRequest.objects.select_related("clock").filter(pk=link.row).first()
    if asked is None or asked.state != "open":
        return page(request, "partner/ended.html", status=404)
    links.opened(link=link, at=at)
    saving = "save" in request.POST
    form = PartnerReplyForm(None if saving else posted(request), initial=typed(link))
    told = ""
    if request.method == "POST":
        try:
            links.keep_draft(link=link, body=network_body(request), at=at)
            if saving:
                form = PartnerReplyForm(initial=request.POST.dict())
                told = "Saved. Nothing has been sent yet: come back with the same link."
            elif form.is_valid():
                actions.reply_behind_link(link=link, at=at, **form.cleaned_data)
                return redirect(request.path)
        except Refused as refused:
            audit.refused(request, refused)
            if saving:
                form = PartnerReplyForm(request.POST)
                form.is_valid()
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    basis = lists.label("lawful_basis", asked.lawful_basis)
    return page(
        request, "partner/reply.html", {"link": link, "asked": asked, "form": form, "told": told, "basis": basis}
    )
