"""Grading a notification that came without a grade: what the rules of the day say of it, always marked provisional."""

from datetime import date

from contacts import hidden
from contacts.bundles import bundling
from contacts.bundles.actions import facts_of
from contacts.facts import ContactFacts
from contacts.grading import rules as grading
from contacts.grading.rules import Rule
from contacts.models import Contact, FamilyKey, ProvisionalGradeRule
from frontdoor.clocks.working_days import london_date
from frontdoor.db import shortened

LONGEST_REASON = 200


def rules_on(day: date) -> list[Rule]:
    """The published rules in force on a day; the shipped ones when a council has none."""
    rows = ProvisionalGradeRule.objects.in_force(day).order_by("id")
    return [Rule(row.code, row.grade, row.sentence, row.at_least) for row in rows] or list(grading.RULES)


def grade_for_now(contact: Contact, facts: ContactFacts) -> None:
    """Set the provisional grade and its reasons on a contact just kept with its people; the caller saves it.

    Of what it says alone: what is known of somebody a child may be raises it apart (:mod:`contacts.grading.raising`).
    """
    today = london_date(contact.received_at)
    signs = grading.signs_of(facts, today, earlier=_earlier(contact))
    found = grading.provisional(signs, rules_on(today))
    contact.grade, contact.grade_is_provisional = found.grade, True
    contact.provisional_reasons = [shortened(sentence, LONGEST_REASON) for sentence in found.reasons]


def _earlier(contact: Contact) -> int:
    """How many contacts in 12 months name one of these children; none that is hidden from anybody counts."""
    words = bundling.child_keys(facts_of([contact])[0])
    if not words:
        return 0
    since = contact.received_at - grading.YEAR
    rows = FamilyKey.objects.filter(key__in=sorted(words), received_at__range=(since, contact.received_at))
    rows = rows.exclude(contact=contact).exclude(hidden.from_anybody("contact__reference"))
    return rows.values("contact").distinct().count()
