"""Where a kind of contact usually goes is suggested where it is decided: first in the list, named, and never chosen."""

import re
from collections.abc import Callable

from django.test import Client

from contacts.recording.actions import record_contact
from frontdoor.accounts.models import User
from tests.referrals.conftest import NOW, some_facts

Signed = Callable[[User], Client]


def offered(page: str) -> list[tuple[str, str]]:
    """Each outcome of the page with the key that chooses it, in the order in which they stand there."""
    return [
        (code, "".join(re.findall(r'data-key="(.)"', rest)))
        for code, rest in re.findall(r'name="outcome"\s+type="radio" value="([^"]+)"([^>]*)>', page)
    ]


def test_the_usual_route_is_suggested_first_and_chosen_by_nobody(officer: User, manager: User, signed: Signed) -> None:
    client = signed(manager)
    pages = {}
    for kind in ("concern", "early_help_request"):
        made = record_contact(facts=some_facts(kind=kind), by=officer, at=NOW)
        pages[kind] = client.get(f"/contacts/{made.reference}/decide/").content.decode()
    usual, asked = offered(pages["concern"]), offered(pages["early_help_request"])
    assert usual[0][0] != "early_help"
    assert asked[0] == next(each for each in usual if each[0] == "early_help"), "first, with the key it always has"
    assert sorted(asked) == sorted(usual)
    assert "Suggested: usual for “Request for early help”" in pages["early_help_request"]
    assert "Suggested" not in pages["concern"]
    assert not re.search(r'name="outcome"[^>]*checked', pages["early_help_request"])
