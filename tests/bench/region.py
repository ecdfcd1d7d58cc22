"""An invented region's extract of both old systems, of any size, the same for the same seed.

    python -m tests.bench.region FOLDER [--people 300000] [--seed 1]

As many people in CareCase as in FirstCall. Most children of FirstCall stand in CareCase too, under details that differ
as they do between two systems: slips of the hand, short forms, other spellings, former names, lost accents, turned
dates, moved families, missing numbers. Names are made of syllables and are as unequally common as real ones; brothers,
sisters and twins share what a family shares. ``truth_people.csv`` beside the extract says which records are of one
person.
"""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.people.identifiers import nhs_check_digit, upn_check_letter
from frontdoor.people.matching.spellings import NICKNAMES, SPELLINGS

NIGHT = date(2026, 9, 1)
BEGINS = "b br c ch d dr f g gr h j k l m n p r s sh st t tr v w y z th kr sk pl".split()  # noqa: SIM905
MIDDLES = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "ie", "oa", "ou"]
ENDS = ["", "", "l", "n", "r", "s", "m", "t", "ck", "nd", "rt", "ll", "ss", "n"]
FAMILY_ENDS = "son ton ley man er ski wall ford i a an well ing ez ou eh".split()  # noqa: SIM905
STREET_ENDS = ["Road", "Street", "Lane", "Avenue", "Close", "Drive", "Way", "Gardens", "Court", "Rise"]
ETHNIC = [("WBRI", "A1"), ("WOTH", "A3"), ("APKN", "C2"), ("ABAN", "C3"), ("BAFR", "D2"), ("MWBC", "B1")]
SOURCES = (("6", "Police"), ("2A", "School"), ("3B", "Health visitor"), ("1A", "Grandparent"), ("4", "Housing"))
NEEDS = (("N1", "Neglect"), ("N4", "Family in acute stress"), ("N5", "Family dysfunction"), ("N2", "Disabled child"))
OUTCOMES = ("Advice given", "NFA", "Early help", "Passed to allocated worker")


class Names:
    """Names with a frequency that falls with their rank, as names do."""

    def __init__(self, rng: Random, count: int, ends: list[str], syllables: tuple[int, ...], flat: float) -> None:
        found: dict[str, None] = {}
        while len(found) < count:
            word = "".join(
                rng.choice(BEGINS) + rng.choice(MIDDLES) + (rng.choice(ENDS) if rng.random() < 0.5 else "")
                for _ in range(rng.choice(syllables))
            ) + rng.choice(ends)
            found[word.capitalize()] = None
        self.names = list(found)
        self.weights = list(accumulate((rank + flat) ** -1.0 for rank in range(count)))

    def pick(self, rng: Random) -> str:
        """One name, the common ones more often."""
        return rng.choices(self.names, cum_weights=self.weights)[0]


@dataclass(slots=True)
class Home:
    """Where a family lives."""

    number: int
    street: str
    town: str
    postcode: str
    phone: str


@dataclass(slots=True)
class Child:
    """One invented child, as they are."""

    given: str
    middle: str
    family: str
    former: str
    born: date
    sex: str
    ethnic: tuple[str, str]
    nhs: str
    upn: str
    home: Home
    carer: str
    school: str
    is_unborn: bool


class Region:
    """The families of a region, and what the two systems hold of them."""

    def __init__(self, people: int, seed: int) -> None:
        self.rng = rng = Random(seed)
        self.people = people
        size = max(people // 8, 400)
        self.families = Names(rng, min(size, 40_000), FAMILY_ENDS, (1, 2, 2), 12)
        known = [line.split() for line in (*SPELLINGS.splitlines(), *NICKNAMES.splitlines()) if len(line.split()) > 2]
        self.spelt = {words[0].capitalize(): [w.capitalize() for w in words[1:4]] for words in known}
        self.boys = Names(rng, min(size // 3, 6000), ["", "", "o", "in", "us"], (1, 2), 8)
        self.girls = Names(rng, min(size // 3, 6000), ["a", "ie", "elle", ""], (1, 2), 8)
        # A third of the common names have known other spellings.
        for names, share in ((self.boys, 0), (self.girls, 1)):
            for place, word in enumerate(sorted(self.spelt)[share::2][: len(names.names) // 3]):
                names.names[place * 3] = word
        self.streets = Names(rng, min(max(people // 30, 60), 8000), ["", "field", "brook"], (1, 2), 60)
        self.towns = Names(rng, 60, ["wick", "bury", "ham"], (1, 2), 8).names
        self.schools = [f"{name} Primary School" for name in Names(rng, max(people // 600, 12), [""], (2,), 90).names]
        self.born = 0

    def _home(self) -> Home:
        rng = self.rng
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        return Home(
            rng.randint(1, 180), f"{self.streets.pick(rng)} {rng.choice(STREET_ENDS)}", rng.choice(self.towns),
            f"ZZ{rng.randint(10, 99)} {rng.randint(1, 9)}{rng.choice(letters)}{rng.choice(letters)}",
            f"01632 {rng.randint(0, 999_999):06d}",
        )  # fmt: skip

    def _nhs(self) -> str:
        while True:
            self.born += 1
            # Steps through the whole test range without meeting a number twice.
            first = f"999{self.born * 618_033 % 1_000_003 % 1_000_000:06d}"
            digit = nhs_check_digit(first)
            if digit is not None:
                return first + str(digit)

    def household(self) -> tuple[str, list[Child]]:
        """A mother's first name and her one to four children, twins among them."""
        rng = self.rng
        family, home, ethnic = self.families.pick(rng), self._home(), rng.choices(ETHNIC, (72, 8, 7, 5, 5, 3))[0]
        if rng.random() < 0.06:
            family = f"{family}-{self.families.pick(rng)}"
        mother = self.girls.pick(rng)
        born = date(2008, 9, 1) + timedelta(rng.randint(0, 6200))
        children: list[Child] = []
        used: set[str] = set()
        for _ in range(rng.choices((1, 2, 3, 4), (46, 32, 15, 7))[0]):
            if children and rng.random() > 0.025:
                born += timedelta(rng.randint(330, 1400))
            if born >= NIGHT + timedelta(120):
                break
            sex = rng.choice("MF")
            names = self.boys if sex == "M" else self.girls
            given = names.pick(rng)
            while given in used:
                given = names.pick(rng)
            used.add(given)
            number = f"{rng.choice((201, 330, 860))}{born.year % 100:02d}{rng.randint(0, 9_999_999):07d}"
            children.append(
                Child(
                    given, names.pick(rng) if rng.random() < 0.45 else "", family,
                    self.families.pick(rng) if rng.random() < 0.04 else "", born, sex, ethnic, self._nhs(),
                    upn_check_letter(number) + number, home, f"{mother} {family}", rng.choice(self.schools),
                    born >= NIGHT,
                )
            )  # fmt: skip
        return mother, children

    def slip(self, word: str) -> str:
        """A word with one letter doubled, dropped, exchanged or turned round."""
        rng = self.rng
        if len(word) < 4:
            return word
        place = rng.randrange(1, len(word) - 1)
        kind = rng.randrange(4)
        if kind == 0:
            return word[:place] + word[place:][:1] + word[place:]
        if kind == 1:
            return word[:place] + word[place + 1 :]
        if kind == 2:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        return word[:place] + rng.choice("aeinrst") + word[place + 1 :]

    def as_told(self, child: Child) -> dict[str, str]:
        """What one clerk wrote down about a child: mostly right."""
        rng = self.rng
        chance = rng.random
        given, family, middle, known, former = child.given, child.family, child.middle, "", ""
        if chance() < 0.06 and given in self.spelt:
            given = rng.choice(self.spelt[given])
        elif chance() < 0.03:
            given = self.slip(given)
        elif chance() < 0.015:
            given, known = child.middle or given, child.given
        if chance() < 0.03:
            family = self.slip(family)
        elif child.former and chance() < 0.5:
            family, former = child.former, "" if chance() < 0.5 else family
        elif "-" in family and chance() < 0.4:
            family = rng.choice((family.split("-")[0], family.replace("-", " ")))
        if chance() < 0.5:
            middle = "" if chance() < 0.7 else middle[:1]
        if chance() < 0.012:
            given, family = family, given
        born, estimated = child.born, chance() < 0.012
        if estimated:
            born = date(born.year, 1, 1)
        elif chance() < 0.012 and born.day <= 12:
            born = date(born.year, born.day, born.month)
        elif chance() < 0.015:
            born = min(born + timedelta(rng.choice((-1, 1, 10, 30, 365))), NIGHT - timedelta(1))
        home = self._home() if chance() < 0.18 else child.home
        if child.is_unborn:
            given, middle, born, known = "Unborn", "", child.born, ""
        return {
            "given": given, "middle": middle, "family": family, "known": known, "former": former,
            "born": "" if chance() < 0.015 else born.isoformat(), "estimated": "E" if estimated else "",
            "sex": child.sex if chance() < 0.98 and not child.is_unborn else "U",
            "nhs": child.nhs if chance() < 0.55 and not child.is_unborn else "",
            "upn": child.upn if chance() < 0.5 and child.born.year < 2022 else "",
            "number": str(home.number), "street": home.street if chance() < 0.95 else self.slip(home.street),
            "town": home.town, "postcode": home.postcode if chance() < 0.93 else "",
            "phone": home.phone if chance() < 0.75 else "", "carer": child.carer if chance() < 0.7 else "",
            "school": child.school if chance() < 0.6 and 4 <= NIGHT.year - child.born.year <= 17 else "",
            "changed": (NIGHT - timedelta(rng.randint(1, 1500))).isoformat(),
        }  # fmt: skip


def british(iso: str) -> str:
    """A date as FirstCall writes it."""
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}" if iso else ""


class Writer:
    """The files of one extract, written row by row."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.handles: list[Any] = []
        self.files: dict[str, Any] = {}
        for name, layout in LAYOUTS.items():
            handle = (folder / name).open("w", encoding=layout.encoding, errors="replace", newline="")
            ending = "\n" if layout.encoding == "utf-8" else "\r\n"
            self.handles.append(handle)
            self.files[name] = csv.writer(handle, delimiter=layout.separator, lineterminator=ending)
            self.files[name].writerow(layout.header)
        handle = (folder / "truth_people.csv").open("w", encoding="utf-8", newline="")
        self.handles.append(handle)
        self.truth = csv.writer(handle, lineterminator="\n")
        self.truth.writerow(["person_id", "client_no"])

    def close(self) -> None:
        """Close every file."""
        for handle in self.handles:
            handle.close()


class Extract:
    """Writes a region into files; numbers given in a mixed order, so that they tell nothing."""

    def __init__(self, region: Region, writer: Writer) -> None:
        self.region, self.rng, self.out = region, region.rng, writer
        self.numbers = {"carecase": self._mixed(), "firstcall": self._mixed()}
        self.left = {"carecase": region.people, "firstcall": region.people}
        self.made = dict.fromkeys(("episode", "assessment", "s47", "note", "contact", "paper"), 0)

    def _mixed(self) -> Iterator[int]:
        count = self.region.people
        step = next(s for s in (7919, 7927, 7933, 7937) if count % s)
        return (turn * step % count for turn in range(count))

    def write(self) -> None:
        """Households until both systems are full."""
        while self.left["carecase"] > 0 or self.left["firstcall"] > 0:
            mother, children = self.region.household()
            if children:
                self._household(mother, children)
        self.out.close()

    def _household(self, mother: str, children: list[Child]) -> None:
        rng = self.rng
        told, clients = [], []
        parent = ""
        if self.left["carecase"] > len(children) + 4 and rng.random() < 0.45:
            first = children[0]
            parent = self._carecase(
                self.region.as_told(
                    Child(
                        mother, "", first.family, "", first.born - timedelta(rng.randint(6800, 12500)), "F",
                        first.ethnic, self.region._nhs(), "", first.home, "", "", False,
                    )
                ), first.ethnic,
            )  # fmt: skip
        for child in children:
            people: list[str] = []
            numbers: list[str] = []
            place = rng.random()
            in_care = place < 0.77 or self.left["firstcall"] <= 0
            in_centre = place >= 0.16 or self.left["carecase"] <= 0
            twice, again = rng.random() < 0.015, rng.random() < 0.01
            for _ in range(min(in_care * (1 + twice), self.left["carecase"])):
                people += [self._carecase(self.region.as_told(child), child.ethnic)]
            for _ in range(min(in_centre * (1 + again), self.left["firstcall"])):
                numbers += [self._firstcall(self.region.as_told(child), child)]
            self.out.truth.writerows((person, client) for person in people for client in numbers)
            told += people[:1]
            clients += numbers[:1]
            self._work(child, people, numbers)
        relations = self.out.files["carecase_relationships.csv"]
        for place, person in enumerate(told):
            if parent:
                relations.writerow((person, parent, "Mother"))
            if place and rng.random() < 0.6:
                relations.writerow((person, told[place - 1], "Sibling"))

    def _carecase(self, told: dict[str, str], ethnic: tuple[str, str]) -> str:
        self.left["carecase"] -= 1
        key = f"A{next(self.numbers['carecase']):07d}"
        unborn = told["given"] == "Unborn"
        nhs = told["nhs"]
        self.out.files["carecase_people.csv"].writerow(
            (
                key, told["given"], told["middle"], told["family"], told["known"], told["former"],
                "" if unborn else told["born"], told["estimated"], told["born"] if unborn else "", told["sex"],
                ethnic[0] if self.rng.random() < 0.9 else "", f"{nhs[:3]} {nhs[3:6]} {nhs[6:]}" if nhs else "",
                told["upn"], f"{told['number']} {told['street']}, {told['town']}", told["postcode"], told["carer"],
                told["phone"], told["changed"],
            )
        )  # fmt: skip
        return key

    def _firstcall(self, told: dict[str, str], child: Child) -> str:
        self.left["firstcall"] -= 1
        key = f"{next(self.numbers['firstcall']):08d}"
        unborn = told["given"] == "Unborn"
        self.out.files["firstcall_people.csv"].writerow(
            (
                key, told["family"].upper(), told["given"], told["middle"], told["known"], told["former"].upper(),
                british(told["born"]), "Y" if told["estimated"] or unborn else "N",
                {"M": "1", "F": "2"}.get(told["sex"], "0"), child.ethnic[1] if self.rng.random() < 0.8 else "",
                told["upn"], "", told["nhs"], f"{told['number']} {told['street']}", "", told["town"].upper(),
                told["postcode"].replace(" ", ""), told["carer"], told["phone"].replace(" ", ""), told["school"],
                british(told["changed"]),
            )
        )  # fmt: skip
        return key

    def _next(self, what: str) -> int:
        self.made[what] += 1
        return self.made[what]

    def _work(self, child: Child, people: list[str], clients: list[str]) -> None:
        """Contacts, episodes typed in again or of their own, assessments, enquiries, notes and paper of one child."""
        rng = self.rng
        day = NIGHT - timedelta(rng.randint(20, 2100))
        source, need = rng.choice(SOURCES), rng.choice(NEEDS)
        passed = False
        if clients and rng.random() < 0.35:
            passed = rng.random() < 0.4
            contact = f"C{self._next('contact'):07d}"
            when = british(day.isoformat())
            self.out.files["firstcall_contacts.csv"].writerow(
                (
                    contact, f"{when} 10:{rng.randint(0, 59):02d}", source[1], "A Caller", "", need[1],
                    rng.choice(("AMBER", "GREEN", "RED", "")), "PTD" if passed else rng.choice(OUTCOMES),
                    f"{when} 11:30" if passed else "", f"{when} 16:00", "im", "Told by telephone.\r\nNobody hurt.",
                )
            )  # fmt: skip
            self.out.files["firstcall_contact_children.csv"].writerow((contact, clients[0], "Subject"))
        if people and (passed or rng.random() < 0.2):
            self._episode(people[0], day, source[0], need[0])
        if people and rng.random() < 0.35:
            note = f"N{self._next('note'):08d}"
            text = f"Visit to {child.given}.\nSeen with {child.carer}; all well."
            written = (
                note,
                people[0],
                f"{(NIGHT - timedelta(rng.randint(1, 900))).isoformat()}T09:10",
                "HV",
                "H R",
                text,
            )
            self.out.files["carecase_notes.csv"].writerow(written)
        if rng.random() < 0.04:
            number = f"PF/{self._next('paper'):06d}"
            born = child.born.isoformat()
            self.out.files["paper_files.csv"].writerow(
                (number, child.family, child.given, british(born), "Basement", "1", "2019", "2021")
            )

    def _episode(self, person: str, day: date, source: str, need: str) -> None:
        rng = self.rng
        episode = f"EP{self._next('episode'):07d}"
        closed = (day + timedelta(rng.randint(10, 400))).isoformat()
        is_closed = closed < "2026-09-01" and rng.random() < 0.8
        self.out.files["carecase_episodes.csv"].writerow(
            (
                episode, person, day.isoformat(), source, need, "1" if rng.random() < 0.15 else "0",
                closed if is_closed else "", "RC7" if is_closed else "", "Duty North", "H Ridley",
            )
        )  # fmt: skip
        if rng.random() < 0.6:
            done = min(day + timedelta(rng.randint(3, 60)), NIGHT - timedelta(1)).isoformat()
            self.out.files["carecase_assessments.csv"].writerow(
                (
                    f"AS{self._next('assessment'):07d}", episode, person, "SA", day.isoformat(), done, "Y", "N",
                    "Child in need plan", "3B;16A", "H Ridley",
                )
            )  # fmt: skip
        if rng.random() < 0.08:
            self.out.files["carecase_s47.csv"].writerow(
                (
                    f"S47-{self._next('s47'):06d}", episode, person, min(day + timedelta(2), NIGHT).isoformat(), "0",
                    "", "Not substantiated",
                )
            )  # fmt: skip


def write_region(folder: Path, people: int, seed: int = 1) -> Path:
    """Write an extract of so many people in each system into a folder."""
    Extract(Region(people, seed), Writer(folder)).write()
    return folder


def main() -> None:
    """Write the extract the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write_region(arguments.folder, arguments.people, arguments.seed)


if __name__ == "__main__":
    main()
