"""Pairs reviewed by keyboard in real Chromium: same, different, later, and the last one taken back."""

from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from frontdoor.accounts.models import User
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.merging import pairs
from frontdoor.people.models import Merge, PairToReview
from tests.pages.test_deadlines_browser import address, manager, tab
from tests.ui.test_browser import RULES

__all__ = ["address", "manager", "tab"]
pytestmark = pytest.mark.browser


def pair(by: User, number: int) -> Any:
    at = timezone.now()
    left, right = (
        actions.create_person(
            by=by, at=at, names=[GivenName(f"{name}{number}", "Hart")], date_of_birth=date(2015, 2, 3), school=school
        )
        for name, school in (("Ann", "Dale"), ("Anne", "Hill"))
    )
    found = pairs.FoundPair(left.pk, right.pk, 6.2, 0.9 - number / 100, [("the same date of birth", 4.1)])
    pairs.offer_many([found], at=at)
    return PairToReview.objects.get(left=left)


def test_pairs_are_reviewed_by_keyboard(tab: Page, address: str, manager: User) -> None:
    made = [pair(manager, number) for number in range(20)]
    first = made[0]
    for width in (1280, 375):
        tab.set_viewport_size({"width": width, "height": 900})
        for path in ("/merge/", f"/merge/{first.pk}/"):
            tab.goto(address + path)
            found = Axe().run(tab, options=RULES)
            assert found.response["violations"] == [], (path, width, found.generate_report())
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto(f"{address}/merge/{first.pk}/")
    for number, key in enumerate("sddlddddsddldddddddd"):
        tab.keyboard.press(key)
        tab.wait_for_url(f"**/merge/{made[number + 1].pk}/**" if number < 19 else f"{address}/merge/**")
        if key == "s":
            expect(tab.get_by_text("are one record")).to_be_visible()
    expect(tab.get_by_text("No pairs here")).to_be_visible()
    decisions = list(PairToReview.objects.values_list("decision", flat=True))
    assert {each: decisions.count(each) for each in set(decisions)} == {"same": 2, "later": 2, "not_same": 16}
    done = Merge.objects.order_by("-pk")[0]
    tab.goto(f"{address}/merge/?merged={done.pk}")
    tab.get_by_role("link", name="Undo the last merge").click()
    tab.get_by_label("Why are these not one record?").fill("Cousins of one name.")
    tab.get_by_role("button", name="Undo the merge").click()
    expect(tab.get_by_text("are two records again")).to_be_visible()
    assert Merge.objects.standing().count() == 1


def test_several_pairs_are_accepted_by_keyboard(tab: Page, address: str, manager: User) -> None:
    for number in range(4):
        pair(manager, number)
    tab.goto(address + "/merge/")
    for key in "jxjx":
        tab.keyboard.press(key)
    tab.keyboard.press("a")
    expect(tab.get_by_text("2 pairs will become one record each")).to_be_visible()
    for width in (375, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(tab, options=RULES)
        assert found.response["violations"] == [], (width, found.generate_report())
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
    tab.get_by_label("Why are these the same people?").fill("Seen on both paper files.")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="2 pairs joined, 0 left as they were")).to_be_visible()
    for width in (375, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(tab, options=RULES)
        assert found.response["violations"] == [], (width, found.generate_report())
    tab.get_by_role("link", name="More pairs").click()
    expect(tab.get_by_role("button", name="Tick all shown")).to_be_visible()
    tab.keyboard.press("t")
    expect(tab.locator("input[data-tick]:checked")).to_have_count(2)
    tab.keyboard.press("a")
    expect(tab.get_by_text("2 pairs will become one record each")).to_be_visible()
    assert Merge.objects.count() == 2
