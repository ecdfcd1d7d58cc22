"""Messages to professionals: each names a reference and a link, never a child, a family or what was said."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from contacts.agencies.disagreements.models import Disagreement
from contacts.agencies.information.models import InformationRequest
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.webforms.actions import lock
from contacts.models import Contact
from contacts.telling import KIND, About, put
from frontdoor.accounts.models import system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.notifications import outbox
from frontdoor.ui.formats import moment

FOOT = (
    "This message contains no information about any child. Do not reply with personal details.\n"
    "If a child is in danger now, ring 999."
)


def _send(to: str, subject: str, lines: list[str]) -> None:
    text = "\n\n".join([*lines, FOOT])
    EmailMessage(subject, f"{text}\n\n{settings.COUNCIL_NAME}\n", settings.DEFAULT_FROM_EMAIL, [to]).send()


def _link(
    purpose: str,
    *,
    given_to: str,
    reference: str,
    at: datetime,
    row: int | None,
    agency: Any,
    until: datetime | None = None,
) -> str:
    """A new link; an earlier one for the same thing opens nothing any more."""
    by = system_user()
    for earlier in SecureLink.objects.given_out().filter(purpose=purpose, reference=reference, row=row):
        earlier.revoked_at, earlier.revoked_by = at, by
        earlier.save()
    found, token = links.issue(
        purpose=purpose, given_to=given_to, by=by, at=at, agency=agency, reference=reference, row=row, until=until
    )
    return links.address(found, token)


def _outcome(payload: dict[str, Any], at: datetime) -> None:
    """A professional who told us hears that it is decided; the outcome itself stands behind the link."""
    contact = Contact.objects.select_related("agency").get(reference=payload["contact"])
    if contact.status != Contact.Status.DECIDED or not contact.is_professional or not contact.referrer_email:
        return
    if contact.decided_at is None or contact.decided_at.isoformat() != payload["decided_at"]:
        return
    given_to = contact.referrer_role or contact.referrer_organisation or "the referrer"
    address = _link(
        SecureLink.Purpose.DISAGREEMENT, given_to=given_to, reference=contact.reference, at=at, row=None,
        agency=contact.agency,
    )  # fmt: skip
    _send(
        contact.referrer_email,
        f"Outcome of {contact.reference}",
        [
            f"The information you sent us under the reference {contact.reference} has been decided.",
            f"You can see the outcome here. If you disagree, you can tell us there, once: {address}",
        ],
    )
    _note(contact, "outcome")


def _acknowledged(payload: dict[str, Any], at: datetime) -> None:
    """What they told us has been received, by a person."""
    contact = Contact.objects.get(reference=payload["contact"])
    if contact.acknowledged_at is None:
        return
    _send(
        contact.referrer_email,
        f"Received: {contact.reference}",
        [
            f"A member of our team has received your contact, reference {contact.reference}.",
            "We will tell you the outcome. If anything changes, ring us and quote the reference.",
        ],
    )
    _note(contact, "acknowledged")


def _note(contact: Contact, what: str) -> None:
    """Keep that the referrer was told, and of what."""
    write_audit("contact.referrer_told", by=system_user(), reference=contact.reference, detail={"what": what})


def _disagreement(payload: dict[str, Any], at: datetime) -> None:
    found = Disagreement.objects.select_related("contact").get(pk=payload["row"])
    if not found.contact.is_professional or not found.contact.referrer_email:
        return
    what = {
        "upheld": "Another manager has reviewed the decision and it stands.",
        "changed": "Another manager has reviewed the decision and it will be made again. We will tell you the outcome.",
    }[found.answer]
    _send(
        found.contact.referrer_email,
        f"Your disagreement: {found.contact.reference}",
        [
            f"You disagreed with the outcome of {found.contact.reference}.",
            what,
            "Ring us if you want to talk about it.",
        ],
    )
    _note(found.contact, "disagreement")


def put_request(request: InformationRequest, *, at: datetime, is_reminder: bool = False) -> None:
    """In the transaction in which a request leaves or is chased: whoever is asked by e-mail gets the link."""
    if request.asked_email:
        put(About.REMINDER if is_reminder else About.REQUEST, at=at, row=request.pk)


def _request(payload: dict[str, Any], at: datetime) -> None:
    """What is asked stands behind the link alone. An earlier link goes on: somebody may be typing behind it."""
    asked = InformationRequest.objects.select_related("contact", "agency", "clock").get(pk=payload["row"])
    if asked.state != "open" or asked.deadline is None:
        return
    purpose = SecureLink.Purpose.INFORMATION
    earlier = SecureLink.objects.given_out().filter(purpose=purpose, row=asked.pk).order_by("-pk").first()
    made, token = links.issue(
        purpose=purpose, given_to=asked.asked_of, by=system_user(), at=at, agency=asked.agency,
        reference=asked.contact.reference, row=asked.pk,
    )  # fmt: skip
    if earlier is not None and earlier.body:
        links.keep_draft(link=made, body=bytes(earlier.body), at=at)
    again = payload["about"] == About.REMINDER
    _send(
        asked.asked_email,
        f"{'Reminder: information' if again else 'Information'} asked for, {asked.code}",
        [
            f"We {'still need' if again else 'ask you for'} information, under the reference {asked.code}.",
            f"It is needed by {moment(asked.deadline)}.",
            f"To see what we need and why, and to answer, open this link: {links.address(made, token)}",
        ],
    )


def _web_form(payload: dict[str, Any], at: datetime) -> None:
    """The link to a web form, to the address it was asked for and no other; none once it was withdrawn or is over."""
    form = lock(payload["row"])
    if form.withdrawn_at is not None or form.contact_id is not None or form.expires_at <= at:
        return
    address = _link(
        SecureLink.Purpose.CONTACT, given_to=form.name, reference="", at=at, row=form.pk, agency=form.agency,
        until=form.expires_at,
    )  # fmt: skip
    _send(
        form.email,
        "A form for telling us what worries you",
        [
            f"{form.name}, here is the form you were promised: {address}",
            f"It is for you alone, for one contact, until {moment(form.expires_at)}. Do not pass it on.",
            "If you do not know why you were sent it, leave it unopened and ring us.",
        ],
    )


def _received(payload: dict[str, Any], at: datetime) -> None:
    """What was written in a web form has reached us; nobody has read it yet."""
    contact = Contact.objects.get(reference=payload["contact"])
    _send(
        contact.referrer_email,
        f"Your web form: {contact.reference}",
        [
            f"Your web form has reached us under the reference {contact.reference}.",
            "A person reads it within one working day, and we tell you when. If anything changes, ring us and quote the"
            " reference.",
        ],
    )
    _note(contact, "received")


WHAT = {
    About.REQUEST: _request,
    About.REMINDER: _request,
    About.ACKNOWLEDGED: _acknowledged,
    About.OUTCOME: _outcome,
    About.DISAGREEMENT: _disagreement,
    About.WEB_FORM: _web_form,
    About.RECEIVED: _received,
}


@outbox.handler(KIND)
def send(payload: dict[str, Any], at: datetime) -> None:
    """Send one message. Run twice it sends twice, and only the newest link opens."""
    WHAT[About(payload["about"])](payload, at)
