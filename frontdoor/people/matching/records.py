"""Records made ready for linkage, and the pairs of them that are worth comparing. Pure."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zlib import crc32

from frontdoor.people.identifiers import is_placeholder, postcode_key, telephone_key
from frontdoor.people.matching.spellings import family_numbers, name_words, same_family, sound
from frontdoor.people.words import MAY_BE_NAMES, NO_NAME, fold

# A block of more records is divided, and what stays too large is left to other keys.
BLOCK_CAP = 60

UNBORN = frozenset("unborn baby ubb unb foetus fetus bump newborn".split())
EMPTY = NO_NAME | {"nan", "null", "nfa"}
CUSTOM = ("mohammed", "abdul", "sayed")
NO_ETHNICITY = frozenset(("", "REFU", "NOBT"))
NO_ADDRESS = frozenset("unknown refused homeless none nfa".split())
STREETS = {
    "rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive", "drv": "drive",
    "cl": "close", "ct": "court", "crt": "court", "cres": "crescent", "cr": "crescent", "crsc": "crescent",
    "gdns": "gardens", "gdn": "gardens", "garden": "gardens", "pl": "place", "terr": "terrace", "ter": "terrace",
    "tce": "terrace", "sq": "square", "gr": "grove", "grv": "grove", "pk": "park", "wy": "way", "bldg": "building",
    "bldgs": "buildings", "hse": "house", "est": "estate", "mt": "mount", "rs": "rise", "vw": "view", "cott": "cottage",
    "apt": "flat", "apartment": "flat", "upr": "upper", "lwr": "lower", "nth": "north", "sth": "south",
    "mws": "mews", "wlk": "walk", "hts": "heights", "ld": "lodge",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sketch:
    """A person record of one system, as far as it helps to recognise the person. ``key`` is unique over all systems.

    ``upns`` holds current and former ones whose check letter is right; ``ethnicity`` is a DfE code.
    """

    key: str
    system: str
    given: str = ""
    middle: str = ""
    family: str = ""
    known_as: str = ""
    former_family: str = ""
    born: date | None = None
    born_is_estimated: bool = False
    expected: date | None = None
    sex: str = ""
    nhs: str = ""
    nhs_ok: bool = False
    upns: tuple[str, ...] = ()
    address: str = ""
    postcode: str = ""
    carer: str = ""
    telephone: str = ""
    school: str = ""
    ethnicity: str = ""
    relatives: tuple[str, ...] = ()
    is_protected: bool = False


class Record:
    """A sketch made ready: names folded, dates as numbers, and how rare its values are."""

    __slots__ = (
        "address_bits", "all_words", "carers", "day", "ethnic_bits", "ethnicity", "expected", "family", "family_set",
        "family_words", "former",
        "full", "given", "given_words", "has_namesake", "is_custom", "is_estimated",
        "is_first", "is_protected", "is_unborn", "key",
        "kin_words", "known", "middle", "middle_words", "month", "nhs", "nhs_ok", "numbers", "ordinal", "phone",
        "postcode", "postcode_bits", "school", "school_bits", "sex", "sounds", "street", "system", "upns", "year",
    )  # fmt: skip

    def __init__(self, sketch: Sketch, system: int) -> None:
        # "Na" beside another name is a name; alone it says that there is none.
        told = {*name_words(sketch.given), *name_words(sketch.middle), *name_words(sketch.family)} - EMPTY
        none = EMPTY if told - MAY_BE_NAMES else EMPTY | MAY_BE_NAMES
        given = [w for w in name_words(sketch.given) if w not in none]
        self.key = sketch.key
        self.system = system
        self.is_unborn = (bool(given) and given[0] in UNBORN) or (sketch.expected is not None and sketch.born is None)
        if self.is_unborn:
            given = [w for w in given if w not in UNBORN and w not in ("boy", "girl", "male", "female")]
        self.given_words = tuple(given)
        self.given = " ".join(given)
        # A first name that whole families share by custom, the next name telling brothers apart.
        self.is_custom = len(given) == 1 and any(same_family(given[0], shared) for shared in CUSTOM)
        self.family_words = tuple(w for w in name_words(sketch.family) if w not in none)
        self.family = " ".join(self.family_words)
        self.family_set = _long(self.family_words)
        self.middle_words = tuple(w for w in name_words(sketch.middle) if w not in none)
        self.middle = " ".join(self.middle_words)
        self.all_words = tuple(dict.fromkeys((*self.given_words, *self.middle_words, *self.family_words)))
        self.sounds = frozenset(sound(w) for w in self.all_words if len(w) > 2)
        self.known = " ".join(w for w in name_words(sketch.known_as) if w not in EMPTY and w not in UNBORN)
        self.former = " ".join(w for w in name_words(sketch.former_family) if w not in EMPTY)
        self.full = f"{self.given}|{self.family}"
        born = sketch.born
        self.year, self.month, self.day = (born.year, born.month, born.day) if born else (0, 0, 0)
        self.ordinal = born.toordinal() if born else 0
        self.is_estimated = sketch.born_is_estimated and born is not None
        self.is_first = self.month == 1 and self.day == 1
        expected = sketch.expected or (born if self.is_unborn else None)
        self.expected = expected.toordinal() if expected else 0
        self.sex = sketch.sex if sketch.sex in ("M", "F") else ""
        nhs = "".join(c for c in sketch.nhs if c.isdigit())
        self.nhs = nhs if len(nhs) == 10 and not is_placeholder("nhs", nhs) else ""
        self.nhs_ok = sketch.nhs_ok and bool(self.nhs)
        self.upns = frozenset(upn for upn in sketch.upns if not is_placeholder("upn", upn))
        self.numbers, self.street = _address(sketch.address)
        self.postcode = postcode_key(sketch.postcode)
        if len(self.postcode) < 5:
            self.postcode = ""
        self.phone = telephone_key(sketch.telephone)
        carer = tuple(sorted(name_words(sketch.carer)))
        kin = [tuple(sorted(name_words(name))) for name in sketch.relatives]
        own = tuple(sorted((*self.given_words, *self.family_words)))
        named = (" ".join(w for w in k if len(w) > 1) for k in (carer, *kin) if k != own)
        self.carers = tuple(dict.fromkeys(name for name in named if " " in name))
        self.kin_words = frozenset(w for k in self.carers for w in k.split())
        self.has_namesake = len(own) > 1 and (carer == own or own in kin)
        self.school = " ".join(name_words(sketch.school))
        self.ethnicity = "" if sketch.ethnicity in NO_ETHNICITY else sketch.ethnicity
        self.is_protected = sketch.is_protected
        self.address_bits = self.postcode_bits = self.school_bits = self.ethnic_bits = 0.0


@lru_cache(maxsize=100_000)
def _long(words: tuple[str, ...]) -> frozenset[str]:
    """The words of a family name that are no particle; one set for all who bear it."""
    return frozenset(w for w in words if len(w) > 2)


@lru_cache(maxsize=100_000)
def _street(words: tuple[str, ...]) -> str:
    """The words of a street, tidy; one text for all who live there."""
    return " ".join(w for w in words if w != "flat")


def _address(text: str) -> tuple[str, str]:
    """The numbers of an address and its words, both tidy: ``Flat 3, 84 Ivy Rd`` gives ("3 84", "flat ivy road")."""
    numbers, kept = [], []
    for chunk in fold(text).replace(",", " ").replace(".", " ").replace("/", " ").split():
        if not chunk.isalpha() and any(c.isdigit() for c in chunk):
            numbers.append(chunk.strip("-()"))
        elif chunk.isalpha() or len(chunk) > 1:
            word = chunk if chunk.isalpha() else "".join(c for c in chunk if c.isalnum())
            kept.append(STREETS.get(word, word))
    if not numbers and (not kept or set(kept) & NO_ADDRESS or "fixed" in kept):
        return "", ""
    return " ".join(numbers), _street(tuple(kept))


def candidates(records: Sequence[Record]) -> list["array[int]"]:
    """Pairs that share a blocking key, each as one number (lower × count + higher), parted by the lower record; with
    repeats."""
    n = len(records)
    parts = max(1, min(512, n // 500))
    buckets = [array("Q") for _ in range(parts)]
    soonest = min((r.expected for r in records if r.is_unborn and r.expected), default=0)
    for keys in (_keys_numbers, _keys_born, _keys_near, _keys_name, _keys_home, _keys_unborn):
        # Sorted numbers (key, record) take a tenth of the room of a dictionary of lists.
        shelves = [array("Q") for _ in range(64)]
        for i, r in enumerate(records):
            for key in set(keys(r, soonest)):
                code = crc32(key.encode())
                shelves[code >> 26].append(code << 32 | i)
        for number, shelf in enumerate(shelves):
            shelves[number] = array("Q")
            for members in _runs(sorted(shelf)):
                if len(members) == 2:
                    i, j = members
                    buckets[i % parts].append(i * n + j)
                    continue
                for group in _divide(records, members):
                    for place, i in enumerate(group):
                        bucket = buckets[i % parts]
                        base = i * n
                        bucket.extend([base + j for j in group[place + 1 :]])
    return buckets


def _divide(records: Sequence[Record], members: list[int]) -> Iterator[list[int]]:
    """A block, or when it is too large its parts by another word of the name, then by birth; what stays too large is
    left to other keys."""
    if len(members) <= BLOCK_CAP:
        yield members
        return
    for ways in (_by_words, _by_birth):
        smaller: defaultdict[str, list[int]] = defaultdict(list)
        for i in members:
            for key in ways(records[i]):
                smaller[key].append(i)
        left = []
        for key in sorted(smaller):
            group = smaller[key]
            if len(group) > BLOCK_CAP:
                left += group
            elif len(group) > 1:
                yield group
        members = sorted(set(left))
        if not members:
            return


def _runs(packed: list[int]) -> Iterator[list[int]]:
    """Records that share a key, from sorted numbers that hold the key above and the record below."""
    members: list[int] = []
    last = -1
    for number in packed:
        if number >> 32 != last:
            if len(members) > 1:
                yield members
            members = []
            last = number >> 32
        members.append(number & 0xFFFFFFFF)
    if len(members) > 1:
        yield members


def _sounds(r: Record) -> set[str]:
    """The sounds of every word of the name that may stand first or last."""
    found = {*r.given_words, *r.family_words, *r.known.split(), *r.former.split()}
    return {sound(w) or w for w in found if len(w) > 1}


def _by_words(r: Record) -> list[str]:
    return sorted(_sounds(r) | {sound(w) for w in r.middle_words if len(w) > 1})


def _by_birth(r: Record) -> list[str]:
    return [f"{s}{r.year}{r.month}" for s in _by_words(r)] if r.ordinal else []


def _keys_numbers(r: Record, _: int) -> list[str]:
    return [*(f"u{u}" for u in r.upns), *([f"n{r.nhs}"] if r.nhs else [])]


def _turned(r: Record) -> str:
    """The date of birth with the smaller of day and month first: one key for a date and its exchange."""
    low, high = sorted((r.day, r.month))
    return f"{r.year}.{low}.{high}"


def _keys_born(r: Record, _: int) -> list[str]:
    """Any word of the name by sound or by its family of spellings, and the date of birth, turned round or not."""
    if not r.ordinal or r.is_unborn:
        return []
    when = _turned(r)
    found = _sounds(r) | {sound(w) for w in r.middle_words if len(w) > 1}
    for word in (*r.given_words, *r.family_words, *r.known.split()):
        found.update(family_numbers(word))
    found.add(f"{r.given[:2]}.{r.family[:2]}")
    return [f"b{s}.{when}" for s in found]


def _keys_near(r: Record, _: int) -> list[str]:
    """Given and family sound with a part of the birth date: year, month and day may each be wrong."""
    if not r.ordinal or r.is_unborn:
        return []
    found = []
    for s in _sounds(r):
        found += [f"m{s}.{r.year}.{r.month}", f"d{s}.{r.year}-{r.day}", f"y{s}/{r.month}.{r.day}"]
    givens = [r.given, r.known] if r.known else [r.given]
    for name in givens:
        if name:
            found += [f"i{name[0]}{sound(w)}.{r.year}" for w in (*r.family_words, *r.former.split())]
    return found


def _keys_name(r: Record, _: int) -> list[str]:
    """Two sounds of the name in any order, whatever the birth date."""
    sounds = sorted(_sounds(r) | {sound(w) for w in r.middle_words if len(w) > 2})
    found = [f"w{x}.{y}" for n, x in enumerate(sounds) for y in sounds[n + 1 :]]
    firsts = [n for w in (*r.given_words, *r.known.split()) for n in family_numbers(w)]
    return found + [f"v{n}.{sound(w)}" for n in firsts for w in r.family_words]


def _keys_home(r: Record, _: int) -> list[str]:
    """The household and a word of the name."""
    sounds = _sounds(r) | {sound(w) for w in r.middle_words if len(w) > 2}
    for word in (*r.given_words, *r.known.split()):
        sounds.update(family_numbers(word))
        sounds.add(f"_{word[0]}")
    homes = [f"t{r.phone}"] if r.phone else []
    if r.postcode:
        homes.append(f"p{r.postcode}")
    if r.numbers and r.street:
        homes.append(f"a{r.numbers}{r.street.split()[0]}")
    homes += [f"c{carer}" for carer in r.carers[:2]]
    return [f"{home}.{s}" for home in homes for s in sounds]


def _keys_unborn(r: Record, soonest: int) -> list[str]:
    """An unborn child meets children of the household or the family name born about the time."""
    if not soonest:
        return []
    when = r.expected if r.is_unborn else r.ordinal
    if not r.is_unborn and (not when or when < soonest - 150):
        return []
    homes = [f"T{r.phone}"] if r.phone else []
    homes += [f"P{r.postcode}"] if r.postcode else []
    homes += [f"F{sound(w)}" for w in (*r.family_words, *r.former.split())]
    homes += [f"C{carer}" for carer in r.carers[:2]]
    if not when:
        return [h for h in homes if h[0] in "TPC"]
    months = range(when // 30 - 4, when // 30 + 3) if r.is_unborn else [when // 30]
    return [f"{home}.{month}" for home in homes for month in months] + [
        h for h in homes if h[0] in "TPC" and r.is_unborn
    ]
