"""One way to act: what becomes of what was typed when an act is refused, overtaken, broken off or done."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.drafts.models import Draft
from frontdoor.people.protection.actions import set_restriction
from referrals import actions
from referrals.models import Referral
from referrals.views import working
from tests.reading import without_drawn
from tests.referrals.conftest import LATER, contact, manager, officer, referral, second_manager, team, worker

__all__ = ["contact", "manager", "officer", "referral", "second_manager", "team", "worker"]

pytestmark = pytest.mark.django_db

#: After what ``LATER`` did.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TYPED = "“Half a thought” — naïve <b>&amp; زينب 👧🏽"
SignIn = Callable[[User], Client]


@pytest.fixture
def signed() -> SignIn:
    """A browser of its own for each call: another call is another device."""

    def sign_in(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return sign_in


def closing(referral: Referral, **more: Any) -> dict[str, Any]:
    return {"version": referral.version, "closure_reason": "RC7", "what_changed": TYPED, **more}


def address_of(referral: Referral, name: str = "close") -> str:
    return f"/referrals/{referral.reference}/do/{name}/"


def marker(page: str) -> dict[str, str]:
    """What the page tells its script about keeping the form."""
    tag = re.search(r'<input[^>]*name="draft"[^>]*>', page)
    assert tag is not None, "the form says nothing of a draft"
    return {key: unescape(value) for key, value in re.findall(r'([a-z-]+)="([^"]*)"', tag[0])}


def typed_by_script(client: Client, page: str, body: str, number: int = 1, tab: str = "tab1") -> int:
    """Keep a body as the page's own script does, as the tab's how manieth sending; the answer's status."""
    told = marker(page)
    return client.put(
        told["data-draft-url"],
        body,
        content_type="application/x-www-form-urlencoded",
        headers={
            "X-Draft-Version": told["data-draft-version"],
            "X-Draft-Page": tab,
            "X-Draft-Sequence": str(number),
            "X-Draft-About": told["data-draft-about"],
            "X-Draft-Address": told["data-draft-address"],
            "X-Draft-Title": told["data-draft-title"],
        },
    ).status_code


def test_a_refusal_stands_at_its_field_is_noted_and_keeps_what_was_typed(
    referral: Referral, manager: User, signed: SignIn
) -> None:
    answer = signed(manager).post(address_of(referral), closing(referral, closure_reason="RC8"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_closure_reason"' in page
    assert TYPED in unescape(page)
    assert Entry.objects.filter(event="act.refused", detail__code="no_assessment").count() == 1
    again = signed(manager).get(address_of(referral))
    assert again.status_code == 200
    assert TYPED in unescape(again.content.decode())
    assert "There is a problem" not in again.content.decode()


def test_an_answer_left_out_loses_nothing_either(referral: Referral, manager: User, signed: SignIn) -> None:
    answer = signed(manager).post(address_of(referral), closing(referral, closure_reason=""))
    assert answer.status_code == 422
    assert TYPED in unescape(signed(manager).get(address_of(referral)).content.decode())


def test_somebody_else_was_first_and_the_form_says_who_when_and_what(
    referral: Referral, manager: User, second_manager: User, team: Any, worker: User, signed: SignIn
) -> None:
    before = closing(referral)
    allocated = actions.allocate(referral=referral, by=second_manager, at=LATER, team=team, worker=worker)
    client = signed(manager)
    answer = client.post(address_of(referral), before)
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Tess Manager changed this record while you had it open" in page
    assert re.search(r"changed this record while you had it open, .* at \d", page)
    assert "allocated" in page
    assert TYPED in page
    assert f'name="version" value="{allocated.version}"' in page
    # The version moved on with the page: sending it again is a choice made with the change in sight.
    assert client.post(address_of(referral), {**before, "version": allocated.version}).status_code == 302
    referral.refresh_from_db(fields=["status"])
    assert referral.status == "closed"


def test_what_was_kept_before_the_change_says_so_when_it_is_opened_again(
    referral: Referral, manager: User, second_manager: User, team: Any, worker: User, signed: SignIn
) -> None:
    client = signed(manager)
    page = client.get(address_of(referral)).content.decode()
    assert typed_by_script(client, page, f"version={referral.version}&what_changed=Half+a+thought") == 204
    allocated = actions.allocate(referral=referral, by=second_manager, at=LATER, team=team, worker=worker)
    again = unescape(signed(manager).get(address_of(referral)).content.decode())
    assert "Half a thought" in again
    assert "Tess Manager changed this record" in again
    assert f'name="version" value="{allocated.version}"' in again


def broken(referral: Referral, by: Any, at: datetime, given: dict[str, Any]) -> Any:
    actions.set_primary_need(referral=referral, by=by, at=at, primary_need="N1")
    raise RuntimeError("the disk is gone")


def test_a_server_that_breaks_while_it_acts_loses_nothing_typed(
    referral: Referral, manager: User, signed: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(working.ACTS, "close", replace(working.ACTS["close"], run=broken))
    assert signed(manager).post(address_of(referral), closing(referral)).status_code == 500
    referral.refresh_from_db(fields=["primary_need", "version"])
    assert referral.primary_need != "N1"
    page = unescape(signed(manager).get(address_of(referral)).content.decode())
    assert TYPED in page
    assert "what you typed is here" in page


def test_what_was_sent_is_used_up(referral: Referral, manager: User, team: Any, worker: User, signed: SignIn) -> None:
    client = signed(manager)
    first = client.get(address_of(referral, "need")).content.decode()
    assert typed_by_script(client, first, f"version={referral.version}&primary_need=N3") == 204
    sent = client.post(
        address_of(referral, "need"), {"version": referral.version, "primary_need": "N1", "draft": "tab1 3"}
    )
    assert sent.status_code == 302
    assert not Draft.objects.open().exists()
    assert not any(bytes(draft.body) for draft in Draft.objects.all())
    # A sending of the script that was under way arrives late: it brings nothing back.
    assert typed_by_script(client, first, f"version={referral.version}&primary_need=N3", number=2) == 204
    assert not Draft.objects.open().exists()
    # Nor does another tab that was open all the while, and it is told so.
    assert typed_by_script(client, first, f"version={referral.version}&primary_need=N3", tab="tab2") == 409
    assert not Draft.objects.open().exists()
    # The next time the form is filled in, it is kept anew: also by the page itself, when Back leads to it.
    page = client.get(address_of(referral, "need")).content.decode()
    assert "what you typed is here" not in page
    assert typed_by_script(client, page, f"version={referral.version + 1}&primary_need=N4", tab="tab3") == 204
    assert Draft.objects.open().count() == 1


def test_a_page_that_stays_when_its_form_is_sent_goes_on_keeping(
    referral: Referral, manager: User, signed: SignIn
) -> None:
    client = signed(manager)
    page = client.get(address_of(referral)).content.decode()
    client.post(address_of(referral), closing(referral, closure_reason="", draft="tab1 4"))
    assert typed_by_script(client, page, f"version={referral.version}&what_changed=More", number=5) == 204
    assert "More" in client.get(address_of(referral)).content.decode()


def test_another_device_shows_it_and_another_person_does_not(
    referral: Referral, manager: User, second_manager: User, signed: SignIn
) -> None:
    client = signed(manager)
    page = client.get(address_of(referral)).content.decode()
    assert typed_by_script(client, page, f"version={referral.version}&what_changed=Half+a+thought") == 204
    assert "Half a thought" in signed(manager).get(address_of(referral)).content.decode()
    theirs = signed(second_manager).get(address_of(referral)).content.decode()
    assert "Half a thought" not in theirs


def test_nobody_takes_the_place_of_another_s_draft(
    referral: Referral, manager: User, second_manager: User, signed: SignIn
) -> None:
    """The address a form is kept at can be worked out by anybody: what is sent there is the sender's own."""
    client = signed(manager)
    page = client.get(address_of(referral)).content.decode()
    assert typed_by_script(signed(second_manager), page, "what_changed=Mine") == 204
    assert typed_by_script(client, page, f"version={referral.version}&what_changed=Half+a+thought") == 204
    assert "Half a thought" in client.get(address_of(referral)).content.decode()
    assert "Mine" not in without_drawn(client.get(address_of(referral)).content.decode())


def test_what_is_kept_is_what_the_browser_sent_without_tokens(
    referral: Referral, manager: User, signed: SignIn
) -> None:
    signed(manager).post(
        address_of(referral),
        closing(referral, closure_reason="", csrfmiddlewaretoken="secret", draft="5", password="hunter2"),
    )
    kept = parse_qs(bytes(Draft.objects.get().body).decode(), keep_blank_values=True)
    assert kept == {"version": [str(referral.version)], "closure_reason": [""], "what_changed": [TYPED]}


def test_the_list_leads_back_and_starting_afresh_throws_it_away(
    referral: Referral, manager: User, signed: SignIn
) -> None:
    client = signed(manager)
    client.post(address_of(referral), closing(referral, closure_reason=""))
    listed = client.get("/drafts/").content.decode()
    assert f'href="{address_of(referral)}"' in listed
    assert f"Close this referral {referral.reference}" in listed
    page = client.get(address_of(referral)).content.decode()
    afresh = re.search(r'href="([^"]+)"[^>]*>Start again', page)
    assert afresh is not None
    assert "Delete what you typed" in client.get(afresh[1]).content.decode()
    assert Draft.objects.open().exists()
    done = client.post(afresh[1])
    assert done["Location"] == address_of(referral)
    assert TYPED not in unescape(client.get(address_of(referral)).content.decode())


def test_a_draft_about_a_record_one_may_no_longer_see_is_not_listed(
    referral: Referral, manager: User, second_manager: User, signed: SignIn
) -> None:
    client = signed(manager)
    client.post(address_of(referral), closing(referral, closure_reason=""))
    assert referral.reference in client.get("/drafts/").content.decode()
    dpo = User.objects.create_user("dpo", "Dee Pio", roles=["data_protection_officer"])
    assert referral.child is not None
    set_restriction(
        person=referral.child, holders=[second_manager], by=dpo, at=LATER, reason="A colleague’s child.",
        kind="restricted",
    )  # fmt: skip
    assert referral.reference not in client.get("/drafts/").content.decode()
    assert client.get(address_of(referral)).status_code == 404


def test_a_form_sent_after_the_session_ended_leads_to_signing_in_and_back(
    referral: Referral, manager: User, signed: SignIn
) -> None:
    client = signed(manager)
    page = client.get(address_of(referral)).content.decode()
    typed_by_script(client, page, f"version={referral.version}&what_changed=Half+a+thought")
    client.session.flush()
    sent = client.post(address_of(referral), closing(referral))
    assert sent["Location"] == f"/accounts/login/?next={address_of(referral)}"
    client.force_login(manager)
    assert "Half a thought" in client.get(address_of(referral)).content.decode()


def test_a_button_that_is_no_page_leads_back_to_the_page_it_stood_on(contact: Any, db: None) -> None:
    sent = Client().post(
        f"/contacts/{contact.reference}/undo/",
        headers={"Referer": f"http://testserver/contacts/{contact.reference}/"},
    )
    assert sent["Location"] == f"/accounts/login/?next=/contacts/{contact.reference}/"
    elsewhere = Client().post(
        f"/contacts/{contact.reference}/undo/", headers={"Referer": "https://elsewhere.example/contacts/"}
    )
    assert elsewhere["Location"] == f"/accounts/login/?next=/contacts/{contact.reference}/undo/"
