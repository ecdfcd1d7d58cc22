"""Who to weigh: people fetched by exact, bounded look-ups, after fuzzy work on the few words names are made of.

Who may not be shown is left out inside the SQL, before any limit and any count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection

from frontdoor.accounts.models import User
from frontdoor.db import sql_beside
from frontdoor.people import dates, identifiers
from frontdoor.people.matching.levels import W_FUZZY, W_PART
from frontdoor.people.matching.names import compare_words
from frontdoor.people.matching.spellings import spellings_of

# How many people are weighed; a name alone that fits more than TOO_MANY needs a second fact.
WEIGHED = 60
TOO_MANY = 100
# A set of words with more bearers is common: only people with exactly the words given are looked at, by two of them.
COMMON = 3000
WORDS_AT_MOST = 6
ALIKE_AT_MOST = 24

VOCABULARY = sql_beside(__file__, "gather_vocabulary")


PERSON_TOO = " JOIN people_person p ON p.id = t.person_id"
AT_POSTCODE = "x.postcode_key = %(postcode)s AND x.postcode_key <> '' AND NOT x.is_confidential"


@dataclass(frozen=True)
class Scope:
    """Who may be found: everybody but ``hidden``, or nobody but ``only``."""

    hidden: Sequence[int] = ()
    only: Sequence[int] | None = None

    def sql(self, column: str) -> str:
        """A condition for a column that holds a person's key."""
        if self.only is not None:
            return f"{column} = ANY(%(only)s::bigint[])"
        return f"{column} <> ALL(%(hidden)s::bigint[])" if self.hidden else "TRUE"

    @property
    def values(self) -> dict[str, Any]:
        """What the condition needs."""
        return {"hidden": list(self.hidden), "only": list(self.only or ())}


@dataclass
class Near:
    """For each word asked for, the known words like it, the nearest first; and how many people bear each word."""

    words: list[str]
    alike: list[list[str]]
    bearers: dict[str, int]

    @property
    def every(self) -> list[str]:
        """All of them, each once."""
        return list(dict.fromkeys(text for found in self.alike for text in found))

    def size(self, place: int) -> int:
        """About how many people bear one of the words like this one."""
        return sum(self.bearers.get(text, 0) for text in self.alike[place])


@dataclass
class Gathered:
    """Keys of people to weigh, the surest ways first, and what was seen on the way."""

    keys: dict[int, None] = field(default_factory=dict)
    too_many: bool = False
    at_place: int = 0
    #: Those who bear, or bore, a number given.
    by_number: set[int] = field(default_factory=set)


HIDDEN = sql_beside(__file__, "gather_hidden")
PROTECTED = """
    SELECT r.person_id FROM people_restriction r WHERE r.ended_at IS NULL
    UNION
    SELECT p.id FROM people_person p WHERE p.is_adoption_protected
"""
REFUSED = """
    UNION
    SELECT n.person_id FROM people_notthisperson n WHERE n.reference = %(reference)s AND n.position = %(position)s
"""


def scope_for(user: User, *, reference: str = "", position: int = 0) -> Scope:
    """Everybody but those hidden from this user, adoption-protected without the user's name, or refused here."""
    return Scope(hidden=_keys(HIDDEN, {"user": user.pk, "reference": reference, "position": position}))


def open_to_all(*, reference: str, position: int) -> Scope:
    """Everybody but the restricted, the adoption-protected and those refused here: the same for whoever asks."""
    return Scope(hidden=_keys(PROTECTED + REFUSED, {"reference": reference, "position": position}))


def protected_alone() -> Scope:
    """Nobody but the restricted and the adoption-protected: for what only the server may know."""
    return Scope(only=_keys(PROTECTED, {}))


def near_words(words: Sequence[str]) -> Near:
    """Known words that may be meant by these: the same, known spellings, alike by sound or letters, or a part."""
    asked = [word for word in dict.fromkeys(words) if len(word) > 1 or not word.isascii()][:WORDS_AT_MOST]
    if not asked:
        return Near([], [], {})
    spelt = [(n, text) for n, word in enumerate(asked, start=1) for text in sorted(spellings_of(word))]
    with connection.cursor() as cursor:
        cursor.execute(
            VOCABULARY,
            {"words": asked, "numbers": [n for n, _ in spelt], "spellings": [text for _, text in spelt]},
        )
        rows = cursor.fetchall()
    ranked: list[list[tuple[int, int, str]]] = [[] for _ in asked]
    bearers: dict[str, int] = {}
    for n, text, count in rows:
        bearers[text] = count
        level = compare_words(asked[n - 1], text)
        if level <= W_FUZZY or level == W_PART:
            ranked[n - 1].append((level, abs(len(text) - len(asked[n - 1])), text))
    alike = [[text for _, _, text in sorted(found)[:ALIKE_AT_MOST]] for found in ranked]
    return Near(asked, alike, bearers)


def birth_dates(born: date) -> list[date]:
    """Dates a clerk may have written for this one: turned round, a year or ten off, a day or a digit of the day off."""
    found = dict.fromkeys(dates.near(born))
    for days in (-1, 1):
        found[born + timedelta(days=days)] = None
    for day in (born.day - 10, born.day + 10, born.day - 20, born.day + 20):
        try:
            found[born.replace(day=day)] = None
        except ValueError:  # no such day in this month
            continue
    found[date(born.year, 1, 1)] = None
    return list(found)


def gather(
    scope: Scope,
    near: Near,
    *,
    numbers: Sequence[tuple[str, str]],
    telephones: Sequence[str],
    postcode: str,
    born: date | None,
    is_exact: bool,
    expected: date | None,
) -> Gathered:
    """Keys of the people worth weighing, by every way there is, each bounded and each after the scope: one statement.

    1. Identifiers, of any date. 2. Birth date (or a slip of it) with a word of the name. 3. Home or telephone with a
    word of the name, or with the birth. 4. Two words of the name, in any order. 5. One word alone, if few bear it.
    """
    every = near.every
    when = born or expected
    values = {
        **scope.values, "every": every, "born": born, "postcode": postcode, "telephones": [*telephones], "when": when,
        "kinds": [kind for kind, _ in numbers], "numbers": [value for _, value in numbers],
    }  # fmt: skip
    ways: list[str] = []
    if numbers:
        ways.append(
            "SELECT i.person_id FROM unnest(%(kinds)s::text[], %(numbers)s::text[]) AS a(kind, value)"
            " JOIN people_identifier i ON i.value = a.value AND i.kind = a.kind"
            f" WHERE {scope.sql('i.person_id')} LIMIT 50"
        )
    if born and every and is_exact:
        values["days"] = birth_dates(born)
        ways.append(
            "SELECT p.id FROM people_person p JOIN people_nametoken t ON t.person_id = p.id"
            " AND t.word = ANY(%(every)s) WHERE p.date_of_birth = ANY(%(days)s::date[])"
            f" AND {scope.sql('p.id')} GROUP BY p.id"
            " ORDER BY count(*) + (p.date_of_birth = %(born)s)::int DESC, p.id DESC LIMIT 60"
        )
    for known, table, condition in (
        (postcode, "people_address", f"{AT_POSTCODE} AND NOT x.is_communal"),
        (telephones, "people_telephone", "x.number_key = ANY(%(telephones)s)"),
    ):
        if known and (every or when):
            ways.append(
                f"SELECT DISTINCT x.person_id FROM {table} x WHERE {condition} AND {scope.sql('x.person_id')}"
                f" AND {_fits(every, when)} ORDER BY 1 DESC LIMIT 60"
            )
    if expected and every:
        values |= {"first": expected - timedelta(days=120), "last": expected + timedelta(days=60)}
        ways.append(
            "SELECT p.id FROM people_person p WHERE (p.expected_on BETWEEN %(first)s AND %(last)s"
            " OR p.date_of_birth BETWEEN %(first)s AND %(last)s)"
            f" AND {scope.sql('p.id')} AND EXISTS (SELECT 1 FROM people_nametoken t WHERE t.person_id = p.id"
            " AND t.word = ANY(%(every)s)) ORDER BY p.id DESC LIMIT 60"
        )
    if postcode:
        ways.append(f"SELECT -count(*) FROM (SELECT 1 FROM people_address x WHERE {AT_POSTCODE} LIMIT 300) AS few")
    by_name = _by_name(scope, near, born, values)
    if by_name:
        ways.append(by_name)
    has_second_fact = bool(when or postcode or telephones or numbers)
    return _gathered(
        ways, values, has_second_fact=has_second_fact, begins_by_number=bool(numbers), ends_by_name=bool(by_name)
    )


def _gathered(
    ways: list[str], values: dict[str, Any], *, has_second_fact: bool, begins_by_number: bool, ends_by_name: bool
) -> Gathered:
    found = Gathered()
    if not ways:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"(SELECT {number}, * FROM ({way}) AS w{number})" for number, way in enumerate(ways)),
            values,
        )
        rows = cursor.fetchall()
    last = len(ways) - 1
    if ends_by_name and not has_second_fact and sum(number == last for number, _ in rows) > TOO_MANY:
        found.too_many = True
    for number, key in sorted(rows, key=lambda row: row[0]):
        if key > 0:
            found.keys[key] = None
            if begins_by_number and number == 0:
                found.by_number.add(key)
        else:
            found.at_place = -key
    return found


def _fits(every: Sequence[str], when: date | None) -> str:
    """A condition on who lives there: a word of the name, or the same date of birth (expected or come true)."""
    ways = []
    if every:
        ways.append(
            "EXISTS (SELECT 1 FROM people_nametoken t WHERE t.person_id = x.person_id AND t.word = ANY(%(every)s))"
        )
    if when:
        ways.append(
            "EXISTS (SELECT 1 FROM people_person p WHERE p.id = x.person_id AND (p.date_of_birth = %(when)s"
            " OR p.expected_on BETWEEN %(when)s::date - 60 AND %(when)s::date + 60))"
        )
    return "(" + " OR ".join(ways) + ")" if ways else "FALSE"


def _by_name(scope: Scope, near: Near, born: date | None, values: dict[str, Any]) -> str:
    """People by two words of the name in any order, or by the only one: one more than TOO_MANY at most."""
    places = [place for place in range(len(near.words)) if near.alike[place]]
    if not places:
        return ""
    order = sorted(places, key=near.size)
    values["driver"] = near.alike[order[0]]
    mine = scope.sql("t.person_id")
    if len(places) == 1:
        if len(near.words) > 1 and near.size(order[0]) > TOO_MANY:
            return ""  # The other words are nobody's: a common first name alone says nothing.
        if near.bearers.get(near.words[order[0]], 0) > 0:
            values["driver"] = [near.words[order[0]]]
        return (
            "SELECT DISTINCT t.person_id FROM people_nametoken t WHERE t.word = ANY(%(driver)s)"
            f" AND {mine} ORDER BY 1 DESC LIMIT 101"
        )
    if near.size(order[0]) > COMMON:
        values["one"], values["other"] = (near.words[place] for place in order[:2])
        sql = (
            "SELECT t.person_id FROM people_nametoken t JOIN people_nametoken o ON o.person_id = t.person_id"
            f"{PERSON_TOO if born else ''} WHERE t.word = %(one)s AND o.word = %(other)s AND {mine}"
        )
        if born:
            sql += " AND abs(p.date_of_birth - %(born)s::date) < 400 ORDER BY abs(p.date_of_birth - %(born)s::date)"
        return f"{sql} LIMIT 101"
    values["others"] = list(dict.fromkeys(text for place in order[1:] for text in near.alike[place]))
    values["asked"] = near.words
    ranked = "abs(p.date_of_birth - %(born)s::date) NULLS LAST" if born else "held DESC"
    return (
        "SELECT t.person_id FROM (SELECT t.person_id, max((t.word = ANY(%(asked)s))::int) AS held"
        f" FROM people_nametoken t WHERE t.word = ANY(%(driver)s) AND {mine} AND EXISTS (SELECT 1 FROM"
        " people_nametoken o WHERE o.person_id = t.person_id AND o.word = ANY(%(others)s) AND o.word <> t.word)"
        f" GROUP BY t.person_id) AS t{PERSON_TOO if born else ''} ORDER BY {ranked}, t.person_id DESC LIMIT 101"
    )


def numbers_of(given: dict[str, str]) -> list[tuple[str, str]]:
    """Identifiers as they are looked up: tidied, a pupil number among the former ones too, and no placeholders."""
    found: list[tuple[str, str]] = []
    for kind, value in given.items():
        if value and not identifiers.is_placeholder(kind, value):
            tidy = identifiers.check(kind, value).value
            kinds = ("upn", "former_upn") if kind in ("upn", "former_upn") else (kind,)
            found += [(each, tidy) for each in kinds]
    return found


def _keys(sql: str, values: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


@dataclass(frozen=True)
class OnRecord:
    """What is on record of one person, as far as an ordinary screener may see it."""

    key: int
    born: date | None
    precision: str
    expected: date | None
    sex: str
    school: str
    names: Sequence[tuple[str, str, str, bool]]
    numbers: Sequence[tuple[str, str, bool | None]]
    places: Sequence[tuple[str, str, str]]
    phones: Sequence[str]
    relatives: Sequence[str]


NUMBERS = """(SELECT json_agg(json_build_array(i.kind, i.value, i.check_ok) ORDER BY i.id) FROM people_identifier i
    WHERE i.person_id = p.id AND i.kind IN ('nhs', 'upn', 'former_upn'))"""
PLACES = """(SELECT json_agg(json_build_array(a.lines, a.postcode, a.postcode_key) ORDER BY a.id) FROM people_address a
    WHERE a.person_id = p.id AND NOT a.is_confidential AND NOT a.is_communal
    AND (a.lines <> '' OR a.postcode <> ''))"""
PHONES = "(SELECT json_agg(x.number_key ORDER BY x.id) FROM people_telephone x WHERE x.person_id = p.id)"
RELATIVES = """(SELECT json_agg(o.display_name ORDER BY o.id) FROM people_person o WHERE o.id IN (
      SELECT other_id FROM people_relationship WHERE person_id = p.id AND ended_on IS NULL
      UNION SELECT person_id FROM people_relationship WHERE other_id = p.id AND ended_on IS NULL)
    AND NOT o.is_adoption_protected
    AND NOT EXISTS (SELECT 1 FROM people_restriction r WHERE r.person_id = o.id AND r.ended_at IS NULL))"""
ON_RECORD = """
    SELECT p.id, p.date_of_birth, p.dob_precision, p.expected_on, p.sex, p.school,
           (SELECT json_agg(json_build_array(n.kind, n.given, n.family, n.ended_on IS NOT NULL) ORDER BY n.id)
              FROM people_name n WHERE n.person_id = p.id),
           {numbers}, {places}, {phones}, {relatives}
      FROM people_person p WHERE p.id = ANY(%(keys)s::bigint[]) AND p.merged_into_id IS NULL
"""


def on_record(keys: Sequence[int], *, numbers: bool, places: bool, phones: bool, relatives: bool) -> Iterator[OnRecord]:
    """What is on record of these people, in one statement; only the kinds of facts asked for."""
    text = ON_RECORD.format(
        numbers=NUMBERS if numbers else "NULL",
        places=PLACES if places else "NULL",
        phones=PHONES if phones else "NULL",
        relatives=RELATIVES if relatives else "NULL",
    )
    with connection.cursor() as cursor:
        cursor.execute(text, {"keys": list(keys)})
        for row in cursor.fetchall():
            yield OnRecord(*row[:6], *(held or () for held in row[6:]))
