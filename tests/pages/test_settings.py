"""Settings: the doors of whoever looks after the service, and only those the reader may open."""

import pytest
from django.urls import reverse

from frontdoor.access import Role
from frontdoor.pages.settings import GROUPS

pytestmark = pytest.mark.django_db


def test_the_administrator_is_led_to_settings_and_finds_every_group_there(client, sign_in):
    sign_in("administrator")
    assert 'href="/settings/"' in client.get("/").content.decode()
    text = client.get("/settings/").content.decode()
    for title, about, _ in GROUPS:
        assert title in text
        assert about in text
    for door in ("/agencies/", "/handover/shifts/", "/contacts/queue/weights/", "/staff/?role=duty_manager"):
        assert f'href="{door}"' in text
    assert 'href="/retention/"' not in text, "destroying records is not the administrator's"


def test_only_doors_that_open_are_shown(client, sign_in):
    for username, role in (("sel", Role.SERVICE_MANAGER), ("ada", Role.ADMINISTRATOR)):
        sign_in(role.value, username=username)
        body = client.get("/settings/").content.decode().partition("<main")[2]
        for _, _, doors in GROUPS:
            for _, _, name in doors:
                href = reverse(name)
                assert (f'href="{href}"' in body) == (client.get(href).status_code == 200), (role, name)


def test_the_service_manager_has_weights_and_thresholds_but_no_accounts(client, sign_in):
    sign_in("service_manager")
    text = client.get("/settings/").content.decode()
    assert 'href="/contacts/queue/weights/"' in text
    assert 'href="/thresholds/new/"' in text
    assert 'href="/staff/' not in text
    assert 'href="/agencies/"' not in text


def test_nobody_else_has_settings(client, sign_in):
    sign_in("duty_manager")
    assert client.get("/settings/").status_code == 403
    assert 'href="/settings/"' not in client.get("/").content.decode()
