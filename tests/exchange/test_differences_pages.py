"""The page of what newer extracts say otherwise: who sees what, filters, and answers given one by one or together."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.exchange.models import Difference
from frontdoor.people import actions
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from tests.exchange.newer import ALONE, AT, CARECASE, FIRSTCALL, Borough, worker

PAGE = "/imports/differences/"


@pytest.fixture
def borough(db: None, tmp_path: Path) -> Borough:
    """A borough in which a worker put things right, and a newer extract that says otherwise."""
    made = Borough(tmp_path / "in")
    made.imported()
    wanda = worker()
    for number in range(4):
        key = f"A050000{number}"
        actions.amend_person(person=made.record(CARECASE, key), by=wanda, at=AT, ethnicity="WIRI")
        made.says(CARECASE, key, ethnicity="WOTH", last_updated="2026-09-25")
    mother = made.record(CARECASE, ALONE)
    actions.amend_person(person=mother, by=wanda, at=AT, date_of_birth=date(1980, 1, 1))
    actions.add_address(
        person=mother, by=wanda, at=AT, lines="9 Hidden Close", postcode="ZZ99 9HC", is_confidential=True,
        why="She fled.", review_on=date(2027, 1, 1),
    )  # fmt: skip
    made.says(CARECASE, ALONE, dob="1980-05-25", address="9 Hidden Close, Testwick", postcode="ZZ99 9HC")
    made.imported()
    return made


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    user = User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def body(desk: Client, path: str) -> str:
    answer = desk.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_an_empty_list_says_so(desk: Client) -> None:
    assert "No difference waits to be decided" in body(desk, PAGE)


def test_both_values_stand_side_by_side_with_who_and_since_when(desk: Client, borough: Borough) -> None:
    assert "6 differences with newer extracts to be decided" in body(desk, "/imports/")
    page = body(desk, PAGE)
    for said in ("1 January 1980", "25 May 1980", "Wanda Worker", "25 September 2026", "Mother Abernethy"):
        assert said in page, said
    assert "1 January 1980" not in body(desk, f"{PAGE}?field=ethnicity")
    assert "No difference waits" in body(desk, f"{PAGE}?file={FIRSTCALL}")
    assert "No difference here" in body(desk, f"{PAGE}?state=taken")
    for odd in ("?after=x", "?after=999999999", "?state=none", "?file=x&field=y", "?after=٣"):
        body(desk, f"{PAGE}{odd}")
    mother = borough.record(CARECASE, ALONE)
    assert any(mother.pk in (entry.people or []) for entry in Entry.objects.filter(kind="listed"))


def test_a_confidential_address_is_shown_to_nobody_here(desk: Client, borough: Borough) -> None:
    row = Difference.objects.get(field="address")
    for path in (PAGE, f"{PAGE}{row.pk}/"):
        page = body(desk, path)
        assert "Hidden Close" not in page
        assert "ZZ99 9HC" not in page
        assert "A confidential address" in page
    answer = desk.post(f"{PAGE}{row.pk}/", {"answer": "take", "reason": "She moved."})
    assert answer.status_code == 422
    row.refresh_from_db()
    assert row.state == "open"


def test_a_restricted_record_is_on_nobody_elses_list(desk: Client, borough: Borough) -> None:
    row = Difference.objects.get(field="date_of_birth")
    head = User.objects.create_user("head", "Head", roles=["service_manager"])
    set_restriction(
        person=borough.record(CARECASE, ALONE), holders=[head], by=head, at=timezone.now(), reason="Family of staff."
    )
    assert "Mother Abernethy" not in body(desk, PAGE)
    assert desk.get(f"{PAGE}{row.pk}/").status_code == 404
    assert "3 differences" in body(desk, "/imports/")


def test_many_alike_are_answered_with_one_reason(desk: Client, borough: Borough) -> None:
    rows = list(Difference.objects.filter(field="ethnicity").order_by("pk"))
    born = Difference.objects.get(field="date_of_birth")
    assert desk.post(PAGE, {"reason": "The census."}).status_code == 422
    assert desk.post(PAGE, {f"answer-{rows[0].pk}": "keep"}).status_code == 422, "without a reason"
    refused = desk.post(PAGE, {f"answer-{born.pk}": "take", "reason": "The census."})
    assert refused.status_code == 422, "what tells a person apart is decided by itself"
    answers = {f"answer-{row.pk}": "take" for row in rows[:3]} | {f"answer-{rows[3].pk}": "keep"}
    told = desk.post(PAGE, answers | {"reason": "The census."}, follow=True).content.decode()
    assert "4 differences decided." in told

    def said() -> list[str]:
        people = Person.objects.in_bulk([row.person_id for row in rows])
        return [people[row.person_id].ethnicity for row in rows]

    assert said() == ["WOTH", "WOTH", "WOTH", "WIRI"]
    assert "The census." in body(desk, f"{PAGE}{rows[0].pk}/")
    desk.post(f"{PAGE}{rows[0].pk}/", {"reason": "The wrong census."})
    assert said()[0] == "WIRI"


def test_the_list_asks_as_many_questions_for_many_as_for_few(desk: Client, borough: Borough) -> None:
    body(desk, PAGE)
    kept = Difference.objects.filter(field="ethnicity").order_by("pk").first()
    assert kept is not None
    alike = f"{PAGE}?field=ethnicity"
    with CaptureQueriesContext(connection) as many:
        body(desk, alike)
    Difference.objects.exclude(pk=kept.pk).update(state="agreed", agreed_at=AT)
    with CaptureQueriesContext(connection) as few:
        body(desk, alike)
    asked = [[query["sql"] for query in each if query["sql"].startswith("SELECT")] for each in (many, few)]
    assert len(asked[0]) == len(asked[1])


def test_only_those_who_run_imports_see_them(client: Client, borough: Borough) -> None:
    user = User.objects.create_user("officer", "Olive Officer", roles=["contact_officer"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    row = Difference.objects.latest("pk")
    for path in (PAGE, f"{PAGE}{row.pk}/"):
        assert client.get(path).status_code == 403
