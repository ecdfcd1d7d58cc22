"""The one record in real Chromium: the family drawn, the chronology filtered and printed, a merge taken back."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from frontdoor.accounts.models import User
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.merging import merge
from frontdoor.people.models import Merge, Person
from frontdoor.people.protection.warnings import add_warning
from tests.browsing import is_error
from tests.pages.test_deadlines_browser import address, manager, tab
from tests.ui.test_browser import RULES

__all__ = ["address", "manager", "tab"]
pytestmark = pytest.mark.browser
NOW = timezone.now()


def person(by: User, given: str, family: str = "Hart", **facts: Any) -> Person:
    return actions.create_person(by=by, at=NOW, names=[GivenName(given, family)], **facts)


def a_family(by: User) -> Person:
    """A child with parents who parted, a half-brother, a baby to come, a grandmother who died and a foster carer."""
    child = person(
        by, "Ann", date_of_birth=date(2015, 2, 3), sex="F", school="Dale Primary School",
        identifiers_given={"nhs": "999 000 0018"}, address={"lines": "1 Mill Lane", "postcode": "ZZ99 3VZ"},
    )  # fmt: skip
    mother = person(by, "Mary-Elizabeth", date_of_birth=date(1990, 1, 1), sex="F")
    father = person(by, "Frank", "Okonkwo", date_of_birth=date(1988, 1, 1), sex="M")
    partner = person(by, "Paul", "Brown", sex="M")
    brother = person(by, "Ben", date_of_birth=date(2011, 5, 1), sex="M")
    half = person(by, "Kim", "Brown", date_of_birth=date(2022, 5, 1))
    baby = person(by, "Unborn baby", expected_on=date(2027, 3, 1))
    grandmother = person(by, "Gwen", date_of_birth=date(1950, 1, 1), sex="F", died_on=date(2020, 1, 1))
    carer = person(by, "Flora", "Fosterling", sex="F")

    def tie(one: Person, other: Person, kind: str, **more: Any) -> None:
        actions.add_relationship(person=one, other=other, kind=kind, by=by, at=NOW, **more)

    for who in (child, brother):
        tie(who, mother, "mother", lives_with=True, has_parental_responsibility=True)
        tie(who, father, "father", lives_with=False, has_parental_responsibility=True)
    for who in (half, baby):
        tie(who, mother, "mother")
        tie(who, partner, "father")
    tie(child, brother, "sibling", lives_with=True)
    tie(child, half, "half_sibling", lives_with=True)
    tie(mother, father, "former_partner")
    tie(mother, grandmother, "mother")
    tie(child, carer, "foster_carer")
    add_warning(
        person=child, by=by, at=NOW - timedelta(days=90), kind="risk_to_workers", text="Threatened a worker in May.",
        review_on=date(2026, 10, 1), about="household", source="Police",
    )  # fmt: skip
    actions.add_address(
        person=child, by=by, at=NOW, lines="99 Hidden Street", is_confidential=True, why="Refuge",
        confidential_from="father", review_on=date(2027, 1, 1),
    )  # fmt: skip
    for number, (kind, label) in enumerate([("referral", "In assessment"), ("assessment", "Being written")] * 2):
        reference = f"{kind[0].upper()}-{number:08d}"
        at = NOW - timedelta(days=30 * number + 1)
        actions.involve(
            person=child, reference=reference, kind=kind, at=at, worker=by, team=by.team, status_label=label
        )
        if number > 1:
            actions.end_involvement(reference=reference, at=at + timedelta(days=20), status_label="Closed")
    return child


def test_the_record_is_read_filtered_printed_and_taken_apart(
    tab: Page, address: str, manager: User, tmp_path: Path
) -> None:
    child = a_family(manager)
    twin = person(manager, "Anne", "Heart", date_of_birth=date(2015, 2, 3), school="Hill School")
    merge.apply(survivor=child, loser=twin, by=manager, at=NOW, reason="The same number and mother.")
    here = f"{address}/people/{child.reference}/"
    said: list[str] = []
    tab.on("console", lambda m: said.append(m.text) if is_error(m) else None)
    for width in (1280, 375):
        tab.set_viewport_size({"width": width, "height": 900})
        for path in ("", "chronology/?kind=referral", "origins/", "chronology/part-1/mark/"):
            if "mark" in path:
                tab.goto(f"{here}chronology/")
                tab.get_by_role("link", name="Mark as significant").first.click()
            else:
                tab.goto(here + path)
            found = Axe().run(tab, options=RULES)
            assert found.response["violations"] == [], (path, width, found.generate_report())
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)
    tab.set_viewport_size({"width": 1280, "height": 900})

    tab.goto(here)
    picture = tab.get_by_role("img", name="Family tree of Ann Hart")
    expect(picture).to_be_visible()
    expect(picture).to_contain_text("Mary-Elizabeth")
    expect(tab.get_by_role("table", name="The family in words").get_by_role("row")).to_have_count(9)
    # The picture takes no focus of its own: from its frame the keyboard goes on to the table.
    tab.get_by_role("region", name="Family tree").focus()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("region", name="Table of the family")).to_be_focused()

    tab.get_by_role("link", name="Chronology", exact=True).click()
    tab.get_by_text("Filter or search within").click()
    tab.get_by_label("Assessment", exact=True).check()
    tab.get_by_role("button", name="Apply filters").click()
    expect(tab.get_by_role("heading", name="Assessment A-00000001")).to_be_visible()
    expect(tab.get_by_role("heading", name="Referral R-00000000")).to_have_count(0)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download as PDF").click()
    saved = tmp_path / "chronology.pdf"
    waiting.value.save_as(saved)
    words = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(saved.read_bytes())).pages)
    assert "A-00000001" in words
    assert "R-00000000" not in words
    assert child.reference not in waiting.value.suggested_filename

    tab.goto(here)
    tab.get_by_role("link", name="Undo this").click()
    tab.get_by_label("Why are these not one record?").fill("Cousins of one name.")
    tab.get_by_role("button", name="Undo the merge").click()
    expect(tab.get_by_text("are two records again")).to_be_visible()
    assert not Merge.objects.standing().exists()
    assert said == []
