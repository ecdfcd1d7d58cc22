"""Finding people while a caller talks: by name, sound, fragment, age, birth date, identifier, address, telephone,
reference, and by any of them together.

Fuzzy work is done on the vocabulary of distinct name words, which hardly grows with the number of people; people
themselves are found by exact, indexed look-ups of those words, each look-up bounded. Nothing here counts past 1,000.
Whom the user may not see is left out inside the SQL, before any limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.db import sql_beside
from frontdoor.people import asking, dates, identifiers
from frontdoor.people.access import may_see_adopted
from frontdoor.people.asking import Reading
from frontdoor.people.hooks import OpenWork, open_work
from frontdoor.people.matching.gather import Scope, scope_for
from frontdoor.people.models import Address, Identifier, Name, NameToken, Person, Telephone
from frontdoor.people.protection.reach import warnings_for
from frontdoor.ui.formats import count, day, joined

# A name alone that fits more people than this needs a second fact.
TOO_MANY = 100
COUNT_LIMIT = 1000
FEW_ENOUGH = 10
# A set of words with this many people is common; then this many words, and people of each, are looked at.
COMMON = 3000
CLOSEST = 12
NEWEST = 400
#: So many people of one birth date, address or number are compared with the rest of what was typed.
COMPARED = 5000


@dataclass(frozen=True)
class Hit:
    """One person found: what a results line may show. The address is never a confidential one."""

    person: Person
    why: tuple[str, ...]
    address: str = ""
    also_named: tuple[str, ...] = ()
    work: tuple[OpenWork, ...] = ()
    has_warnings: bool = False

    @property
    def reference(self) -> str:
        """The person's reference."""
        return str(self.person.reference)


@dataclass(frozen=True)
class Page:
    """One page of results. ``total`` is exact up to 1,000; ``too_many`` says that a second fact is needed."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    is_more_than_total: bool = False
    too_many: bool = False
    next_after: str = ""
    #: When nobody fits all that was typed: which part fits nobody.
    explained: str = ""
    #: How what was typed was read: the one way that fitted, or all the ways there are when nobody did.
    ways: tuple[Reading, ...] = ()
    #: What is odd about the number typed, when it found nobody.
    doubt: str = ""

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if self.doubt and not self.total:
            return f"Nobody found. {self.doubt}"
        if self.explained:
            return self.explained
        if self.too_many:
            return (
                f"More than {TOO_MANY} people have this name or one like it. "
                "Add a first name, a date of birth or a postcode."
            )
        if self.is_more_than_total:
            return f"More than {self.total:,} people found"
        return (
            "Nobody found"
            if not self.total
            else "1 person found"
            if self.total == 1
            else f"{self.total:,} people found"
        )


@dataclass
class Found:
    """Keys found so far with their strength and the reasons, strongest kept."""

    scores: dict[int, float] = field(default_factory=dict)
    why: dict[int, list[str]] = field(default_factory=dict)

    def add(self, keys: Sequence[int], score: float, reason: str) -> None:
        """Take in more keys found for one reason."""
        for key in keys:
            self.scores[key] = max(self.scores.get(key, 0.0), score)
            reasons = self.why.setdefault(key, [])
            # The weaker ways a name fits say nothing once a stronger one has.
            if reason not in reasons and not (reasons and reason.startswith("name")):
                reasons.append(reason)


def search(user: User, q: str, *, after: str | None = None, limit: int = 20, on: date | None = None) -> Page:
    """People this user may see that fit what was typed, best first; ``after`` is the last page's ``next_after``.

    ``on``: the day on which ages are meant, today unless given. An empty or meaningless query finds nobody; when
    nobody fits all of it, the page says which part fits nobody and shows who fits the rest. The cost depends on the
    limits here, not on how many people there are.
    """
    text = " ".join(q.replace("\x00", " ").split())[:200]
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Page()
    found = Found()
    _by_reference(user, text, found)
    _by_number(user, text, found)
    too_many, explained = False, ""
    ways = asking.readings(text, on or timezone.localdate())
    if not found.scores:
        looking = Looking(scope_for(user))
        fitting = next((way for way in ways if (too_many := _by_reading(looking, way, found)) or found.scores), None)
        if ways and fitting is None:
            explained = _explain(looking, ways[0], found)
        ways = ways if fitting is None else [fitting]
    doubt = identifiers.doubt(text)
    page = _page(user, found, too_many=too_many, explained=explained, doubt=doubt, after=after, limit=limit)
    return replace(page, ways=tuple(ways))


def _visible(user: User) -> Any:
    return Person.objects.visible_to(user)


def _by_reference(user: User, text: str, found: Found) -> None:
    reference, _ = asking.reference_in(text)
    if reference.startswith("P-"):
        found.add(list(_visible(user).named(reference).values_list("pk", flat=True)), 100, "reference")


def _by_number(user: User, text: str, found: Found) -> None:
    wanted = Q()
    for kind, value in identifiers.guess(text):
        wanted |= Q(value=value, kind=kind) if kind else Q(value=value)
    visible = _visible(user).values("pk")
    if wanted:
        rows = Identifier.objects.filter(wanted, person_id__in=visible)
        for key, kind in rows.values_list("person_id", "kind")[:COUNT_LIMIT]:
            found.add([key], 95, identifiers.KINDS.get(kind, "identifier"))
    telephones = [key for key in identifiers.telephone_keys(text) if len(key) >= 9]
    if telephones:
        keys = Telephone.objects.filter(number_key__in=telephones, person_id__in=visible)
        keys = keys.filter(person__is_adoption_protected=False)
        found.add(list(keys.values_list("person_id", flat=True)[:COUNT_LIMIT]), 90, "telephone")


VOCABULARY = sql_beside(__file__, "search")


def near_words(word: str) -> dict[str, float]:
    """Known words like this one, with a strength: 4 the same, 3 begins so, 2 sounds so, 1 spelt nearly so."""
    with connection.cursor() as cursor:
        cursor.execute(VOCABULARY, {"w": word, "beyond": word + "\U0010ffff"})
        best: dict[str, float] = {}
        for text, alike, tier in cursor.fetchall():
            best[text] = max(best.get(text, 0.0), tier + float(alike) * 0.9)
    return best


class Looking:
    """One search: whose records it may find, and the known words like each word, looked up once."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._near: dict[str, dict[str, float]] = {}

    def near(self, word: str) -> dict[str, float]:
        """Known words like this one; see :func:`near_words`."""
        if word not in self._near:
            self._near[word] = near_words(word)
        return self._near[word]


@dataclass(frozen=True)
class Condition:
    """One fact of a reading as SQL. ``sql`` is a condition for a person's key ``{person}``; ``keys`` finds them all,
    "" when too many bear it to begin with."""

    sql: str
    values: dict[str, Any]
    keys: str
    called: str


def _having_words(
    scope: Scope, sets: Sequence[Sequence[str]], limit: int, conditions: Sequence[Condition] = ()
) -> list[int]:
    """Keys of visible people with a word of every set whom every condition fits, at most ``limit``, newest first.

    Driven by the set with the fewest rows (counted to a bound), the others probed by person. When every set is of
    common names and more than one word each, only the closest words and their newest people are looked at: whoever
    types that needs a date of birth anyway.
    """
    if any(not words for words in sets):
        return []
    with connection.cursor() as cursor:
        sizes = []
        for words in sets:
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM people_nametoken WHERE word = ANY(%s) LIMIT 3000) AS few",
                [list(words)],
            )
            sizes.append(cursor.fetchone()[0])
        order = sorted(range(len(sets)), key=lambda i: sizes[i])
        is_wide = not conditions and len(sets) > 1 and min(sizes) >= COMMON and any(len(words) > 1 for words in sets)
        driver = list(sets[order[0]])[: CLOSEST if is_wide else None]
        tokens = "people_nametoken"
        if is_wide:
            tokens = (
                f"(SELECT * FROM people_nametoken n WHERE n.word = w.word ORDER BY n.person_id DESC LIMIT {NEWEST})"
            )
        values: dict[str, Any] = {**scope.values, "limit": limit, "driver": driver}
        probes = "".join(f" AND {each.sql.format(person='t.person_id')}" for each in conditions)
        for each in conditions:
            values |= each.values
        for number, index in enumerate(order[1:]):
            values[f"s{number}"] = list(sets[index])
            probes += (
                f" AND EXISTS (SELECT 1 FROM people_nametoken p{number} "
                f"WHERE p{number}.person_id = t.person_id AND p{number}.word = ANY(%(s{number})s))"
            )
        cursor.execute(
            "SELECT DISTINCT held.person_id FROM unnest(%(driver)s::text[]) AS w(word), LATERAL ("
            f"SELECT t.person_id FROM {tokens} t WHERE t.word = w.word AND "
            + scope.sql("t.person_id")
            + probes
            + " ORDER BY t.person_id DESC LIMIT %(limit)s) AS held ORDER BY 1 DESC LIMIT %(limit)s",
            values,
        )
        return [row[0] for row in cursor.fetchall()]


LIVES = "EXISTS (SELECT 1 FROM people_address a WHERE a.person_id = {person} AND NOT a.is_confidential AND %s)"
LIVING = "SELECT a.person_id FROM people_address a WHERE NOT a.is_confidential AND %s"
BORN = "EXISTS (SELECT 1 FROM people_person b WHERE b.id = {person} AND %s)"
#: May stand before the last letter of a name.
APOSTROPHE = "['’]?"
BEARING = "SELECT b.id FROM people_person b WHERE %s"


def _conditions(reading: Reading) -> list[Condition]:
    """Everything but the name, as conditions; those that few people fit come first."""
    found = []
    if reading.telephone:
        ring = "FROM people_telephone c WHERE c.number_key = %(telephone)s"
        has, values = f"EXISTS (SELECT 1 {ring} AND c.person_id = {{person}})", {"telephone": reading.telephone}
        found.append(Condition(has, values, f"SELECT c.person_id {ring}", "telephone"))
    if reading.nhs:
        number = "FROM people_identifier d WHERE d.value = %(nhs)s AND d.kind = 'nhs'"
        has = f"EXISTS (SELECT 1 {number} AND d.person_id = {{person}})"
        found.append(Condition(has, {"nhs": reading.nhs}, f"SELECT d.person_id {number}", "NHS number"))
    if reading.postcode:
        has = "a.postcode_key <> '' AND a.postcode_key >= %(postcode)s AND a.postcode_key < %(beyond)s"
        values = {"postcode": reading.postcode, "beyond": reading.postcode + "\U0010ffff"}
        if identifiers.POSTCODE.fullmatch(reading.postcode):
            has, values = "a.postcode_key <> '' AND a.postcode_key = %(postcode)s", {"postcode": reading.postcode}
        found.append(Condition(LIVES % has, values, LIVING % has, "postcode"))
    if reading.place:
        has = "UPPER(a.lines) LIKE %(like)s AND UPPER(a.lines) ~ %(street)s"
        like, street = _street(reading.place)
        found.append(Condition(LIVES % has, {"like": like, "street": street}, LIVING % has, "address"))
    if reading.born:
        has = "(b.date_of_birth = ANY(%(born)s::date[]) OR b.expected_on = %(due)s)"
        days = dates.near(reading.born)
        found.append(
            Condition(BORN % has, {"born": days, "due": reading.born}, BEARING % has, "date of birth")
        )  # fmt: skip
    if reading.span:
        has = "b.date_of_birth BETWEEN %(first)s AND %(last)s"
        found.append(Condition(BORN % has, dict(zip(("first", "last"), reading.span, strict=True)), "", "age"))
    if reading.month:
        has = "EXTRACT(month FROM b.date_of_birth) = %(month)s"
        found.append(Condition(BORN % has, {"month": reading.month}, "", "month of birth"))
    return found


def _street(place: str) -> tuple[str, str]:
    """House and street as a pattern that the index answers, and as one that fits whole words and their short forms."""
    told = [(w, asking.SHORT.get(w.lower(), "").upper() or _shortened(w)) for w in place.split()]
    like = "%".join([_with_s(w, "%") for w, other in told if not other] or [w for w, _ in told])
    words = [
        (rf"\m({w}|{other})" if other else rf"\m{_with_s(w, APOSTROPHE)}") + (r"\M" if w.isdigit() else "")
        for w, other in told
    ]
    return f"%{like}%", r".*".join(words)


def _with_s(word: str, between: str) -> str:
    """A word that may have an apostrophe before its last letter: "MARYS" is also written "MARY'S"."""
    return f"{word[:-1]}{between}S" if len(word) > 3 and word.endswith("S") else word


def _shortened(word: str) -> str:
    return next((short.upper() for short, long in asking.SHORT.items() if long == word.lower()), "")


def _keys(scope: Scope, conditions: Sequence[Condition], limit: int) -> list[int]:
    """Keys of visible people whom every condition fits, driven by the first; newest first."""
    values: dict[str, Any] = {**scope.values, "limit": limit}
    for each in conditions:
        values |= each.values
    probes = "".join(f" AND {each.sql.format(person='h.id')}" for each in conditions[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT h.id FROM ({conditions[0].keys}) AS h(id) WHERE {scope.sql('h.id')}{probes}"
            " AND EXISTS (SELECT 1 FROM people_person s WHERE s.id = h.id AND s.merged_into_id IS NULL)"
            " ORDER BY 1 DESC LIMIT %(limit)s",
            values,
        )
        return [row[0] for row in cursor.fetchall()]


def _by_reading(looking: Looking, reading: Reading, found: Found) -> bool:
    """Take in whom all of a reading fits. True when a name, or an age with it, fits more than 100."""
    conditions = _conditions(reading)
    begins = next((c for c in conditions if c.keys), None)
    if begins is not None:
        ordered = [begins, *(c for c in conditions if c is not begins)]
        keys = _keys(looking.scope, ordered, COMPARED + 1)
        if not reading.words:
            score, why = 90 if reading.telephone or reading.nhs else 60, " and ".join(c.called for c in ordered)
            if reading.born:
                _take_born(reading, keys, found)
            else:
                found.add(keys[: COUNT_LIMIT + 1], score, why)
            return False
        if len(keys) <= COMPARED:
            _take_named(looking, reading, keys, conditions, found)
            return False
    if not reading.words:
        return _by_age_alone(looking, conditions, reading, found)
    return reading.has_name and _by_name(looking, reading.words, conditions, found)


def _by_age_alone(looking: Looking, conditions: Sequence[Condition], reading: Reading, found: Found) -> bool:
    """Take in whom an age, a year or a month and year fits; True when that is more than 100 people."""
    if not reading.span:
        return False
    by_day = replace(conditions[0], keys=BEARING % "b.date_of_birth BETWEEN %(first)s AND %(last)s")
    keys = _keys(looking.scope, [by_day, *conditions[1:]], TOO_MANY + 1)
    found.add(keys[:TOO_MANY], 40, "age")
    return len(keys) > TOO_MANY


def _take_born(reading: Reading, keys: Sequence[int], found: Found) -> None:
    """Of people near a date of birth, those of that very day or with day and month exchanged."""
    assert reading.born is not None
    days = dates.near(reading.born)[:2]
    rows = Person.objects.filter(Q(date_of_birth__in=days) | Q(expected_on=reading.born), pk__in=keys)
    found.add(
        list(rows.order_by("date_of_birth", "id").values_list("pk", flat=True)[: COUNT_LIMIT + 1]), 50, "date of birth"
    )


def _take_named(
    looking: Looking, reading: Reading, keys: Sequence[int], conditions: Sequence[Condition], found: Found
) -> None:
    """Of these people, those with a name like the one typed; with a date of birth alone one word of it is enough."""
    words = reading.words
    near = {word: looking.near(word) for word in words}
    tokens = NameToken.objects.filter(person_id__in=keys, word__in=[t for options in near.values() for t in options])
    held: dict[int, set[str]] = {}
    for key, text in tokens.values_list("person_id", "word"):
        held.setdefault(key, set()).add(text)
    births = dict(Person.objects.filter(pk__in=held).values_list("pk", "date_of_birth"))
    least = 1 if len(conditions) == 1 and reading.born else len(words)
    others = [c.called for c in conditions if c.called != "date of birth"]
    for key, texts in held.items():
        strengths = [max((near[w].get(t, 0.0) for t in texts), default=0.0) for w in words]
        hit = sum(1 for s in strengths if s)
        if hit < least:
            continue
        born = births[key]
        alike = dates.likeness(born, reading.born) if reading.born and born else 1.0
        facts = [*others, *(["date of birth"] if reading.born and born == reading.born else [])]
        reason = " and ".join([", ".join(["name", *facts[:-1]]), *facts[-1:]])
        if reading.born and born != reading.born:
            reason = f"{reason}, and a date of birth like it"
        found.add([key], 20 + 40 * alike + 5 * sum(strengths) * hit / len(words), reason)


def _at_least(near: dict[str, float], least: int) -> list[str]:
    """Words of at least this strength, the closest first."""
    return [text for text, strength in sorted(near.items(), key=lambda pair: -pair[1]) if strength >= least]


def _by_name(looking: Looking, words: Sequence[str], conditions: Sequence[Condition], found: Found) -> bool:
    """Take in people by name and what else was typed. True when that fits more than 100."""
    beside = "".join(f" and {each.called}" for each in conditions)
    keys = _having_words(looking.scope, [[word] for word in words], TOO_MANY + 1, conditions)
    found.add(keys[:TOO_MANY], 60, f"name{beside}")
    if len(keys) > TOO_MANY:
        return True
    if len(found.scores) > FEW_ENOUGH:
        return False
    near = {word: looking.near(word) for word in words}
    for least, score, reason in (
        (3, 45, "name begins so"),
        (2, 35, "name sounds so"),
        (0, 25, "name spelt nearly so"),
    ):
        if len(found.scores) > FEW_ENOUGH:
            break
        closest = [_at_least(near[word], least) for word in words]
        keys = _having_words(looking.scope, closest, TOO_MANY + 1, conditions)
        found.add(keys[:TOO_MANY], score, f"{reason}{',' * bool(beside)}{beside}")
        if len(keys) > TOO_MANY:
            return True
    return False


def _explain(looking: Looking, reading: Reading, found: Found) -> str:
    """Which part of what was typed fits nobody, in a sentence, taking in whom the rest fits; "" when none does.

    Counted is only whom the user may see, as in every search.
    """
    if len(reading.facts) < 2:
        return ""
    told = []
    best: tuple[str, Found] | None = None
    for fact in reading.facts:
        left, people = _looked_for(looking, reading.without(fact))
        if left is None:
            continue
        told.append(f"without {reading.written(fact)}: {people}")
        if len(left.scores) <= TOO_MANY and (best is None or len(left.scores) < len(best[1].scores)):
            best = reading.written(fact), left
    if best is not None:
        left = best[1]
        keys = sorted(left.scores, key=lambda key: -left.scores[key])
        found.add(keys[:TOO_MANY], 30, f"the rest, without {best[0]}")
    return "; ".join([_nobody(reading), *told]) + "." if told else _each_alone(looking, reading)


def _looked_for(looking: Looking, reading: Reading) -> tuple[Found | None, str]:
    """Whom a part of what was typed fits, and how many in words; None and nothing when it fits nobody."""
    left = Found()
    is_many = not reading.is_nothing and _by_reading(looking, reading, left)
    if not left.scores:
        return None, ""
    return left, f"more than {TOO_MANY} people" if is_many else count(len(left.scores), "person", "people")


def _each_alone(looking: Looking, reading: Reading) -> str:
    """Which parts fit nobody even alone, and how many fit the others; "" when no part fits anybody."""
    alone = [(reading.written(fact), _looked_for(looking, reading.alone(fact))[1]) for fact in reading.facts]
    nobody = [f"“{written}”" for written, people in alone if not people]
    found = [f"“{written}” alone: {people}" for written, people in alone if people]
    if not found:
        return ""
    return "; ".join([f"Nobody fits {joined(nobody, 'or') or 'all of this together'}", *found]) + "."


def _nobody(reading: Reading) -> str:
    """ "Nobody called Smallwood was born in 2019"."""
    names = [reading.written(f"word:{word}") for word in reading.words]
    called = " ".join(name[:1].upper() + name[1:] for name in names)
    said = [reading.said] if reading.said else []
    if reading.born:
        said.append(f"was born on {day(reading.born)}")
    if reading.place or reading.postcode:
        said.append(
            "is on record at " + ", ".join(reading.written(f) for f in ("place", "postcode") if getattr(reading, f))
        )
    if reading.telephone:
        said.append(f"has the number {reading.written('telephone')}")
    if reading.nhs:
        said.append(f"has the NHS number {reading.written('nhs')}")
    if not said:
        return f"Nobody is called {called}"
    return f"Nobody{' called ' + called if called else ''} {' and '.join(said)}"


def _page(
    user: User,
    found: Found,
    *,
    too_many: bool,
    explained: str,
    doubt: str,
    after: str | None,
    limit: int,
) -> Page:
    protected = Person.objects.filter(is_adoption_protected=True).exclude(pk__in=may_see_adopted(user))
    adopted = set(protected.values_list("pk", flat=True)) if found.scores else set()
    # An adopted child's record is never offered; its own reference or identifier opens it for those who may see it.
    keys = [k for k in found.scores if k not in adopted or found.scores[k] >= 95]
    # Of many, whether work is open is asked for those shown alone: the order does not turn on it then.
    working = open_work(keys, hidden_from=user) if len(keys) <= TOO_MANY else {}
    ordered = sorted(keys, key=lambda k: (-found.scores[k], k not in working, -k))
    total = min(len(ordered), COUNT_LIMIT)
    start = 0
    if after and after.isascii() and after.isdigit():
        start = next((i + 1 for i, k in enumerate(ordered) if k == int(after)), 0)
    chosen = ordered[:COUNT_LIMIT][start : start + limit]
    hits = _lines(user, chosen, found, working or open_work(chosen, hidden_from=user))
    more = start + limit < total
    return Page(
        hits=hits,
        total=total,
        is_more_than_total=len(ordered) > COUNT_LIMIT,
        too_many=too_many,
        next_after=str(chosen[-1]) if more and chosen else "",
        explained=explained,
        doubt="" if hits else doubt,
    )


def _lines(user: User, keys: Sequence[int], found: Found, working: dict[int, list[OpenWork]]) -> tuple[Hit, ...]:
    people = {p.pk: p for p in _visible(user).filter(pk__in=keys)}
    places: dict[int, str] = {}
    for address in Address.objects.filter(person_id__in=keys, is_confidential=False, ended_on__isnull=True).order_by(
        "id"
    ):
        places[address.person_id] = ", ".join(x for x in (address.lines, address.postcode) if x)
    others: dict[int, list[str]] = {}
    for name in Name.objects.filter(person_id__in=keys).exclude(kind="primary").order_by("id"):
        told = others.setdefault(name.person_id, [])
        # Equal names of two joined records are one name to the reader.
        if name.full not in told and (name.person_id not in people or people[name.person_id].display_name != name.full):
            told.append(name.full)
    warned = warnings_for(keys, user)
    return tuple(
        Hit(
            person=people[key],
            why=tuple(found.why[key]),
            address=places.get(key, ""),
            also_named=tuple(others.get(key, ())),
            work=tuple(working.get(key, ())),
            has_warnings=bool(warned[key]),
        )
        for key in keys
        if key in people
    )
