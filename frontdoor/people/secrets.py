"""What must never leave the house on a person's papers: confidential addresses, and the names of other families."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q

from frontdoor.people.models import Address, Involvement, Name, Person, Relationship

KEPT = {"address": "confidential address", "name": "name of another family"}
SHORTEST = 3
MOST = 2000


@dataclass(frozen=True)
class Secret:
    """Words to keep back, and what stands in their place."""

    kind: Literal["address", "name"]
    pattern: re.Pattern[str]


def _pattern(words: str) -> re.Pattern[str]:
    """These words in any case and spacing, as whole words."""
    parts = [re.escape(part) for part in re.split(r"[\s,]+", words) if part]
    return re.compile(r"(?<!\w)" + r"[\s,]+".join(parts) + r"(?!\w)", re.I)


def _capital(word: str) -> re.Pattern[str]:
    """One name alone, only as names are written: ``May`` and ``MAY``, not what may be."""
    return re.compile(r"(?<!\w)(?:" + re.escape(word) + "|" + re.escape(word.upper()) + r")(?!\w)")


def _postcode(key: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + re.escape(key[:-3]) + r"\s*" + re.escape(key[-3:]) + r"(?!\w)", re.I)


def secret_address(text: str, postcode: str) -> list[Secret]:
    """A confidential address: the whole of it, the lines that say where, and the postcode."""
    lines = [part.strip() for part in re.split(r"[,\n]", text) if len(part.strip()) >= SHORTEST]
    found = [Secret("address", _pattern(text))] if text.strip() else []
    # A town alone tells nothing; the first line with its number tells where.
    found += [Secret("address", _pattern(line)) for line in lines if re.search(r"\d", line) or line == lines[0]]
    key = postcode.replace(" ", "")
    return [*found, Secret("address", _postcode(key))] if len(key) >= 5 else found


def without(text: str, secrets: Iterable[Secret]) -> str:
    """The text without confidential addresses and names of other families."""
    for secret in secrets:
        text = secret.pattern.sub(f"[{KEPT[secret.kind]}]", text)
    return text


def secrets_of(person: Person, references: Iterable[str]) -> list[Secret]:
    """The confidential addresses of the person and their family, and the names of whoever else is on these records.

    Family are those with a relationship to the person; everybody else named in the same records is another family.
    """
    ties = Relationship.objects.filter(Q(person=person) | Q(other=person)).values_list("person_id", "other_id")
    own = {person.pk, *(key for tie in ties for key in tie)}
    others = set(
        Involvement.objects.filter(reference__in=list(references))
        .exclude(person_id__in=own)
        .values_list("person_id", flat=True)[:MOST]
    )
    found: list[Secret] = []
    hidden = Address.objects.filter(Q(person__in=own | others) | Q(person__merged_into=person), is_confidential=True)
    for place in hidden:
        found += secret_address(place.lines, place.postcode_key)
    shared = {name.casefold() for name in _names(own)}
    for name in _names(others):
        if len(name) >= SHORTEST and name.casefold() not in shared:
            found.append(Secret("name", _pattern(name) if " " in name else _capital(name)))
    # The longest first: a whole name before the part of it that somebody else also has.
    return sorted(found, key=lambda secret: len(secret.pattern.pattern), reverse=True)


def _names(keys: set[int]) -> set[str]:
    """Whole names, given names and family names of these people."""
    rows = Name.objects.filter(person_id__in=keys).values_list("full", "family", "given")
    return {text.strip() for row in rows for text in (*row, *row[2].split()) if text.strip()}
