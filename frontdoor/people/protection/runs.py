"""Reads that nothing but somebody's own words explain: each leaves its reason, and an unusual run of them is told.

Opening what one's own work, a call, a rota or a queue leads to is never counted, so neither a contact nor a fast track,
a referral or a night on call is met here. Nothing is refused: after a run its reader says once, in their words, why.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.audit.models import UNUSUAL, Entry
from frontdoor.people import hooks
from frontdoor.people.models import Person, reading_limit
from frontdoor.ui.formats import local

SAID, RUN, EXPLAINED = "reading.reason_said", UNUSUAL, "reading.run_explained"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@transaction.atomic
def say_why(*, person: Person, by: User, reason: str, at: datetime) -> None:
    """Keep why somebody opens a record that their work does not lead to; a run of them is told, once for its hours."""
    # One at a time for each reader: two pages at once neither both tell of a run nor both leave it to the other.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if waits_for_words(by):
        write_audit(EXPLAINED, by=by, reference=person.reference, people=[person.pk], reason=reason)
    write_audit(SAID, by=by, reference=person.reference, people=[person.pk], reason=reason)
    limit = reading_limit(local(at).date())
    for within, most in ((HOUR, limit.in_hour), (DAY, limit.in_day)):
        done = Entry.objects.filter(actor=by, at__gte=Now() - within)  # rows bear the database's time
        records = done.filter(event=SAID).values("reference").distinct().count()
        hours = within // HOUR
        if records <= most or done.filter(event=RUN, detail__hours=hours).exists():
            continue
        write_audit(RUN, by=by, detail={"records": records, "hours": hours, "limit": most})
        for tell in hooks.unusual_run:
            tell(by, records, hours, at)


def waits_for_words(user: User) -> bool:
    """Whether this reader had an unusual run in the last day and has not said why since."""
    rows = Entry.objects.filter(actor=user, at__gte=Now() - DAY, event__in=(RUN, EXPLAINED)).order_by("-pk")
    return rows.values_list("event", flat=True).first() == RUN
