"""What the pages read of the old systems' records."""

from collections.abc import Iterable
from typing import Any

from frontdoor.exchange.models import CaseNote, Origin
from frontdoor.people.models import Person
from frontdoor.people.record import Event
from referrals.models import Referral, StrategyDiscussion

#: So many of each kind at most stand in one page of a chronology.
MOST = 200


def notes_of(person: Person, user: Any) -> Iterable[Event]:
    """Case notes of the old systems, and section 47 enquiries, about somebody the user may see."""
    for note in CaseNote.objects.visible_to(user).filter(person=person).order_by("-happened_at", "-pk")[:MOST]:
        when = "" if note.is_date_known else " (date not readable in the old system)"
        yield Event(at=note.happened_at, title=f"{note.kind}{when}", text=note.text, by=f"{note.author} (CareCase)")
    held = (
        StrategyDiscussion.objects.filter(
            section_47=True, referral__in=Referral.objects.visible_to(user).filter(child=person)
        )
        .select_related("referral", "recorded_by")
        .order_by("-held_at", "-pk")[:MOST]
    )
    for discussion in held:
        yield Event(
            at=discussion.held_at,
            title=f"Strategy discussion, section 47 enquiry (referral {discussion.referral.reference})",
            text=discussion.decision,
            by=discussion.recorded_by.name,
            href=f"/referrals/{discussion.referral.reference}/",
        )


def origins_of(reference: str) -> list[Origin]:
    """Every row of the old systems a record was made from."""
    return list(Origin.objects.filter(reference=reference).select_related("source").order_by("file", "identity"))
