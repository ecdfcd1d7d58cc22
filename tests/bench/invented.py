"""Two extracts of people who do not exist, with the answers: to measure the linkage on names and noise of another kind.

    python -m tests.bench.invented FOLDER [--families N] [--seed N] [--noise 1.0] [--share 0.667]

Writes ``carecase_people.csv``, ``firstcall_people.csv`` and the answers, for ``dev.py bench linkage FOLDER``. Nothing
here is taken from the linkage: names, customs and mistakes are chosen independently of its tables.
"""

import argparse
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

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


def pick(chance: random.Random, names: list[str], steep: float = 0.9) -> str:
    """One of the names, the first ones much more often."""
    return chance.choices(names, [1 / (place + 1) ** steep for place in range(len(names))])[0]


def postcode(chance: random.Random) -> str:
    """One of a few thousand."""
    return f"ZZ{chance.randrange(1, 99)} {chance.randrange(1, 9)}{chance.choice('ABDEFGHJ')}{chance.choice('LNPQR')}"


def families(chance: random.Random, count: int) -> list[Someone]:
    """Households of one to five children: twins, brothers of one name, sons of their father's name, shared homes."""
    found: list[Someone] = []
    hostel = ("1 Harbour House", "ZZ99 9HH", "01632900000")
    for number in range(count):
        family = pick(chance, FAMILY)
        if chance.random() < 0.12:
            family = f"{family}-{pick(chance, FAMILY)}"
        street = f"{chance.randrange(1, 140)} {chance.choice(STREETS)} {chance.choice(KINDS)}"
        home = (
            hostel if chance.random() < 0.03 else (street, postcode(chance), f"01632{chance.randrange(100000, 999999)}")
        )
        carer = f"{pick(chance, GIVEN['F'].split())} {family}"
        born = date(2004, 1, 1) + timedelta(days=chance.randrange(7200))
        used: set[str] = set()
        for _ in range(chance.choice((1, 1, 2, 2, 2, 3, 4, 5))):
            sex = chance.choice("MF")
            given = pick(chance, GIVEN[sex].split(), 0.6)
            if given in used and chance.random() < 0.97:
                continue
            used.add(given)
            key = len(found) * 7919 + number + 11
            middle = pick(chance, GIVEN[sex].split(), 0.3) if chance.random() < 0.35 else ""
            found.append(Someone(given, middle, family, born, sex, home, carer, nhs(key), upn(key), number))
            born += timedelta(days=0 if chance.random() < 0.08 else 300 + chance.randrange(1200))
            if born > date(2026, 8, 1):
                break
        if chance.random() < 0.04 and found:
            father = replace(found[-1], born=date(1980, 1, 1) + timedelta(days=chance.randrange(4000)), middle="")
            key = len(found) * 7919 + number + 5
            found.append(replace(father, nhs=nhs(key), upn=upn(key), carer="", tags={"father_of_same_name"}))
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


def written(chance: random.Random, one: Someone, noise: float) -> dict[str, str]:
    """What one clerk writes of one person: a row's values and, under "tags", what went wrong."""
    tags: set[str] = set(one.tags)

    def went(tag: str, rate: float) -> bool:
        if chance.random() < rate * noise:
            tags.add(tag)
            return True
        return False

    given, middle, family, born = one.given, one.middle, one.family, one.born
    known, former, is_estimated = "", "", False
    if went("short_name", 0.25 if given in SHORT else 0):
        given, known = (SHORT[given], "") if chance.random() < 0.6 else (given, SHORT[given])
    if went("slip_given", 0.05):
        given = slip(chance, given)
    if went("slip_family", 0.05):
        family = slip(chance, family)
    if "-" in family and went("half_of_double", 0.25):
        family = family.split("-")[chance.randrange(2)]
    if went("new_family_name", 0.04):
        former, family = family, pick(chance, FAMILY)
        former = former if chance.random() < 0.7 else ""
    if went("turned_round", 0.02):
        given, family = family, given
    if middle and went("middle_first", 0.05):
        given, middle = middle, given if chance.random() < 0.5 else ""
    elif middle and went("no_middle", 0.5):
        middle = ""
    if went("initial_only", 0.01):
        given = given[0]
    when = born.isoformat()
    if went("no_birth", 0.03):
        when = ""
    elif went("day_month", 0.02) and born.day <= 12:
        when = date(born.year, born.day, born.month).isoformat()
    elif went("birth_slip", 0.03):
        when = (born + timedelta(days=chance.choice((-1, 1, 10, -10, 365, 31)))).isoformat()
    elif went("estimated", 0.03):
        when, is_estimated = date(born.year + chance.choice((-1, 0, 0, 1)), 1, 1).isoformat(), True
    street, code, telephone = one.home
    if went("moved", 0.25):
        street, code = f"{chance.randrange(1, 140)} {chance.choice(STREETS)} {chance.choice(KINDS)}", postcode(chance)
        telephone = f"01632{chance.randrange(100000, 999999)}"
    if went("no_telephone", 0.3):
        telephone = ""
    has_nhs, has_upn = chance.random() < 0.35, chance.random() < 0.5
    number = one.nhs if has_nhs else ""
    if number and went("wrong_nhs", 0.01):
        number = nhs(chance.randrange(10_000_000))
    return {
        "given": given, "middle": middle, "family": family, "known": known, "former": former, "born": when,
        "estimated": "E" if is_estimated else "", "sex": one.sex if chance.random() > 0.005 * noise else "U",
        "nhs": number, "upn": one.upn if has_upn else "", "street": street, "code": code, "telephone": telephone,
        "carer": one.carer if chance.random() < 0.7 else "", "tags": " ".join(sorted(tags)),
    }  # fmt: skip


def make(folder: Path, *, count: int, seed: int, noise: float, share: float = 2 / 3) -> None:
    """Write both extracts and the answers. ``share`` of the people of one system stand in the other too."""
    both = share / (2 - share)
    chance = random.Random(seed)
    made = Extract()
    truth: list[tuple[str, str, str]] = []
    within: dict[str, list[tuple[str, str]]] = {"carecase": [], "firstcall": []}
    people = families(chance, count)
    numbers = iter(chance.sample(range(10_000, 90_000), 80_000))
    for one in people:
        where = chance.choices(("both", "carecase", "firstcall"), (both, (1 - both) / 2, (1 - both) / 2))[0]
        keys: dict[str, list[tuple[str, set[str]]]] = {"carecase": [], "firstcall": []}
        for system in ("carecase", "firstcall"):
            if where in ("both", system):
                for _ in range(2 if chance.random() < 0.02 else 1):
                    row = written(chance, one, noise)
                    key = f"A01{next(numbers):05d}" if system == "carecase" else f"002{next(numbers):05d}"
                    _add(made, system, key, row)
                    keys[system].append((key, set(row["tags"].split())))
        truth += [(a, b, " ".join(sorted(x | y))) for a, x in keys["carecase"] for b, y in keys["firstcall"]]
        for system, held in keys.items():
            within[system] += [(held[0][0], other) for other, _ in held[1:]]
    made.write(folder)
    _answers(folder / "truth_people.csv", ("person_id", "client_no"), [row[:2] for row in truth])
    _answers(
        folder / "truth_people_detail.csv", ("person_id", "client_no", "group", "tags"),
        [(a, b, "invented", tags) for a, b, tags in truth],
    )  # fmt: skip
    _answers(folder / "within_carecase.csv", ("person_id_1", "person_id_2"), within["carecase"])
    _answers(folder / "within_firstcall.csv", ("client_no_1", "client_no_2"), within["firstcall"])


def _add(made: Extract, system: str, key: str, row: dict[str, str]) -> None:
    if system == "carecase":
        number = row["nhs"]
        made.add(
            "carecase_people.csv", person_id=key, forename=row["given"], middle_names=row["middle"],
            surname=row["family"], alias=row["known"], former_surname=row["former"], dob=row["born"],
            dob_status=row["estimated"], gender=row["sex"], ethnicity="WBRI",
            nhs_no=f"{number[:3]} {number[3:6]} {number[6:]}" if number else "", upn=row["upn"],
            address=f"{row['street']}, Portwick", postcode=row["code"], carer_name=row["carer"],
            telephone=row["telephone"], last_updated="2026-05-01",
        )  # fmt: skip
        return
    year, _, rest = row["born"].partition("-")
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
    parser.add_argument("--noise", type=float, default=1.0)
    parser.add_argument(
        "--share", type=float, default=2 / 3, help="of the people of one system, who stand in the other"
    )
    arguments = parser.parse_args()
    make(arguments.folder, count=arguments.families, seed=arguments.seed, noise=arguments.noise, share=arguments.share)


if __name__ == "__main__":
    main()
