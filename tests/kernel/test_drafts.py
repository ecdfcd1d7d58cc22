"""Drafts: nothing typed is lost, nothing is submitted twice."""

import uuid
from datetime import UTC, datetime

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.drafts import actions
from frontdoor.drafts.models import Draft

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("a.officer", "An Officer", roles=["contact_officer"])


def test_a_late_sending_never_wins(officer: User) -> None:
    draft = uuid.uuid4()
    assert actions.save(by=officer, draft_id=draft, kind="contact", body=b"new", sequence=5, at=NOW)
    assert not actions.save(by=officer, draft_id=draft, kind="contact", body=b"old", sequence=4, at=NOW)
    assert bytes(Draft.objects.get().body) == b"new"


class Kept(TestCase):
    """What comes in comes out."""

    @given(st.binary(max_size=2000))
    def test_the_body_is_kept_to_the_byte(self, body: bytes) -> None:
        user, _ = User.objects.get_or_create(username="b.officer", defaults={"name": "B Officer"})
        draft = uuid.uuid4()
        actions.save(by=user, draft_id=draft, kind="contact", body=body, sequence=1, at=NOW)
        assert bytes(Draft.objects.get(pk=draft).body) == body


def test_nobody_else_can_write_or_read_it(officer: User) -> None:
    other = User.objects.create_user("c.officer", "Another Officer", roles=["contact_officer"])
    draft = uuid.uuid4()
    actions.save(by=officer, draft_id=draft, kind="contact", body=b"mine", sequence=1, at=NOW)
    with pytest.raises(Refused):
        actions.save(by=other, draft_id=draft, kind="contact", body=b"theirs", sequence=9, at=NOW)
    assert actions.load(by=other, draft_id=draft) is None


def test_submitting_twice_lands_on_the_first_record(officer: User) -> None:
    draft = uuid.uuid4()
    actions.consume(by=officer, draft_id=draft, kind="contact", reference="C-00000001", at=NOW)
    with pytest.raises(actions.AlreadySubmitted) as told:
        actions.consume(by=officer, draft_id=draft, kind="contact", reference="C-00000002", at=NOW)
    assert told.value.reference == "C-00000001"


def test_saving_answers_204_without_a_body(officer: User, client: Client) -> None:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/drafts/{uuid.uuid4()}/contact/"
    answer = client.put(
        url, b"a=1", content_type="application/x-www-form-urlencoded", headers={"X-Draft-Sequence": "1"}
    )
    assert (answer.status_code, answer.content) == (204, b"")


def test_an_ended_session_answers_401(client: Client, db: None) -> None:
    answer = client.put(f"/drafts/{uuid.uuid4()}/contact/", b"a=1", headers={"X-Draft-Sequence": "1"})
    assert answer.status_code == 401


@pytest.mark.django_db
def test_the_list_of_drafts_leads_back_or_nowhere_whatever_a_browser_said_it_is_about(client: Client) -> None:
    user = User.objects.create_user("c.officer", "C Officer", roles=["contact_officer"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for kind, about in (("contact", "x/y"), ("no-kind-of-ours", "x/y"), ("contact", "")):
        actions.save(
            by=user, draft_id=uuid.uuid4(), kind=kind, body=b"x", sequence=1, at=NOW, place=actions.Place(about=about)
        )
    text = client.get("/drafts/").content.decode()
    assert "/contacts/new/" in text
    assert 'x/y/"' not in text
