"""All notices read by one press: how many they are is said before, it can be taken back, and nothing unseen is lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.notifications.actions import notify
from frontdoor.notifications.models import Notice

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SignIn = Callable[..., User]


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def told(user: User, *texts: str, urgent: bool = False) -> None:
    for each in texts:
        notify([user], kind="clock-warned", text=each, path="/breaches/", urgent=urgent)


def press(client: Client, page: str) -> Any:
    """The button for all, as it stands on the page."""
    (until,) = re.findall(r'name="until" value="(\d+)"', page)
    return client.post("/notices/read/", {"all": "yes", "until": until}, follow=True)


def test_the_button_says_how_many_and_what_it_did_can_be_taken_back(client: Client, sign_in: SignIn) -> None:
    user = sign_in("duty_manager")
    told(user, "Read long ago")
    client.post("/notices/read/", {"all": "yes"})
    told(user, "Nearly due: one", "Nearly due: two")
    told(user, "Late: allocate", urgent=True)
    page = text(client.get("/notices/"))
    assert "Mark all 3 as read, 1 of them urgent" in page
    assert "2 notices that are not urgent, about 2 children or matters." in page
    done = text(press(client, page))
    assert "3 notices marked as read" in done
    assert not Notice.objects.filter(user=user).unread().exists()
    (moment,) = re.findall(r'name="undo" value="([^"]+)"', done)
    back = client.post("/notices/read/", {"undo": moment}, follow=True)
    assert "3 notices marked as new again." in text(back)
    assert "Mark all 3 as read" in text(back)
    assert Notice.objects.get(text="Read long ago").read_at is not None


def test_what_came_after_the_page_was_opened_stays_new(client: Client, sign_in: SignIn) -> None:
    user = sign_in("duty_manager")
    told(user, "Nearly due: one")
    page = text(client.get("/notices/"))
    told(user, "Late: allocate", urgent=True)
    press(client, page)
    assert list(Notice.objects.filter(user=user).unread().values_list("text", flat=True)) == ["Late: allocate"]


def test_nobody_takes_back_what_another_person_read(client: Client, sign_in: SignIn) -> None:
    other = sign_in("duty_manager", username="other")
    told(other, "Nearly due: one")
    client.post("/notices/read/", {"all": "yes"})
    read_at = Notice.objects.get(user=other).read_at
    assert read_at is not None
    sign_in("duty_manager")
    seen = text(client.get("/notices/", {"marked": read_at.isoformat()}))
    assert "marked as read" not in seen
    client.post("/notices/read/", {"undo": read_at.isoformat()})
    assert Notice.objects.get(user=other).read_at == read_at


def test_an_address_that_says_no_moment_is_the_page_without_one(client: Client, sign_in: SignIn) -> None:
    sign_in("duty_manager")
    for given in ("", "x", "2026-11-24T10:00:00", "\x00"):
        seen = client.get("/notices/", {"marked": given})
        assert seen.status_code == 200
        assert "marked as read" not in text(seen)


def test_a_moment_that_cannot_be_is_no_moment(client: Client, sign_in: Callable[..., User]) -> None:
    sign_in("duty_manager")
    assert client.get("/notices/?marked=2026-01-01T00:00:00%2B23:00").status_code == 200
    assert client.post("/notices/read/", {"undo": "0001-01-01T00:00:00+23:00"}).status_code == 302
