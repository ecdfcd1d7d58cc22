"""Two extracts of people who do not exist, with the answers: to measure the linkage on names and noise of another kind.

    python -m tests.bench.invented FOLDER [--families N] [--seed N] [--noise 1] [--share 0.667]

Writes ``carecase_people.csv``, ``firstcall_people.csv`` and the answers, for ``dev.py bench linkage FOLDER``. Nothing
here is taken from the linkage: names, customs and mistakes are chosen independently of its tables. How often each
mistake is made, at which of four levels of noise, stands in :mod:`tests.bench.noise`. The groups of the answers are
customs of naming, which the bench compares as it does communities.
"""

import argparse
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from tests.bench.noise import LEVELS, chance_of
from tests.exchange.extract import Extract, nhs, upn

GIVEN = {
    "M": "Aneirin Bartholomew Caradoc Dafydd Emrys Faisal Gruffydd Haruki Iestyn Jowan Kerensa Lwazi Macsen Ndaba Osian"
    " Perran Quillan Rhodri Sior Taliesin Umberto Vaclav Wojtek Xolani Yestin Zbigniew Bo Kit Jay Lee Max Tom Sam Abel"
    " Anselm Bjarni Einar Gunnar Hafliði Ólafur Snorri Þór Minh Tuan Dung Ravi Kiran Arjun Dilip Mario Luigi Paolo",
    "F": "Angharad Bronagh Ceinwen Delyth Eluned Ffion Gwenllian Heulwen Isolde Jowanet Kerenza Lowri Morwenna Nerys"
    " Olwen Perpetua Rhiannon Siwan Tegwen Una Veronika Winifred Xanthe Ysella Zuzana Ann Eve Jo May Liv Mia Ava Ása"
    " Guðrún Sigríður Björk Hoa Linh Trang Lan Meera Anjali Divya Lakshmi Chiara Giulia Francesca Noor Zahra",
}
FAMILY = """
Penhaligon Trevithick Nancarrow Bosanko Polkinghorne Prowse Llewellyn Cadwalader Gwilliam Prothero Meredith Bevan Pugh
Rees Ito Sato Kobayashi Mabuza Dlamini Nkosi Zulu Novák Dvořák Svoboda Jónsson Gunnarsson Ólafsdóttir Tran Pham Le Vo
Iyer Nair Menon Pillai Reddy Esposito Ricci Greco Ferrara Hawkes Hawkins Hawking Thorne Thorn Marsh Marshe Fenn Fenner
Holloway Halloway Ash Ashe Ashby Ives Oak Rudd Stubbs Tindall Underhill Vane Wick Yale
""".split()  # noqa: SIM905
SLIPS = (("ph", "f"), ("th", "t"), ("ll", "l"), ("nn", "n"), ("y", "i"), ("ei", "ie"), ("ou", "u"), ("ck", "k"))
SHORT = {
    "Bartholomew": "Bart", "Veronika": "Vera", "Francesca": "Fran", "Winifred": "Win", "Zbigniew": "Zbyszek",
    "Umberto": "Bert", "Gwenllian": "Gwen", "Rhiannon": "Rhi", "Angharad": "Harri", "Perpetua": "Pep",
}  # fmt: skip
# Names brought over from another script: each clerk writes the sounds as he hears them.
ANOTHER_SCRIPT = (
    ("zh", "j"), ("kh", "h"), ("ya", "ia"), ("ov", "off"), ("ks", "x"), ("v", "w"), ("ch", "tch"), ("q", "k"),
    ("ee", "i"), ("oo", "u"), ("sh", "sch"), ("ay", "ai"), ("iy", "y"), ("ee", "ie"), ("oo", "ou"),
)  # fmt: skip
SCRIPT_GIVEN = {
    "M": "Vasiliy Zhenya Kheder Qasem Rasheed Khaleel Oleksiy Shavkat Taymoor Vakhtang Nadeem Sayran Evgeniy Mahmood",
    "F": "Tatyana Zhanna Khadeeja Nasreen Yaroslava Oksana Shereen Vyoletta Masooma Qamar Nataliya Khalida Zeynab",
}
SCRIPT_FAMILY = """
Zhukov Khachatryan Qureshov Sharafee Vakhidov Oleynik Khasanov Shcherba Yaroshenko Bakhshee Mirzayev
""".split()  # noqa: SIM905
FATHERS = """
Abshir Bile Cawil Dahir Elmi Farole Guleed Hirsi Idle Jibril Keenadiid Liban Magan Nuur Odawaa Roble
""".split()  # noqa: SIM905
ONE_NAME = """
Suharti Wulan Yudho Kartini Parwati Gunadi Tenzing Pemba Dolma Lhamo Nyima Sonam Zabiha Palwasha Spogmay
""".split()  # noqa: SIM905
# Customs of naming and how many in a hundred families have each.
CUSTOMS = {"two_names": 70, "another_script": 10, "chain": 9, "patronym": 6, "one_name": 5}
STREETS = ["Quarry", "Ferry", "Tannery", "Granary", "Viaduct", "Lighthouse", "Cooper", "Saddler", "Weaver", "Smithy"]
KINDS = ["Road", "Lane", "Street", "Close", "Avenue", "Hill"]


@dataclass
class Someone:
    """A person as they are, before anybody writes them down."""

    given: str
    middle: str
    family: str
    born: date
    sex: str
    home: tuple[str, str, str]
    carer: str
    nhs: str
    upn: str
    family_no: int
    tags: set[str] = field(default_factory=set)
    custom: str = "two_names"
    # Of a patronym, the father's own family name; of another child of the family, the day of birth.
    father: str = ""
    beside: date | None = None
    # Not born yet when the earlier system was written in: when the mother was told to expect it.
    due: date | None = None


def pick(chance: random.Random, names: list[str], steep: float = 0.9) -> str:
    """One of the names, the first ones much more often."""
    return chance.choices(names, [1 / (place + 1) ** steep for place in range(len(names))])[0]


def postcode(chance: random.Random) -> str:
    """One of a few thousand."""
    return f"ZZ{chance.randrange(1, 99)} {chance.randrange(1, 9)}{chance.choice('ABDEFGHJ')}{chance.choice('LNPQR')}"


def named(chance: random.Random, custom: str, sex: str, family: str, father: str) -> tuple[str, str, str]:
    """First, middle and family name of a child as the family's custom has them."""
    if custom == "another_script":
        return pick(chance, SCRIPT_GIVEN[sex].split(), 0.6), "", family
    if custom == "chain":
        return pick(chance, [*GIVEN[sex].split(), *FATHERS], 0.3), father, family
    if custom == "patronym":
        return pick(chance, GIVEN[sex].split(), 0.6), "", f"{father}s{'on' if sex == 'M' else 'dottir'}"
    if custom == "one_name":
        return pick(chance, ONE_NAME, 0.3), "", ""
    middle = pick(chance, GIVEN[sex].split(), 0.3) if chance.random() < 0.35 else ""
    return pick(chance, GIVEN[sex].split(), 0.6), middle, family


def families(chance: random.Random, count: int) -> list[Someone]:
    """Households of one to five children: twins, triplets, children not born yet, brothers of one name, sons of their
    father's name, shared homes."""
    found: list[Someone] = []
    hostel = ("1 Harbour House", "ZZ99 9HH", "01632900000")
    for number in range(count):
        custom = chance.choices(list(CUSTOMS), list(CUSTOMS.values()))[0]
        common = {"another_script": SCRIPT_FAMILY, "chain": FATHERS}.get(custom, FAMILY)
        family, father = pick(chance, common), pick(chance, FATHERS if custom == "chain" else GIVEN["M"].split(), 0.3)
        if custom == "two_names" and chance.random() < 0.12:
            family = f"{family}-{pick(chance, FAMILY)}"
        street = f"{chance.randrange(1, 140)} {chance.choice(STREETS)} {chance.choice(KINDS)}"
        home = (
            hostel if chance.random() < 0.03 else (street, postcode(chance), f"01632{chance.randrange(100000, 999999)}")
        )
        carer = f"{pick(chance, GIVEN['F'].split())} {family}"
        born = date(2004, 1, 1) + timedelta(days=chance.randrange(7200))
        children: list[Someone] = []
        more_now = 0
        for _ in range(chance.choice((1, 1, 2, 2, 2, 3, 4, 5))):
            sex = chance.choice("MF")
            given, middle, last = named(chance, custom, sex, family, father)
            # Brothers of one name there are, twins of one name not.
            alike = [c for c in children if c.given == given]
            if alike and (chance.random() < 0.97 or any(c.born == born for c in alike)):
                continue
            key = (len(found) + len(children)) * 7919 + number + 11
            child = Someone(given, middle, last, born, sex, home, carer, nhs(key), upn(key), number, custom=custom)
            child.father = family if custom == "patronym" else ""
            children.append(child)
            if not more_now:
                more_now = chance.choices((0, 1, 2), (92, 7.5, 0.5))[0]
            else:
                more_now -= 1
            born += timedelta(days=0 if more_now else 300 + chance.randrange(1200))
            if born > date(2026, 8, 1):
                break
        for child in children:
            together = [c for c in children if c.born == child.born]
            if len(together) > 1:
                child.tags.add("twin" if len(together) == 2 else "triplet")
                # Enrolled together: numbers of one school and year, one after the other.
                child.upn = upn(together[0].family_no * 8 + together.index(child))
            child.beside = next((c.born for c in children if c.born != child.born), None)
            if chance.random() < 0.008:
                child.due = child.born + timedelta(days=round(chance.gauss(4, 10)))
        found += children
        if chance.random() < 0.04 and children and custom == "two_names":
            father_of = replace(children[-1], born=date(1980, 1, 1) + timedelta(days=chance.randrange(4000)), middle="")
            key = len(found) * 7919 + number + 5
            found.append(
                replace(
                    father_of, nhs=nhs(key), upn=upn(key), carer="", tags={"father_of_same_name"}, due=None, beside=None
                )
            )
    return found


def slip(chance: random.Random, name: str) -> str:
    """A name as somebody mishears or mistypes it."""
    for old, new in chance.sample(SLIPS, len(SLIPS)):
        if old in name[1:] and chance.random() < 0.5:
            return name[0] + name[1:].replace(old, new, 1)
    if len(name) < 5:
        return name
    at = chance.randrange(1, len(name) - 1)
    return chance.choice((
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + chance.choice("aeiourstln") + name[at + 1 :],
    ))  # fmt: skip


def respelt(chance: random.Random, name: str) -> str:
    """A name from another script as another clerk would write it."""
    for here, there in chance.sample(ANOTHER_SCRIPT, len(ANOTHER_SCRIPT)):
        if here in name.lower():
            return name.lower().replace(here, there, 1).capitalize()
    return name


class Clerk:
    """Who writes one person down, and what goes wrong with it."""

    def __init__(self, chance: random.Random, noise: int, tags: set[str]) -> None:
        self.chance, self.noise, self.tags = chance, noise, tags

    def went(self, tag: str, *, where: bool = True) -> bool:
        """Whether this went wrong; noted if so."""
        if where and self.chance.random() < chance_of(tag, self.noise):
            self.tags.add(tag)
            return True
        return False

    def names(self, one: Someone) -> tuple[str, str, str, str, str]:
        """First, middle and family name, what somebody is known as, and a former family name."""
        chance, went = self.chance, self.went
        given, middle, family, known, former = one.given, one.middle, one.family, "", ""
        if one.custom == "another_script":
            given = respelt(chance, given) if went("respelt") else given
            family = respelt(chance, family) if went("respelt") else family
        if one.custom == "chain" and went("chain_turned"):
            given, middle, family = chance.choice(
                ((family, middle, given), (given, family, middle), (middle, family, given))
            )
        elif one.custom == "chain" and went("chain_short"):
            middle, family = "", middle
        if one.custom == "patronym" and went("patronym_choice"):
            family = one.father
        if one.custom == "one_name" and went("one_name_twice"):
            given, family = chance.choice((("", given), (given, given), ("Unknown", given)))
        if went("short_name", where=given in SHORT):
            given, known = (SHORT[given], "") if chance.random() < 0.6 else (given, SHORT[given])
        if went("slip_given"):
            given = slip(chance, given) if given else given
        if went("slip_family"):
            family = slip(chance, family) if family else family
        if went("half_of_double", where="-" in family):
            family = family.split("-")[chance.randrange(2)]
        if went("new_family_name"):
            former, family = family, pick(chance, FAMILY)
            former = former if chance.random() < 0.7 else ""
        if went("turned_round"):
            given, family = family, given
        if middle and one.custom == "two_names":
            if went("middle_first"):
                given, middle = middle, given if chance.random() < 0.5 else ""
            elif went("no_middle"):
                middle = ""
        if given and went("initial_only"):
            given = given[0]
        return given, middle, family, known, former

    def birth(self, one: Someone) -> tuple[str, bool]:
        """The date of birth as it is written, and whether it is an estimate."""
        chance, went, born = self.chance, self.went, one.born
        if went("exchanged", where=one.beside is not None) and one.beside is not None:
            born = one.beside
        if went("no_birth"):
            return "", False
        if went("day_month"):
            return (date(born.year, born.day, born.month) if born.day <= 12 else born).isoformat(), False
        if went("birth_slip"):
            return (born + timedelta(days=chance.choice((-1, 1, 10, -10, 365, 31)))).isoformat(), False
        if went("month_off"):
            return born.replace(month=born.month % 12 + 1, day=min(born.day, 28)).isoformat(), False
        if went("year_off"):
            return born.replace(year=born.year + chance.choice((-1, 1)), day=min(born.day, 28)).isoformat(), False
        if went("estimated"):
            return date(born.year + chance.choice((-1, 0, 0, 1)), 1, 1).isoformat(), True
        if went("estimated_month"):
            return born.replace(day=chance.choice((1, 15))).isoformat(), True
        return born.isoformat(), False


def written(chance: random.Random, one: Someone, noise: int, *, is_unborn: bool = False) -> dict[str, str]:
    """What one clerk writes of one person: a row's values and, under "tags", what went wrong."""
    clerk = Clerk(chance, noise, set(one.tags))
    went = clerk.went
    given, middle, family, known, former = clerk.names(one)
    when, is_estimated = clerk.birth(one)
    street, code, telephone = one.home
    if went("moved"):
        street, code = f"{chance.randrange(1, 140)} {chance.choice(STREETS)} {chance.choice(KINDS)}", postcode(chance)
        telephone = f"01632{chance.randrange(100000, 999999)}"
    if went("no_telephone"):
        telephone = ""
    has_nhs, has_upn = chance.random() < 0.35, chance.random() < 0.5
    number = one.nhs if has_nhs else ""
    if number and went("wrong_nhs"):
        number = nhs(chance.randrange(10_000_000))
    row = {
        "given": given, "middle": middle, "family": family, "known": known, "former": former, "born": when,
        "estimated": "E" if is_estimated else "", "sex": "U" if went("no_sex") else one.sex,
        "nhs": number, "upn": one.upn if has_upn else "", "street": street, "code": code, "telephone": telephone,
        "carer": one.carer if chance.random() < 0.7 else "", "due": "",
    }  # fmt: skip
    if is_unborn and one.due:
        clerk.tags -= clerk.tags - one.tags - {"moved", "no_telephone", "new_family_name"}
        clerk.tags.add("unborn")
        due = one.due + timedelta(days=chance.randrange(-12, 13) if went("due_off") else 0)
        row |= dict.fromkeys(("middle", "known", "estimated", "nhs", "upn", "born"), "")
        row |= {"given": "Unborn", "family": one.family or one.given, "due": due.isoformat(), "sex": "U"}
        if "new_family_name" in clerk.tags:
            row |= {"family": family, "former": former}
    row["tags"] = " ".join(sorted(clerk.tags))
    return row


def make(folder: Path, *, count: int, seed: int, noise: int, share: float = 2 / 3) -> None:
    """Write both extracts and the answers. ``noise``: a level; ``share`` of one system's people are in the other."""
    both = share / (2 - share)
    chance = random.Random(seed)
    made = Extract()
    truth: list[tuple[str, str, str, str]] = []
    within: dict[str, list[tuple[str, str]]] = {"carecase": [], "firstcall": []}
    people = families(chance, count)
    numbers = iter(chance.sample(range(10_000, 90_000), 80_000))
    for one in people:
        where = chance.choices(("both", "carecase", "firstcall"), (both, (1 - both) / 2, (1 - both) / 2))[0]
        keys: dict[str, list[tuple[str, set[str]]]] = {"carecase": [], "firstcall": []}
        # Of a child that one system knew before it was born the other knew it too, two times in five.
        unborn_in = chance.choice((("carecase",), ("firstcall",), ("firstcall",), *(("carecase", "firstcall"),) * 2))
        for system in ("carecase", "firstcall"):
            if where in ("both", system):
                for _ in range(2 if chance.random() < 0.02 else 1):
                    row = written(chance, one, noise, is_unborn=system in unborn_in)
                    key = f"A01{next(numbers):05d}" if system == "carecase" else f"002{next(numbers):05d}"
                    _add(made, system, key, row)
                    keys[system].append((key, set(row["tags"].split())))
        truth += [
            (a, b, one.custom, " ".join(sorted(x | y))) for a, x in keys["carecase"] for b, y in keys["firstcall"]
        ]
        for system, held in keys.items():
            within[system] += [(held[0][0], other) for other, _ in held[1:]]
    made.write(folder)
    _answers(folder / "truth_people.csv", ("person_id", "client_no"), [row[:2] for row in truth])
    _answers(
        folder / "truth_people_detail.csv", ("person_id", "client_no", "group", "tags"),
        truth,
    )  # fmt: skip
    _answers(folder / "within_carecase.csv", ("person_id_1", "person_id_2"), within["carecase"])
    _answers(folder / "within_firstcall.csv", ("client_no_1", "client_no_2"), within["firstcall"])


def _add(made: Extract, system: str, key: str, row: dict[str, str]) -> None:
    if system == "carecase":
        number = row["nhs"]
        made.add(
            "carecase_people.csv", person_id=key, forename=row["given"], middle_names=row["middle"],
            surname=row["family"], alias=row["known"], former_surname=row["former"], dob=row["born"],
            dob_status="U" if row["due"] else row["estimated"], expected_dob=row["due"], gender=row["sex"],
            ethnicity="WBRI",
            nhs_no=f"{number[:3]} {number[3:6]} {number[6:]}" if number else "", upn=row["upn"],
            address=f"{row['street']}, Portwick", postcode=row["code"], carer_name=row["carer"],
            telephone=row["telephone"], last_updated="2026-05-01",
        )  # fmt: skip
        return
    year, _, rest = (row["born"] or row["due"]).partition("-")
    month, _, day = rest.partition("-")
    made.add(
        "firstcall_people.csv", CLIENT_NO=key, SURNAME=row["family"].upper(), FORENAME=row["given"],
        MIDDLE=row["middle"], KNOWN_AS=row["known"], FORMER_SURNAME=row["former"],
        DOB=f"{day}/{month}/{year}" if year else "", DOB_EST="Y" if row["estimated"] else "N",
        SEX={"M": "1", "F": "2"}.get(row["sex"], "0"), ETHNIC="A1", UPN=row["upn"], NHS=row["nhs"],
        ADDR1=row["street"], TOWN="PORTWICK", PCODE=row["code"].replace(" ", ""), CARER=row["carer"],
        CARER_TEL=row["telephone"], MODIFIED="01/06/2026",
    )  # fmt: skip


def _answers(file: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Run on the folder given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=int, choices=sorted(LEVELS), default=1, help="how often mistakes are made")
    parser.add_argument(
        "--share", type=float, default=2 / 3, help="of the people of one system, who stand in the other"
    )
    arguments = parser.parse_args()
    make(arguments.folder, count=arguments.families, seed=arguments.seed, noise=arguments.noise, share=arguments.share)


if __name__ == "__main__":
    main()
