"""What other agencies grade a contact, and ticks of DASH, stand in words beside our grade and never in its place."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client

from contacts.grading import theirs
from contacts.models import AgencyGrade, Contact, DashBand
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import Agency, User
from frontdoor.api.bodies import Contact as Body
from frontdoor.rules import actions as rules
from frontdoor.rules import files
from tests.contacts.conftest import NOW, some_facts

pytestmark = pytest.mark.django_db


def told(contact: Contact) -> list[tuple[str, str, str, str]]:
    return [(each.whose, each.said, each.words, each.like) for each in theirs.of(contact)]


def test_the_police_grade_is_read_by_the_table_and_ours_stays(police: Agency) -> None:
    contact = record_contact(facts=some_facts(own_grade="HIGH", grade="green"), by=None, at=NOW, agency=police)
    [(whose, said, words, like)] = told(contact)
    assert (whose, said, like) == (police.name, "HIGH", "red")
    assert words.startswith("High risk")
    assert (contact.grade, contact.agency_grade) == ("green", "green"), "theirs gives none of ours"
    assert theirs.as_code("  High  Risk ") == "high risk"


def test_what_no_table_knows_is_shown_as_it_was_said(police: Agency, officer: User) -> None:
    contact = record_contact(facts=some_facts(own_grade="Tier 3b"), by=None, at=NOW, agency=police)
    assert told(contact) == [(police.name, "Tier 3b", "", "")]
    by_telephone = record_contact(facts=some_facts(own_grade="high"), by=officer, at=NOW)
    assert [(said, like) for _, said, _, like in told(by_telephone)] == [("high", "")], "nobody knows whose it is"


@pytest.mark.parametrize(
    ("ticks", "band"), [(0, "Standard"), (9, "Standard"), (10, "Medium"), (13, "Medium"), (14, "High"), (27, "High")]
)
def test_ticks_are_a_band_by_the_table_of_the_day(officer: User, ticks: int, band: str) -> None:
    contact = record_contact(facts=some_facts(dash_ticks=ticks, dash_grade="medium"), by=officer, at=NOW)
    said = told(contact)
    assert said[0] == ("DASH", "Medium", "", "")
    assert said[1][2] == f"{band} by the table of bands"


def test_a_table_changed_later_does_not_change_an_older_contact(officer: User) -> None:
    later = NOW.date() + timedelta(days=30)
    DashBand.objects.filter(band="high").update(valid_to=later - timedelta(days=1))
    DashBand.objects.create(band="high", at_least=20, valid_from=later)
    before = record_contact(facts=some_facts(dash_ticks=15), by=officer, at=NOW)
    assert told(before)[0][2].startswith("High")
    Contact.objects.filter(pk=before.pk).update(received_at=NOW + timedelta(days=40))
    assert told(Contact.objects.get(pk=before.pk))[0][2].startswith("Medium")


def test_they_stand_on_the_page_of_the_contact(client: Client, police: Agency, officer: User, manager: User) -> None:
    facts = some_facts(own_grade="standard", dash_ticks=15, grade="amber")
    contact = record_contact(facts=facts, by=None, at=NOW, agency=police)
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/contacts/{contact.reference}/").content.decode()
    assert "How others grade it" in page
    assert "Standard risk" in page
    assert "15 ticks" in page
    plain = record_contact(facts=some_facts(), by=officer, at=NOW)
    assert "How others grade it" not in client.get(f"/contacts/{plain.reference}/").content.decode()


def test_the_api_takes_the_agencys_own_word() -> None:
    assert "own_grade" in json.dumps(Body.model_json_schema())


def test_both_are_rules_with_pages_export_import_and_checks(client: Client) -> None:
    admin = User.objects.create_user("rules.admin", "Rita Rules", roles=["administrator"])
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    assert "DASH bands" in client.get("/rules/").content.decode()
    for table in ("dash_bands", "agency_grades"):
        assert client.get(f"/rules/{table}/").status_code == 200
    whole = files.parse(files.export())
    by_band = {row["band"]: row for row in whole["dash_bands"]}
    assert by_band["high"]["at_least"] == 14
    by_band["standard"]["at_least"] = 3
    with pytest.raises(rules.FileRefused, match="begin at 0"):
        rules.put_all(wanted=whole, by=admin, at=NOW, on=NOW.date())
    by_band["standard"]["at_least"] = 0
    whole["agency_grades"].append({**whole["agency_grades"][0], "code": "Very High"})
    with pytest.raises(rules.FileRefused, match="small letters"):
        rules.put_all(wanted=whole, by=admin, at=NOW, on=NOW.date())
    assert AgencyGrade.objects.in_force(date(2026, 11, 23)).filter(agency_kind="police").count() == 3
