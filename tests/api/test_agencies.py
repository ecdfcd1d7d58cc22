"""Agencies and their access on the administrator's pages: added, given a token, refused once it is taken away."""

import re
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from frontdoor.accounts.models import Agency, ApiToken, User
from frontdoor.api.models import AgencyClient
from frontdoor.audit.models import Entry
from frontdoor.drafts.models import Draft

pytestmark = pytest.mark.django_db
NEW = {"name": "Mill Lane School", "code": "mill_lane", "kind": "school", "default_source": "2A"}
PAGE = "/agencies/mill_lane/access/"


@pytest.fixture
def office(client: Client) -> Client:
    admin = User.objects.create_user("ada", "Ada Minns", roles=["administrator"])
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def added(office: Client) -> Agency:
    answer = office.post("/agencies/add/", NEW)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Agency.objects.get(code="mill_lane")


def once(office: Client) -> str:
    """The key that the page for a token was opened with."""
    found = re.search(r'name="once" value="([^"]+)"', office.get(PAGE).content.decode())
    assert found
    return found[1]


def ask(token: str) -> int:
    answer: Any = Client().get("/api/v1/events", HTTP_AUTHORIZATION=f"Bearer {token}")
    return int(answer.status_code)


def test_an_agency_is_added_given_a_token_that_works_and_refused_once_it_is_taken_away(office: Client) -> None:
    added(office)
    assert "Mill Lane School" in office.get("/agencies/").content.decode()
    assert "Never" in office.get(PAGE).content.decode()
    text = office.post(PAGE, {"do": "token", "label": "The new system", "once": once(office)}).content.decode()
    token = re.search(r'id="token">(fd_[^<]+)<', text)
    assert token
    assert ask(token[1]) == 200
    again = office.get(PAGE).content.decode()
    assert token[1] not in again
    assert "Never" not in again, "a request was counted"
    row = ApiToken.objects.get()
    assert office.post(PAGE, {"do": "revoke_token", "key": row.pk}, follow=True).status_code == 200
    assert ask(token[1]) == 401
    assert "Revoked by Ada Minns" in office.get(PAGE).content.decode()
    assert list(Entry.objects.filter(event__startswith="agency.").order_by("id").values_list("event", flat=True)) == [
        "agency.added", "agency.token_issued", "agency.token_revoked",
    ]  # fmt: skip


def test_a_client_is_given_and_taken_away(office: Client) -> None:
    added(office)
    text = office.post(PAGE, {"do": "client", "once": str(uuid4())}).content.decode()
    name = re.search(r'id="client-id">([^<]+)<', text)
    secret = re.search(r'id="client-secret">([^<]+)<', text)
    assert name
    assert secret
    asked = urlencode({"grant_type": "client_credentials", "client_id": name[1], "client_secret": secret[1]})
    form = "application/x-www-form-urlencoded"
    answer = Client().post("/api/v1/oauth/token/", asked, content_type=form)
    assert answer.status_code == 200, answer.content
    assert ask(answer.json()["access_token"]) == 200
    office.post(PAGE, {"do": "revoke_client", "key": AgencyClient.objects.get().pk})
    assert ask(answer.json()["access_token"]) == 401
    assert Client().post("/api/v1/oauth/token/", asked, content_type=form).status_code == 401
    assert "No OAuth clients have been issued" in office.get(PAGE).content.decode()


def test_closed_access_lets_nothing_in_and_is_opened_again_with_a_reason(office: Client) -> None:
    agency = added(office)
    token = ApiToken.issue(agency, "x")
    assert office.post(PAGE, {"do": "close", "close-reason": ""}).status_code == 422
    assert office.post(PAGE, {"do": "close", "close-reason": "Token lost"}).status_code == 302
    assert ask(token) == 401
    assert "Closed" in office.get("/agencies/").content.decode()
    assert "Issue a token" not in office.get(PAGE).content.decode()
    assert office.post(PAGE, {"do": "token", "label": "x", "once": str(uuid4())}).status_code == 422
    assert office.post(PAGE, {"do": "open", "open-reason": "Found"}).status_code == 302
    assert ask(token) == 200


def test_closing_twice_leaves_it_closed_and_opening_twice_open(office: Client) -> None:
    agency = added(office)
    for do, is_active in (("close", False), ("open", True)):
        sent = {"do": do, f"{do}-reason": "Token lost"}
        assert office.post(PAGE, sent).status_code == 302
        again = office.post(PAGE, sent, follow=True).content.decode()
        agency.refresh_from_db()
        assert agency.is_active is is_active
        assert f"Its access is {'open' if is_active else 'closed'} already" in again
    assert Entry.objects.filter(event="agency.closed").count() == 1
    assert not Draft.objects.open().exclude(body=b"").exists()


def test_a_page_that_showed_what_it_gave_gives_nothing_more_when_it_is_loaded_again(office: Client) -> None:
    added(office)
    token = {"do": "token", "label": "The new system", "once": once(office)}
    client = {"do": "client", "once": str(uuid4())}
    for sent, rows in ((token, ApiToken.objects), (client, AgencyClient.objects)):
        assert "Shown only now" in office.post(PAGE, sent).content.decode()
        again = office.post(PAGE, sent, follow=True)
        assert again.redirect_chain
        assert "This was given already" in again.content.decode()
        assert "Shown only now" not in again.content.decode()
        assert rows.count() == 1
    assert not Draft.objects.open().exclude(body=b"").exists()
    assert office.post(PAGE, {**token, "once": once(office)}).status_code == 200
    assert ApiToken.objects.count() == 2
    assert office.post(PAGE, {"do": "client", "once": "x"}).status_code == 404


def test_what_is_typed_on_the_page_of_an_agency_is_kept(office: Client) -> None:
    added(office)
    assert office.post(PAGE, {"do": "token", "label": "x" * 81, "once": once(office)}).status_code == 422
    assert "x" * 81 in office.get(PAGE).content.decode()
    assert office.post("/agencies/add/", {**NEW, "code": "Nix!"}).status_code == 422
    assert 'value="Nix!"' in office.get("/agencies/add/").content.decode()


def test_what_is_wrong_is_said_at_its_field_and_what_is_unknown_is_not_found(office: Client) -> None:
    added(office)
    for change, words in (
        ({"code": "Mill Lane!"}, "Use lower-case letters"),
        ({}, "There is an agency with this code"),
        ({"code": "x2", "name": " "}, "Enter the name"),
    ):
        answer = office.post("/agencies/add/", {**NEW, **change})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert office.post(PAGE, {"do": "token", "label": "", "once": str(uuid4())}).status_code == 422
    assert office.post(PAGE, {"do": "revoke_token", "key": "9"}).status_code == 404
    assert office.post(PAGE, {"do": "revoke_client", "key": "x"}).status_code == 404
    assert office.get("/agencies/nobody/access/").status_code == 404


def test_only_who_looks_after_agencies_sees_them(client: Client) -> None:
    user = User.objects.create_user("mo", "Mo", roles=["service_manager"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/agencies/", "/agencies/add/", PAGE):
        assert client.get(path).status_code == 403
