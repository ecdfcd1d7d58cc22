"""Following a page's own link to answer a match loses nothing of what was typed on the page."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from contacts.models import Contact
from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from tests.acting.test_acting import marker
from tests.contacts.test_identity import NOW, at_desk, on_plan, row_of, sent, team, violet

__all__ = ["NOW", "at_desk", "on_plan", "sent", "team", "violet"]

TYPED = "She is safe at her aunt’s — “for now”"


@pytest.mark.parametrize("answer", ["same", "other", "unsure"])
def test_what_is_typed_is_there_after_the_match_was_answered_on_a_page_of_its_own(
    answer: str,
    on_plan: Person,
    sent: Callable[..., Contact],
    manager: User,
    at_desk: Callable[[User], Client],
) -> None:
    contact = sent()
    client = at_desk(manager)
    address = f"/contacts/{contact.reference}/decide/"
    opened = client.get(address).content.decode()
    who = f"/contacts/{contact.reference}/people/1/who/?on=decide"
    assert f'href="{who}"' in unescape(opened)
    # As the page's script keeps it when the page is left, or at any key before.
    told = marker(opened)
    name = re.search(r'<textarea[^>]*name="([^"]*reason)"', opened)
    assert name is not None
    kept = client.put(
        told["data-draft-url"],
        f"{name[1]}={TYPED}".encode(),
        content_type="application/x-www-form-urlencoded",
        headers={
            "X-Draft-Version": told["data-draft-version"],
            "X-Draft-Page": "tab1",
            "X-Draft-Sequence": "1",
            "X-Draft-Address": told["data-draft-address"],
            "X-Draft-Title": told["data-draft-title"],
            "X-Draft-About": told["data-draft-about"],
        },
    )
    assert kept.status_code == 204
    assert client.get(who).status_code == 200
    answered = client.post(who, {"answer": f"{answer} {on_plan.reference}"})
    assert answered.status_code == 302
    assert answered["Location"] == address, "back to where one was"
    assert (row_of(contact).person == on_plan) is (answer == "same")
    again = unescape(client.get(answered["Location"]).content.decode())
    assert TYPED in again
    assert "what you typed is here" in again
