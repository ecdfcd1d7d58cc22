"""What the pages of rules show: what is in force, what waits, what was, who changed it, and open work it bears on."""

import hashlib
from dataclasses import dataclass
from datetime import date

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.dated import TABLES, Table, Work
from frontdoor.db import ALPHABET
from frontdoor.rules.versions import Key, Version, by_key, in_force, name_of, read

#: So many references of open work are shown.
SHOWN = 5


def reference_of(table: Table, key: Key) -> str:
    """The reference audit rows of one rule carry: made from its key, so that its history is found by an index."""
    number = int.from_bytes(hashlib.sha256("\n".join([table.name, *key]).encode()).digest()[:8], "big")
    letters = []
    for _ in range(7):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "RU-" + "".join(letters)


@dataclass
class Rule:
    """One rule with all its versions."""

    table: Table
    key: Key
    versions: list[Version]
    now: Version | None
    name: str

    def waiting(self, on: date) -> list[Version]:
        """Versions that have not begun."""
        return [each for each in self.versions if each.valid_from is not None and each.valid_from > on]

    def last_day(self, on: date) -> date | None:
        """The last day that is set for it, today or later, with nothing after it."""
        ends = self.versions[-1].valid_to if self.versions else None
        return ends if ends is not None and ends >= on else None

    def is_over(self, on: date) -> bool:
        """Whether its last day has passed."""
        ends = self.versions[-1].valid_to
        return ends is not None and ends < on

    @property
    def reference(self) -> str:
        """What its audit rows carry."""
        return reference_of(self.table, self.key)


def _rule(table: Table, key: Key, versions: list[Version], on: date) -> Rule:
    now = in_force(versions, on)
    return Rule(table, key, versions, now, name_of(table, now.values if now else versions[-1].values))


def rules_of(table: Table, on: date) -> list[Rule]:
    """Every rule of a table with its versions: a code list in its own order, others by name."""
    found = [_rule(table, key, versions, on) for key, versions in by_key(table, read(table)).items()]
    if table.column("position") is None:
        return sorted(found, key=lambda rule: rule.name.casefold())
    return sorted(found, key=lambda rule: (rule.now.values["position"] if rule.now else 0, rule.name))


def rule_at(table: Table, pk: int, on: date) -> Rule | None:
    """The rule one of whose versions stands in this row."""
    for key, versions in by_key(table, read(table)).items():
        if any(version.pk == pk for version in versions):
            return _rule(table, key, versions, on)
    return None


def done_to(rule: Rule) -> list[Entry]:
    """Who changed it, when and why, the newest first."""
    rows = Entry.objects.filter(reference=rule.reference, event__startswith="rules.").select_related("actor")
    return list(rows.order_by("-at", "-id")[:50])


@dataclass(frozen=True)
class Effect:
    """Open work a change bears on: how much, and the first references."""

    work: Work
    count: int
    references: tuple[str, ...]


def effects(table: Table, key: Key, user: User) -> list[Effect]:
    """Open work of this rule that the user may know of."""
    found = []
    for work in table.work:
        rows = work.rows(work.value_in(table, key)).visible_to(user).filter(work.open)
        references = tuple(rows.order_by("reference").values_list("reference", flat=True).distinct()[:SHOWN])
        found.append(Effect(work, rows.values("pk").distinct().count(), references))
    return found


def tables() -> list[Table]:
    """Every table, rules before code lists, by name."""
    return sorted(TABLES.values(), key=lambda table: (table.is_list, table.label.casefold()))
