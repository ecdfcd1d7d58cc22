"""What of contacts and referrals waits for a manager's signature, as the one list of all machines reads it.

Nobody signs what they proposed, nor the ending of a contact they recorded; a record about somebody they have declared
that they know is closed to them, and so is not on their list.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from contacts.models import Contact, ContactPerson, Reply
from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.people.access import known_people, known_references
from frontdoor.signing.hooks import Kind, Said, register
from frontdoor.signing.models import Delegation
from frontdoor.signing.oversight import OVERSEEN, Overseen
from referrals import endings
from referrals.models import DipSample, EndingProposal, Enquiry, Referral

Rows = QuerySet[Any, Any]


def _contacts(user: User) -> Rows:
    """Contacts this user may see and sign for nobody they know."""
    found: Rows = Contact.objects.visible_to(user).exclude(reference__in=known_references(user))
    return found


def _referrals(user: User) -> Rows:
    """Open referrals this user may see, of no child they know, from contacts about nobody they know."""
    rows: Rows = Referral.objects.visible_to(user).open().exclude(contact__reference__in=known_references(user))
    return rows.exclude(reference__in=known_references(user)).exclude(child__in=known_people(user))


def contacts_waiting(user: User, at: datetime) -> Rows:
    """Contacts whose outcome another proposed and somebody else recorded."""
    rows = _contacts(user).filter(is_on_queue=True, status=Contact.Status.AWAITING_SIGN_OFF)
    return rows.exclude(proposed_by=user).exclude(recorded_by=user)


def _of_contacts(rows: Sequence[Contact]) -> list[Said]:
    asked = ContactPerson.objects.filter(contact__in=[row.pk for row in rows], is_child=True).exclude(outcome="")
    outcomes: dict[int, list[str]] = {row.pk: [] for row in rows}
    for contact, outcome in asked.order_by("position").values_list("contact_id", "outcome"):
        label = lists.label("contact_outcome", outcome)
        if label not in outcomes[contact]:
            outcomes[contact].append(label)
    return [
        Said(
            f"Outcome of a contact: {'; '.join(outcomes[row.pk]) or 'it ends without a child on it'}",
            reverse("referrals:sign_off", args=[row.reference]),
            (row.reference,),
            is_urgent=row.grade == "red",
        )
        for row in rows
    ]


def replies_waiting(user: User, at: datetime) -> Rows:
    """Replies to requests for information that another wrote and nobody has approved, of contacts not decided."""
    rows = Reply.objects.filter(replaced_at=None, approved_at=None).exclude(written_by=user)
    return rows.filter(contact__in=_contacts(user).exclude(status=Contact.Status.DECIDED).order_by())


def _of_replies(rows: Sequence[Reply]) -> list[Said]:
    return [
        Said(
            f"Reply to a request for information: {lists.label('lawful_basis', row.lawful_basis)}",
            reverse("referrals:reply", args=[row.contact.reference]),
            (row.contact.reference,),
        )
        for row in rows
    ]


def samples_waiting(user: User, at: datetime) -> Rows:
    """Contacts closed in bulk to look over: given to this user, to nobody, or to somebody they sign for."""
    for_others = Delegation.objects.at(at).filter(to=user)
    theirs = Q(to=user) | Q(to=None) | Q(to__in=for_others.values("of"))
    rows = DipSample.objects.waiting().filter(theirs).exclude(row__act__by=user)
    return rows.filter(row__contact__in=_contacts(user).order_by())


def _of_samples(rows: Sequence[DipSample]) -> list[Said]:
    return [
        Said(
            f"Closed in bulk as: {lists.label('contact_outcome', row.row.act.outcome)}",
            reverse("referrals:look_over", args=[row.pk]),
            (row.row.contact.reference,),
        )
        for row in rows
    ]


def endings_waiting(user: User, at: datetime) -> Rows:
    """Endings of open referrals that another proposed, of contacts somebody else recorded."""
    rows = EndingProposal.objects.filter(answered_at=None).exclude(by=user)
    return rows.filter(referral__in=_referrals(user).exclude(contact__recorded_by=user).order_by())


def _of_endings(rows: Sequence[EndingProposal]) -> list[Said]:
    found = []
    for row in rows:
        closing = endings.is_closing(row.ending)
        what = lists.label("closure_reason", row.ending) if closing else str(Referral.Ending(row.ending).label)
        href = reverse("referrals:act", args=[row.referral.reference, "close" if closing else "end"])
        about = (row.referral.reference, row.referral.contact.reference)
        found.append(Said(f"{'Closing' if closing else 'Ending'} of a referral: {what}", href, about))
    return found


def enquiries_waiting(user: User, at: datetime) -> Rows:
    """Section 47 enquiries whose outcome another recorded."""
    rows = Enquiry.objects.filter(status=Enquiry.Status.TO_SIGN).exclude(proposed_by=user)
    return rows.filter(referral__in=_referrals(user).order_by())


def _of_enquiries(rows: Sequence[Enquiry]) -> list[Said]:
    return [
        Said(
            f"Outcome of a section 47 enquiry: {row.get_outcome_display()}",
            reverse("referrals:enquiry", args=[row.reference]),
            (row.referral.reference, row.referral.contact.reference),
            is_urgent=row.needs_conference,
        )
        for row in rows
    ]


P = Permission
CONTACT = Kind(
    "contact", "Outcomes of contacts", P.CONTACT_SIGN_OFF, contacts_waiting, "proposed_at", "proposed_by",
    _of_contacts, machine=Contact, moves=frozenset({"sign_off", "send_back"}), returns=frozenset({"send_back"}),
)  # fmt: skip
REPLY = Kind(
    "reply", "Replies to requests for information", P.CONTACT_SIGN_OFF, replies_waiting, "written_at", "written_by",
    _of_replies, read_with=("contact",),
)  # fmt: skip
BULK = Kind(
    "bulk", "Contacts closed in bulk", P.CONTACT_SIGN_OFF, samples_waiting, "drawn_at", "row__act__by", _of_samples,
    to="to", read_with=("row__contact",),
)  # fmt: skip
ENDING = Kind(
    "ending", "Endings of referrals", P.REFERRAL_DECIDE, endings_waiting, "at", "by", _of_endings,
    read_with=("referral__contact",),
)  # fmt: skip
ENQUIRY = Kind(
    "enquiry", "Outcomes of section 47 enquiries", P.REFERRAL_DECIDE, enquiries_waiting, "proposed_at", "proposed_by",
    _of_enquiries, machine=Enquiry, moves=frozenset({"authorise", "send_to_conference", "send_back"}),
    returns=frozenset({"send_back"}),
    read_with=("referral__contact",),
)  # fmt: skip


def _below(references: Iterable[str]) -> Rows:
    found: Rows = Enquiry.objects.filter(referral__reference__in=references)
    return found


def register_kinds() -> None:
    """Put ours on the list, and what managers oversee; safe to repeat."""
    for kind in (CONTACT, REPLY, BULK, ENDING, ENQUIRY):
        register(kind)
    OVERSEEN["C"] = Overseen(Contact, "Contact", P.CONTACT_VIEW, "contacts:contact")
    OVERSEEN["R"] = Overseen(Referral, "Referral", P.REFERRAL_VIEW, "referrals:referral")
    OVERSEEN["Q"] = Overseen(
        Enquiry, "Section 47 enquiry", P.REFERRAL_VIEW, "referrals:enquiry",
        about=lambda record: str(record.referral.reference), named=_below,
    )  # fmt: skip
