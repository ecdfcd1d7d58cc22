"""What an old system has said of a row so far, and what a newer version of the row adds to it.

An empty value, or one that could not be used, says nothing: what the row said before goes on being what it says.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from frontdoor.exchange.legacy.checking import when
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.meanings import LISTS
from frontdoor.exchange.legacy.staging import Pending
from frontdoor.exchange.legacy.writing import Meanings
from frontdoor.exchange.models import SourceRecord

Values = Mapping[str, str]
#: Columns that say one thing together: a part left empty belongs to what stands in the others.
TOGETHER: dict[str, tuple[tuple[str, ...], ...]] = {
    "carecase_people.csv": (("address", "postcode"),),
    "firstcall_people.csv": (("ADDR1", "ADDR2", "TOWN", "PCODE"),),
}
#: The date of birth, whether it is estimated, and the expected one; empty beside a date means "as told".
BIRTH = {"carecase_people.csv": ("dob", "dob_status", "expected_dob"), "firstcall_people.csv": ("DOB", "DOB_EST")}
#: Columns in which a wording that may mean several things says nothing.
ONE_MEANING = frozenset({"referral_source", "primary_need", "SOURCE"})
#: Columns that are kept in the words they were typed in: what they mean is not asked.
IN_WORDS = frozenset(
    {("firstcall_contacts.csv", "REASON"), ("carecase_assessments.csv", "child_seen"),
     ("carecase_assessments.csv", "seen_alone"), ("carecase_s47.csv", "outcome"), ("carecase_s47.csv", "icpc_required")}
)  # fmt: skip
#: Codes that say that nothing is known: sex, ethnicity, primary need.
NOTHING_KNOWN = frozenset({"", "U", "NOBT", "N0"})
#: When a person's row was last changed, in its own system.
CHANGED = {"carecase_people.csv": (CARECASE, "last_updated"), "firstcall_people.csv": (FIRSTCALL, "MODIFIED")}


def changed_on(file: str, values: Values) -> date | None:
    """The source's own date of change of a person's row; None where it says none or the file has none."""
    system, column = CHANGED.get(file, ("", ""))
    found = when(values[column], system) if values.get(column) else None
    return found.date() if found else None


def with_news(file: str, before: Values, newer: Values, meanings: Meanings) -> dict[str, str]:
    """What a row says after a newer version of it: each usable value of the newer one, else the one before."""
    said = dict(before)
    group_of = {column: group for group in TOGETHER.get(file, ()) for column in group}
    birth = BIRTH.get(file, ())
    for column, value in newer.items():
        if column in group_of or column in birth or not value:
            continue
        if not before.get(column) or is_usable(file, column, value, meanings):
            said[column] = value
    for group in set(group_of.values()):
        _together(group, newer, said)
    if birth and (newer.get(birth[0]) or (not before.get(birth[0]) and any(newer.get(column) for column in birth))):
        for column in birth:
            said.pop(column, None)
            if newer.get(column):
                said[column] = newer[column]
    return said


def _together(group: Sequence[str], newer: Values, said: dict[str, str]) -> None:
    filled = {column: newer[column] for column in group if newer.get(column)}
    if all(said.get(column) == value for column, value in filled.items()):
        return  # the same with a part left out, or nothing at all
    for column in group:
        said.pop(column, None)
    said.update(filled)


def is_usable(file: str, column: str, value: str, meanings: Meanings) -> bool:
    """Whether a wording says something: its meaning is known and, where only one can be kept, there is one."""
    if (file, column) not in LISTS or (file, column) in IN_WORDS:
        return True
    code = meanings.of(file, column, value)
    return code not in NOTHING_KNOWN and not ("|" in code and column in ONE_MEANING)


def as_held(file: str, rows: Iterable[Pending], meanings: Meanings) -> list[Pending]:
    """Rows changed since they were loaded, with what they said before (``before``) and what they say now (``values``).

    ``meanings`` is one nobody counts with: rows of earlier extracts are read again. A fixed number of queries.
    """
    changed = [row for row in rows if row.reference]
    earlier = _versions(file, changed)
    found = []
    for row in changed:
        before: dict[str, str] = {}
        for version in [*_as_they_were_taken(file, earlier[row.identity]), row.before or {}]:
            before = with_news(file, before, version, meanings)
        found.append(replace(row, before=before, values=with_news(file, before, row.values, meanings)))
    return found


def _as_they_were_taken(file: str, versions: Iterable[Values]) -> list[Values]:
    """Without those that were older, when they came, than what was held."""
    taken: list[Values] = []
    last: date | None = None
    for values in versions:
        day = changed_on(file, values)
        if day is None or last is None or day >= last:
            taken.append(values)
            last = day or last
    return taken


def _versions(file: str, rows: Sequence[Pending]) -> dict[str, list[dict[str, str]]]:
    """The versions of these rows there were besides the one that came now, in the order they came."""
    now = {row.source_id for row in rows}
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    kept = SourceRecord.objects.filter(file=file, identity__in=[row.identity for row in rows], is_rejected=False)
    for key, identity, values in kept.order_by("pk").values_list("pk", "identity", "values"):
        if key not in now:
            found[identity].append(values)
    return found


def is_older(file: str, row: Pending, before: Values) -> bool:
    """Whether a row tells of an earlier day, by its own date of change, than the version of it that was loaded.

    An extract that is older as a whole changes nothing (:mod:`frontdoor.exchange.legacy.comparing`).
    """
    now, then = changed_on(file, row.values), changed_on(file, before)
    return now is not None and then is not None and now < then
