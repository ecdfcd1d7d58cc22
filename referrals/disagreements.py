"""The answer to a referrer's disagreement: by a manager who did not decide, upheld or made again."""

from datetime import datetime

from django.db import transaction

from contacts import telling
from contacts.agencies.disagreements.actions import RULE
from contacts.agencies.disagreements.models import Disagreement
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.notifications import outbox
from frontdoor.people.access import check_conflict_of
from referrals.decisions import reopen_contact


@transaction.atomic
def answer_disagreement(
    *, disagreement: Disagreement, answer: str, reason: str, by: User, at: datetime
) -> Disagreement:
    """Answer it, with the reason. Changed reopens the contact through its own move, for a new decision.

    Never by whoever made, signed or proposed the decision. The referrer is told by event and by message.
    """
    require(by, Permission.CONTACT_REOPEN)
    found: Disagreement = (
        Disagreement.objects.select_for_update(of=("self",)).select_related("contact", "agency").get(pk=disagreement.pk)
    )
    check_conflict_of(by, found.contact.reference)
    if found.answered_at is not None:
        raise Refused("It has already been answered.", code="answered")
    if by.pk in (found.decided_by_id, found.proposed_by_id):
        raise Refused("You made this decision: another manager has to review it.", code="own")
    if answer not in Disagreement.Answer.values:
        raise Refused("Choose whether the decision stands.", code="required", field="answer")
    if not reason.strip():
        raise Refused("Give your reasons.", code="required", field="reason")
    found.answer, found.answer_reason, found.answered_at, found.answered_by = answer, reason, at, by
    found.save()
    contact = found.contact
    clocks.stop(reference=contact.reference, rule=RULE, at=at, by=by)
    write_audit("contact.disagreement_answered", by=by, reference=contact.reference, detail={"answer": answer})
    if answer == Disagreement.Answer.CHANGED:
        still = contact.status == "decided" and contact.decided_at == found.decision_at
        if still:
            reopen_contact(contact=contact, by=by, at=at, reason=f"The referrer disagreed. {reason}")
    if contact.agency_id is not None:
        outbox.put(
            "agency.event",
            {"contact": contact.reference, "type": "contact.disagreement_answered", "disagreement": found.pk},
            at=at,
        )
    telling.put(telling.About.DISAGREEMENT, at=at, row=found.pk)
    return found
