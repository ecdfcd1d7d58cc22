"""The invented region the import is measured with: the same for the same seed, and an extract the import accepts."""

from pathlib import Path

from frontdoor.exchange.legacy.checking import Known, check
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.reading import rows
from tests.bench.region import write_region


def test_a_region_is_the_same_for_its_seed_and_every_row_of_it_is_sound(tmp_path: Path) -> None:
    one, again = write_region(tmp_path / "one", 300, 7), write_region(tmp_path / "again", 300, 7)
    other = write_region(tmp_path / "other", 300, 8)
    known = Known()
    for name, layout in LAYOUTS.items():
        assert (one / name).read_bytes() == (again / name).read_bytes(), name
        with (one / name).open("rb") as file:
            found = list(check(rows(file, layout), layout, known))
        assert not [finding for row in found for finding in row.findings], name
        if name.endswith("_people.csv"):
            assert len(found) == 300
    assert (one / "carecase_people.csv").read_bytes() != (other / "carecase_people.csv").read_bytes()
    assert len((one / "truth_people.csv").read_text(encoding="utf-8").splitlines()) > 100
