"""Nothing below child protection goes on without agreement but by a manager, and advice has a level of need."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.rules import Power
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from referrals import actions
from tests.referrals.conftest import LATER, NOW, answers, each, some_facts

Signed = Callable[[User], Client]
HUB = {"receiver": "Early help hub", "told": "Ann Taker"}


def of_level(by: User, level: str, agreement: str = "", **facts: Any) -> Contact:
    facts = {"people": [some_facts().people[0]], "level_of_need": level, **facts}
    contact = record_contact(facts=some_facts(**facts), by=by, at=NOW)
    contact.families.update(agreement=agreement)
    return contact


@pytest.mark.parametrize(
    ("level", "agreement", "outcome", "power"),
    [
        ("2", "given", "early_help", Power.DECIDES),
        ("3", "given", "named_service", Power.DECIDES),
        ("2", "not_sought", "early_help", Power.PROPOSES),
        ("2", "", "early_help", Power.PROPOSES),
        ("3", "not_required", "named_service", Power.PROPOSES),
        ("2", "withdrawn", "early_help", Power.PROPOSES),
        ("3", "refused", "named_service", Power.PROPOSES),
        ("", "", "early_help", Power.PROPOSES),
        ("4", "not_sought", "named_service", Power.PROPOSES),
        ("1", "", "named_service", Power.DECIDES),
        ("2", "not_sought", "no_further_action", Power.DECIDES),
    ],
)
def test_a_social_worker_goes_on_alone_only_where_the_family_agrees(
    level: str, agreement: str, outcome: str, power: Power, officer: User, worker: User
) -> None:
    contact = of_level(officer, level, agreement)
    decided = actions.decide_contact(contact=contact, decisions=each(contact, outcome, detail=HUB), by=worker, at=LATER)
    assert decided.power is power
    assert bool(decided.reasons) == (power is Power.PROPOSES)


def test_the_level_chosen_in_the_decision_counts(officer: User, worker: User) -> None:
    contact = of_level(officer, "1")
    decisions = each(contact, "named_service", detail=HUB, level_of_need="2")
    assert actions.decide_contact(contact=contact, decisions=decisions, by=worker, at=LATER).power is Power.PROPOSES


def test_a_manager_decides_without_agreement(officer: User, manager: User) -> None:
    contact = of_level(officer, "2", "not_sought")
    decisions = each(contact, "early_help", detail=HUB)
    assert actions.decide_contact(contact=contact, decisions=decisions, by=manager, at=LATER).power is Power.DECIDES


def test_not_asked_is_put_to_a_manager_on_the_page(officer: User, worker: User, signed: Signed) -> None:
    """The case of the rules: early help at level 2, agreement not asked, decided by a social worker."""
    contact = of_level(officer, "2", "not_sought")
    client = signed(worker)
    client.get(f"/contacts/{contact.reference}/look/")
    more = {"outcome": "early_help", "response_type": "", "level_of_need": "2", **HUB}
    sent = client.post(f"/contacts/{contact.reference}/decide/", answers(contact, **more))
    contact.refresh_from_db()
    assert contact.status == "awaiting_sign_off"
    assert "Waiting for a manager" in sent.content.decode()


def test_advice_needs_a_level_which_an_officer_gives_as_one_only(officer: User, signed: Signed) -> None:
    contact = of_level(officer, "", grade="blue")
    client = signed(officer)
    client.get(f"/contacts/{contact.reference}/look/")
    page = f"/contacts/{contact.reference}/decide/"
    sent = client.post(page, answers(contact, outcome="advice", response_type=""))
    assert "level of need: it says" in sent.content.decode()
    contact.refresh_from_db()
    assert contact.status == "received"
    client.post(page, answers(contact, outcome="advice", response_type="", level_of_need="1"))
    contact.refresh_from_db()
    assert (contact.status, contact.level_by_screening) == ("decided", "1")


@pytest.mark.parametrize(("role", "power"), [("officer", Power.PROPOSES), ("worker", Power.DECIDES)])
def test_above_level_one_an_officer_puts_advice_to_a_manager(
    role: str, power: Power, officer: User, worker: User
) -> None:
    contact = of_level(officer, "", grade="blue")
    by = {"officer": officer, "worker": worker}[role]
    decisions = each(contact, "advice", level_of_need="2")
    assert actions.decide_contact(contact=contact, decisions=decisions, by=by, at=LATER).power is power


def test_without_a_level_a_manager_gives_no_advice_either(officer: User, manager: User) -> None:
    contact = of_level(officer, "")
    with pytest.raises(Refused, match="level of need"):
        actions.decide_contact(contact=contact, decisions=each(contact, "advice"), by=manager, at=LATER)
