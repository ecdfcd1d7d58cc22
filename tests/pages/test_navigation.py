"""The bar of pages: what a role has in it, and what is under "More"."""

import pytest
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.pages.context import IN_THE_BAR, in_the_bar, navigation

pytestmark = pytest.mark.django_db


def test_a_manager_finds_the_days_work_in_the_bar_and_the_rest_under_more(client: Client) -> None:
    manager = User.objects.create_user("m", "Mo Manager", roles=["duty_manager"])
    bar, more = in_the_bar(navigation(manager, "/people/"))
    assert [entry["text"] for entry in bar][:4] == ["Home", "Record a contact", "Contacts", "Referrals"]
    assert len(bar) == IN_THE_BAR
    assert {"Supervision", "Possible duplicates", "Your drafts"} <= {entry["text"] for entry in more}
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/supervision/").content.decode()
    assert 'aria-current="page">Supervision' in page
    assert "app-more govuk-service-navigation__item--active" in page.replace("item app-more", "app-more")


def test_a_role_with_few_pages_has_them_all_in_the_bar() -> None:
    officer = User.objects.create_user("o", "Ola Officer", roles=["contact_officer"])
    bar, more = in_the_bar(navigation(officer, "/"))
    assert more == []
    assert bar[0]["active"]
