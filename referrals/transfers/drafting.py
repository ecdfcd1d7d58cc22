"""The summary of a transfer, drafted from the record: what the reader may see of the referral, and no address."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contacts.families.telling import telling_for
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.ui.formats import day, person_age
from referrals import readers
from referrals.models import Enquiry, Referral


def facts(referral: Referral, user: User, at: datetime) -> list[tuple[str, str]]:
    """Heading and words of each part, as this reader may see it at this moment; nothing known is said as well."""
    return [
        ("Who", _who(referral, at)),
        ("Why it is open", _why(referral, at)),
        ("Plan and enquiry", "; ".join(_standing(referral, user)) or "No plan, no enquiry"),
        ("Warnings", _warnings(referral, user, at)),
        ("Agreement", _agreement(referral, at)),
        ("Last seen", _last_seen(referral)),
        ("Open deadlines", _deadlines(referral, user)),
    ]


def summary_of(referral: Referral, user: User, at: datetime) -> str:
    """The same as one text to begin from."""
    return "\n\n".join(f"{heading}: {words}" for heading, words in facts(referral, user, at))


def _who(referral: Referral, at: datetime) -> str:
    age = person_age(referral.child, london_date(at)) if referral.child is not None else ""
    return ", ".join(filter(None, (referral.child_name, age, referral.reference)))


def _why(referral: Referral, at: datetime) -> str:
    telling = telling_for(referral.contact_person)
    need = lists.label("primary_need", referral.primary_need) if referral.primary_need else ""
    response = referral.get_response_type_display()
    said = [
        f"referral of {day(referral.received_on)}",
        telling.of("summary", referral.contact.summary),
        f"answered by: {response.lower()}" if response else "",
        f"primary need: {need}" if need else "",
        telling.plain(referral.decision_reason),
    ]
    return "; ".join(filter(None, said))


def _standing(referral: Referral, user: User) -> Iterator[str]:
    if referral.service:
        yield str(referral.get_service_display())
    for each in Enquiry.objects.visible_to(user).open().filter(referral=referral).order_by("pk"):
        words = each.get_status_display().lower()
        yield f"Section 47 enquiry {each.reference} since {day(each.started_on)}, {words}"
    last = referral.strategy_discussions.order_by("-held_at", "-pk").first()
    if last is not None:
        yield f"Strategy discussion on {day(london_date(last.held_at))}: {last.get_outcome_display().lower()}"


def _warnings(referral: Referral, user: User, at: datetime) -> str:
    found = readers.warnings_of([referral], user)
    kinds = [lists.label("warning_kind", each.kind) for each in found]
    return "; ".join(dict.fromkeys(kinds)) or "None known"


def _agreement(referral: Referral, at: datetime) -> str:
    family = referral.contact.families.filter(number=referral.contact_person.family_group).first()
    if family is None or not family.agreement:
        return "Not recorded"
    telling = telling_for(referral.contact_person)
    words = lists.label("consent_status", family.agreement)
    by = f"by {telling.plain(family.agreement_by)}" if family.agreement_by else ""
    scope = f"to {telling.plain(family.agreement_scope)}" if family.agreement_scope else ""
    return ", ".join(filter(None, (words, by, scope)))


def _last_seen(referral: Referral) -> str:
    # The visits are of the app above, which calls them so on the referral.
    visits: Any = referral
    last = visits.visits.standing().filter(is_seen=True).order_by("-happened_at", "-pk").first()
    if last is None:
        return "Never seen in person since the referral, as far as is recorded"
    alone = {"yes": "alone", "no": "not alone"}.get(last.seen_alone, "")
    return ", ".join(filter(None, (day(london_date(last.happened_at)), alone)))


def _deadlines(referral: Referral, user: User) -> str:
    rows = Clock.objects.visible_to(user).running().of(referral.reference).order_by("due_at", "pk")
    return "; ".join(f"{each.label} by {day(london_date(each.due_at))}" for each in rows) or "None"
