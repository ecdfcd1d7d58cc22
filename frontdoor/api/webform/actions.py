"""Taking in what a professional wrote behind a link: the API's own road, once for each link."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.agencies.links.models import SecureLink
from contacts.agencies.webforms import actions as web_forms
from contacts.facts import WEB_FORM, ContactFacts
from contacts.models import Contact
from frontdoor.api.bodies import contact_facts
from frontdoor.api.intake import take
from frontdoor.api.models import IdempotencyKey
from frontdoor.clocks.working_days import london_date


@transaction.atomic
def take_behind_link(*, link: SecureLink, key: int, body: Any, at: datetime) -> str:
    """Take in the contact a body means, as the API would from the agency of this form; returns its reference.

    ``key``: of the web form. It is recorded, the link used up and the writer told by e-mail: all, or nothing. Raises
    Problem where the API would, and Refused when it was sent before or has ended meanwhile.
    """
    web_form = web_forms.lock(key)

    def read(body: Any, now: datetime) -> ContactFacts:
        is_ungraded = web_form.agency.may_send_ungraded(london_date(now))
        return replace(contact_facts(body, now, may_be_ungraded=is_ungraded), how=WEB_FORM)

    taken = take(
        agency=web_form.agency, scope=IdempotencyKey.Scope.CONTACTS, key=f"web-form-{link.hashed}", body=body, at=at,
        read=read,
    )  # fmt: skip
    contact = Contact.objects.get(reference=json.loads(taken.answer)["reference"])
    web_forms.became(web_form=web_form, link=link, contact=contact, at=at)
    return contact.reference
