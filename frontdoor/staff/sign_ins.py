"""One's own sessions: which there are, and ending one."""

from datetime import datetime

from django.db import transaction

from frontdoor.access import Refused
from frontdoor.accounts import sign_ins
from frontdoor.accounts.models import SignIn, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.staff import readers


def own(user: User, at: datetime) -> list[SignIn]:
    """This person's open sessions, the newest first."""
    return list(sign_ins.live(user, at))


@transaction.atomic
def end(*, key: int, by: User, at: datetime) -> None:
    """End one of one's own sessions. Raises Refused when it is over already, or somebody else's."""
    found = sign_ins.live(by, at).filter(pk=key).first()
    if found is None:
        raise Refused("This session is over already.", code="over")
    sign_ins.end(found)
    write_audit("session.ended", by=by, reference=readers.reference_of(by))


@transaction.atomic
def end_others(*, but: str, by: User, at: datetime) -> int:
    """End all of one's own sessions but the one with this session key; returns how many."""
    others = list(sign_ins.live(by, at).exclude(session_key=but))
    for each in others:
        sign_ins.end(each)
        write_audit("session.ended", by=by, reference=readers.reference_of(by))
    return len(others)
