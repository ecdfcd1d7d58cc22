"""Changes of status of old records, at their real dates and in the old system's own words. Pure."""

from collections.abc import Sequence
from datetime import datetime

from assessments.models import Assessment
from contacts.models import Contact
from frontdoor.exchange.legacy.staging import Pending
from referrals.models import Referral

#: (move, from, to, when, reason).
Change = tuple[str, str, str, datetime, str]


def said(row: Pending, names: Sequence[str]) -> str:
    """What the old system said in its own words, one line a value."""
    return "\n".join(f"{name.replace('_', ' ').capitalize()}: {row.get(name)}" for name in names if row.get(name))


def contact_changes(contact: Contact, row: Pending) -> list[Change]:
    """Received, and decided when it was."""
    changes = [("born", "", "received", contact.received_at, "")]
    if contact.decided_at is not None:
        changes.append(("decide", "received", "decided", contact.decided_at, row.get("OUTCOME")))
    return changes


def referral_changes(referral: Referral, row: Pending) -> list[Change]:
    """Received and decided the same day (the old system knows no other), and closed when it was."""
    changes = [("born", "", "awaiting_decision", referral.received_at, "")]
    if referral.status == "no_further_action":
        changes.append(
            (
                "no_further_action",
                "awaiting_decision",
                "no_further_action",
                referral.received_at,
                row.get("primary_need"),
            )
        )
        return changes
    changes.append(("accept", "awaiting_decision", "accepted", referral.received_at, row.get("primary_need")))
    if referral.closed_at is not None:
        changes.append(("close", "accepted", "closed", referral.closed_at, row.get("closure_reason")))
    elif referral.status != "accepted":
        changes.append(("restate", "accepted", referral.status, referral.received_at, ""))
    return changes


def assessment_changes(each: Assessment, row: Pending) -> list[Change]:
    """Begun, and authorised or abandoned."""
    changes = [("born", "", "in_progress", each.started_at, "")]
    if each.authorised_at is not None:
        changes.append(("authorise", "submitted", "authorised", each.authorised_at, row.get("outcome")))
    elif each.abandoned_at is not None:
        why = "Never authorised in CareCase; the work had ended or another assessment had been begun."
        changes.append(("abandon", "in_progress", "abandoned", each.abandoned_at, why))
    return changes
