"""Finding people while a caller talks: by name, sound, fragment, birth date, identifier, address, telephone, reference.

Fuzzy work is done on the vocabulary of distinct name words, which hardly grows with the number of people; people
themselves are found by exact, indexed look-ups of those words, each look-up bounded. Nothing here counts past 1,000.
Whom the user may not see is left out inside the SQL, before any limit.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.db import sql_beside, tidy_reference
from frontdoor.people import dates, identifiers
from frontdoor.people.access import may_see_adopted
from frontdoor.people.hooks import OpenWork, open_work
from frontdoor.people.matching.gather import Scope, scope_for
from frontdoor.people.models import Address, Identifier, Name, NameToken, Person, Telephone, Warning
from frontdoor.people.words import query_words

# A name alone that fits more people than this needs a second fact.
TOO_MANY = 100
COUNT_LIMIT = 1000
REFERENCE = re.compile(r"P-[0-9A-HJKMNP-TV-Z]{8}")
FEW_ENOUGH = 10
WORDS_AT_MOST = 6
# A set of words with this many people is common; then this many words, and people of each, are looked at.
COMMON = 3000
CLOSEST = 12
NEWEST = 400


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
    words: tuple[str, ...] = ()
    born: date | None = None
    #: What is odd about the number typed, when it found nobody.
    doubt: str = ""

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if self.too_many:
            return (
                f"More than {TOO_MANY} people have this name or one like it. "
                "Add a first name, a date of birth or a postcode."
            )
        if self.is_more_than_total:
            return f"More than {self.total:,} people found"
        return (
            f"Nobody found. {self.doubt}"
            if not self.total and self.doubt
            else "Nobody found"
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


def search(user: User, q: str, *, after: str | None = None, limit: int = 20) -> Page:
    """People this user may see that fit what was typed, best first; ``after`` is the last page's ``next_after``.

    An empty or meaningless query finds nobody. The cost depends on the limits here, not on how many people there are.
    """
    text = " ".join(q.replace("\x00", " ").split())[:200]
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Page()
    found = Found()
    _by_reference(user, text, found)
    _by_number(user, text, found)
    born, rest = dates.find(text, on=timezone.localdate())
    too_many = False
    words = tuple(query_words(rest))[:WORDS_AT_MOST]
    if not found.scores:
        _by_place(user, rest, found)
        if words and (born or any(len(w) > 1 or not w.isascii() for w in words)):
            too_many = _by_name(user, words, born, found)
        elif born:
            keys = _born(user, dates.near(born)[:2], COUNT_LIMIT + 1)
            found.add(keys, 50, "date of birth")
    doubt = identifiers.doubt(text)
    return _page(user, found, too_many=too_many, words=words, born=born, doubt=doubt, after=after, limit=limit)


def _visible(user: User) -> Any:
    return Person.objects.visible_to(user)


def _by_reference(user: User, text: str, found: Found) -> None:
    reference = tidy_reference(text)
    if REFERENCE.fullmatch(reference):
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


def _by_place(user: User, text: str, found: Found) -> None:
    open_addresses = Address.objects.filter(is_confidential=False, person__is_adoption_protected=False)
    visible = _visible(user).values("pk")
    key = identifiers.postcode_key(text)
    if key and any(c.isdigit() for c in key):
        whole = identifiers.POSTCODE.fullmatch(key)
        rows = open_addresses.filter(**({"postcode_key": key} if whole else {"postcode_key__startswith": key}))
        rows = rows.filter(person_id__in=visible).order_by("postcode_key", "person_id")
        found.add(list(rows.values_list("person_id", flat=True)[: COUNT_LIMIT + 1]), 60, "postcode")
    elif len(text) >= 6 and any(c.isdigit() for c in text) and any(c.isalpha() for c in text):
        rows = open_addresses.filter(lines__icontains=" ".join(text.replace(",", " ").split()), person_id__in=visible)
        keys = list(rows.values_list("person_id", flat=True)[: TOO_MANY + 1])
        found.add(keys, 60, "address")


VOCABULARY = sql_beside(__file__, "search")


def near_words(word: str) -> dict[str, float]:
    """Known words like this one, with a strength: 4 the same, 3 begins so, 2 sounds so, 1 spelt nearly so."""
    with connection.cursor() as cursor:
        cursor.execute(VOCABULARY, {"w": word, "beyond": word + "\U0010ffff"})
        best: dict[str, float] = {}
        for text, alike, tier in cursor.fetchall():
            best[text] = max(best.get(text, 0.0), tier + float(alike) * 0.9)
    return best


def _having_words(scope: Scope, sets: Sequence[Sequence[str]], limit: int) -> list[int]:
    """Keys of visible people with a word of every set, at most ``limit``, newest first.

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
        is_wide = len(sets) > 1 and min(sizes) >= COMMON and any(len(words) > 1 for words in sets)
        driver = list(sets[order[0]])[: CLOSEST if is_wide else None]
        tokens = "people_nametoken"
        if is_wide:
            tokens = (
                f"(SELECT * FROM people_nametoken n WHERE n.word = w.word ORDER BY n.person_id DESC LIMIT {NEWEST})"
            )
        values: dict[str, Any] = {**scope.values, "limit": limit, "driver": driver}
        probes = ""
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


def _at_least(near: dict[str, float], least: int) -> list[str]:
    """Words of at least this strength, the closest first."""
    return [text for text, strength in sorted(near.items(), key=lambda pair: -pair[1]) if strength >= least]


def _born(user: User, days: Sequence[date], limit: int) -> list[int]:
    rows = _visible(user).filter(date_of_birth__in=list(days), is_adoption_protected=False)
    return list(rows.order_by("date_of_birth", "id").values_list("pk", flat=True)[:limit])


def _by_name(user: User, words: Sequence[str], born: date | None, found: Found) -> bool:
    """Take in people by name (and date of birth, if typed). True when a bare name fits more than 100."""
    exact = [[word] for word in words]
    scope = scope_for(user)
    if born:
        near = {word: near_words(word) for word in words}
        close = set(_born(user, dates.near(born), 5000))
        tokens = NameToken.objects.filter(
            person_id__in=close, word__in=[t for options in near.values() for t in options]
        )
        held: dict[int, set[str]] = {}
        for key, text in tokens.values_list("person_id", "word"):
            held.setdefault(key, set()).add(text)
        births = dict(Person.objects.filter(pk__in=held).values_list("pk", "date_of_birth"))
        for key, texts in held.items():
            strengths = [max((near[w].get(t, 0.0) for t in texts), default=0.0) for w in words]
            hit = sum(1 for s in strengths if s)
            alike = dates.likeness(births[key], born)
            if hit:
                reason = "name and date of birth" if births[key] == born else "name, and a date of birth like it"
                found.add([key], 20 + 40 * alike + 5 * sum(strengths) * hit / len(words), reason)
        if found.scores:
            return False
        # Nobody by both: the name alone, said so.
        keys = _having_words(scope, exact, TOO_MANY + 1)
        found.add(keys[:TOO_MANY], 30, "name only: the date of birth differs or is not known")
        return len(keys) > TOO_MANY
    keys = _having_words(scope, exact, TOO_MANY + 1)
    found.add(keys[:TOO_MANY], 60, "name")
    if len(keys) > TOO_MANY:
        return True
    if len(found.scores) > FEW_ENOUGH:
        return False
    near = {word: near_words(word) for word in words}
    for least, score, reason in (
        (3, 45, "name begins so"),
        (2, 35, "name sounds so"),
        (0, 25, "name spelt nearly so"),
    ):
        if len(found.scores) > FEW_ENOUGH:
            break
        closest = [_at_least(near[word], least) for word in words]
        keys = _having_words(scope, closest, TOO_MANY + 1)
        found.add(keys[:TOO_MANY], score, reason)
        if len(keys) > TOO_MANY:
            return True
    return False


def _page(
    user: User,
    found: Found,
    *,
    too_many: bool,
    words: tuple[str, ...],
    born: date | None,
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
        words=words,
        born=born,
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
    warned = set(Warning.objects.in_force().filter(person_id__in=keys).values_list("person_id", flat=True))
    return tuple(
        Hit(
            person=people[key],
            why=tuple(found.why[key]),
            address=places.get(key, ""),
            also_named=tuple(others.get(key, ())),
            work=tuple(working.get(key, ())),
            has_warnings=key in warned,
        )
        for key in keys
        if key in people
    )
