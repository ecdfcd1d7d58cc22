"""Everything held on one person in one query, however much there is: what the top of a record shows.

Each kind of row comes as an array of JSON beside the person and is made into the rows of its model again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from frontdoor.accounts.models import OnDuty, User
from frontdoor.db import by_name
from frontdoor.people.access import known_people
from frontdoor.people.models import (
    Address,
    Identifier,
    Involvement,
    Merge,
    Name,
    Person,
    PersonText,
    Relationship,
    Restriction,
    RestrictionHolder,
    Telephone,
)

#: The most relatives whose families are looked at for the family tree.
NEAR = 60
#: The most rows of one kind shown on the page.
MOST = 200


@dataclass
class Held:
    """What is held on a person, and why this user may read it without typing a reason."""

    names: list[Any]
    identifiers: list[Any]
    addresses: list[Any]
    telephones: list[Any]
    restrictions: list[Any]
    may_see: list[str]
    texts: list[Any]
    merges: list[Any]
    near: list[int]
    relation: str
    has_conflict: bool


def _rows(rows: QuerySet[Any], *named: str) -> ArraySubquery:
    """An array of the rows as JSON, with the names (``set_by__name``) of what they point to."""
    columns = {each.attname: each.attname for each in rows.model._meta.concrete_fields}
    built = JSONObject(**columns, **{name: name for name in named})
    return ArraySubquery(rows.annotate(row_as_json=built).values("row_as_json")[:MOST])


def _made(model: Any, found: list[dict[str, Any]], *named: str) -> list[Any]:
    made = []
    fields = model._meta.concrete_fields
    for values in found:
        row = model.from_db("default", [f.attname for f in fields], [f.to_python(values[f.attname]) for f in fields])
        for name in named:
            link, _, column = name.partition("__")
            key = values[f"{link}_id"]
            if key is not None:
                there = getattr(row, f"_{link}", None) or model._meta.get_field(link).related_model(pk=key)
                setattr(there, column, values[name])
                setattr(row, f"_{link}", there)
                setattr(row, link, there)
        made.append(row)
    return made


MERGE = (
    "merged_by__name", "survivor__reference", "survivor__display_name", "loser__reference", "loser__display_name",
)  # fmt: skip


def held(person: Person, user: User, at: datetime) -> Held:
    """Read it, in one query."""
    of = OuterRef("pk")
    joined = Person.objects.with_joined([person.pk])
    open_parts = Involvement.objects.filter(person=of, closed_at__isnull=True)
    ties = Relationship.objects.filter(ended_on__isnull=True)
    holders = RestrictionHolder.objects.filter(
        restriction__person=of, restriction__ended_at__isnull=True, ended_at__isnull=True
    ).order_by(*by_name("user__name"), "pk")
    row = (
        Person.objects.filter(pk=person.pk)
        .annotate(
            its_names=_rows(Name.objects.filter(person=of).order_by("-pk")),
            its_identifiers=_rows(Identifier.objects.filter(person=of).order_by("kind", "pk")),
            its_addresses=_rows(Address.objects.filter(person=of).exclude(lines="", postcode="").order_by("-pk")),
            its_telephones=_rows(Telephone.objects.filter(person=of, ended_on__isnull=True).order_by("pk")),
            its_restrictions=_rows(Restriction.objects.in_force().filter(person=of).order_by("pk"), "set_by__name"),
            its_holders=ArraySubquery(holders.values("user__name")),
            its_texts=_rows(
                PersonText.objects.filter(person__in=joined).exclude(notes="").order_by("pk"),
                "person__reference",
            ),
            its_merges=_rows(Merge.objects.standing().filter(survivor__in=joined).order_by("-pk"), *MERGE),
            its_near=ArraySubquery(ties.filter(person=of).order_by("pk").values("other_id")[:NEAR]),
            its_near_back=ArraySubquery(ties.filter(other=of).order_by("pk").values("person_id")[:NEAR]),
            has_conflict=Exists(known_people(user).filter(person=of)),
            is_worker=Exists(open_parts.filter(worker_id=user.pk)),
            # No team has the key 0.
            is_team=Exists(open_parts.filter(Q(team_id=user.team_id or 0) | Q(team__manager=user.pk))),
            is_on_duty=Exists(OnDuty.objects.at(at).filter(user_id=user.pk)),
        )
        .values()
        .get()
    )
    addresses = _made(Address, row["its_addresses"])
    texts = _made(PersonText, row["its_texts"], "person__reference")
    return Held(
        names=_made(Name, row["its_names"]),
        identifiers=_made(Identifier, row["its_identifiers"]),
        addresses=sorted(addresses, key=lambda a: a.ended_on is not None),
        telephones=_made(Telephone, row["its_telephones"]),
        restrictions=_made(Restriction, row["its_restrictions"], "set_by__name"),
        may_see=sorted(set(row["its_holders"])),
        texts=sorted(texts, key=lambda t: t.person_id != person.pk),
        merges=_made(Merge, row["its_merges"], *MERGE),
        has_conflict=row["has_conflict"],
        near=list(dict.fromkeys([*row["its_near"], *row["its_near_back"]]))[:NEAR],
        relation=(
            "allocated"
            if row["is_worker"]
            else "work of the team"
            if row["is_team"]
            else "on duty"
            if row["is_on_duty"]
            else ""
        ),
    )
