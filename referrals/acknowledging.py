"""The worker reads news of an open child: the contact as a whole, for every child of theirs it is about."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from contacts.models import Contact
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from referrals.actions import take_news
from referrals.models import OpenWorkNews, Referral
from referrals.news import belongs


@transaction.atomic
def acknowledge(
    *, contact: Contact, referrals: Sequence[Referral], by: User, at: datetime, what_next: str
) -> list[OpenWorkNews]:
    """Keep who read it, when, and what they will do; a contact still on the queue needs no reading once it is joined.

    Raises Refused when somebody else has taken it, when nothing is said, and when the contact is no news of these
    children any more; Denied for anybody who is neither their worker nor a manager.
    """
    if not referrals or not belongs(contact, referrals):
        raise Refused("This contact is no longer about the child.", code="not_theirs")
    taken = []
    for referral in referrals:
        news, _ = OpenWorkNews.objects.get_or_create(
            referral=referral, contact=contact, defaults={"raised_at": contact.received_at}
        )
        taken.append(take_news(news=news, by=by, at=at, what_next=what_next))
    return taken
