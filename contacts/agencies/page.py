"""What agencies' rooms put on the page of a contact: requests for information, and the level of need."""

from collections.abc import Mapping
from typing import Any

from contacts.agencies.information.forms import AskForm, ReasonForm, ReplyForm
from contacts.agencies.information.readers import shown_on
from contacts.agencies.thresholds.forms import LevelForm
from contacts.models import Contact
from contacts.screening import readers
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User


def information(contact: Contact, user: User, given: Mapping[str, Any]) -> dict[str, Any]:
    """Requests for information, and the forms to ask, to answer by hand and to take back."""
    version = {"version": contact.version}
    others = len(readers.together(contact, user)) - 1 if holds(user, Permission.CONTACT_SCREEN) else 0
    return {
        "requests": shown_on(contact, user),
        "may_agree": holds(user, Permission.CONTACT_DECIDE_ANY),
        "ask_form": given.get("ask") or AskForm(initial=version, prefix="ask", others=others),
        "reply_form": given.get("reply"),
        "new_reply": lambda key: ReplyForm(initial=version, prefix=f"reply-{key}"),
        "reply_key": given.get("reply_key", 0),
        "reason_form": given.get("reason"),
        "reason_key": given.get("reason_key", ""),
        "new_reason": lambda act, key: ReasonForm(initial=version, prefix=f"{act}-{key}"),
    }


def level(contact: Contact, user: User, given: Mapping[str, Any]) -> dict[str, Any]:
    """The form of the level of need."""
    return {"level_form": given.get("level") or LevelForm(initial={"version": contact.version}, prefix="level")}
