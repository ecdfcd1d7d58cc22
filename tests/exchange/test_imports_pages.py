"""The pages of imports: what was done, what was left out, and wordings given a meaning once for all rows."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from frontdoor.accounts.models import User, system_user
from frontdoor.audit.models import Entry
from frontdoor.exchange.legacy.running import run_import
from frontdoor.exchange.models import ImportRun, Origin, Wording
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import declare_conflict, set_restriction
from tests.exchange.extract import with_defects

PARROT = "Blue parrot desk"


@pytest.fixture
def run(db: None, tmp_path: Path) -> ImportRun:
    made = with_defects()
    made.rows["firstcall_contacts.csv"][0][2] = PARROT
    run_import(made.write(tmp_path / "in"), by=system_user())
    return ImportRun.objects.get()


@pytest.fixture
def signed_in(client: Client, db: None) -> Client:
    user = User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def body(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def test_an_empty_list_says_how_to_begin(signed_in: Client) -> None:
    assert "Nothing has been imported" in body(signed_in, "/imports/")
    assert "No wordings are waiting" in body(signed_in, "/imports/")


def test_an_import_is_listed_with_all_it_left_out(signed_in: Client, run: ImportRun) -> None:
    assert f'href="/imports/{run.pk}/"' in body(signed_in, "/imports/")
    page = body(signed_in, f"/imports/{run.pk}/")
    assert "carecase_people.csv" in page
    assert "This import has not finished" not in page
    assert 'rel="prev"' not in page, "the first page leads nowhere back"
    for finding in run.report["rejects"]:
        assert finding["message"].split("“")[0][:30] in page
    assert "check digit" in body(signed_in, f"/imports/{run.pk}/?kind=warnings")
    for odd in ("?after=x", "?after=99999", "?kind=none", "?after=٣"):
        body(signed_in, f"/imports/{run.pk}/{odd}")
    rows = list(csv.DictReader(StringIO(signed_in.get(f"/imports/{run.pk}/rejects.csv").content.decode("utf-8-sig"))))
    assert [(r["file"], int(r["row"])) for r in rows] == [(f["file"], f["row"]) for f in run.report["rejects"]]


def test_a_wording_is_given_its_meaning_once_for_all_rows(signed_in: Client, run: ImportRun) -> None:
    wording = Wording.objects.get()
    assert "1 wording without a meaning" in body(signed_in, "/imports/")
    assert PARROT in body(signed_in, "/imports/wordings/")
    path = f"/imports/wordings/{wording.pk}/"
    assert signed_in.post(path, {"code": "99"}).status_code == 422
    response = signed_in.post(path, {"code": "8"}, follow=True)
    assert "1 record took the meaning" in response.content.decode()
    assert PARROT not in body(signed_in, "/imports/wordings/")
    contact = Contact.objects.get(reference=Origin.objects.get(identity="C0400001").reference)
    assert contact.source == "8"
    entry = Entry.objects.get(event="wording.mapped")
    assert entry.detail == {"list": "source", "code": "8", "records": 1}


def test_whom_the_findings_are_about_is_noted_and_the_hidden_are_left_out(signed_in: Client, run: ImportRun) -> None:
    said = "The check digit of this NHS number is wrong."
    page = body(signed_in, f"/imports/{run.pk}/?kind=warnings")
    assert said in page
    many = len(run.report["warnings"])
    assert f'Warnings <span class="app-count">{many}</span>' in page
    key = next(each["key"] for each in run.report["warnings"] if each["code"] == "nhs_bad_check_digit")
    about = sum(each["key"] == key for each in run.report["warnings"])
    person = Person.objects.get(reference=Origin.objects.get(file="carecase_people.csv", identity=key).reference)
    assert person.pk in Entry.objects.get(kind="listed").people
    holder = User.objects.create_user("head", "Head", roles=["service_manager"])
    set_restriction(person=person, holders=[holder], by=holder, at=timezone.now(), reason="Family of staff.")
    page = body(signed_in, f"/imports/{run.pk}/?kind=warnings")
    assert said not in page
    assert f'Warnings <span class="app-count">{many - about}</span>' in page, "nor are they counted"
    assert said not in body(signed_in, f"/imports/{run.pk}/warnings.csv")
    assert person.pk not in Entry.objects.filter(kind="listed").latest("pk").people


def test_findings_about_somebody_the_reader_has_declared_they_know_are_left_out(
    signed_in: Client, run: ImportRun
) -> None:
    key = next(each["key"] for each in run.report["warnings"] if each["code"] == "nhs_bad_check_digit")
    person = Person.objects.get(reference=Origin.objects.get(file="carecase_people.csv", identity=key).reference)
    reader = User.objects.get(pk=signed_in.session["_auth_user_id"])
    declare_conflict(user=reader, person=person, by=reader, at=timezone.now())
    said = "The check digit of this NHS number is wrong."
    assert said not in body(signed_in, f"/imports/{run.pk}/?kind=warnings")
    assert said not in body(signed_in, f"/imports/{run.pk}/warnings.csv")


def test_only_those_who_run_imports_see_them(client: Client, run: ImportRun) -> None:
    user = User.objects.create_user("officer", "Olive Officer", roles=["contact_officer"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/imports/", f"/imports/{run.pk}/", f"/imports/{run.pk}/rejects.csv"):
        assert client.get(path).status_code == 403
