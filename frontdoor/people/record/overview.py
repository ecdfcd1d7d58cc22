"""What the one record shows of a person: read in a fixed number of queries, whatever the person's history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import Resolver404, resolve

from frontdoor.access import Permission, roles_holding
from frontdoor.accounts.models import OnDuty, User
from frontdoor.db import tidy_reference
from frontdoor.people.access import about_visible, hidden_people
from frontdoor.people.hooks import keep_visible
from frontdoor.people.models import Address, Involvement, Person, PersonText, Relationship, Restriction

# The addresses of the outside contract; a page an installation does not serve is not linked to.
PLACES = {
    "contact": "/contacts/{}/",
    "referral": "/referrals/{}/",
    "assessment": "/assessments/{}/",
    "supervision": "/supervision/{}/",
    "early_help": "/early-help/{}/",
}
WORDS = {
    "contact": "Contact",
    "referral": "Referral",
    "assessment": "Assessment",
    "supervision": "Supervision",
    "early_help": "Early help",
}


def href_of(kind: str, reference: str) -> str:
    """Address of a record's own page, or "" when this installation does not serve it."""
    path = PLACES.get(kind, "").format(reference)
    try:
        resolve(path)
    except Resolver404:
        return ""
    return path


@dataclass(frozen=True)
class Relative:
    """Somebody of the family, as a line: the name is missing when the user may not see them."""

    person: Person
    kind: str
    has_parental_responsibility: bool | None
    lives_with: bool | None


# What A is to B, read from the other end.
OTHER_END = {
    "mother": "child",
    "father": "child",
    "step_parent": "child",
    "parents_partner": "child",
    "carer": "child",
    "foster_carer": "child",
    "adoptive_parent": "child",
    "guardian": "child",
    "grandparent": "other_family",
    "aunt_uncle": "other_family",
    "child": "carer",
}


def either(first: bool | None, second: bool | None) -> bool | None:
    """What two records say together: yes wins over no, and anything over nothing."""
    return True if first or second else second if first is None else first


def family(person: Person, user: User) -> list[Relative]:
    """Relations from both ends, without anybody hidden from the user."""
    hidden = hidden_people(user)
    rows = (
        Relationship.objects.filter(Q(person=person) | Q(other=person), ended_on__isnull=True)
        .exclude(person_id__in=hidden)
        .exclude(other_id__in=hidden)
        # What joined records were to one another says nothing of the one person.
        .filter(person__merged_into__isnull=True, other__merged_into__isnull=True)
        .select_related("person", "other")
        .order_by("pk")
    )
    return relatives(person, list(rows))


def relatives(person: Person, rows: Iterable[Relationship]) -> list[Relative]:
    """A person's own ties from both ends, each relation once, with what either of two joined records says."""
    told: dict[tuple[int, str], Relative] = {}
    back: dict[tuple[int, str], Relative] = {}
    for r in rows:
        if r.person_id == person.pk:
            one = Relative(r.other, r.kind, r.has_parental_responsibility, r.lives_with)
            before = told.setdefault((r.other_id, r.kind), one)
            if before is not one:
                told[r.other_id, r.kind] = Relative(
                    r.other,
                    r.kind,
                    either(before.has_parental_responsibility, r.has_parental_responsibility),
                    either(before.lives_with, r.lives_with),
                )
        elif r.other_id == person.pk:
            kind = OTHER_END.get(r.kind, r.kind)
            back.setdefault((r.person_id, r.kind), Relative(r.person, kind, None, r.lives_with))
    known = {relative.person.pk for relative in told.values()}
    return [*told.values(), *(relative for relative in back.values() if relative.person.pk not in known)]


def texts(person: Person) -> list[PersonText]:
    """Long texts of the record and of every record joined to it, its own first."""
    rows = PersonText.objects.filter(person__in=Person.objects.with_joined([person.pk])).exclude(notes="")
    return sorted(rows.select_related("person"), key=lambda t: (t.person_id != person.pk, t.person_id))


#: So much work at most stands on a record's first page: all that is open, and what ended last. The rest is history.
WORK = 60


def work(person: Person, user: User) -> list[Involvement]:
    """Records about this person that the user may see: the open ones first, then those that ended last."""
    rows = about_visible(Involvement.objects.filter(person=person), user).select_related("team", "worker")
    newest = rows.order_by(models.F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")[:WORK]
    found = keep_visible(list(newest), user)
    return sorted((r for r in found if r.closed_at is None), key=lambda r: (r.opened_at, r.pk), reverse=True) + [
        r for r in found if r.closed_at is not None
    ]


def addresses(person: Person) -> list[Address]:
    """Addresses, present ones first."""
    rows = list(Address.objects.filter(person=person).exclude(lines="", postcode="").order_by("-pk"))
    return sorted(rows, key=lambda a: a.ended_on is not None)


def missing(person: Person) -> list[str]:
    """Key facts not yet obtained, in words, to be chased."""
    gaps = [
        ("date of birth", person.date_of_birth is None and not person.is_unborn),
        ("sex", not person.sex and not person.is_unborn),
        ("ethnicity", person.ethnicity == "NOBT" and not person.is_unborn),
        ("first language", not person.first_language and not person.is_unborn),
        ("whether an interpreter is needed", person.interpreter_needed is None),
        ("religion", not person.religion),
        ("disability", not person.disabilities and not person.is_unborn),
    ]
    return [words for words, is_missing in gaps if is_missing]


def relation(user: User, person: Person, at: datetime) -> str:
    """Why this user's opening the record needs no typed reason ("" when it does): read from work, rota and role."""
    # Hidden work is no reason: whoever is not asked would know that there is some.
    own = about_visible(Involvement.objects.open().filter(person=person), user)
    rows = list(own.values_list("worker_id", "team_id"))
    if any(worker == user.pk for worker, _ in rows):
        return "allocated"
    teams = {user.team_id, *user.teams_managed.values_list("pk", flat=True)} - {None}
    if any(team in teams for _, team in rows):
        return "work of the team"
    if OnDuty.objects.at(at).filter(user=user).exists():
        return "on duty"
    return ""


def for_reference(reference: str) -> Person | None:
    """The very record of this reference, joined to another or not: for commands, never for a page."""
    return Person.objects.filter(reference=tidy_reference(reference).replace("\x00", "")).first()


def for_oversight(reference: str) -> Person | None:
    """The person with this reference, restricted or not: only for those who answer for who looked."""
    wanted = tidy_reference(reference).replace("\x00", "")
    found: Person | None = Person.objects.standing().named(wanted).first()
    return found


def restriction_of(person: Person, key: int) -> Restriction | None:
    """One restriction in force on this person."""
    return Restriction.objects.in_force().filter(person=person, pk=key).first()


def colleagues(usernames: Iterable[str]) -> dict[str, User]:
    """Active staff accounts by user name."""
    names = [name.lower() for name in usernames]
    return {user.username: user for user in User.objects.filter(username__in=names, is_active=True, is_machine=False)}


# A part that stayed on a record merged away is told already on the record that stands.
STANDING: dict[str, Any] = {"person__merged_into__isnull": True}


def work_of(user: User) -> models.QuerySet[Involvement]:
    """Open records about a child whose named worker is this user, oldest first, without those hidden from them."""
    rows = about_visible(Involvement.objects.worked_by(user).filter(role="subject", **STANDING), user)
    return rows.select_related("person", "team").order_by("opened_at", "pk")


KIND_OF = {"C": "contact", "R": "referral", "A": "assessment", "S": "supervision", "E": "early_help"}


def href_of_reference(reference: str) -> str:
    """Address of a record from its reference alone (the prefix tells the kind); "" when there is none."""
    return href_of(KIND_OF.get(reference[:1], ""), reference)


def staff_with(permission: Permission) -> list[User]:
    """Active staff whose roles hold a permission: whom to tell."""
    return list(User.objects.filter(is_active=True, roles__overlap=roles_holding(permission)).order_by("username"))
