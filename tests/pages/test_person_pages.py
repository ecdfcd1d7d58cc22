import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from frontdoor.access import Role
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.pages.reading import OFFERED
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection.warnings import add_warning

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def text(response):
    return " ".join(response.content.decode().split())


def test_search_by_address_shows_the_child_and_leaves_one_row(client, sign_in, child):
    sign_in("contact_officer")
    response = client.get("/people/", {"q": "smyth"})
    assert response.status_code == 200
    assert "O&#39;Brien-Smith" in text(response)
    assert "12 Mill Lane" in text(response)
    row = Entry.objects.get(kind="listed")
    assert row.people == [child.pk]
    assert row.path == "/people/"


def test_live_search_is_a_posted_fragment_without_a_history_entry(client, sign_in, child):
    sign_in("contact_officer")
    response = client.post("/people/found/", {"q": "zoe"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "<html" not in text(response)
    assert "1 person found" in text(response)
    assert "HX-Push-Url" not in response.headers
    assert Entry.objects.filter(kind="listed", people=[child.pk]).count() == 1
    assert client.get("/people/found/").status_code == 405


def test_nobody_found_leaves_no_row(client, sign_in):
    sign_in("contact_officer")
    assert "Nobody" in text(client.get("/people/", {"q": "qqqq"}))
    assert not Entry.objects.filter(kind="listed").exists()


def test_the_record_of_a_person_says_who_why_and_what_is_missing(client, sign_in, child):
    sign_in("contact_officer")
    response = client.get(f"/people/{child.reference}/")
    assert response.status_code == 200
    assert "999" in text(response)
    assert "Not yet obtained" in text(response)
    row = Entry.objects.get(kind="opened")
    assert (row.reference, row.people, row.reason) == (child.reference, [child.pk], OFFERED["asked"])


def test_absent_and_restricted_records_answer_alike(client, sign_in, child, manager):
    sign_in("contact_officer")
    protection.set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Threats")
    hidden = client.get(f"/people/{child.reference}/")
    absent = client.get("/people/P-00000000/")
    assert hidden.status_code == absent.status_code == 404
    own = r'(FToken": |value=)"\w{64}"|<strong>[0-9A-Z]{10}</strong>'  # tokens, and the reference of the request
    without_tokens = [re.sub(own, "", text(page)) for page in (hidden, absent)]
    assert without_tokens[0].replace(child.reference, "") == without_tokens[1].replace("P-00000000", "")
    assert not Entry.objects.filter(kind="opened").exists()


def test_somebody_without_a_working_relation_is_asked_why(client, sign_in, child):
    sign_in("quality_officer")
    response = Client.get(client, f"/people/{child.reference}/")
    assert "Why do you need this record?" in text(response)
    assert "Mill Lane" not in text(response)
    assert client.post(f"/people/{child.reference}/why/", {"reason": "x"}).status_code == 422
    client.post(f"/people/{child.reference}/why/", {"reason": "Audit of case files, November"})
    assert "Mill Lane" in text(client.get(f"/people/{child.reference}/"))
    assert Entry.objects.get(kind="opened").reason == "Audit of case files, November"


def test_a_confidential_address_is_behind_an_audited_post(client, sign_in, child, manager):
    address = actions.add_address(
        person=child, by=manager, at=AT, lines="99 Hidden Street", is_confidential=True, why="Refuge",
        review_on=date(2027, 1, 1),
    )  # fmt: skip
    sign_in("social_worker")
    page = client.get(f"/people/{child.reference}/")
    assert "Hidden Street" not in text(page)
    where = f"/people/{child.reference}/addresses/{address.pk}/show/"
    assert client.get(where).status_code == 405
    assert "99 Hidden Street" in text(client.post(where))
    assert Entry.objects.filter(event="person.address_shown", people=[child.pk]).count() == 1


def test_the_person_page_costs_the_same_with_a_long_history(client, sign_in, child, manager):
    sign_in("social_worker")
    url = f"/people/{child.reference}/"
    actions.involve(person=child, reference="R-00000ZZZ", kind="referral", at=AT, worker=manager)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    for i in range(30):
        relative = actions.create_person(by=manager, at=AT, names=[GivenName(f"Rel{i}", "Smith")])
        actions.add_relationship(person=child, other=relative, kind="sibling", by=manager, at=AT)
        actions.involve(person=child, reference=f"R-000000{i:02d}", kind="referral", at=AT, worker=manager)
        add_warning(person=child, by=manager, at=AT, kind="dogs", text="Dogs", review_on=date(2026, 12, 1))
        actions.add_name(person=child, by=manager, at=AT, given=f"Zee{i}", kind="alias")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few)


@pytest.mark.parametrize("page", ["chronology/", "change/", "names/add/", "identifiers/add/", "addresses/add/",
                                  "telephones/add/", "warnings/add/", "relationships/add/", "conflict/"])  # fmt: skip
def test_every_page_of_the_record_opens_and_leaves_a_row(client, sign_in, child, page):
    sign_in("social_worker")
    assert client.get(f"/people/{child.reference}/{page}").status_code == 200
    assert Entry.objects.filter(kind="opened", people=[child.pk]).count() == 1


def test_what_is_added_is_on_the_record(client, sign_in, child, manager):
    sign_in("social_worker")
    base = f"/people/{child.reference}"
    for what, data in {
        "names": {"given": "Zo", "kind": "known_as"},
        "identifiers": {"kind": "nhs", "value": "999 000 0019"},
        "addresses": {"lines": "3 High Road", "kind": "home", "replaces_current": "on"},
        "telephones": {"number": "01632 960456", "safe": "yes"},
        "warnings": {"kind": "dogs", "text": "<b>Two dogs</b>", "about": "person", "review_on": "2027-01-01"},
    }.items():
        response = client.post(f"{base}/{what}/add/", data)
        assert response.status_code == 302, (what, text(response))
    page = text(client.get(f"{base}/"))
    for shown in ("known as Zo", "Check digit wrong", "3 High Road", "safe to ring", "&lt;b&gt;Two dogs"):
        assert shown in page
    warning = child.warnings.get()
    assert (
        client.post(f"{base}/warnings/{warning.pk}/review/", {"decision": "keep", "reason": "Seen"}).status_code == 422
    )
    client.post(f"{base}/warnings/{warning.pk}/review/", {"decision": "end", "reason": "Dogs are gone"})
    assert "Two dogs" not in text(client.get(f"{base}/"))


def test_key_facts_change_and_a_stale_form_is_refused(client, sign_in, child):
    sign_in("social_worker")
    data = {
        "version": child.version, "date_of_birth": "2015-02-03", "dob_precision": "exact", "sex": "F",
        "ethnicity": "WBRI", "disabilities": ["NONE"], "interpreter_needed": "no",
    }  # fmt: skip
    response = client.post(f"/people/{child.reference}/change/", data)
    assert response.status_code == 302, text(response)
    child.refresh_from_db()
    assert (child.sex, child.ethnicity, child.disabilities, child.interpreter_needed) == ("F", "WBRI", ["NONE"], False)
    stale = client.post(f"/people/{child.reference}/change/", data)
    assert stale.status_code == 409
    assert "Somebody changed" in text(stale) or "changed this record" in text(stale)


def test_break_glass_from_the_form_to_the_record(client, sign_in, child, manager):
    protection.set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Threats")
    sign_in("edt_worker")
    data = {"query": child.reference, "reason": "In hospital tonight", "hours": "2"}
    nothing = client.post("/people/break-glass/", {**data, "query": "P-00000000"})
    assert nothing.status_code == 422
    assert 'href="#id_query"' in text(nothing), "said at its field"
    assert "Nothing was opened" in text(nothing)
    assert "In hospital tonight" in text(nothing)
    again = client.get("/people/break-glass/")
    assert "In hospital tonight" in text(again), "the reason is kept, on any device"
    assert Entry.objects.filter(event="person.glass_not_broken", reason="In hospital tonight").count() == 1
    response = client.post("/people/break-glass/", data)
    assert response.headers["Location"] == f"/people/{child.reference}/"
    assert client.get(f"/people/{child.reference}/").status_code == 200
    assert "In hospital tonight" not in text(client.get("/people/break-glass/")), "used up once it is done"


def test_restricting_and_opening_again(client, sign_in, child, manager):
    sign_in("service_manager", username="other.manager")
    base = f"/people/{child.reference}"
    assert (
        client.post(f"{base}/restrict/", {"holders": "nobody", "kind": "restricted", "reason": "x"}).status_code == 422
    )
    done = client.post(f"{base}/restrict/", {"holders": "other.manager", "kind": "restricted", "reason": "Threats"})
    assert done.status_code == 302
    assert "Restricted record" in text(client.get(f"{base}/"))
    key = child.restrictions.get().pk
    assert client.post(f"{base}/restrictions/{key}/end/", {"reason": "No longer"}).status_code == 302
    assert child.restrictions.get().ended_at


def test_a_declared_conflict_closes_the_record(client, sign_in, child, manager):
    user = sign_in("social_worker")
    client.post(f"/people/{child.reference}/conflict/", {"username": user.username})
    response = client.get(f"/people/{child.reference}/")
    assert response.status_code == 403
    assert Entry.objects.filter(event="person.conflict_met", people=[child.pk]).count() == 1
    assert Entry.objects.filter(kind="denied").count() == 1


def test_the_data_protection_officer_sees_who_looked(client, sign_in, child, manager):
    sign_in("contact_officer", username="looker")
    client.get(f"/people/{child.reference}/")
    sign_in("data_protection_officer", username="dpo")
    page = text(client.get(f"/who-looked/{child.reference}/"))
    assert "Looker" in page
    assert OFFERED["asked"] in page
    assert client.get("/who-looked/P-00000000/").status_code == 404
    assert client.get("/who-looked/").status_code == 200


@pytest.mark.parametrize("role", [r.value for r in Role])
def test_each_role_has_a_home(client, sign_in, child, team, role):
    user = sign_in(role, team=team)
    actions.involve(person=child, reference="R-00000001", kind="referral", at=AT, worker=user, team=team)
    response = client.get("/")
    assert response.status_code == 200
    if "O&#39;Brien" in text(response):
        assert Entry.objects.filter(kind="listed", people=[child.pk]).count() == 1


def test_pages_refuse_those_without_the_permission(client, sign_in, child):
    sign_in("performance_officer")
    for url in ("/people/", f"/people/{child.reference}/", "/people/break-glass/", f"/who-looked/{child.reference}/"):
        assert client.get(url).status_code == 403
    client.logout()
    assert client.get("/people/").status_code == 302
    assert client.get("/people/", headers={"HX-Request": "true"}).status_code == 401


def test_break_glass_tells_the_data_protection_officer_and_the_holders(client, sign_in, child, manager):
    protection.set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Threats")
    sign_in("data_protection_officer", username="dpo")
    sign_in("edt_worker", username="night")
    client.post("/people/break-glass/", {"query": child.reference, "reason": "In hospital tonight", "hours": "2"})
    told = Notice.objects.filter(kind="break_glass")
    assert {notice.user.username for notice in told} == {"dpo", "manager"}
    assert all("O'Brien" not in notice.text and child.reference in notice.text for notice in told)


def test_who_is_named_on_a_restriction_is_told_by_its_reference_alone(client, sign_in, child, manager):
    first, second = (
        User.objects.create_user(name, name.title(), roles=["social_worker"]) for name in ("first", "second")
    )
    protection.set_restriction(person=child, holders=[manager, first], by=manager, at=AT, reason="Threats by her uncle")
    told = Notice.objects.get(kind="restriction")
    assert (told.user, told.reference) == (first, child.reference), "who named themselves needs no telling"
    assert told.text == f"You are named on the restriction of {child.reference}: it is open to you."
    assert told.path == f"/people/{child.reference}/"
    protection.add_holder(restriction=child.restrictions.get(), holder=second, by=manager, at=AT)
    assert Notice.objects.filter(kind="restriction", user=second).count() == 1
    assert Notice.objects.filter(kind="restriction").count() == 2
    assert not Notice.objects.filter(text__contains="uncle").exists()
