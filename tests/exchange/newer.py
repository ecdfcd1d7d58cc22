"""Extracts that come again with some values changed, for the tests of what a newer extract may do."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frontdoor.accounts.models import User, system_user
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.running import run_import
from frontdoor.exchange.models import Origin
from frontdoor.people.models import Person
from tests.exchange.extract import Extract, nhs, sound

AT = datetime(2026, 9, 20, 10, 0, tzinfo=UTC)
CARECASE, FIRSTCALL = "carecase_people.csv", "firstcall_people.csv"
#: One child of both systems, joined by the import; and one of CareCase alone.
KEY, CLIENT, ALONE = "A0100001", "00200001", "A0500000"


@dataclass
class Borough:
    """A borough whose extracts are imported again and again."""

    folder: Path
    made: Extract = field(default_factory=sound)

    def says(self, file: str, key: str, **values: str) -> None:
        """Change values of one row of the next extract."""
        header = LAYOUTS[file].header
        row = next(row for row in self.made.rows[file] if row[0] == key)
        for name, value in values.items():
            row[header.index(name)] = value

    def imported(self, **options: Any) -> dict[str, Any]:
        """Import the extract as it is now."""
        return run_import(self.made.write(self.folder), by=system_user(), **options)

    @staticmethod
    def record(file: str, key: str) -> Person:
        """The record a row was made into."""
        return Person.objects.get(reference=Origin.objects.get(file=file, identity=key).reference)


def small() -> Extract:
    """One child in both systems and one adult: the least that can be joined."""
    made = Extract()
    made.add(
        CARECASE, person_id=KEY, forename="Rowan", surname="Abernethy", dob="2012-03-14", gender="M", ethnicity="WBRI",
        nhs_no=nhs(7919), address="4 Larch Way, Testwick", postcode="ZZ99 1AB", telephone="01632 960101",
        last_updated="2026-05-01",
    )  # fmt: skip
    made.add(
        FIRSTCALL, CLIENT_NO=CLIENT, SURNAME="ABERNETHY", FORENAME="Rowan", DOB="14/03/2012", DOB_EST="N", SEX="1",
        ETHNIC="A1", NHS=nhs(7919), ADDR1="4 Larch Way", TOWN="TESTWICK", PCODE="ZZ991AB", CARER_TEL="01632960101",
        SCHOOL="Testwick Primary School", MODIFIED="01/06/2026",
    )  # fmt: skip
    made.add(
        CARECASE, person_id=ALONE, forename="Mother", surname="Abernethy", dob="1980-05-05", gender="F",
        ethnicity="WBRI", address="4 Larch Way, Testwick", postcode="ZZ99 1AB", last_updated="2026-05-01",
    )  # fmt: skip
    return made


def worker() -> User:
    """Somebody who works with children's records."""
    return User.objects.create_user("wanda", "Wanda Worker", roles=["social_worker"])
