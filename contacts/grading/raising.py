"""What somebody a child may be calls for before anybody has confirmed it: a worse grade for now, never a better one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from contacts import hidden, hooks
from contacts.grading import rules as grading
from contacts.grading.provisional import rules_on
from contacts.models import Contact, PossiblePerson
from frontdoor.clocks.working_days import london_date
from frontdoor.people.models import Involvement, Person, Restriction

ON_PLAN = "A child is on a protection plan now"
#: What a grade may be raised to: a rule that gives blue calls for nothing, not even where there is no grade yet.
RAISES_TO = frozenset({"red", "amber", "green"})


@dataclass(frozen=True)
class Raised:
    """What possible matches of one contact call for: the grade of the published rules, why, and whether on a plan."""

    grade: str = ""
    why: str = ""
    is_on_plan: bool = False


def standing() -> "QuerySet[PossiblePerson, PossiblePerson]":
    """The possible people that still may be told of: unconfirmed, nobody joined to another, restricted or adopted."""
    return PossiblePerson.objects.filter(
        on_contact__person__isnull=True, person__merged_into__isnull=True, person__is_adoption_protected=False
    ).exclude(person_id__in=Restriction.objects.in_force().values("person_id"))


def raised(contacts: Sequence[tuple[int, str, datetime]]) -> dict[int, Raised]:
    """What is called for, by id, of contacts given as (id, reference, received at); nothing where nobody is possible.

    In a fixed number of questions however many contacts there are. Earlier contacts hidden from anybody
    count for nothing, or the order of the queue would tell of them.
    """
    possible: dict[int, set[int]] = defaultdict(set)
    rows = standing().filter(on_contact__contact_id__in=[key for key, _, _ in contacts], on_contact__is_child=True)
    for contact, person in rows.values_list("on_contact__contact_id", "person_id"):
        possible[contact].add(person)
    if not possible:
        return {}
    people = set().union(*possible.values())
    on_plan: set[int] = set().union(*[ask(people) for ask in hooks.on_plan])
    earlier = _contacts_of(people)
    rules = rules_on(max(london_date(received_at) for key, _, received_at in contacts if key in possible))
    return {
        key: _worst(
            [(person in on_plan, counted(earlier[person], reference, received_at)) for person in possible[key]], rules
        )
        for key, reference, received_at in contacts
        if key in possible
    }


def called_for_by(person: Person, contact: Contact) -> Raised:
    """What this person alone calls for on a contact they may be on."""
    counted = times_before([person.pk], contact.reference, contact.received_at)
    is_on_plan = any(person.pk in ask({person.pk}) for ask in hooks.on_plan)
    return _worst([(is_on_plan, counted)], rules_on(london_date(contact.received_at)))


def times_before(people: Collection[int], reference: str, received_at: datetime) -> int:
    """How many contacts in the 12 months before one name the most named of these people (ids)."""
    earlier = _contacts_of(people)
    return max((counted(earlier[person], reference, received_at) for person in people), default=0)


def _contacts_of(people: Collection[int]) -> dict[int, list[tuple[str, datetime]]]:
    rows = Involvement.objects.filter(person_id__in=people, kind=Involvement.Kind.CONTACT).exclude(
        hidden.from_anybody("reference")
    )
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for person, reference, opened_at in rows.values_list("person_id", "reference", "opened_at"):
        found[person].append((reference, opened_at))
    return found


def counted(contacts: Sequence[tuple[str, datetime]], own: str, received_at: datetime) -> int:
    """How many of these contacts, each with when it was opened, count in the 12 months before another one."""
    since = received_at - grading.YEAR
    return len({reference for reference, at in contacts if reference != own and since <= at <= received_at})


def _worst(of_each: Sequence[tuple[bool, int]], rules: Sequence[grading.Rule]) -> Raised:
    """The worst that the rules of the day make of any of them."""
    signs: dict[str, int] = {}
    is_on_plan = any(on_plan for on_plan, _ in of_each)
    if is_on_plan:
        signs["on_plan"] = 1
    times = max(count for _, count in of_each)
    if times:
        signs["repeat"] = times
    held = [
        rule for rule in rules if signs.get(rule.code, 0) >= max(rule.at_least, 1) and rule.grade in RAISES_TO
    ]  # fmt: skip
    if not held and not is_on_plan:
        return Raised()
    graded = grading.provisional(signs, held) if held else grading.Graded("", (ON_PLAN,))
    told = graded.reasons[0]
    return Raised(graded.grade, f"Possible, not confirmed: {told[:1].lower()}{told[1:]}", is_on_plan)
