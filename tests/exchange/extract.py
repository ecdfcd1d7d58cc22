"""A small extract of both systems and the paper index: invented families, and rows with one defect each."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.people.identifiers import nhs_check_digit, upn_check_letter

#: Family, its address, its children (forename, born), and the town's spelling.
FAMILIES = (
    ("Abernethy", "4 Larch Way", "ZZ99 1AB", "01632 960101", (("Rowan", "2012-03-14"), ("Isla", "2015-11-02"))),
    ("Okonkwo", "17 Quay Street", "ZZ99 2CD", "01632 960102", (("Chidera", "2010-07-21"), ("Ngozi", "2018-01-09"))),
    ("Szymański", "Flat 2, 9 Mill Lane", "ZZ99 3EF", "01632 960103", (("Łukasz", "2014-05-30"),)),
    (
        "Hartwell-Green",
        "88 Orchard Rise",
        "ZZ99 4GH",
        "01632 960104",
        (("Poppy", "2016-09-17"), ("Jude", "2019-04-04")),
    ),
    ("Rahimi", "3 Station Cottages", "ZZ99 5JK", "01632 960105", (("Yasmin", "2011-12-25"), ("Omid", "2013-08-06"))),
    ("Castellan", "51 Beacon Hill", "ZZ99 6LM", "01632 960106", (("Tobias", "2009-02-11"),)),
    (
        "Merriweather",
        "12 Tanner Row",
        "ZZ99 7NP",
        "01632 960107",
        (("Ottilie", "2017-06-23"), ("Barnaby", "2020-10-15")),
    ),
    ("Vandenberg", "Lock House", "ZZ99 8QR", "01632 960108", (("Saskia", "2012-08-19"),)),
)


def nhs(number: int) -> str:
    """A valid number of the test range."""
    while True:
        first = f"999{number % 1_000_000:06d}"
        digit = nhs_check_digit(first)
        if digit is not None:
            return first + str(digit)
        number += 1


def upn(number: int) -> str:
    """A valid UPN of an invented pupil."""
    rest = f"2019{number % 100_000_000:08d}"
    return upn_check_letter(rest) + rest


@dataclass
class Extract:
    """Rows by file, in the order of the columns, and the defects planted in them: (file, row, column, code)."""

    rows: dict[str, list[list[str]]] = field(default_factory=lambda: {name: [] for name in LAYOUTS})
    defects: set[tuple[str, int, str, str]] = field(default_factory=set)
    raw: dict[str, list[tuple[int, bytes, bytes]]] = field(default_factory=dict)

    def add(self, file: str, **values: str) -> int:
        """Add a row and return its number."""
        layout = LAYOUTS[file]
        assert set(values) <= set(layout.header), set(values) - set(layout.header)
        self.rows[file].append([values.get(name, "") for name in layout.header])
        return len(self.rows[file])

    def flaw(self, file: str, row: int, column: str, code: str) -> None:
        """Note a defect that has just been planted."""
        self.defects.add((file, row, column, code))

    def bytes_of(self, file: str) -> bytes:
        """The file as the system writes it."""
        layout = LAYOUTS[file]
        ending = "\n" if layout.encoding == "utf-8" else "\r\n"
        out = io.StringIO()
        writer = csv.writer(out, delimiter=layout.separator, lineterminator=ending)
        writer.writerow(layout.header)
        writer.writerows(self.rows[file])
        data = out.getvalue().encode(layout.encoding, "replace")
        for _, old, new in self.raw.get(file, []):
            assert old in data
            data = data.replace(old, new, 1)
        return data

    def write(self, folder: Path) -> Path:
        """All files into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in LAYOUTS:
            (folder / name).write_bytes(self.bytes_of(name))
        return folder


def sound() -> Extract:
    """Both systems' sound rows about the same families: people, contacts, one in two typed in again as an episode."""
    made = Extract()
    number = 0
    for place, (family, street, postcode, telephone, children) in enumerate(FAMILIES):
        mother = f"A05{place:05d}"
        made.add(
            "carecase_people.csv",
            person_id=mother,
            forename="Mother",
            surname=family,
            dob=f"198{place}-05-05",
            gender="F",
            ethnicity="WBRI",
            address=f"{street}, Testwick",
            postcode=postcode,
            telephone=telephone,
            last_updated="2026-05-01",
        )
        for given, born in children:
            number += 1
            person, client = f"A01{number:05d}", f"002{number:05d}"
            day = f"{born[8:]}/{born[5:7]}/{born[:4]}"
            made.add(
                "carecase_people.csv",
                person_id=person,
                forename=given,
                surname=family,
                dob=born,
                gender="F" if number % 2 else "M",
                ethnicity="WBRI",
                nhs_no=nhs(number * 7919),
                upn=upn(number * 104_729),
                address=f"{street}, Testwick",
                postcode=postcode,
                carer_name=f"Mother {family}",
                telephone=telephone,
                last_updated="2026-05-01",
            )
            made.add("carecase_relationships.csv", person_id=person, related_person_id=mother, relationship="MOTH")
            made.add(
                "firstcall_people.csv",
                CLIENT_NO=client,
                SURNAME=family.replace("ń", "n").upper(),
                FORENAME=given.replace("Ł", "L"),
                DOB=day,
                DOB_EST="N",
                SEX="2" if number % 2 else "1",
                ETHNIC="A1",
                NHS=nhs(number * 7919),
                UPN=upn(number * 104_729),
                ADDR1=street,
                TOWN="TESTWICK",
                PCODE=postcode.replace(" ", ""),
                CARER=f"Mother {family}",
                CARER_TEL=telephone.replace(" ", ""),
                SCHOOL="Testwick Primary School",
                MODIFIED="01/06/2026",
            )
            year = 2023 + number % 3
            contact = f"C04{number:05d}"
            passed = number % 2 == 1
            made.add(
                "firstcall_contacts.csv",
                CONTACT_NO=contact,
                RECEIVED=f"{number:02d}/03/{year} 10:15",
                SOURCE="Police DV",
                CALLER_NAME="PC 12 Invented",
                CALLER_ORG="Testshire Police",
                REASON="Neglect",
                RISK="AMBER",
                OUTCOME="PTD" if passed else "Advice given",
                PASSED_TO_DUTY=f"{number:02d}/03/{year} 11:30" if passed else "",
                CLOSED=f"{number:02d}/03/{year} 16:00",
                TAKEN_BY="im",
                NOTES=f"Officers attended.\r\n{given} was there.",
            )
            made.add("firstcall_contact_children.csv", CONTACT_NO=contact, CLIENT_NO=client, ROLE="SUBJ")
            episode = f"EP01{number:05d}"
            month = "03" if passed else "09"
            made.add(
                "carecase_episodes.csv",
                episode_id=episode,
                person_id=person,
                referral_date=f"{year}-{month}-{number:02d}",
                referral_source="6",
                primary_need="N1",
                referral_nfa="0",
                closure_date=f"{year + 1}-02-20" if number % 3 else "",
                closure_reason="RC8" if number % 3 else "",
                team="Duty & Assessment North",
                worker="H Ridley",
            )
            made.add(
                "carecase_assessments.csv",
                assessment_id=f"AS05{number:05d}",
                episode_id=episode,
                person_id=person,
                type="SA",
                start_date=f"{year}-{month}-{number:02d}",
                authorised_date=f"{year}-{month}-28",
                child_seen="Y",
                seen_alone="N",
                outcome="Child in need plan",
                factors="3B;16A",
                author="Hannah Ridley",
            )
            if number % 4 == 0:
                made.add(
                    "carecase_s47.csv",
                    s47_id=f"S47-{number:06d}",
                    episode_id=episode,
                    person_id=person,
                    strategy_date=f"{year}-{month}-28",
                    icpc_required="1",
                    icpc_date=f"{year}-10-12",
                    outcome="Concerns substantiated - ICPC",
                )
            made.add(
                "carecase_notes.csv",
                note_id=f"N{number:08d}",
                person_id=person,
                note_datetime=f"{year}-10-02T09:10",
                note_type="HV",
                author="H Ridley",
                text=f"Visit.\n{given} said “I like the dog”, and laughed.",
            )
            made.add(
                "paper_files.csv",
                file_no=f"PF/{number:06d}",
                surname=family,
                forename=given[0] + ".",
                dob=day,
                location="Basement B1",
                volumes="1",
                date_from="2019",
                date_to="03/2021",
            )
    return made


def with_defects() -> Extract:
    """The same with a row for each kind of defect beside the sound ones."""
    made = sound()

    def people(column: str, value: str, code: str, **more: str) -> None:
        values = {
            "person_id": f"A07{len(made.rows['carecase_people.csv']):05d}",
            "forename": "Extra",
            "surname": "Testperson",
            "gender": "U",
            "last_updated": "2026-05-01",
            **more,
        }
        values[column] = value
        made.flaw("carecase_people.csv", made.add("carecase_people.csv", **values), column, code)

    people("person_id", "", "missing_id")
    people("person_id", "A0100001", "duplicate_id")
    people("dob", "2023-02-29", "impossible_date")
    people("gender", "", "missing_mandatory")
    people("alias", "x" * 61, "overlong")
    people("nhs_no", "999 000 0001", "nhs_bad_check_digit")
    people("upn", "Z20190000000A"[:12] + "1", "upn_bad_check_letter")
    people("address", "1 Bell\x07 Row", "control_char")
    people("surname", "B\u00e9ATSON", "bad_encoding")
    made.raw["carecase_people.csv"] = [(0, "B\u00e9ATSON".encode(), b"B\xe9ATSON")]
    for column, values, code in (
        ("related_person_id", ("A0100001", "A0100001", "Sibling"), "self_reference"),
        ("related_person_id", ("A0100001", "A9999999", "Sibling"), "unknown_person"),
        ("related_person_id", ("A0100001", "", "Sibling"), "missing_mandatory"),
    ):
        row = made.add(
            "carecase_relationships.csv", person_id=values[0], related_person_id=values[1], relationship=values[2]
        )
        made.flaw("carecase_relationships.csv", row, column, code)
    base = {
        "episode_id": "EP0900001",
        "person_id": "A0100001",
        "referral_date": "2020-01-10",
        "referral_source": "6",
        "primary_need": "N1",
        "referral_nfa": "1",
        "team": "T",
        "worker": "W",
    }
    for turn, (column, value, code) in enumerate(
        (
            ("person_id", "A9999999", "unknown_person"),
            ("referral_date", "2019-02-30", "impossible_date"),
            ("closure_date", "2019-12-31", "closure_before_referral"),
        ),
        start=1,
    ):
        row = made.add("carecase_episodes.csv", **base | {"episode_id": f"EP090000{turn}", column: value})
        made.flaw("carecase_episodes.csv", row, column, code)
    file = "carecase_assessments.csv"
    base = {
        "assessment_id": "AS0900001",
        "episode_id": "EP0100001",
        "person_id": "A0100001",
        "type": "SA",
        "start_date": "2024-04-10",
        "authorised_date": "2024-05-01",
        "author": "H",
    }
    for turn, (column, value, code) in enumerate(
        (
            ("episode_id", "EP9999999", "unknown_episode"),
            ("authorised_date", "2024-04-01", "end_before_start"),
            ("factors", "3B;99Z", "invalid_code"),
        ),
        start=1,
    ):
        made.flaw(file, made.add(file, **base | {"assessment_id": f"AS090000{turn}", column: value}), column, code)
    file = "firstcall_contact_children.csv"
    for contact, client, column, code in (
        ("C9999999", "00200001", "CONTACT_NO", "unknown_contact"),
        ("C0400001", "99999999", "CLIENT_NO", "unknown_client"),
        ("C0400001", "00200001", "CLIENT_NO", "duplicate_id"),
    ):
        made.flaw(file, made.add(file, CONTACT_NO=contact, CLIENT_NO=client, ROLE="SUBJ"), column, code)
    file = "firstcall_people.csv"
    row = made.add(
        file, CLIENT_NO="00299999", SURNAME="BADLETTER", FORENAME="Sam", DOB_EST="N", SEX="0", MODIFIED="01/06/2026"
    )
    made.flaw(file, row, "SURNAME", "bad_encoding")
    made.raw[file] = [(0, b"BADLETTER", b"BADL\x81TTER")]
    file = "paper_files.csv"
    row = made.add(
        file, file_no="PF900001", surname="Nobody", location="Shelf", volumes="1", date_from="2020", date_to="2019"
    )
    made.flaw(file, row, "date_to", "end_before_start")
    file = "carecase_notes.csv"
    made.rows[file].append(["N90000001", "A0100001", "2024-01-01T09:00", "HV", "H"])
    made.flaw(file, len(made.rows[file]), "", "wrong_column_count")
    return made
