"""What was left undecided for want of a meaning is looked at again when a person has given it one.

A wording says something of a person (sex, ethnicity, who is whose mother), by which records are compared, or of a
contact and an episode, by which one event is recognised. Looking again compares and recognises as an import does.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.exchange.legacy import linking
from frontdoor.exchange.legacy.writing import Meanings
from frontdoor.exchange.models import Wording

#: Lists by whose meanings records of people are compared.
OF_PEOPLE = ("sex", "ethnicity", "relationship")


def due() -> QuerySet[Wording]:
    """Wordings given a meaning since what was undecided was last looked at."""
    never_or_before = Q(looked_at__isnull=True) | Q(looked_at__lt=F("settled_at"))
    return Wording.objects.filter(never_or_before, is_settled=True, settled_at__isnull=False)


def asks_about_people() -> bool:
    """Whether a meaning given since may make two records one person."""
    return due().filter(list_name__in=OF_PEOPLE).exists()


def looked(*, since: datetime) -> None:
    """Note that what was given a meaning up to this moment has been looked at."""
    due().filter(settled_at__lte=since).update(looked_at=since)


def look_again(*, by: User, at: datetime) -> None:
    """Compare records and recognise events anew with the meanings there are now. Called with the lock of imports."""
    meanings = Meanings()
    links = linking.find(meanings, is_again=asks_about_people())
    linking.same_events(links, meanings)
    with transaction.atomic():
        linking.bring_together(links, by=by, at=at)
        looked(since=at)
        write_audit("import.looked_again", by=by)
