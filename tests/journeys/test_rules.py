"""An administrator changes the words of an outcome from next month, sees what it means, and moves rules by a file."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser
LIST = "/rules/codes_contact_outcome/"


def next_month() -> date:
    return (date.today().replace(day=1) + timedelta(days=40)).replace(day=1)  # noqa: DTZ011


def test_an_outcome_has_other_words_from_next_month_and_the_rules_go_out_and_come_back(
    served: Served, desk: Callable[[str], Desk], sql: Callable[..., list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    admin = desk("admin")
    admin.go("/")
    admin.press("Rules")
    admin.look()
    admin.page.get_by_role("link", name="Outcomes of a contact").click()
    admin.look()
    admin.page.get_by_role("link", name="Information and advice").click()
    admin.look()
    admin.press("Change from a date")
    admin.look()
    admin.fill(label="Advice given", reason="The board decided it")
    admin.press("See what changes")
    admin.page.get_by_text("Enter from which day").or_(admin.page.get_by_text("From which day")).first.wait_for()
    admin.look()
    begins = next_month()
    admin.fill(begins_on_day=str(begins.day), begins_on_month=str(begins.month), begins_on_year=str(begins.year))
    admin.press("See what changes")
    admin.page.get_by_text("Nothing is saved yet.").wait_for()
    preview = admin.page.locator("#preview").inner_text()
    assert "Advice given" in preview
    assert "open contacts with this outcome proposed" in preview
    admin.look()
    admin.press("Save this change")
    admin.page.get_by_text("The change begins on").wait_for()
    admin.look()
    rows = sql(
        "SELECT label, valid_from, valid_to FROM codelists_code WHERE list_name = 'contact_outcome' AND code = 'advice'"
        " ORDER BY valid_from NULLS FIRST"
    )
    day_before = begins - timedelta(days=1)
    assert rows == [("Information and advice", None, day_before), ("Advice given", begins, None)]
    # The words of today are still today's; those of next month stand on that day.
    admin.go(f"{LIST}?on={begins.isoformat()}")
    admin.page.get_by_role("link", name="Advice given").wait_for()

    admin.go("/rules/file/")
    with admin.page.expect_download() as saved:
        admin.page.get_by_role("link", name="Export the rules").or_(
            admin.page.get_by_role("button", name="Export the rules")
        ).first.click()
    file = tmp_path / "rules.json"
    saved.value.save_as(file)
    wanted = json.loads(file.read_text())
    row = next(row for row in wanted["tables"]["codes_contact_outcome"] if row["label"] == "Advice given")
    row["colour"] = "red"
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text(json.dumps(wanted))
    admin.page.set_input_files("[name=file]", spoilt)
    admin.press("Import the file")
    admin.page.get_by_role("cell", name="There is no column of this name.").wait_for()
    admin.look()
    del row["colour"]
    row["label"] = "Advice was given"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(wanted))
    admin.page.set_input_files("[name=file]", changed)
    admin.press("Check the file")
    admin.page.get_by_text("Nothing is changed yet").wait_for()
    admin.look()
    admin.page.set_input_files("[name=file]", changed)
    admin.press("Import the file")
    admin.page.get_by_text("The rules are imported: 1 change").wait_for()
    admin.look()
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    served.manage("rules_export", str(first))
    served.manage("rules_import", str(first))
    served.manage("rules_export", str(second))
    assert first.read_bytes() == second.read_bytes()

    admin.go(LIST)
    admin.page.get_by_role("link", name="Information and advice").click()
    admin.press("Cancel this")
    admin.page.get_by_text("The change has been cancelled").wait_for()
    admin.look()
    assert sql("SELECT count(*) FROM codelists_code WHERE list_name = 'contact_outcome' AND code = 'advice'") == [(1,)]


@pytest.mark.parametrize("path", ["/rules/rank_weights/", "/rules/thresholds/", "/rules/clock_rules/", "/rules/?q=zzz"])
def test_pages_of_rules_are_accessible_for_whoever_only_reads_them(path: str, desk: Callable[[str], Desk]) -> None:
    desk("service.manager").go(path)
