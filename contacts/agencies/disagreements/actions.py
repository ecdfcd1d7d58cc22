"""Keeping a referrer's disagreement. The answer, which may reopen the contact, lives with the decision."""

from datetime import datetime

from django.db import transaction

from contacts.agencies.disagreements.models import Disagreement
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.models import Contact
from frontdoor.access import Permission, Refused, roles_holding, whole
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.notifications.actions import notify
from frontdoor.workflow.actions import lock

RULE = "disagreement"
LONGEST = 10_000
LONGEST_NAME = 200


@transaction.atomic
def disagree(
    *, contact: Contact, because: str, said_by: str, at: datetime, agency: Agency | None = None
) -> Disagreement:
    """Keep "we disagree, because …" about a decided contact: once for each decision, on a clock, for another manager.

    The same words sent again give the same row. Raises Refused while nothing is decided, and when this decision has
    been disagreed with before.
    """
    locked = lock(contact)
    if not because.strip():
        raise Refused("Say why you disagree.", code="required", field="because")
    whole(because, LONGEST, called="Why you disagree", field="because")
    whole(said_by, LONGEST_NAME, called="Your name and role", field="said_by")
    if locked.status != Contact.Status.DECIDED or locked.decided_at is None or locked.decided_by is None:
        raise Refused("Nothing has been decided yet.", code="not_decided")
    before: Disagreement | None = Disagreement.objects.filter(contact=locked, decision_at=locked.decided_at).first()
    if before is not None:
        if before.because.strip() == because.strip():
            return before
        raise Refused("You have already disagreed with this decision; it is reviewed once.", code="disagreed_already")
    clock = clocks.start(RULE, reference=locked.reference, started_at=at, by=None, agency=locked.agency)
    made = Disagreement.objects.create(
        contact=locked,
        because=because,
        said_by=said_by,
        said_at=at,
        agency=agency,
        outcome=locked.outcome,
        decision_at=locked.decided_at,
        decided_by=locked.decided_by,
        proposed_by=locked.proposed_by,
        due_at=clock.due_at if clock else None,
    )
    write_audit("contact.disagreed", by=None, agency=agency, reference=locked.reference)
    managers = User.objects.filter(is_active=True, roles__overlap=roles_holding(Permission.CONTACT_REOPEN))
    notify(
        [each for each in managers if each not in (locked.decided_by, locked.proposed_by)],
        kind="disagreement",
        text=f"The referrer disagrees with the outcome of {locked.reference}",
        reference=locked.reference,
        path="/disagreements/",
    )
    return made


@transaction.atomic
def disagree_behind_link(*, link: SecureLink, because: str, said_by: str, at: datetime) -> Disagreement:
    """Keep what somebody sent behind the link of an outcome message, and use the link up."""
    contact = Contact.objects.get(reference=link.reference)
    made = disagree(contact=contact, because=because, said_by=said_by or link.given_to, at=at, agency=link.agency)
    links.use(link=link, became=contact.reference, at=at)
    return made
