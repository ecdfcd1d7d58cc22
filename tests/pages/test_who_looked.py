"""Who looked: found by name, reference, member of staff and London's days; the lists; the file, itself evidence."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people import actions as people
from frontdoor.people.merging import merge
from frontdoor.people.protection import actions as protection
from tests.api.conftest import POLICE_BODY, Caller
from tests.factories import AgencyFactory
from tests.reading import without_drawn
from tests.referrals.conftest import some_facts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
WHY = "At 4 Hidden Yard, ZZ99 9ZZ; Zoë O'Brien-Smith is in hospital tonight"


@pytest.fixture
def officer():
    return User.objects.create_user("cora", "Cora Officer", roles=["contact_officer"])


@pytest.fixture
def looks(sign_in):
    """Signs the data protection officer in."""
    return lambda: sign_in("data_protection_officer", username="dpo")


def row(at, *, by=None, event="page.opened", kind="opened", **more):
    return Entry.objects.create(at=at, event=event, kind=kind, actor=by, **more)


def body(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().partition("<main")[2].split())


def file_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf"), "a spreadsheet reads it as UTF-8"
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def restricted(child, manager):
    people.add_address(
        person=child, by=manager, at=NOW, lines="4 Hidden Yard", postcode="ZZ99 9ZZ", is_confidential=True,
        why="A refuge", review_on=NOW.date() + timedelta(days=90),
    )  # fmt: skip
    protection.set_restriction(person=child, holders=[manager], by=manager, at=NOW, reason="Threats")


def test_somebody_is_found_by_name_and_no_name_stands_in_an_address(client, looks, child):
    looks()
    answer = client.post("/find/", {"q": "zoe obrien", "where": "looked"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/who-looked/?s=")
    assert "obrien" not in answer["Location"].lower()
    assert f'href="/who-looked/{child.reference}/"' in body(client, answer["Location"])
    by_reference = client.post("/find/", {"q": child.reference, "where": "looked"}, follow=True)
    assert by_reference.redirect_chain[-1][0] == f"/who-looked/{child.reference}/"


def test_a_restricted_person_is_found_by_reference_and_by_no_name(client, looks, child, manager):
    restricted(child, manager)
    looks()
    found = client.post("/find/", {"q": "zoe obrien", "where": "looked"}, follow=True).content.decode()
    assert child.reference not in found
    assert body(client, f"/who-looked/{child.reference}/")


def test_rows_are_chosen_by_member_of_staff_and_by_days_in_london(client, looks, officer, manager, child):
    looks()
    # 30 June 2026 at 23:30 UTC is already 1 July in London.
    row(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), by=officer, people=[child.pk], reason="just in July")
    row(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), by=officer, people=[child.pk], reason="still June")
    row(datetime(2026, 7, 1, 9, 0, tzinfo=UTC), by=manager, people=[child.pk], reason="by the manager")
    base = f"/who-looked/{child.reference}/"
    july = body(client, f"{base}?since=2026-07-01&until=2026-07-01")
    assert "just in July" in july
    assert "by the manager" in july
    assert "still June" not in july
    assert july.index("by the manager") < july.index("just in July"), "newest first"
    hers = body(client, f"{base}?by=cora&since=2026-06-30&until=2026-07-01")
    assert "still June" in hers
    assert "by the manager" not in hers
    assert "has to come before" in body_of_422(client, f"{base}?since=2026-07-02&until=2026-07-01")


def body_of_422(client, path):
    return client.get(path).content.decode()


def test_a_list_that_showed_somebody_before_they_were_confirmed_is_found(client, looks, officer, manager, child):
    contact = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    row(NOW, by=officer, event="page.listed", kind="listed", detail={"given_on": [contact.reference]}, reason="seen")
    row(NOW, by=officer, event="page.listed", kind="listed", detail={"given_on": ["C-00000000"]}, reason="another")
    looks()
    assert "seen" not in without_drawn(body(client, f"/who-looked/{child.reference}/"))
    assert "seen" in body(client, f"/who-looked/{contact.reference}/")
    screening.link_person(on_contact=contact.people.get(position=1), person=child, by=manager, at=NOW)
    text = body(client, f"/who-looked/{child.reference}/")
    assert "seen" in text
    assert "another" not in text


def test_the_rows_are_paged_with_their_filters_and_none_is_shown_twice(client, looks, officer, child):
    looks()
    for number in range(103):
        row(NOW - timedelta(minutes=number // 2), by=officer, people=[child.pk], reason=f"row {number:03d}.")
    first = body(client, f"/who-looked/{child.reference}/?by=cora")
    link = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "by=cora" in link
    both = first + body(client, link)
    assert all(both.count(f"row {number:03d}.") == 1 for number in range(103))


def test_the_questions_asked_of_the_database_do_not_grow_with_the_rows(client, looks, officer, child):
    looks()

    def asked(path):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        # The session is touched once a minute, which has nothing to do with the rows.
        return len([each for each in queries if "django_session" not in each["sql"] and "SAVEPOINT" not in each["sql"]])

    paths = [f"/who-looked/{child.reference}/", "/who-looked/lists/all/", "/who-looked/lists/refusals/"]
    for path in paths:
        row(NOW, by=officer, people=[child.pk], reference=child.reference, reason="One", kind="refused")
        asked(path)  # what is read once for the process
        few = asked(path)
        for number in range(60):
            row(NOW, by=officer, people=[child.pk], reference=child.reference, reason=f"{number}", kind="refused")
        assert asked(path) == few, path


def test_break_glass_is_listed_with_its_reason_but_no_address_and_no_name(client, looks, sign_in, child, manager):
    restricted(child, manager)
    sign_in("edt_worker", username="night")
    client.post("/people/break-glass/", {"query": child.reference, "reason": WHY, "hours": "2"})
    client.post("/people/break-glass/", {"query": "P-00000000", "reason": "I was told the wrong number", "hours": "2"})
    looks()
    pages = [body(client, "/who-looked/lists/break-glass/"), body(client, f"/who-looked/{child.reference}/")]
    pages.append(str(file_of(client, "/who-looked/lists/break-glass/?format=csv")))
    pages.append(str(file_of(client, f"/who-looked/{child.reference}/?format=csv")))
    for text in pages:
        assert "is in hospital tonight" in text
        for secret in ("Hidden Yard", "ZZ99 9ZZ", "Zoë", "Brien"):
            assert secret not in without_drawn(text)
        assert "[confidential address]" in text
        assert "[name withheld]" in text
    assert "was not granted it" in pages[0]
    assert "2 hours" in pages[0]
    assert "opened a restricted record" not in body(client, "/who-looked/lists/break-glass/?by=dpo")
    assert "is in hospital" not in body(client, "/who-looked/lists/break-glass/?until=2020-01-01")


def test_refusals_are_a_list(client, looks, sign_in):
    sign_in("contact_officer", username="cora")
    assert client.get("/breaches/").status_code == 403
    looks()
    assert "was not allowed" in body(client, "/who-looked/lists/refusals/?by=cora")
    assert "Nothing matches" in body(client, "/who-looked/lists/refusals/?by=cora&until=2020-01-01")


def test_what_an_agency_reads_is_evidence_and_a_list(client, looks):
    police = Caller(AgencyFactory.create(code="police", name="Kestrel Police"))
    police.post("contacts", {**POLICE_BODY, "agency_reference": "PPN/1"}, key="one")
    reference = police.get("contacts?agency_reference=PPN/1").json()["results"][0]["reference"]
    assert police.get(f"contacts/{reference}").status_code == 200
    assert police.get("contacts/C-00000000").status_code == 404
    one, other = Entry.objects.filter(event="agency.read").order_by("id")
    assert (one.kind, one.detail, one.agency) == ("listed", {"given_on": [reference]}, police.agency)
    assert (other.kind, other.reference, other.agency) == ("opened", reference, police.agency)
    looks()
    text = body(client, "/who-looked/lists/outsiders/")
    assert "Kestrel Police" in text
    assert "read over the API" in text
    assert "read over the API" in body(client, f"/who-looked/{reference}/")


def test_the_file_is_itself_evidence_and_runs_nothing(client, looks, officer, child):
    me = looks()
    row(NOW, by=officer, people=[child.pk], reference=child.reference, reason="=1+1")
    rows = file_of(client, f"/who-looked/{child.reference}/?by=cora&format=csv")
    assert [(each["who"], each["user_name"], each["reason"]) for each in rows] == [("Cora Officer", "cora", "'=1+1")]
    assert rows[0]["when"] == "2026-11-24 10:00:00+00:00"
    entry = Entry.objects.get(event="looked.exported")
    assert (entry.kind, entry.actor, entry.people, entry.reference) == ("exported", me, [child.pk], child.reference)
    assert entry.detail == {"list": child.reference, "rows": 1}


def test_too_many_rows_for_one_file_are_asked_for_in_parts(client, looks, officer, child, monkeypatch):
    monkeypatch.setattr("frontdoor.pages.looked.MOST_EXPORTED", 2)
    looks()
    for number in range(3):
        row(NOW, by=officer, people=[child.pk], reason=str(number))
    answer = client.get(f"/who-looked/{child.reference}/?by=cora&format=csv", follow=True)
    assert "Choose fewer days" in answer.content.decode()
    assert not Entry.objects.filter(event="looked.exported").exists()


def test_nobody_else_sees_who_looked(client, sign_in, child):
    sign_in("service_manager")
    for path in ("", "lists/all/", "lists/refusals/", f"{child.reference}/", f"{child.reference}/?format=csv"):
        assert client.get(f"/who-looked/{path}").status_code == 403
    sign_in("data_protection_officer", username="dpo")
    assert client.get("/who-looked/lists/nothing/").status_code == 404
    assert client.get("/who-looked/C-00000000/").status_code == 404


def test_a_reason_keeps_its_secrets_when_its_record_was_joined_to_another(client, looks, officer, child, manager):
    twin = people.create_person(by=manager, at=NOW, names=[people.GivenName("Zoe", "O'Brien-Smith")])
    restricted(twin, manager)
    row(NOW, by=officer, event="person.amended", kind="acted", people=[twin.pk], reason=WHY)
    merge.apply(survivor=child, loser=twin, by=manager, at=NOW, reason="The same child on both records.")
    looks()
    for path in ("/who-looked/lists/all/", f"/who-looked/{child.reference}/"):
        answer = client.get(path)
        assert "Hidden Yard" not in answer.content.decode(), path


def test_a_reason_about_a_contact_names_nobody_restricted_on_it(client, looks, officer, child, manager):
    contact = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    screening.link_person(on_contact=contact.people.get(position=1), person=child, by=manager, at=NOW)
    restricted(child, manager)
    row(NOW, by=manager, event="contact.graded", kind="acted", reference=contact.reference, reason=WHY)
    looks()
    shown = body(client, "/who-looked/lists/all/")
    assert "is in hospital tonight" in shown
    assert "Hidden Yard" not in shown
    assert "O&#39;Brien" not in shown
    assert "O'Brien" not in shown


@pytest.mark.parametrize(
    ("event", "reference"),
    [
        ("person.glass_not_broken", ""),
        ("contact.taken_under_restriction", "C-7K3M9Q2D"),
        ("contact.given_back", "C-7K3M9Q2D"),
    ],
)
def test_a_reason_that_names_no_record_is_not_told_to_who_may_not_see_everybody(
    client, looks, officer, child, manager, event, reference
):
    """Nor why a contact was taken as about somebody restricted, whom nobody need have confirmed on it."""
    row(NOW, by=officer, event=event, kind="acted", reason=WHY, reference=reference)
    looks()
    assert "is in hospital tonight" in body(client, "/who-looked/lists/all/")
    restricted(child, manager)
    assert "is in hospital tonight" not in body(client, "/who-looked/lists/all/")


def test_a_day_no_record_can_be_of_is_no_error(client, looks):
    looks()
    assert client.get("/who-looked/lists/all/?until=9999-12-31").status_code in (200, 422)
