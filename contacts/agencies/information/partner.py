"""The plain page behind the link of a request: what is asked, why, and where to answer."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.agencies.information import actions
from contacts.agencies.information.forms import PartnerReplyForm
from contacts.agencies.information.models import InformationRequest
from contacts.agencies.information.readers import for_outside
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.links.views import behind, carry_out, is_saving, opened_form
from frontdoor.codelists import lists
from frontdoor.ui.responses import page


@behind(SecureLink.Purpose.INFORMATION)
def reply(request: HttpRequest, link: SecureLink) -> HttpResponse:
    """The question and the answer: kept as typed, sent once. Answered another way, the page has ended."""
    asked = InformationRequest.objects.select_related("clock", "contact").filter(pk=link.row).first()
    if asked is None or asked.state != "open":
        return page(request, "partner/ended.html", status=404)
    links.opened(link=link, at=timezone.now())
    form = opened_form(request, PartnerReplyForm, link)
    done = carry_out(request, link, form, lambda given, at: actions.reply_behind_link(link=link, at=at, **given))
    if done is not None:
        return done
    is_saved = is_saving(request) and not form.errors
    told = "Saved. Nothing has been sent yet: come back with the same link." if is_saved else ""
    basis = lists.label("lawful_basis", asked.lawful_basis)
    said = for_outside([asked])[asked.pk]
    return page(
        request,
        "partner/reply.html",
        {"link": link, "asked": asked, "said": said, "form": form, "told": told, "basis": basis},
    )
