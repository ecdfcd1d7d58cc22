"""The reply to a request for information: writing it, and approving it."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts.models import Contact
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.ui.responses import page
from referrals import replying
from referrals.owed_forms import ApproveReplyForm, ReplyForm
from referrals.views import deciding


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CONTACT_SCREEN)
def reply(request: StaffRequest, reference: str) -> HttpResponse:
    """What is told to whoever asked, who approved it, and what was written before."""
    contact = deciding.shown(request, reference, is_read=True)
    standing = replying.standing(contact)
    approving = "approve" in request.POST
    form = acting.form(request, ReplyForm, record=contact, is_sent=not approving)
    yes = acting.form(request, ApproveReplyForm, record=contact, is_sent=approving, reply=standing)
    to = reverse("referrals:reply", args=[contact.reference])
    done = acting.carry_out(
        request, form, lambda given, at: replying.write_reply(contact=contact, by=request.user, at=at, **given),
        said="Written. A manager other than you approves it.", to=to,
    ) or acting.carry_out(
        request, yes, lambda given, at: replying.approve_reply(contact=contact, by=request.user, at=at, **given),
        said="Approved.", to=to,
    )  # fmt: skip
    return done or page(
        request,
        "referrals/reply.html",
        {
            "contact": contact, "replies": contact.replies.select_related("written_by", "approved_by").order_by("-pk"),
            "may_write": contact.status != Contact.Status.DECIDED, "form": form, "yes": yes,
            "may_approve": standing is not None and replying.may_approve(standing, request.user),
            "label": lists.label,
        },
    )  # fmt: skip
