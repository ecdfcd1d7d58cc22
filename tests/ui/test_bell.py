"""The bell, the alert bar and the pages behind them."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.notifications import actions

AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _person(username: str, *roles: str) -> User:
    person = User(username=username, name=username.title(), email=f"{username}@example.org", roles=list(roles))
    person.save()
    return person


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_alert_is_on_every_page_until_a_named_person_takes_it() -> None:
    manager, other = _person("robin", "duty_manager"), _person("alex", "duty_manager")
    alert = actions.raise_alert(
        kind="fast_track", reference="C-7K3M9Q2D", text="C-7K3M9Q2D: fast track", path="/notices/", at=AT, to=[manager]
    )
    first, second = _signed_in(manager), _signed_in(other)
    page = first.get("/notices/").content.decode()
    assert "app-alert-bar__item" in page
    assert "1 unread notice" in page
    assert first.post(f"/alerts/{alert.pk}/take/").status_code == 302
    assert "app-alert-bar__item" not in second.get("/notices/").content.decode()
    assert first.post(f"/alerts/{alert.pk}/take/").status_code == 409


def test_an_alert_of_others_is_not_found() -> None:
    manager, officer = _person("robin", "duty_manager"), _person("sam", "contact_officer")
    alert = actions.raise_alert(
        kind="fast_track", reference="C-7K3M9Q2D", text="C-7K3M9Q2D: fast track", path="/notices/", at=AT, to=[manager]
    )
    client = _signed_in(officer)
    assert client.post(f"/alerts/{alert.pk}/take/").status_code == 404
    assert "app-alert-bar__item" not in client.get("/alerts/", headers={"HX-Request": "true"}).content.decode()


def test_the_poll_gets_the_bar_alone() -> None:
    answer = _signed_in(_person("robin", "duty_manager")).get("/alerts/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert "HX-Request" in answer["Vary"]


def test_notices_are_ones_own_and_can_be_marked_read() -> None:
    robin, alex = _person("robin", "duty_manager"), _person("alex", "duty_manager")
    actions.notify([robin], kind="told", text="About C-7K3M9Q2D", reference="C-7K3M9Q2D")
    assert "About C-7K3M9Q2D" not in _signed_in(alex).get("/notices/").content.decode()
    client = _signed_in(robin)
    assert "About C-7K3M9Q2D" in client.get("/notices/").content.decode()
    assert client.post("/notices/read/", {"all": "yes"}).status_code == 302
    assert "0 unread notices" in client.get("/notices/").content.decode()


def test_the_navigation_follows_the_role() -> None:
    page = _signed_in(_person("olly", "data_protection_officer")).get("/notices/").content.decode()
    assert 'href="/who-looked/"' in page
    assert 'href="/who-looked/"' not in _signed_in(_person("sam", "contact_officer")).get("/notices/").content.decode()


def test_nobody_signed_out_sees_notices() -> None:
    assert Client().get("/notices/").status_code == 302
    assert Client().get("/alerts/", headers={"HX-Request": "true"}).status_code == 401
