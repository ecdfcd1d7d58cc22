"""Sending a web form to a professional, withdrawing it, noting what was written in it, and forgetting those unused."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from contacts import telling
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.webforms.models import WebForm, WebFormRule
from contacts.fields import OF_REFERRER
from contacts.models import Contact
from frontdoor.access import Permission, Refused, require, whole
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.ui.formats import moment


def rule_on(at: datetime) -> WebFormRule:
    """The rule in force at a moment; as shipped where the council has none."""
    found: WebFormRule | None = WebFormRule.objects.in_force(london_date(at)).first()
    return found or WebFormRule()


@transaction.atomic
def send(*, agency: Agency, name: str, role: str, email: str, by: User, at: datetime) -> WebForm:
    """Send a professional of an agency the link to a web form for one contact; it goes to this address alone.

    Raises Refused at the field that cannot stand: nobody named, no work address, or a form to this address stands.
    """
    require(by, Permission.WEB_FORM_SEND)
    # One after another: pressed twice, the second finds the first.
    locked: Agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if not locked.is_active:
        raise Refused("The agency’s access is closed: open it first.", code="closed", field="agency")
    rule = rule_on(at)
    address = email.strip()
    _check(name.strip(), role.strip(), address, rule)
    earlier = WebForm.objects.standing(at).filter(email__iexact=address).first()
    if earlier is not None:
        raise Refused(
            f"A web form sent to this address stands until {moment(earlier.expires_at)}. Withdraw it first if they"
            " cannot find it.",
            code="sent_already", field="email",
        )  # fmt: skip
    made = WebForm.objects.create(
        agency=locked, name=name.strip(), role=role.strip(), email=address, sent_at=at, sent_by=by,
        expires_at=at + timedelta(hours=rule.hours),
    )  # fmt: skip
    telling.put(telling.About.WEB_FORM, at=at, row=made.pk)
    write_audit("link.web_form_sent", by=by, agency=locked, detail={"web_form": made.pk})
    return made


def _check(name: str, role: str, email: str, rule: WebFormRule) -> None:
    for field, given, called in (
        ("name", name, "Their name"), ("role", role, "Their job"), ("email", email, "Their work e-mail address"),
    ):  # fmt: skip
        if not given:
            raise Refused(f"Enter t{called[1:]}.", code="required", field=field)
        whole(given, OF_REFERRER[field].longest, called=called, field=field)
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("Enter an e-mail address such as name@example.org.", code="email", field="email") from None
    if rule.is_private(email):
        raise Refused(
            "This is a private mailbox. Ask for their work address; if they have none, record the contact yourself.",
            code="private", field="email",
        )  # fmt: skip


@transaction.atomic
def withdraw(*, web_form: WebForm, by: User, at: datetime) -> WebForm:
    """Take a web form back: from now on its link opens nothing."""
    require(by, Permission.WEB_FORM_SEND)
    locked = lock(web_form.pk)
    if locked.contact_id is not None:
        raise Refused("The form has been sent already.", code="submitted")
    if locked.withdrawn_at is None:
        for link in SecureLink.objects.given_out().filter(purpose=SecureLink.Purpose.CONTACT, row=locked.pk):
            links.revoke(link=link, by=by, at=at)
        locked.withdrawn_at, locked.withdrawn_by = at, by
        locked.save()
        write_audit("link.web_form_withdrawn", by=by, agency=locked.agency, detail={"web_form": locked.pk})
    return locked


def lock(key: int) -> WebForm:
    """The form, locked. Whoever locks its link as well locks this first."""
    found: WebForm = WebForm.objects.select_for_update(of=("self",)).select_related("agency").get(pk=key)
    return found


def became(*, web_form: WebForm, link: SecureLink, contact: Contact, at: datetime) -> None:
    """Note what was written in it, use its link up, and tell the writer by e-mail; in the transaction of the contact.

    Raises Refused when it was sent before, or has ended meanwhile.
    """
    links.use(link=link, became=contact.reference, at=at)
    WebForm.objects.filter(pk=web_form.pk).update(contact=contact)
    telling.put(telling.About.RECEIVED, at=at, contact=contact.reference)


def forget_ended(at: datetime) -> int:
    """Forget whom forms were sent to that ended unused so long ago as the rule says; returns how many. Safe twice.

    One that became a contact keeps it, as the contact does.
    """
    unused = WebForm.objects.filter(
        contact=None, forgotten_at=None, expires_at__lt=at - timedelta(days=rule_on(at).kept_days)
    )
    gone = list(unused.values_list("pk", flat=True))
    if gone:
        SecureLink.objects.filter(purpose=SecureLink.Purpose.CONTACT, row__in=gone).update(given_to="forgotten")
        unused.filter(pk__in=gone).update(name="", role="", email="", forgotten_at=at)
    return len(gone)
