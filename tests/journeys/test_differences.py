"""A newer extract says otherwise than a worker put right: decided field by field, in real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import Served, clone
from tests.exchange.newer import CARECASE, Borough
from tests.journeys.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("imports")]

STAFF = """
from frontdoor.accounts.models import User
for username, name, role in (("performance.officer", "Perry Figgis", "performance_officer"),
                             ("wanda", "Wanda Worker", "social_worker")):
    User.objects.create_user(username, name, "front-door-demo", roles=[role])
"""
#: A worker puts right the date of birth of one, and the ethnicity of three.
PUT_RIGHT = """
from datetime import date
from django.utils import timezone
from frontdoor.accounts.models import User
from frontdoor.exchange.models import Origin
from frontdoor.people.actions import amend_person
from frontdoor.people.models import Person
wanda = User.objects.get(username="wanda")
for number in range(4):
    origin = Origin.objects.get(file="carecase_people.csv", identity=f"A050000{number}")
    facts = {"ethnicity": "WIRI"} if number else {"date_of_birth": date(1980, 5, 15)}
    person = Person.objects.get(reference=origin.reference)
    amend_person(person=person, by=wanda, at=timezone.now(), reason="Her passport.", **facts)
"""


@pytest.fixture
def borough(tmp_path: Path) -> Iterator[Served]:
    """A borough brought in, put right, and brought in again."""
    made = Borough(tmp_path / "extract")
    with clone("newer") as name:
        server = Served(name, tmp_path)
        server.manage("collectstatic", "--no-input", "-v", "0")
        server.manage("shell", "-v", "0", "-c", STAFF)
        server.manage("import_legacy", str(made.made.write(made.folder)))
        server.manage("shell", "-v", "0", "-c", PUT_RIGHT)
        made.says(CARECASE, "A0500000", dob="1980-05-25", last_updated="2026-08-30")
        for number in range(1, 4):
            made.says(CARECASE, f"A050000{number}", ethnicity="WOTH", last_updated="2026-08-30")
        server.manage("import_legacy", str(made.made.write(made.folder)))
        server.start()
        yield server
        server.kill()


def test_a_newer_extract_is_decided_field_by_field(borough: Served, chromium: Browser, tmp_path: Path) -> None:
    officer = Desk(chromium, borough, "performance.officer")
    page = officer.page
    try:
        officer.go("/imports/")
        officer.press("4 differences with newer extracts to be decided")
        officer.look()
        text = page.locator("main").inner_text()
        assert "15 May 1980" in text
        assert "25 May 1980" in text
        officer.press("Date of birth of Mother Abernethy")
        officer.look()
        officer.press("Save the answer")
        officer.look()
        assert "Choose whose value stands" in page.locator("main").inner_text()
        page.get_by_label("Ours", exact=False).check()
        page.fill("[name=reason]", "Her passport was shown.")
        page.keyboard.press("Tab")
        officer.press("Save the answer")
        page.get_by_text("Decided.").first.wait_for()
        page.locator("select[name=field]").select_option("ethnicity")
        officer.press("Show")
        assert "field=ethnicity" in page.url
        for box in page.locator("select[name^=answer-]").all():
            box.select_option("take")
        page.fill("[name=reason]", "The census.")
        officer.look()
        officer.press("Save the answers")
        page.get_by_text("3 differences decided.").wait_for()
        officer.look()
        officer.go("/imports/differences/?state=taken")
        officer.press("Ethnicity of", exact=False)
        page.fill("[name=reason]", "The wrong census.")
        officer.press("Take the answer back")
        page.get_by_text("The answer has been taken back.").wait_for()
        officer.look()
    finally:
        officer.context.close()
