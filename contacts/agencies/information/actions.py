"""Asking for information, a manager's yes where the family has not agreed, the answer, chasing, taking back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q

from contacts.agencies import mail
from contacts.agencies.information.models import ORDINARY, InformationRequest
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.models import Contact
from contacts.screening.actions import CLAIM_FOR
from contacts.screening.readers import together
from frontdoor.access import Permission, Refused, holds, require, whole
from frontdoor.accounts.models import Agency, User, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.notifications.actions import duty_managers, notify, one_by_one
from frontdoor.workflow.actions import lock, move

#: How often a request is chased without anybody asking for it.
MOST_CHASES = 3
LONGEST_REPLY = 20_000
LONGEST_NAME, LONGEST_ASKED = 200, 150
#: Hours to answer where the rules of the day have no row for it.
ANSWER_HOURS = {"red": 2, "amber": 6}
USUAL_HOURS = 24


def rule_of(grade: str) -> str:
    """The local rule of the time there is to answer, by the contact's grade."""
    return f"information_request_{grade if grade in ANSWER_HOURS else 'green'}"


@transaction.atomic
def ask_information(
    *,
    contact: Contact,
    by: User,
    at: datetime,
    asked_of: str,
    question: str,
    why: str,
    lawful_basis: str,
    without_agreement_reason: str = "",
    agency: Agency | None = None,
    asked_email: str = "",
    for_all: bool = False,
    version: int | None = None,
) -> InformationRequest:
    """Ask an agency or a person; the contact waits, its clocks do not.

    Without the family's agreement, child protection apart, a manager's reason comes before it leaves: of whoever asks
    when that is a manager, otherwise it is kept and waits for a manager's yes. ``for_all``: for every contact of the
    bundle that ``by`` may see.
    """
    require(by, Permission.CONTACT_SCREEN)
    asked_of = asked_of.strip() or (agency.name if agency is not None else "")
    if not asked_of:
        raise Refused("Say who you are asking, or choose an agency.", code="required", field="asked_of")
    whole(asked_of, LONGEST_ASKED, called="Who you are asking", field="asked_of")
    if agency is not None and not agency.is_active:
        raise Refused("This agency no longer works with us.", code="agency", field="agency")
    if asked_email:
        try:
            validate_email(asked_email)
        except ValidationError:
            raise Refused(
                "Enter a whole e-mail address, like name@school.example.", code="email", field="asked_email"
            ) from None
    members = _locked(together(contact, by) if for_all else [contact], contact, version)
    contact = next(member for member in members if member.pk == contact.pk)
    needs_yes = any(_needs_yes(member) for member in members)
    if needs_yes and not without_agreement_reason.strip():
        raise Refused(
            "The family has not agreed: say why the check goes ahead without agreement. A manager has to agree.",
            code="agreement",
            field="without_agreement_reason",
        )
    request = InformationRequest(
        contact=contact,
        agency=agency,
        asked_of=asked_of,
        asked_email=asked_email,
        question=question,
        why=why,
        lawful_basis=lawful_basis,
        without_agreement_reason=without_agreement_reason if needs_yes else "",
        asked_at=at,
        asked_by=by,
    )
    held = needs_yes and not holds(by, Permission.CONTACT_DECIDE_ANY)
    if needs_yes and not held:
        request.approved_at, request.approved_by = at, by
    request.save()
    request.also_about.set([member for member in members if member.pk != contact.pk])
    write_audit(
        "contact.information_asked",
        by=by,
        reference=contact.reference,
        reason=request.without_agreement_reason,
        detail={"request": request.code},
    )
    if held:
        _tell(
            [manager for manager in duty_managers(at) if manager != by],
            request,
            f"A check without agreement waits for a manager on {contact.reference}",
        )
    else:
        _leave(request, by=by, at=at)
    for member in members:
        if member.status == Contact.Status.IN_SCREENING:
            move(member, "wait", by=by, at=at, reason="Information has been asked for.")
    return request


def _locked(contacts: Sequence[Contact], first: Contact, version: int | None) -> list[Contact]:
    """Each locked, in one order for everybody."""
    return [
        lock(each, version=version if each.pk == first.pk else None) for each in sorted(contacts, key=lambda c: c.pk)
    ]


def _needs_yes(contact: Contact) -> bool:
    if contact.grade == "red" or contact.child_protection_marked:
        return False
    return not all(family.agreement in ("given", "not_required") for family in contact.families.all())


def _tell(people: Sequence[User], request: InformationRequest, text: str, once_key: str = "") -> None:
    """Tell those of them who may see the contact: a record hidden from somebody is not named to them."""
    reference = request.contact.reference
    notify(
        [user for user in people if _sees(user, request)],
        kind="information",
        text=text,
        reference=reference,
        path=f"/contacts/{reference}/",
        once_key=once_key,
    )


def _sees(user: User, request: InformationRequest) -> bool:
    return bool(InformationRequest.objects.visible_to(user).filter(pk=request.pk).exists())


def _lock_request(request: InformationRequest) -> InformationRequest:
    found: InformationRequest = InformationRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    return found


def _leave(request: InformationRequest, *, by: User, at: datetime) -> None:
    """It leaves: its clock starts by the grade, and the message goes out where there is an address."""
    contact = request.contact
    clock = clocks.start(
        rule_of(contact.grade),
        reference=contact.reference,
        started_at=at,
        by=by,
        worker=request.asked_by,
        agency=request.agency,
        label=request.clock_label,
    )
    hours = ANSWER_HOURS.get(contact.grade, USUAL_HOURS)
    request.sent_at, request.clock = at, clock
    request.due_at = clock.due_at if clock is not None else at + timedelta(hours=hours)
    request.save()
    mail.put_request(request, at=at)


@transaction.atomic
def approve(*, request: InformationRequest, by: User, at: datetime, reason: str) -> InformationRequest:
    """A manager's yes to a check without agreement, with the reason; only then it leaves."""
    require(by, Permission.CONTACT_DECIDE_ANY)
    contact = lock(request.contact)
    locked = _lock_request(request)
    if locked.state != "waiting":
        raise Refused("It is no longer waiting for a manager.", code="not_waiting")
    if contact.status == Contact.Status.DECIDED:
        raise Refused("The contact has been decided: nothing more can be asked.", code="wrong_status")
    if not reason.strip():
        raise Refused("Say why it goes ahead without agreement.", code="required", field="reason")
    locked.without_agreement_reason, locked.approved_at, locked.approved_by = reason, at, by
    write_audit(
        "contact.information_approved", by=by, reference=contact.reference, reason=reason,
        detail={"request": locked.code},
    )  # fmt: skip
    _leave(locked, by=by, at=at)
    if locked.asked_by != by:
        _tell([locked.asked_by], locked, f"A manager has agreed: the check on {contact.reference} has been sent")
    return locked


def _end_links(request: InformationRequest, *, by: User, at: datetime) -> None:
    """The links given out for it open nothing any more."""
    rows = SecureLink.objects.given_out().filter(purpose=SecureLink.Purpose.INFORMATION, row=request.pk)
    rows.update(revoked_at=at, revoked_by=by, body=b"")


@transaction.atomic
def withdraw(*, request: InformationRequest, by: User, at: datetime, reason: str) -> InformationRequest:
    """Take a request back, with a reason, or refuse one that waits for a yes; its link opens nothing from now on."""
    require(by, Permission.CONTACT_SCREEN)
    locked, contacts = _with_contacts(request)
    if locked.replied_at is not None:
        raise Refused("It has been answered: it cannot be withdrawn.", code="answered")
    if locked.withdrawn_at is not None:
        raise Refused("It has already been withdrawn.", code="withdrawn")
    if not reason.strip():
        raise Refused("Say why it is being withdrawn.", code="required", field="reason")
    locked.withdrawn_at, locked.withdrawn_by, locked.withdrawn_reason = at, by, reason
    locked.save()
    _end_links(locked, by=by, at=at)
    _stop_clock(locked, by=by, at=at, reason="taken back")
    write_audit(
        "contact.information_withdrawn", by=by, reference=locked.contact.reference, reason=reason,
        detail={"request": locked.code},
    )  # fmt: skip
    if locked.asked_by != by:
        _tell([locked.asked_by], locked, f"What you asked for on {locked.contact.reference} has been withdrawn")
    _go_on(contacts, by=by, taker=by, at=at, reason="Nothing asked for is outstanding any more.", until=at + CLAIM_FOR)
    return locked


def _with_contacts(request: InformationRequest) -> tuple[InformationRequest, list[Contact]]:
    """The request and every contact it was asked for, locked: contacts first, in one order, as when asking."""
    keys = {request.contact_id, *request.also_about.values_list("pk", flat=True)}
    contacts = list(Contact.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    return _lock_request(request), contacts


def _stop_clock(request: InformationRequest, *, by: User, at: datetime, reason: str) -> None:
    if request.clock is not None:
        clocks.stop(
            reference=request.contact.reference, rule=request.clock.rule, label=request.clock.label, at=at, by=by,
            reason=reason,
        )  # fmt: skip


def _go_on(contacts: Sequence[Contact], *, by: User, taker: User, at: datetime, reason: str, until: datetime) -> None:
    """Screening goes on for each contact that waited and has nothing outstanding any more."""
    for contact in contacts:
        outstanding = InformationRequest.objects.outstanding().filter(Q(contact=contact.pk) | Q(also_about=contact.pk))
        if contact.status == Contact.Status.AWAITING_INFORMATION and not outstanding.exists():
            move(contact, "resume", by=by, at=at, reason=reason, until=until, taker=taker, check_permission=False)


@transaction.atomic
def record_reply(
    *,
    request: InformationRequest,
    by: User,
    at: datetime,
    reply: str,
    sensitivity: str = ORDINARY,
    said_by: str = "",
) -> InformationRequest:
    """Keep an answer that came by telephone or letter; when nothing more is outstanding, screening goes on."""
    require(by, Permission.CONTACT_SCREEN)
    return _keep(
        request, by=by, at=at, reply=reply, sensitivity=sensitivity, said_by=said_by, way=InformationRequest.Way.HAND
    )


def _keep(
    request: InformationRequest, *, by: User, at: datetime, reply: str, sensitivity: str, said_by: str, way: str
) -> InformationRequest:
    if not reply.strip():
        raise Refused("Enter what they answered.", code="required", field="reply")
    whole(reply, LONGEST_REPLY, called="The answer", field="reply")
    whole(said_by, LONGEST_NAME, called="The name of who answered", field="said_by")
    if sensitivity not in InformationRequest.Sensitivity.values:
        raise Refused("Choose who may read the answer.", code="sensitivity", field="sensitivity")
    locked, contacts = _with_contacts(request)
    if locked.replied_at is not None:
        raise Refused("An answer has already been recorded.", code="answered")
    if locked.withdrawn_at is not None:
        raise Refused("This has been withdrawn: an answer is no longer needed.", code="withdrawn")
    if locked.sent_at is None:
        raise Refused("It is waiting for a manager to agree: nothing has been asked yet.", code="not_sent")
    locked.reply, locked.reply_sensitivity, locked.said_by = reply, sensitivity, said_by
    locked.reply_came, locked.replied_at, locked.reply_recorded_by = way, at, by
    locked.save()
    _stop_clock(locked, by=by, at=at, reason="answered")
    reference = locked.contact.reference
    write_audit(
        "contact.information_received", by=by, agency=locked.agency if way == InformationRequest.Way.API else None,
        reference=reference, detail={"request": locked.code},
    )  # fmt: skip
    by_hand = way == InformationRequest.Way.HAND
    _go_on(
        contacts, by=by, taker=by if by_hand else locked.asked_by, at=at, reason="The information has come.",
        # A machine's word holds the contact for nobody: whoever is at work takes it.
        until=at + CLAIM_FOR if by_hand else at,
    )  # fmt: skip
    holders = [each.claimed_by for each in contacts if each.claimed_by is not None]
    here = [user for user in (locked.asked_by, *holders) if user.is_active] or duty_managers(at)
    people = {user.pk: user for user in here if user != by}
    _tell(list(people.values()), locked, f"Information has come for {reference}")
    return locked


@transaction.atomic
def reply_by_agency(
    *, request: InformationRequest, at: datetime, reply: str, said_by: str = "", sensitivity: str = ORDINARY
) -> InformationRequest:
    """Keep an answer an agency's system sent."""
    way = InformationRequest.Way.API
    return _keep(request, by=system_user(), at=at, reply=reply, sensitivity=sensitivity, said_by=said_by, way=way)


@transaction.atomic
def reply_behind_link(
    *, link: SecureLink, at: datetime, reply: str, said_by: str, sensitivity: str = ORDINARY
) -> InformationRequest:
    """Keep what somebody sent behind a secure link and use the link up: both, or neither."""
    request = InformationRequest.objects.get(pk=link.row or 0)
    way = InformationRequest.Way.LINK
    kept = _keep(request, by=system_user(), at=at, reply=reply, sensitivity=sensitivity, said_by=said_by, way=way)
    links.use(link=link, became=kept.code, at=at)
    return kept


@transaction.atomic
def chase(*, request: InformationRequest, by: User, at: datetime) -> InformationRequest:
    """Ask again for what has not come, and note it; whoever was asked by telephone is rung by whoever chases."""
    require(by, Permission.CONTACT_SCREEN)
    locked = _lock_request(request)
    if locked.state != "open":
        raise Refused("There is nothing to chase: it has been answered, withdrawn, or not sent.", code="nothing")
    return _chased(locked, by=by, at=at)


def _chased(request: InformationRequest, *, by: User, at: datetime) -> InformationRequest:
    request.chased_at, request.chases = at, request.chases + 1
    request.save()
    write_audit(
        "contact.information_chased", by=by, reference=request.contact.reference, detail={"request": request.code}
    )
    mail.put_request(request, at=at, is_reminder=True)
    return request


def _to_chase(at: datetime) -> Any:
    """Out, late, its clock not paused, and not chased for as long as there was to answer."""
    return (
        InformationRequest.objects.out()
        .filter(deadline_at__lt=at, chases_by_itself__lt=MOST_CHASES, clock__paused_at=None)
        .filter(Q(chased_at=None) | Q(chased_at__lte=at - (F("due_at") - F("sent_at"))))
    )


def chase_overdue(at: datetime) -> int:
    """Chase what is overdue: once when it falls due, then each time as long again; three times. Safe to repeat.

    Whoever asked is told each time, and may go on without waiting. Returns how many were chased.
    """
    keys = list(_to_chase(at).order_by("pk").values_list("pk", flat=True))
    return one_by_one(keys, lambda key: _chase_one(key, at), what="chase information", at=at)


@transaction.atomic
def _chase_one(key: int, at: datetime) -> int:
    row = _to_chase(at).select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
    if row is None:
        return 0
    row.chases_by_itself += 1
    _chased(row, by=system_user(), at=at)
    _tell(
        [row.asked_by],
        row,
        f"No answer yet on {row.contact.reference}: it has been chased",
        once_key=f"chase-{row.pk}-{row.chases}",
    )
    return 1
