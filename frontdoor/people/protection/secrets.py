"""What must never leave the house on a person's papers: confidential addresses, and the names of other families.

Whoever finds a name in search however it is spelt must not find it on paper for its spelling: both fold alike.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from django.db.models import Q

from frontdoor.accounts.models import User
from frontdoor.people.homes import place_of
from frontdoor.people.hooks import GivenAddress, addresses_given, others_given
from frontdoor.people.matching.records import STREETS
from frontdoor.people.models import Address, Involvement, Name, Person, Relationship
from frontdoor.people.protection.ordinary import ORDINARY
from frontdoor.people.words import HYPHENS, Folded, folded_in_place

Kind = Literal["address", "name", "withheld", "other_home"]
KEPT: dict[Kind, str] = {
    "address": "confidential address", "name": "name of another family", "withheld": "name withheld",
    "other_home": "address of another family",
}  # fmt: skip
SHORTEST = 3
MOST = 2000
#: Small words of family names: with the name they are kept back, alone they tell nothing.
PARTICLES = frozenset("al bin da das de del della den der des di dos el ibn la las le los san ten ter van von".split())
# Two ways to write one word of an address. "St" is a street or a saint, as the place in the line says.
WAYS = (*STREETS.items(), ("st", "saint"), ("str", "street"), ("fl", "flat"))
#: Words a street ends with: what follows on the same line is a town, which tells nothing.
ENDS = frozenset(
    "row walk way mews green hill yard parade view drive wharf quay gate bank end cottages villas passage alley path"
    " broadway common meadow meadows fields croft dale vale wood mill bridge circus".split()
) | {word for way in WAYS for word in way} - {"saint", "mt", "mount", "flat", "apt", "apartment", "fl"}
# A whole postcode among the words of an address typed on one line.
WHOLE_POSTCODE = re.compile(r"(?<![^ '])[a-z]{1,2}\d[a-z\d]?[ ']*\d[a-z]{2}(?![^ '])")
PARTS = re.compile(r"[^ ']+")
START, END = r"(?<![^ '])", r"(?![^ '])"


@dataclass(frozen=True)
class Secret:
    """Words to keep back, what stands in their place, and the folded text they are found in.

    ``letters`` must stand in the text's own letters for a search to be worth it; ``as_a_name`` keeps back a word only
    where it is written as names are: ``May`` and ``MAY``, not what may be.
    """

    kind: Kind
    pattern: re.Pattern[str]
    letters: str = ""
    as_a_name: bool = False

    def places(self, text: str, folded: Folded) -> Iterator[tuple[int, int]]:
        """Where in the text as written it stands."""
        for match in self.pattern.finditer(folded.text):
            start, end = folded.starts[match.start()], folded.ends[match.end() - 1]
            written = text[start:end]
            if not self.as_a_name or written != written.lower() or written == written.upper():
                yield start, end


def _parts(words: str) -> tuple[list[str], list[str]]:
    """The runs of letters and digits of these words, folded, and what parts each from the next, as a pattern.

    A space or comma must be there in some form; a hyphen, apostrophe or dot may as well be left out.
    """
    folded = folded_in_place(words)
    runs = list(PARTS.finditer(folded.text))
    gaps = []
    for one, other in pairwise(runs):
        between = words[folded.ends[one.end() - 1] : folded.starts[other.start()]]
        gaps.append("[ ']+" if re.search(r"[\s,]", between) else "[ ']*")
    return [run.group() for run in runs], gaps


def _spaced(part: str, gap: str = "'*") -> str:
    return gap.join(map(re.escape, part))


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(START + pattern + END)


def _joined(parts: list[str], gaps: list[str]) -> str:
    return "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=True))


def secret_name(name: str) -> Secret | None:
    """A name however it is spelt; one that is an ordinary word as well only as names are written.

    None when there is nothing to look for.
    """
    parts, gaps = _parts(name)
    if not parts:
        return None
    one_word = len(parts) == 1 and name != name.lower() and parts[0] in ORDINARY
    return Secret("name", _whole(_joined([*map(_spaced, parts)], gaps)), "".join(parts), as_a_name=one_word)


def _in_an_address(part: str) -> str:
    """A word of an address in each way it may be shortened; a number and its letter together or apart."""
    ways = {part}
    for short, long in WAYS:
        if part in (short, long):
            ways |= {short, long, *(other for other, same in WAYS if same == long)}
    apart = "[ ']*".join
    written = (apart(map(_spaced, re.findall(r"\d+|\D+", way))) for way in sorted(ways, key=len, reverse=True))
    return f"(?:{'|'.join(written)})"


def _line(words: str) -> list[Secret]:
    parts, gaps = _parts(words)
    if not parts:
        return []
    written = [*map(_in_an_address, parts)]
    found = [Secret("address", _whole(_joined(written, gaps)))]
    for start, end in _streets(parts):
        found.append(Secret("address", _whole(_joined(written[start:end], gaps[start : end - 1]))))
    if len(parts) > 2 and re.search(r"\d", words):
        # A text that was cut short may end within it.
        begun = ""
        for gap, part in zip(reversed(gaps[1:]), reversed(written[2:]), strict=True):
            begun = f"(?:{gap}{part}{begun})?"
        found.append(Secret("address", re.compile(rf"{START}{written[0]}{gaps[0]}{written[1]}{begun}(?=[ ']*\Z)")))
    return found


def _streets(parts: list[str]) -> Iterator[tuple[int, int]]:
    """Where within a line a house stands: from its number to a word a street ends with; not what is before or after."""
    for start, part in enumerate(parts):
        if not re.search(r"\d", part):
            continue
        for end in range(start + 2, len(parts)):
            if re.search(r"\d", parts[end]):
                break
            if parts[end] in ENDS and (start, end + 1) != (0, len(parts)):
                yield start, end + 1


def _postcodes(text: str, postcode: str) -> tuple[str, list[str]]:
    """The lines without a postcode typed into them, and every postcode, as letters and digits."""
    folded = folded_in_place(text)
    keys = ["".join(_parts(postcode)[0])]
    for match in reversed([*WHOLE_POSTCODE.finditer(folded.text)]):
        start, end = folded.starts[match.start()], folded.ends[match.end() - 1]
        keys.append("".join(_parts(text[start:end])[0]))
        text = f"{text[:start]}\n{text[end:]}"
    return text, [key for key in dict.fromkeys(keys) if len(key) >= 5]


def secret_address(text: str, postcode: str) -> list[Secret]:
    """A confidential address: the whole of it, the lines that say where, and the postcode, wherever it was typed."""
    whole = _line(text)
    text, postcodes = _postcodes(text, postcode)
    lines = [part.strip() for part in re.split(r"[,\n]", text) if len(part.strip()) >= SHORTEST]
    found = whole
    # A town alone tells nothing; the first line with its number tells where.
    for line in lines:
        if re.search(r"\d", line) or line == lines[0]:
            found += _line(line)
    return [*found, *(Secret("address", _whole(_spaced(key, "[ ']*")), key) for key in postcodes)]


def without(text: str, secrets: Iterable[Secret]) -> str:
    """The text without confidential addresses and names of other families; everything else as it was written."""
    secrets = list(secrets)
    if not secrets:
        return text
    folded = folded_in_place(text)
    letters = folded.text.replace(" ", "").replace("'", "")
    places = sorted(
        (start, end, order, secret.kind)
        for order, secret in enumerate(secrets)
        if secret.letters in letters
        for start, end in secret.places(text, folded)
    )
    kept: list[tuple[int, int, int, Kind]] = []
    for place in places:
        if kept and place[0] < kept[-1][1]:
            # Two that overlap are one; it is called by the one that stands first among the secrets.
            start, end, order, kind = kept.pop()
            first = min((order, kind), (place[2], place[3]))
            place = (start, max(end, place[1]), *first)
        kept.append(place)
    said, done = "", 0
    for start, end, _, kind in kept:
        said += f"{text[done:start]}[{KEPT[kind]}]"
        done = end
    return said + text[done:]


def _own_and_others(person: Person, references: list[str], family: Collection[int]) -> tuple[set[int], set[int]]:
    """Keys of the person's family, and of whoever else is on these records."""
    ties = Relationship.objects.filter(Q(person=person) | Q(other=person)).values_list("person_id", "other_id")
    own = {person.pk, *family, *(key for tie in ties for key in tie)}
    rows = Involvement.objects.filter(reference__in=references).exclude(person_id__in=own)
    return own, set(rows.values_list("person_id", flat=True)[:MOST])


def secrets_of(person: Person, references: Iterable[str], *, family: Collection[int] = ()) -> list[Secret]:
    """The confidential addresses of the person and their family, and the names of whoever else is on these records.

    Addresses as well that were only given and stand on no record.

    Family are those with a relationship to the person, and ``family``; everybody else named in the same records is
    another family.
    """
    references = list(references)
    own, others = _own_and_others(person, references, family)
    found: list[Secret] = []
    hidden = Address.objects.filter(Q(person__in=own | others) | Q(person__merged_into=person), is_confidential=True)
    for place in hidden:
        found += secret_address(place.lines, place.postcode_key)
    for given in _given(own | others, references):
        found += secret_address(given.lines, given.postcode)
    shared = _names(own)
    told = {name for names in others_given for name in names(own, references)}
    strangers = _names(others) | _named((f"{first} {family}".strip(), family, first) for first, family in told)
    found += [secret for key, secret in strangers.items() if len(key) >= SHORTEST and key not in shared]
    # The longest first: a whole name before the part of it that somebody else also has.
    return sorted(found, key=lambda secret: len(secret.pattern.pattern), reverse=True)


def homes_of_others(person: Person, references: Iterable[str], *, family: Collection[int] = ()) -> list[Secret]:
    """Where whoever else is on these records lives or lived, confidential or not, but for the family's own homes."""
    own, others = _own_and_others(person, list(references), family)
    homes = {place_of(place.lines, place.postcode) for place in Address.objects.filter(person__in=own)}
    return [
        replace(secret, kind="other_home")
        for place in Address.objects.filter(person__in=others)
        if place_of(place.lines, place.postcode) not in homes
        for secret in secret_address(place.lines, place.postcode_key)
    ]


def withheld(names: Iterable[str], words: Iterable[str], *, own: Collection[int]) -> list[Secret]:
    """What would tell who called and must not be named: names in whole and part, other words as a whole."""
    mine = Name.objects.filter(person_id__in=own).values_list("full", "family", "given")
    parted = [(name, name.split()[-1], " ".join(name.split()[:-1])) for name in names if name.strip()]
    found = [*secret_names(parted, own=mine), *filter(None, map(secret_name, words))]
    return [replace(secret, kind="withheld") for secret in found if len(secret.letters) >= SHORTEST]


def addresses_in(references: Collection[str]) -> dict[str, list[Secret]]:
    """Of each record the confidential addresses of everybody on it and of their families, also those only given.

    In a fixed number of queries: for texts that leave the house by themselves.
    """
    about: dict[str, set[int]] = {reference: set() for reference in references}
    for reference, key in Involvement.objects.filter(reference__in=references).values_list("reference", "person_id"):
        about[reference].add(key)
    named = {key for keys in about.values() for key in keys}
    ties = Relationship.objects.filter(Q(person__in=named) | Q(other__in=named)).values_list("person_id", "other_id")
    family: dict[int, set[int]] = {key: {key} for key in named}
    for one, other in ties:
        for key in {one, other} & named:
            family[key] |= {one, other}
    everybody = {key for keys in family.values() for key in keys}
    hidden = Address.objects.filter(is_confidential=True).filter(
        Q(person__in=everybody) | Q(person__merged_into__in=everybody)
    )
    of_person: dict[int, list[Secret]] = {}
    for place in hidden.select_related("person"):
        # The record that stands, where the address was left on one joined to it.
        owner = place.person.merged_into_id or place.person.pk
        if owner in everybody:
            of_person.setdefault(owner, []).extend(secret_address(place.lines, place.postcode_key))
    of_record: dict[str, list[Secret]] = {}
    for given in _given(everybody, references):
        secrets = secret_address(given.lines, given.postcode)
        of_record.setdefault(given.reference, []).extend(secrets)
        if given.person is not None:
            of_person.setdefault(given.person, []).extend(secrets)
    found = {}
    for reference, keys in about.items():
        secrets = list(of_record.get(reference, ()))
        for key in sorted({member for each in keys for member in family[each]}):
            secrets += of_person.get(key, ())
        found[reference] = sorted(secrets, key=lambda secret: len(secret.pattern.pattern), reverse=True)
    return found


def kept_from(user: User, people: Collection[int]) -> dict[int, list[Secret]]:
    """By person, what a text about them may not tell this user, in a fixed number of queries.

    Confidential addresses of each and of their family, also those only given; the names of those hidden from the user.
    """
    standing = dict(Person.objects.filter(pk__in=people).values_list("pk", "merged_into_id"))
    roots = {key: merged_into or key for key, merged_into in standing.items()}
    joined: dict[int, set[int]] = {root: {root} for root in roots.values()}
    for key, root in Person.objects.filter(merged_into__in=set(joined)).values_list("pk", "merged_into_id"):
        joined[root].add(key)
    asked = {key for keys in joined.values() for key in keys}
    ties = Relationship.objects.filter(Q(person__in=asked) | Q(other__in=asked)).values_list("person_id", "other_id")
    family: dict[int, set[int]] = {key: {key} for key in asked}
    for one, other in ties:
        for key in {one, other} & asked:
            family[key] |= {one, other}
    everybody = {key for keys in family.values() for key in keys}
    seen = set(Person.objects.visible_to(user).filter(pk__in=everybody).values_list("pk", flat=True))
    own: dict[int, list[Secret]] = {}
    for place in Address.objects.filter(is_confidential=True, person__in=everybody):
        own.setdefault(place.person_id, []).extend(secret_address(place.lines, place.postcode_key))
    for given in _given(everybody, []):
        if given.person is not None:
            own.setdefault(given.person, []).extend(secret_address(given.lines, given.postcode))
    hidden: dict[int, list[tuple[str, str, str]]] = {}
    for name in Name.objects.filter(person__in=everybody - seen):
        hidden.setdefault(name.person_id, []).append((name.full, name.family, name.given))
    for key, names in hidden.items():
        withheld = [replace(secret, kind="withheld") for secret in _named(names).values()]
        own.setdefault(key, []).extend(secret for secret in withheld if len(secret.letters) >= SHORTEST)
    # A row of evidence keeps the key of a record that was joined to another since: what is asked of one is of all.
    found = {
        key: [
            secret
            for each in sorted({member for part in joined[root] for member in family[part]})
            for secret in own.get(each, ())
        ]
        for key, root in roots.items()
    }
    return {key: sorted(each, key=lambda s: len(s.pattern.pattern), reverse=True) for key, each in found.items()}


def secret_names(names: Iterable[tuple[str, str, str]], *, own: Iterable[tuple[str, str, str]]) -> list[Secret]:
    """These names (whole, family, given), whole and in part, but for what one's own family is called as well."""
    shared = _named(own)
    found = [secret for key, secret in _named(names).items() if len(key) >= SHORTEST and key not in shared]
    return sorted(found, key=lambda secret: len(secret.pattern.pattern), reverse=True)


def _given(people: Collection[int], references: Collection[str]) -> list[GivenAddress]:
    return [place for given in addresses_given for place in given(people, references)]


def _names(keys: set[int]) -> dict[str, Secret]:
    """Whole names, given names and family names of these people, and the parts of those, by their letters."""
    return _named(Name.objects.filter(person_id__in=keys).values_list("full", "family", "given"))


def _with_initials(given: str, families: Iterable[str]) -> list[str]:
    """The family name with the initials of the given names: ``Z. O'Dowd``, ``J. M. Núñez``, ``Núñez, J.``."""
    initials = [word[0] for word in given.split()]
    if not initials:
        return []
    every = [" ".join(initials[:number]) for number in range(1, len(initials) + 1)]
    return [
        text for family in families if family for each in every for text in (f"{each} {family}", f"{family} {each}")
    ]


def _named(names: Iterable[tuple[str, str, str]]) -> dict[str, Secret]:
    """Names to keep back, whole and in their parts, by their letters: each with its family name and its first."""
    found: dict[str, Secret] = {}
    for full, family, given in names:
        first = given.split()[:1]
        texts = [full, family, given, f"{given} {family}", f"{family} {given}"]
        texts += [" ".join([*first, family]), " ".join([family, *first])]
        parts = {part for word in (*family.split(), *given.split()) for part in (word, *HYPHENS.split(word))}
        texts += sorted(part for part in parts if part.casefold() not in PARTICLES)
        texts += _with_initials(given, [family, *HYPHENS.split(family)])
        for secret in map(secret_name, texts):
            if secret is not None:
                # One word alone may be an ordinary one; the same letters in two words are not.
                found.setdefault(secret.letters, secret)
    return found
