"""Requests for information in full: a manager's yes where the family has not agreed, sent, chased, answered, counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q

from contacts import actions
from contacts.links import actions as links
from contacts.links.models import SecureLink
from contacts.models import Contact, InformationRequest
from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import Agency, User, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import duty_managers, notify

#: How often a request is chased without anybody asking for it.
MOST_CHASES = 3
ORDINARY, SENSITIVE, RESTRICTED = "ordinary", "sensitive", "restricted"


def may_read_reply(request: InformationRequest, user: Any) -> bool:
    """Whether this user sees the answer: sensitive ones whoever screens, restricted ones who asked and managers."""
    if request.reply_sensitivity == RESTRICTED:
        own = user.pk in (request.asked_by_id, request.reply_recorded_by_id)
        return own or holds(user, Permission.CONTACT_DECIDE_ANY)
    return request.reply_sensitivity == ORDINARY or holds(user, Permission.CONTACT_SCREEN)


def rule_of(grade: str) -> str:
    """The local rule of the time an agency has to answer, by grade."""
    return f"information_request_{grade if grade in ('red', 'amber') else 'green'}"


def leave(request: InformationRequest, *, by: User, at: datetime) -> InformationRequest:
    """The request leaves: its clock starts, and the message goes out where there is an address. Row locked by caller."""
    contact = request.contact
    clock = clocks.start(
        rule_of(contact.grade),
        reference=contact.reference,
        started_at=at,
        by=by,
        worker=by,
        agency=request.agency,
        label=f"Information asked for: {request.code}",
    )
    request.sent_at = at
    if clock is not None:
        request.due_at = clock.due_at
    request.save()
    if request.asked_email:
        outbox.put("contacts.mail", {"about": "request", "row": request.pk}, at=at)
    return request


@transaction.atomic
def approve(*, request: InformationRequest, by: User, at: datetime, reason: str) -> InformationRequest:
    """A manager's yes to a check without agreement, with the reason; only then it leaves."""
    require(by, Permission.CONTACT_DECIDE_ANY)
    locked = InformationRequest.objects.select_for_update(of=("self",)).select_related("contact").get(pk=request.pk)
    if locked.sent_at is not None:
        raise Refused("It has left already.", code="sent")
    if locked.contact.status == Contact.Status.DECIDED:
        raise Refused("The contact is decided: nothing is asked any more.", code="wrong_status")
    if not reason.strip():
        raise Refused("Say why it goes ahead without agreement.", code="required", field="reason")
    locked.without_agreement_reason, locked.approved_at, locked.approved_by = reason, at, by
    write_audit("contact.information_approved", by=by, reference=locked.contact.reference, reason=reason)
    return leave(locked, by=locked.asked_by, at=at)


def tell_managers(request: InformationRequest, *, by: User, at: datetime) -> None:
    """A request waits for a manager's yes."""
    notify(
        [manager for manager in duty_managers(at) if manager != by],
        kind="information",
        text=f"A check without agreement waits for you on {request.contact.reference}",
        reference=request.contact.reference,
        path=f"/contacts/{request.contact.reference}/",
    )


@transaction.atomic
def reply(
    *,
    request: InformationRequest,
    reply: str,
    said_by: str,
    at: datetime,
    agency: Agency | None = None,
    is_sensitive: bool = False,
) -> InformationRequest:
    """An answer that came by an agency's system or a secure link; the machine keeps it under the name given."""
    if request.sent_at is None:
        raise Refused("Nothing has been asked.", code="not_sent")
    actions.record_reply(
        request=request, by=system_user(), at=at, reply=reply,
        sensitivity=SENSITIVE if is_sensitive else ORDINARY, said_by=said_by, agency=agency, checked=False,
    )  # fmt: skip
    found: InformationRequest = InformationRequest.objects.get(pk=request.pk)
    return found


@transaction.atomic
def reply_behind_link(
    *, link: SecureLink, request: InformationRequest, reply: str, said_by: str, is_sensitive: bool, at: datetime
) -> None:
    """Keep what somebody sent behind a secure link and use the link up: both, or neither."""
    _reply(request=request, reply=reply, said_by=said_by, at=at, agency=link.agency, is_sensitive=is_sensitive)
    links.use(link=link, became=request.code, at=at)


_reply = reply


@transaction.atomic
def chase(*, request: InformationRequest, by: User, at: datetime) -> InformationRequest:
    """Ask again for what has not come, and note it."""
    require(by, Permission.CONTACT_SCREEN)
    locked = InformationRequest.objects.select_for_update(of=("self",)).select_related("contact").get(pk=request.pk)
    if locked.replied_at is not None or locked.sent_at is None:
        raise Refused("There is nothing to chase: it is answered, or has not left.", code="nothing")
    return _chased(locked, by=by, at=at)


def _chased(request: InformationRequest, *, by: User, at: datetime) -> InformationRequest:
    request.chased_at, request.chases = at, request.chases + 1
    request.save()
    write_audit("contact.information_chased", by=by, reference=request.contact.reference, detail={"request": request.pk})
    if request.asked_email:
        outbox.put("contacts.mail", {"about": "chase", "row": request.pk}, at=at)
    return request


def chase_overdue(at: datetime) -> int:
    """Chase what is overdue: once when it falls due, then each time as long again; at most three times. Safe to repeat.

    Each is told to whoever asked as well, who may go on without waiting.
    """
    done = 0
    by = system_user()
    while True:
        with transaction.atomic():
            row = (
                InformationRequest.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(replied_at=None, sent_at__isnull=False, due_at__lt=at, chases__lt=MOST_CHASES)
                .exclude(contact__status=Contact.Status.DECIDED)
                .filter(Q(chased_at=None) | Q(chased_at__lt=at - (F("due_at") - F("sent_at"))))
                .select_related("contact", "asked_by")
                .order_by("pk")
                .first()
            )
            if row is None:
                return done
            _chased(row, by=by, at=at)
            notify(
                [row.asked_by],
                kind="information",
                text=f"No answer yet on {row.contact.reference}: it has been chased",
                reference=row.contact.reference,
                path=f"/contacts/{row.contact.reference}/",
                once_key=f"chase-{row.pk}-{row.chases}",
            )
        done += 1


@dataclass(frozen=True)
class Counted:
    """How one agency or person answers."""

    asked_of: str
    asked: int
    answered: int
    in_time: int
    chased: int
    hours: float | None


def counted(since: datetime) -> list[Counted]:
    """Requests that left since a moment, by agency, or by whom they went to where it is no agency of ours."""
    took = ExpressionWrapper(F("replied_at") - F("sent_at"), output_field=DurationField())
    rows = (
        InformationRequest.objects.filter(sent_at__gte=since)
        .values("agency__name")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(replied_at__isnull=False)),
            in_time=Count("pk", filter=Q(replied_at__lte=F("due_at"))),
            chased=Count("pk", filter=Q(chases__gt=0)),
            took=Avg(took, filter=Q(replied_at__isnull=False)),
        )
        .order_by(F("agency__name").asc(nulls_last=True))
    )
    return [
        Counted(
            row["agency__name"] or "Others",
            row["asked"],
            row["answered"],
            row["in_time"],
            row["chased"],
            round(row["took"].total_seconds() / 3600, 1) if row["took"] is not None else None,
        )
        for row in rows
    ]


def own_requests(agency: Agency) -> list[InformationRequest]:
    """What is asked of an agency and has not been answered, the nearest deadline first; at most a hundred."""
    rows = InformationRequest.objects.filter(agency=agency, sent_at__isnull=False, replied_at=None)
    return list(rows.exclude(contact__status=Contact.Status.DECIDED).order_by("due_at", "pk")[:100])


def own_request(agency: Agency, code: str) -> InformationRequest | None:
    """One request to this agency by its reference; None for another agency's as for one that does not exist."""
    found: InformationRequest | None = InformationRequest.objects.filter(
        agency=agency, code=code[:10], sent_at__isnull=False
    ).first()
    return found


