"""What the pages of referrals read, in a fixed number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from contacts.families.telling import tellings
from contacts.models import Contact, ContactPerson, FamilyGroup, PossiblePerson
from contacts.screening.dangers import homes_given
from frontdoor.accounts.models import User
from frontdoor.clocks.actions import running_on
from frontdoor.clocks.models import Clock
from frontdoor.people.access import with_joined
from frontdoor.people.models import Person
from frontdoor.people.protection.reach import Told, each_once, warnings_for
from frontdoor.wording import worded
from referrals import endings
from referrals.models import AgeAssessment, Allocation, Enquiry, Referral, ReferralQuerySet

SHOWN = 50


@dataclass
class Line:
    """One referral on the list."""

    referral: Referral
    allocation: Allocation | None
    clock: Clock | None = None
    #: What happened, as the child's own family may read it.
    sentence: str = ""
    #: The child's own grade, or that of the contact.
    grade: str = ""


@dataclass
class Listed:
    """A page of the list: its lines, and the key of the next page."""

    lines: list[Line] = field(default_factory=list)
    after: str = ""


def _current() -> Any:
    rows = Allocation.objects.filter(to_at__isnull=True).select_related("team", "worker")
    return Prefetch("allocations", queryset=rows, to_attr="now")


def listed(user: User, *, view: str, team: str = "", worker: str = "", response: str = "", after: str = "") -> Listed:
    """Referrals the user may see, the oldest receipt first, fifty at a time by key.

    ``view`` is ``undecided``, ``to_sign``, ``enquiries`` (their outcomes to authorise), ``unallocated``, ``mine`` or
    ``open``; ``team`` a team's code or ``none``; ``worker`` a user name.
    """
    rows = Referral.objects.visible_to(user)
    if view == "undecided":
        rows = rows.awaiting_decision()
    elif view == "to_sign":
        rows = endings.waiting_for(user)
    elif view == "enquiries":
        rows = outcomes_to_sign(user)
    elif view == "unallocated":
        rows = rows.unallocated().exclude(status="awaiting_decision")
    elif view == "mine":
        rows = rows.open().filter(allocations__to_at__isnull=True, allocations__worker=user)
    else:
        rows = rows.open()
    if team == "none":
        rows = rows.exclude(allocations__in=Allocation.objects.filter(to_at__isnull=True))
    elif team:
        rows = rows.filter(allocations__in=Allocation.objects.filter(to_at__isnull=True, team__code=team))
    if worker:
        rows = rows.filter(allocations__in=Allocation.objects.current().filter(worker__username=worker))
    if response:
        rows = rows.filter(response_type=response)
    moment, key = _key(after)
    if moment is not None:
        rows = rows.filter(received_at__gte=moment).exclude(received_at=moment, id__lte=key)
    found = list(
        rows.select_related("child", "contact_person", "contact", "contact__type")
        .prefetch_related(_current())
        .order_by("received_at", "id")[: SHOWN + 1]
    )
    nearest: dict[str, Clock] = {}
    for clock in running_on([row.reference for row in found[:SHOWN]]):
        nearest.setdefault(clock.reference, clock)
    told = tellings([row.contact_person for row in found[:SHOWN]])
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    return Listed(
        [
            Line(
                row,
                row.now[0] if row.now else None,
                nearest.get(row.reference),
                told[row.contact_person_id].of("summary", row.contact.summary),
                row.contact_person.grade or row.contact.grade,
            )
            for row in found[:SHOWN]
        ],
        f"{last.received_at.isoformat()}~{last.pk}" if last else "",
    )


def outcomes_to_sign(user: User) -> ReferralQuerySet:
    """Referrals the user may see with a section 47 enquiry whose outcome another recorded and nobody has authorised."""
    waiting = Enquiry.objects.filter(status=Enquiry.Status.TO_SIGN).exclude(proposed_by=user)
    rows: ReferralQuerySet = Referral.objects.visible_to(user).open().filter(pk__in=waiting.values("referral"))
    return rows


def ages_to_decide(user: User) -> ReferralQuerySet:
    """Referrals the user may see with an age assessment that waits for a manager who is neither assessor."""
    waiting = AgeAssessment.objects.filter(status=AgeAssessment.Status.MINDED_TO)
    waiting = waiting.exclude(first_assessor=user).exclude(second_assessor=user)
    rows: ReferralQuerySet = Referral.objects.visible_to(user).open().filter(pk__in=waiting.values("referral"))
    return rows


def _key(after: str) -> tuple[datetime | None, int]:
    moment, _, key = after.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None, 0
    if found.tzinfo is None or not (key.isascii() and key.isdigit() and len(key) < 19):
        return None, 0
    return found, int(key)


def counted(user: User, view: str) -> int:
    """How many a view holds, counted to 1,000 at most."""
    rows = Referral.objects.visible_to(user)
    rows = rows.awaiting_decision() if view == "undecided" else rows.unallocated().exclude(status="awaiting_decision")
    return int(rows.order_by()[:1000].count())


def whole(user: User, reference: str) -> Referral | None:
    """One referral with what its page shows, or None when the user may not see it."""
    found: Referral | None = (
        Referral.objects.visible_to(user)
        .filter(reference=reference)
        .select_related(
            "child",
            "contact",
            "contact__type",
            "contact__agency",
            "contact__text",
            "contact_person",
            "decided_by",
            "closed_by",
        )
        .first()
    )
    return found


def having_open_work(people: Collection[int]) -> set[int]:
    """Which of these people (ids) have an open referral."""
    return {root or child for child, root in _open_of(people=people)} if people else set()


@worded(people=[int])
def _open_of(*, people: Collection[int]) -> QuerySet[Referral, tuple[int, int | None]]:
    # A second open referral of a child with two records stays on the record that was merged away.
    rows = Referral.objects.open().filter(child__in=with_joined(people))
    return rows.values_list("child_id", "child__merged_into_id")


def with_open_work(
    children: Iterable[ContactPerson], possible: Mapping[int, Sequence[PossiblePerson]]
) -> tuple[set[int], set[int]]:
    """Keys of these children of contacts who have open work, and of those who have it or may: who may join it.

    Somebody a child may be (by contact) counts until it is answered, so that the answer can be given and used on one
    page.
    """
    confirmed = {(row.pk, row.person_id) for row in children if row.person_id is not None}
    maybe = {(row.on_contact_id, row.person_id) for rows in possible.values() for row in rows}
    having = having_open_work({person for _, person in confirmed | maybe})
    known = {child for child, person in confirmed if person in having}
    return known, known | {child for child, person in maybe if person in having}


def siblings(referral: Referral, user: User) -> list[Referral]:
    """Referrals of the same contact and family."""
    return list(
        Referral.objects.visible_to(user)
        .filter(contact=referral.contact_id, contact_person__family_group=referral.contact_person.family_group)
        .exclude(pk=referral.pk)
        .select_related("child", "contact_person")
        .order_by("id")
    )


def warnings_of(referrals: Sequence[Referral], user: User) -> list[Told]:
    """The warnings a page about these referrals of one family tells: those that reach the children, and those about
    homes that were given on their contacts for anybody of the family whom the user may see."""
    family = Q(pk__in=())
    for row in referrals:
        family |= Q(contact=row.contact_id, family_group=row.contact_person.family_group)
    rows = ContactPerson.objects.filter(family, Q(person=None) | Q(person__in=Person.objects.visible_to(user)))
    children = [row.child_id for row in referrals if row.child_id is not None]
    return each_once(warnings_for(children, user, given=homes_given(rows.order_by("position", "pk"))))


def allocations(referral: Referral) -> list[Allocation]:
    """Whose it was, the latest first."""
    return list(referral.allocations.select_related("team", "worker", "allocated_by").order_by("-from_at", "-id"))


def children_of(contact: Contact) -> list[ContactPerson]:
    """The contact's children with their confirmed records."""
    return list(contact.people.filter(is_child=True).select_related("person", "contact__text").order_by("position"))


def people_of(contacts: Collection[Contact]) -> dict[int, list[ContactPerson]]:
    """By contact id the people on each in their order, with the records confirmed, in one query."""
    found: dict[int, list[ContactPerson]] = {contact.pk: [] for contact in contacts}
    whole = {contact.pk: contact for contact in contacts}
    for row in _people_on(contacts=whole) if whole else ():
        row.contact = whole[row.contact_id]
        found[row.contact_id].append(row)
    return found


@worded(contacts=[int])
def _people_on(*, contacts: Collection[int]) -> QuerySet[ContactPerson, ContactPerson]:
    rows = ContactPerson.objects.filter(contact__in=contacts).order_by("position")
    return rows.select_related("person", "linked_by", "decided_by", "added__addition__by")


def families_of(contacts: Collection[Contact]) -> list[FamilyGroup]:
    """The families on these contacts by number, with what each was told and agreed to."""
    return _families_on(contacts=[contact.pk for contact in contacts]) if contacts else []


@worded(contacts=[int])
def _families_on(*, contacts: Collection[int]) -> QuerySet[FamilyGroup, FamilyGroup]:
    return FamilyGroup.objects.filter(contact__in=contacts).order_by("number")


def adults_of(contact: Contact) -> list[ContactPerson]:
    """The contact's adults."""
    return list(contact.people.filter(is_child=False).order_by("position"))


def undecided_referrals(contact: Contact, user: User) -> list[Referral]:
    """The fast-tracked referrals of a contact, for its page."""
    return list(
        Referral.objects.visible_to(user)
        .filter(contact=contact)
        .select_related("child", "contact_person")
        .order_by("id")
    )


def work_on(row: ContactPerson) -> list[str]:
    """References of open referrals that stand on who this person on a contact was confirmed to be."""
    of_them = Referral.objects.filter(contact_person=row, child__isnull=False) | Referral.objects.filter(
        reference=row.joined_reference or None
    )
    return list(of_them.open().order_by("reference").values_list("reference", flat=True))
