"""How long what was typed and not sent is kept: not for ever."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.codelists.models import Code
from frontdoor.drafts import actions, lasting, tasks
from frontdoor.drafts.models import Draft
from frontdoor.people.actions import GivenName, create_person
from frontdoor.staff import actions as staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def officer() -> User:
    return User.objects.create_user("a.officer", "An Officer", roles=["contact_officer"])


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("admin", "Ada Min", roles=["administrator"])


@pytest.fixture
def record(admin: User) -> str:
    """The reference of a record that is held."""
    return str(create_person(by=admin, at=NOW, names=[GivenName("Ava", "Twinning")]).reference)


def typed(user: User, about: str = "", at: datetime = NOW) -> uuid.UUID:
    """Something half typed."""
    key = uuid.uuid4()
    actions.save(
        by=user, draft_id=key, kind="form", body=b"reason=Half", sending=actions.Sending(), at=at,
        place=actions.Place(address="/contacts/", title="A form", about=about),
    )  # fmt: skip
    return key


def left() -> set[uuid.UUID]:
    return set(Draft.objects.values_list("pk", flat=True))


def test_what_an_account_that_ended_had_typed_goes_after_ninety_days(officer: User, admin: User, record: str) -> None:
    ended, stays = {typed(officer), typed(officer, about=record)}, typed(admin, about=record)
    staff.end(user=officer, reason="Moved away.", by=admin, at=NOW)
    lasting.throw_away_overdue(NOW + timedelta(days=89))
    assert left() == ended | {stays}, "the account may be opened again"
    lasting.throw_away_overdue(NOW + timedelta(days=91))
    assert left() == {stays}


def test_what_is_about_a_record_held_no_more_goes_the_same_day(officer: User, record: str) -> None:
    kept = {typed(officer, about=record), typed(officer), typed(officer, about="x/y")}
    for about in ("P-00000001", "C-00000001"):
        typed(officer, about=about)
    assert lasting.throw_away_overdue(NOW) == 2
    assert left() == kept


def test_an_account_opened_again_keeps_them(officer: User, admin: User, record: str) -> None:
    kept = typed(officer, about=record)
    staff.end(user=officer, reason="Moved away.", by=admin, at=NOW)
    staff.restore(user=officer, reason="Came back.", by=admin, at=NOW)
    lasting.throw_away_overdue(NOW + timedelta(days=91))
    assert left() == {kept}


def test_what_is_about_no_record_goes_a_year_after_it_was_last_typed_into(officer: User, record: str) -> None:
    old, odd = typed(officer), typed(officer, about="x/y")
    recent = typed(officer, at=NOW + timedelta(days=300))
    about = typed(officer, about=record)
    lasting.throw_away_overdue(NOW + timedelta(days=364))
    assert left() == {old, odd, recent, about}
    lasting.throw_away_overdue(NOW + timedelta(days=366))
    assert left() == {recent, about}, "what is about a record goes with the record"


def test_the_once_only_key_of_a_record_stays_and_what_was_used_up_goes(officer: User) -> None:
    once, used = uuid.uuid4(), typed(officer)
    actions.consume(by=officer, draft_id=once, kind="contact", reference="C-00000001", at=NOW)
    actions.use_up(by=officer, draft_id=used, at=NOW)
    lasting.throw_away_overdue(NOW + timedelta(days=2))
    assert left() == {once}


def test_the_council_says_for_how_long_and_no_rule_throws_nothing_away(officer: User, admin: User) -> None:
    kept = typed(officer)
    Code.objects.filter(list_name="retention", code="draft").update(attributes={"from": "typing", "days": 30})
    lists.refresh()
    lasting.throw_away_overdue(NOW + timedelta(days=29))
    assert left() == {kept}
    Code.objects.filter(list_name="retention", code="draft").update(valid_to=NOW.date())
    lists.refresh()
    lasting.throw_away_overdue(NOW + timedelta(days=400))
    assert left() == {kept}


def test_the_list_says_so_and_the_worker_does_it(officer: User, client: Client) -> None:
    typed(officer)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    text = client.get("/drafts/").content.decode()
    assert "What is about no record is thrown away 365 days after you last typed into it." in " ".join(text.split())
    Draft.objects.update(saved_at=NOW - timedelta(days=500))
    tasks.throw_away()
    assert left() == set()
