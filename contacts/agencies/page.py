"""What agencies' rooms put on the page of a contact: requests for information, the level of need, its web form."""

from typing import Any

from contacts.agencies.information.forms import CALLED, AskForm, ReasonForm, ReplyForm
from contacts.agencies.information.readers import shown_on
from contacts.agencies.thresholds.forms import LevelForm
from contacts.agencies.webforms.models import WebForm
from contacts.facts import WEB_FORM
from contacts.hooks import OpenForm
from contacts.models import Contact
from contacts.screening import readers
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User


def information(contact: Contact, user: User, open_form: OpenForm) -> dict[str, Any]:
    """Requests for information, and the forms to ask, to answer by hand and to take back."""
    others = len(readers.together(contact, user)) - 1 if holds(user, Permission.CONTACT_SCREEN) else 0
    return {
        "requests": shown_on(contact, user),
        "may_agree": holds(user, Permission.CONTACT_DECIDE_ANY),
        "ask_form": open_form(AskForm, prefix="ask", others=others),
        "reply_form": lambda key: open_form(ReplyForm, prefix=f"reply-{key}"),
        "reason_form": lambda act, key: open_form(ReasonForm, prefix=f"{act}-{key}", called=CALLED[act]),
    }


def level(contact: Contact, user: User, open_form: OpenForm) -> dict[str, Any]:
    """The form of the level of need."""
    return {"level_form": open_form(LevelForm, prefix="level")}


def web_form(contact: Contact, user: User, open_form: OpenForm) -> dict[str, Any]:
    """The web form it was written in, which says who sent the link; None where it came another way."""
    if contact.how != WEB_FORM:
        return {"web_form": None}
    return {"web_form": WebForm.objects.filter(contact=contact).select_related("sent_by").first()}
