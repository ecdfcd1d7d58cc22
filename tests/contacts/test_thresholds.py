"""The threshold document: by edition, for everybody, and the agency's and our own level kept side by side."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from contacts.agencies.thresholds import actions
from contacts.agencies.thresholds.models import LevelChoice, ThresholdEdition
from contacts.models import Contact
from contacts.recording.actions import record_contact
from frontdoor.access import Refused
from frontdoor.accounts.models import Agency, User
from tests.api.conftest import Caller
from tests.contacts.conftest import NOW, some_facts
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(db: None) -> User:
    return StaffFactory.create(role="service_manager")


def the_form() -> dict[str, str]:
    """The form as it is opened, filled with the edition in force."""
    edition = actions.edition_on(timezone.localdate())
    assert edition is not None
    found = {"title": edition.title, "introduction": edition.introduction, "note": "Clearer words at level 2"}
    for level in actions.levels_of(edition):
        for name in ("name", "description", "who_responds", "consent"):
            found[f"{name}_{level.code}"] = getattr(level, name)
        for domain, lines in level.indicators.items():
            found[f"indicators_{level.code}_{domain}"] = "\n".join(lines)
    return found


def test_anybody_reads_it_and_the_api_gives_it(client: Client, police: Agency) -> None:
    page = client.get("/thresholds/").content.decode()
    for told in ("Level 1: Universal", "Level 4: Statutory or specialist", "Who responds", "Agreement of the family"):
        assert told in page
    found = Caller(police).get("thresholds").json()["document"]
    assert [level["code"] for level in found["levels"]] == ["1", "2", "3", "4"]
    assert found["levels"][1]["indicators"]["CDN"]


def test_a_new_edition_is_looked_at_first_and_holds_from_its_day(head: User, client: Client) -> None:
    client.force_login(head)
    assert client.get("/thresholds/new/").status_code == 200
    day = timezone.localdate() + timedelta(days=30)
    given = {**the_form(), "name_2": "A little more", "valid_from": day.isoformat()}
    assert "A little more" in client.post("/thresholds/new/", given).content.decode()
    assert ThresholdEdition.objects.count() == 1, "only looked at"
    assert client.post("/thresholds/new/", {**given, "publish": "1"}).status_code == 302
    assert "A little more" not in client.get("/thresholds/").content.decode().split("Editions")[0]
    assert "Level 2: A little more" in client.get(f"/thresholds/?on={day.isoformat()}").content.decode()
    past = {**given, "valid_from": "2026-01-01", "publish": "1"}
    assert client.post("/thresholds/new/", past).status_code == 422
    assert client.post("/thresholds/new/", {**given, "name_3": ""}).status_code == 422


def test_both_levels_are_kept_and_a_difference_needs_its_reason(police: Agency, worker: User, head: User) -> None:
    contact = record_contact(facts=some_facts(level_of_need="2"), by=None, agency=police, at=NOW)
    with pytest.raises(Refused, match="Say why"):
        actions.choose_level(contact=contact, by=worker, at=NOW, level="3")
    actions.choose_level(contact=contact, by=worker, at=NOW, level="3", reason="Several needs.")
    found = Contact.objects.get()
    assert (found.level_by_agency, found.level_by_screening) == ("2", "3")
    choice = LevelChoice.objects.get()
    assert (choice.by_agency, choice.by_screening, choice.reason) == ("2", "3", "Several needs.")
    assert choice.edition is not None
    assert choice.edition.valid_from == date(2000, 1, 1)
    client = Client()
    client.force_login(head)
    Contact.objects.update(received_at=timezone.now())
    rows = client.get("/thresholds/agreement/?format=csv").content.decode("utf-8-sig").splitlines()
    assert rows[1] == "Exampleshire Police,1,0,1,0"
    assert "Exampleshire Police" in client.get("/thresholds/agreement/").content.decode()


def test_the_level_is_chosen_on_the_contacts_page(police: Agency, worker: User) -> None:
    contact = record_contact(facts=some_facts(level_of_need="2"), by=None, agency=police, at=NOW)
    client = Client()
    client.force_login(worker)
    path = f"/contacts/{contact.reference}/level/"
    sent: dict[str, Any] = {"level": "3", "version": contact.version, "reason": ""}
    assert client.post(path, sent).status_code == 422
    assert client.post(path, {**sent, "reason": "More"}).status_code == 302
    page = client.get(f"/contacts/{contact.reference}/").content.decode()
    assert "Level of need, by the agency" in page
    assert "Level of need, by screening" in page
