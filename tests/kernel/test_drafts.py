"""Drafts: nothing typed is lost, nothing is submitted twice."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.drafts import actions
from frontdoor.drafts.models import Draft

BACKEND = "django.contrib.auth.backends.ModelBackend"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("a.officer", "An Officer", roles=["contact_officer"])


def sent(client: Client, draft: uuid.UUID, body: str, *, version: str, tab: str, number: int) -> Any:
    """A sending as the script of a page makes it."""
    return client.put(
        f"/drafts/{draft}/contact/",
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Draft-Version": version, "X-Draft-Page": tab, "X-Draft-Sequence": str(number)},
    )


def test_a_device_whose_clock_runs_ahead_has_no_say_in_what_is_kept(officer: User, client: Client) -> None:
    client.force_login(officer, backend=BACKEND)
    draft = uuid.uuid4()
    ahead = sent(client, draft, "concerns=First", version="0", tab="ahead", number=4_000_000_000_000)
    assert ahead.status_code == 204
    # Another device opens the form as it is now, and goes on.
    now = str(actions.version(by=officer, draft_id=draft))
    other = sent(client, draft, "concerns=First+and+second", version=now, tab="other", number=1)
    assert other.status_code == 204
    assert bytes(Draft.objects.get().body) == b"concerns=First+and+second"
    # The first still goes on from what it saw: it is told in words, and what was kept later stays.
    late = sent(
        client, draft, "concerns=Third", version=ahead["X-Draft-Version"], tab="ahead", number=4_000_000_000_001
    )
    assert late.status_code == 409
    assert late.json()["code"] == "overtaken"
    assert "saved from another page or device on" in late.json()["message"]
    assert "Copy what you need from here, then open the page again." in late.json()["message"]
    assert bytes(Draft.objects.get().body) == b"concerns=First+and+second"


def test_two_pages_opened_on_the_same_version_are_not_both_kept(officer: User, client: Client) -> None:
    client.force_login(officer, backend=BACKEND)
    draft = uuid.uuid4()
    assert sent(client, draft, "a=1", version="0", tab="one", number=1).status_code == 204
    assert sent(client, draft, "a=2", version="0", tab="two", number=1).status_code == 409
    assert bytes(Draft.objects.get().body) == b"a=1"


def test_sendings_of_one_page_may_come_twice_or_in_the_wrong_order(officer: User, client: Client) -> None:
    client.force_login(officer, backend=BACKEND)
    draft = uuid.uuid4()
    # All three leave before an answer has come: they name the same version.
    for number, body in ((1, "a=1"), (3, "a=3"), (2, "a=2"), (3, "a=3"), (1, "a=1")):
        assert sent(client, draft, body, version="0", tab="one", number=number).status_code == 204
    assert bytes(Draft.objects.get().body) == b"a=3"


def test_a_version_is_never_given_twice(officer: User, client: Client) -> None:
    client.force_login(officer, backend=BACKEND)
    draft = uuid.uuid4()
    first = sent(client, draft, "a=1", version="0", tab="one", number=1)
    actions.discard(by=officer, draft_id=draft, at=NOW)
    sent(client, draft, "a=2", version="0", tab="two", number=1)
    assert sent(client, draft, "a=3", version=first["X-Draft-Version"], tab="one", number=2).status_code == 409
    assert bytes(Draft.objects.get().body) == b"a=2"


def test_a_page_that_goes_on_from_a_draft_thrown_away_is_told_and_brings_nothing_back(
    officer: User, client: Client
) -> None:
    client.force_login(officer, backend=BACKEND)
    draft = uuid.uuid4()
    first = sent(client, draft, "a=1", version="0", tab="one", number=1)
    Draft.objects.all().delete()
    late = sent(client, draft, "a=2", version=first["X-Draft-Version"], tab="one", number=2)
    assert (late.status_code, late.json()["code"]) == (409, "thrown_away")
    assert "Copy what you need from here, then open the page again." in late.json()["message"]
    assert not Draft.objects.exists()
    # The page opened again saw nothing kept: it is kept.
    assert sent(client, draft, "a=2", version="0", tab="two", number=1).status_code == 204


@pytest.mark.parametrize("wrong", [{"X-Draft-Sequence": "x"}, {"X-Draft-Sequence": "1", "X-Draft-Version": "-1"}, {}])
def test_a_sending_that_says_nothing_sensible_of_itself_is_not_kept(
    officer: User, client: Client, wrong: dict[str, str]
) -> None:
    client.force_login(officer, backend=BACKEND)
    assert client.put(f"/drafts/{uuid.uuid4()}/contact/", b"a=1", headers=wrong).status_code == 400
    assert not Draft.objects.exists()


class Kept(TestCase):
    """What comes in comes out."""

    @given(st.binary(max_size=2000))
    def test_the_body_is_kept_to_the_byte(self, body: bytes) -> None:
        user, _ = User.objects.get_or_create(username="b.officer", defaults={"name": "B Officer"})
        draft = uuid.uuid4()
        actions.save(by=user, draft_id=draft, kind="contact", body=body, sending=actions.Sending(), at=NOW)
        assert bytes(Draft.objects.get(pk=draft).body) == body


def test_nobody_else_can_write_or_read_it(officer: User) -> None:
    other = User.objects.create_user("c.officer", "Another Officer", roles=["contact_officer"])
    draft = uuid.uuid4()
    actions.save(by=officer, draft_id=draft, kind="contact", body=b"mine", sending=actions.Sending(), at=NOW)
    with pytest.raises(Refused):
        actions.save(
            by=other, draft_id=draft, kind="contact", body=b"theirs", sending=actions.Sending(version=9), at=NOW
        )
    assert actions.load(by=other, draft_id=draft) is None


def test_submitting_twice_lands_on_the_first_record(officer: User) -> None:
    draft = uuid.uuid4()
    actions.consume(by=officer, draft_id=draft, kind="contact", reference="C-00000001", at=NOW)
    with pytest.raises(actions.AlreadySubmitted) as told:
        actions.consume(by=officer, draft_id=draft, kind="contact", reference="C-00000002", at=NOW)
    assert told.value.reference == "C-00000001"


def test_saving_answers_204_without_a_body(officer: User, client: Client) -> None:
    client.force_login(officer, backend=BACKEND)
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
    client.force_login(user, backend=BACKEND)
    for kind, about in (("contact", "x/y"), ("no-kind-of-ours", "x/y"), ("contact", "")):
        actions.save(
            by=user,
            draft_id=uuid.uuid4(),
            kind=kind,
            body=b"x",
            sending=actions.Sending(),
            at=NOW,
            place=actions.Place(about=about),
        )
    text = client.get("/drafts/").content.decode()
    assert "/contacts/new/" in text
    assert 'x/y/"' not in text


@pytest.mark.django_db
def test_a_draft_whose_form_is_gone_can_be_read_and_thrown_away(officer: User, client: Client) -> None:
    client.force_login(officer, backend=BACKEND)
    body = b"csrfmiddlewaretoken=secret&version=3&rows-TOTAL_FORMS=1&what_changed=She+said+%3Cb%3Eno%3C%2Fb%3E&reason="
    gone, odd = uuid.uuid4(), uuid.uuid4()
    place = actions.Place(address="/contacts/old-page/", title="A form of long ago")
    actions.save(by=officer, draft_id=gone, kind="form", body=body, sending=actions.Sending(), at=NOW, place=place)
    actions.save(by=officer, draft_id=odd, kind="no-kind-of-ours", body=body, sending=actions.Sending(), at=NOW)
    listed = client.get("/drafts/").content.decode()
    assert "A form of long ago" in listed
    assert "A form that is there no more" in listed
    assert "no-kind-of-ours" not in listed
    for key in (gone, odd):
        assert f'href="/drafts/{key}/"' in listed
        text = client.get(f"/drafts/{key}/").content.decode()
        assert "What changed" in text
        assert "She said &lt;b&gt;no&lt;/b&gt;" in text
        assert "secret" not in text
        assert "TOTAL_FORMS" not in text
        assert f'action="/drafts/{key}/discard/"' in text
        assert client.post(f"/drafts/{key}/discard/", {"list": "1"})["Location"] == "/drafts/"
        assert client.get(f"/drafts/{key}/").status_code == 404
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_nobody_reads_anothers_draft_nor_one_about_a_record_they_may_not_see(officer: User, client: Client) -> None:
    other = User.objects.create_user("c.officer", "Another Officer", roles=["contact_officer"])
    theirs, hidden = uuid.uuid4(), uuid.uuid4()
    actions.save(by=other, draft_id=theirs, kind="form", body=b"a=1", sending=actions.Sending(), at=NOW)
    actions.save(
        by=officer, draft_id=hidden, kind="form", body=b"a=1", sending=actions.Sending(), at=NOW,
        place=actions.Place(about="C-00000009"),
    )  # fmt: skip
    client.force_login(officer, backend=BACKEND)
    assert client.get(f"/drafts/{theirs}/").status_code == 404
    assert client.get(f"/drafts/{hidden}/").status_code == 404
