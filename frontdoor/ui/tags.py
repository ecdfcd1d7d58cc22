"""The colour of each status: one look for one status, wherever it is shown."""

from django.db import models

#: By the machine's model: each of its statuses. A status of no colour is grey.
COLOURS: dict[str, dict[str, str]] = {
    "contacts.contact": {
        "received": "grey",
        "in_screening": "blue",
        "awaiting_information": "purple",
        "awaiting_sign_off": "yellow",
        "decided": "green",
    },
    "referrals.referral": {
        "awaiting_decision": "yellow",
        "accepted": "blue",
        "allocated": "blue",
        "in_assessment": "blue",
        "assessed": "blue",
        "in_service": "blue",
        "no_further_action": "grey",
        "closed": "grey",
    },
    "referrals.enquiry": {
        "open": "red",
        "to_sign": "yellow",
        "conference_due": "red",
        "concluded": "green",
        "discontinued": "grey",
    },
    "referrals.letter": {"draft": "grey", "checked": "yellow", "sent": "green", "withdrawn": "grey"},
    "referrals.unaccompanied": {
        "to_refer": "yellow",
        "referred": "blue",
        "accepted": "blue",
        "transferred": "green",
        "not_referred": "grey",
    },
    "referrals.ageassessment": {
        "begun": "blue",
        "minded_to": "yellow",
        "decided": "green",
        "withdrawn": "grey",
    },
    "referrals.measure": {"running": "red", "ended": "grey"},
    "referrals.transfer": {
        "requested": "purple",
        "proposed": "yellow",
        "accepted": "blue",
        "declined": "red",
        "refused": "red",
        "withdrawn": "grey",
        "completed": "green",
    },
    "referrals.protectionplan": {
        "running": "red",
        "ended": "grey",
    },
    "assessments.assessment": {
        "in_progress": "blue",
        "submitted": "yellow",
        "authorised": "green",
        "abandoned": "grey",
    },
    "assessments.earlyhelpassessment": {
        "waiting": "yellow",
        "draft": "grey",
        "active": "blue",
        "returned": "yellow",
        "stepped_up": "purple",
        "closed": "green",
        "declined": "grey",
        "withdrawn": "grey",
    },
    "supervision.session": {"planned": "blue", "held": "green", "cancelled": "grey"},
}


def colour_of(record: models.Model) -> str:
    """The colour of the status that a record has now."""
    status: str = getattr(record, "status", "")
    return COLOURS.get(record._meta.label_lower, {}).get(status, "grey")
