"""A request for information is answered when a reply was written by one and approved by another."""

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Contact, Reply
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from referrals import actions, replying
from tests.referrals.conftest import LATER, NOW, each
from tests.referrals.test_owed import of_kind

TOLD = "He was known to us in 2021; nothing is open."


@pytest.fixture
def request_for(officer: User) -> Contact:
    return of_kind(officer, "information_request")


def written(contact: Contact, by: User, text: str = TOLD) -> Reply:
    return replying.write_reply(
        contact=contact, by=by, at=NOW, released_to="Cass Otherly, Exampleshire", lawful_basis="section_47", text=text
    )


def answered(contact: Contact, by: User) -> Contact:
    contact.refresh_from_db()
    return actions.decide_contact(contact=contact, decisions=each(contact, "request_answered"), by=by, at=LATER).contact


def test_it_does_not_count_as_answered_until_another_has_approved_the_reply(
    request_for: Contact, officer: User, manager: User, second_manager: User
) -> None:
    with pytest.raises(Refused, match="Write the reply first"):
        answered(request_for, officer)
    reply = written(request_for, manager)
    with pytest.raises(Refused, match="have a manager approve it"):
        answered(request_for, officer)
    with pytest.raises(Refused, match="wrote this yourself"):
        replying.approve_reply(contact=request_for, reply=reply.pk, by=manager, at=LATER)
    with pytest.raises(Denied):
        replying.approve_reply(contact=request_for, reply=reply.pk, by=officer, at=LATER)
    replying.approve_reply(contact=request_for, reply=reply.pk, by=second_manager, at=LATER)
    assert answered(request_for, manager).outcome == "request_answered"
    assert Entry.objects.filter(event="contact.reply_approved", reference=request_for.reference).count() == 1
    with pytest.raises(Refused, match="is decided"):
        written(request_for, officer)


def test_what_is_written_anew_has_to_be_approved_anew(request_for: Contact, officer: User, manager: User) -> None:
    first = written(request_for, officer)
    replying.approve_reply(contact=request_for, reply=first.pk, by=manager, at=LATER)
    second = written(request_for, officer, "Nothing is told.")
    with pytest.raises(Refused, match="have a manager approve it"):
        answered(request_for, officer)
    with pytest.raises(Refused, match="taken its place"):
        replying.approve_reply(contact=request_for, reply=first.pk, by=manager, at=LATER)
    replying.approve_reply(contact=request_for, reply=second.pk, by=manager, at=LATER)
    assert answered(request_for, manager).outcome == "request_answered"


def test_another_type_of_contact_is_no_request(contact: Contact, officer: User) -> None:
    with pytest.raises(Refused, match="no request for information"):
        answered(contact, officer)


def test_it_is_written_and_approved_on_its_page(
    request_for: Contact, officer: User, manager: User, signed: Callable[[User], Client]
) -> None:
    page = f"/contacts/{request_for.reference}/reply/"
    client = signed(officer)
    assert page in client.get(f"/contacts/{request_for.reference}/").content.decode()
    sent = {"released_to": "Cass Otherly", "lawful_basis": "section_47", "text": TOLD}
    assert client.post(page, {**sent, "lawful_basis": ""}).status_code == 422
    assert client.post(page, sent).status_code == 302
    shown = client.get(page).content.decode()
    assert TOLD in shown
    assert "Approve this reply" not in shown
    client = signed(manager)
    assert "Approve this reply" in client.get(page).content.decode()
    reply = replying.standing(request_for)
    assert reply is not None
    assert client.post(page, {"approve": "1", "reply": str(reply.pk)}).status_code == 302
    assert f"Approved by {manager.name}" in client.get(page).content.decode()
