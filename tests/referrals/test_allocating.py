"""Allocating: brothers and sisters in one act, the team follows the worker, only who may hold cases is offered."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.facts import PersonFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from frontdoor.access import Refused
from frontdoor.accounts.models import Team, User
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection import actions as protection
from referrals import actions
from referrals.allocating import allocate_family
from referrals.models import Allocation, Referral
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts
from tests.referrals.test_two_at_once import both

Signed = Callable[[User], Client]


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def address(referral: Referral) -> str:
    return f"/referrals/{referral.reference}/do/allocate/"


@pytest.fixture
def family(contact: Contact, manager: User) -> list[Referral]:
    """The accepted referrals of Sam and Zoë, whom nobody has yet."""
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    return list(decided.referrals)


@pytest.fixture
def placed(worker: User, team: Team) -> User:
    """The social worker, in the assessment team."""
    worker.team = team
    worker.save()
    return worker


def another(name: str, manager: User, officer: User, **more: Any) -> Referral:
    child = PersonFacts(given_name=name, family_name="Other", date_of_birth=date(2015, 2, 3))
    facts = some_facts(people=[child], **more)
    contact = record_contact(facts=facts, by=officer, at=NOW)
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral", is_new_record=True), by=manager, at=LATER
    )
    return decided.referrals[0]


def sibling(one: Referral, other: Referral, by: User) -> None:
    assert one.child is not None
    assert other.child is not None
    people.add_relationship(person=one.child, other=other.child, kind="half_sibling", by=by, at=LATER)


def hide(child: Person, holder: User) -> None:
    officer = StaffFactory.create(role="data_protection_officer")
    protection.set_restriction(person=child, by=officer, at=LATER, reason="A colleague’s child", holders=[holder])


def test_brothers_and_sisters_go_to_the_worker_in_one_act_and_the_team_follows(
    family: list[Referral], manager: User, placed: User, signed: Signed
) -> None:
    sam, zoe = family
    client = signed(manager)
    page = text(client.get(address(sam)))
    assert re.search(rf'value="{zoe.reference}"[^>]*> <label[^>]*> Zoë Example, \d+ years, {zoe.reference}', page)
    sent = client.post(
        address(sam), {"version": sam.version, "worker": placed.pk, "others": [zoe.reference]}, follow=True
    )
    assert "Sam Example and Zoë Example: allocated to Sol Worker, Assessment team" in text(sent)
    now = Allocation.objects.filter(to_at__isnull=True)
    assert {(row.referral_id, row.worker, row.team) for row in now} == {(row.pk, placed, placed.team) for row in family}
    assert {row.status for row in Referral.objects.all()} == {"allocated"}


def test_nobody_is_ticked_beforehand_and_who_is_not_ticked_waits_on(
    family: list[Referral], manager: User, placed: User, signed: Signed
) -> None:
    sam, zoe = family
    client = signed(manager)
    assert "checked" not in text(client.get(address(sam)))
    client.post(address(sam), {"version": sam.version, "worker": placed.pk})
    assert Referral.objects.get(pk=sam.pk).current_worker == placed
    assert Referral.objects.get(pk=zoe.pk).current_worker is None


def test_a_half_sister_of_another_contact_is_offered_and_somebody_elses_child_is_not(
    family: list[Referral], manager: User, officer: User, signed: Signed
) -> None:
    sister, stranger = another("Ana", manager, officer), another("Una", manager, officer)
    sibling(family[0], sister, manager)
    page = text(signed(manager).get(address(family[0])))
    assert sister.reference in page
    assert stranger.reference not in page


def test_children_of_one_mother_are_brothers_and_sisters(
    family: list[Referral], manager: User, officer: User, signed: Signed
) -> None:
    brother = another("Ben", manager, officer)
    mother = people.create_person(by=manager, at=LATER, names=[people.GivenName("Alex", "Example")])
    for child in (family[0].child, brother.child):
        assert child is not None
        people.add_relationship(person=child, other=mother, kind="mother", by=manager, at=LATER)
    assert brother.reference in text(signed(manager).get(address(family[0])))


def test_a_sister_who_is_hidden_or_whose_family_the_manager_knows_is_not_offered(
    family: list[Referral], manager: User, second_manager: User, officer: User, signed: Signed
) -> None:
    hidden, known = another("Ana", manager, officer), another("Una", manager, officer)
    for row in (hidden, known):
        sibling(family[0], row, manager)
    assert hidden.child is not None
    assert known.child is not None
    hide(hidden.child, second_manager)
    protection.declare_conflict(user=manager, person=known.child, by=manager, at=LATER)
    client = signed(manager)
    page = text(client.get(address(family[0])))
    assert hidden.reference not in page
    assert known.reference not in page
    sent = client.post(address(family[0]), {"version": family[0].version, "worker": "", "others": [hidden.reference]})
    assert sent.status_code == 422


def test_only_who_may_hold_cases_is_offered_with_the_open_cases_of_each(
    family: list[Referral], manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    quality = Team.objects.create(code="quality", name="Quality and performance", kind="quality")
    Team.objects.create(code="old", name="Closed team", kind="assessment", is_active=False)
    StaffFactory.create(role="edt_worker")
    StaffFactory.create(role="service_manager")
    auditor = StaffFactory.create(role="social_worker", username="aud", name="Audrey Auditor", team=quality)
    StaffFactory.create(role="social_worker", username="gone", name="Gone Away", is_active=False)
    actions.allocate(referral=family[1], by=manager, at=LATER, team=team, worker=placed)
    page = text(signed(manager).get(address(family[0])))
    offered = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    assert [words.strip() for words in offered] == [
        "No worker yet", "Sol Worker, Assessment team: 1 open case", "The worker’s own team", "Assessment team",
    ]  # fmt: skip
    for chosen, place in ((auditor, team), (second_manager, team), (None, quality)):
        with pytest.raises(Refused, match="does not hold cases"):
            actions.allocate(referral=family[0], by=manager, at=LATER, team=place, worker=chosen)
    assert auditor.team == quality


def test_cases_the_manager_may_not_see_are_not_counted(
    family: list[Referral], manager: User, second_manager: User, officer: User, placed: User, team: Team, signed: Signed
) -> None:
    of_a_colleague = another("Ana", manager, officer)
    actions.allocate(referral=of_a_colleague, by=manager, at=LATER, team=team, worker=placed)
    assert of_a_colleague.child is not None
    hide(of_a_colleague.child, second_manager)
    assert "Sol Worker, Assessment team: no open cases" in text(signed(manager).get(address(family[0])))


def test_whoever_decides_or_accepts_sees_the_same_people_and_the_team_follows(
    contact: Contact, manager: User, placed: User, signed: Signed
) -> None:
    page = text(signed(manager).get(f"/contacts/{contact.reference}/decide/"))
    assert "Sol Worker, Assessment team: no open cases" in page
    elsewhere = Team.objects.create(code="duty", name="Duty team", kind="duty")
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER, team=elsewhere, worker=placed
    )
    now = Allocation.objects.filter(to_at__isnull=True, referral__in=decided.referrals)
    assert {row.team for row in now} == {placed.team}


def test_neither_worker_nor_team_is_said_at_the_worker(family: list[Referral], manager: User, signed: Signed) -> None:
    sent = signed(manager).post(address(family[0]), {"version": family[0].version})
    assert sent.status_code == 422
    assert "Choose a worker, or the team that it waits with" in text(sent)


def test_a_worker_of_no_team_needs_one(family: list[Referral], manager: User, worker: User, signed: Signed) -> None:
    sent = signed(manager).post(address(family[0]), {"version": family[0].version, "worker": worker.pk})
    assert sent.status_code == 422
    assert "Sol Worker is in no team: choose the team as well" in text(sent)


def test_the_one_somebody_was_quicker_with_is_told_and_the_others_are_done(
    family: list[Referral], manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    sam, zoe = family
    quicker = StaffFactory.create(role="senior_practitioner", team=team)
    actions.allocate(referral=zoe, by=second_manager, at=LATER, team=team, worker=quicker)
    sent = signed(manager).post(
        address(sam), {"version": sam.version, "worker": placed.pk, "others": [zoe.reference]}, follow=True
    )
    page = text(sent)
    assert "Sam Example: allocated to Sol Worker" in page
    assert (
        f"Not allocated: Zoë Example, {zoe.reference}. Tess Manager has allocated it to Sue Senior meanwhile." in page
    )
    assert Referral.objects.get(pk=zoe.pk).current_worker == quicker


def test_two_managers_the_second_is_told_and_the_form_comes_back_filled(
    family: list[Referral], manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    sam, zoe = family
    version = sam.version
    actions.allocate(referral=sam, by=second_manager, at=LATER, team=team, worker=placed)
    sent = signed(manager).post(
        address(sam), {"version": version, "worker": placed.pk, "others": [zoe.reference], "reason": "She knows them."}
    )
    page = text(sent)
    assert sent.status_code == 409
    assert "Tess Manager changed this record while you had it open" in page
    assert "She knows them." in page
    assert re.search(rf'value="{zoe.reference}" checked', page)
    assert Referral.objects.get(pk=zoe.pk).current_worker is None


def test_a_worker_who_knows_the_family_is_refused_at_the_field(
    family: list[Referral], manager: User, placed: User, signed: Signed
) -> None:
    sam, zoe = family
    assert zoe.child is not None
    protection.declare_conflict(user=placed, person=zoe.child, by=placed, at=LATER)
    why = "Sol Worker has declared that they know the family of Zoë Example: choose somebody else."
    first = signed(manager).post(address(zoe), {"version": zoe.version, "worker": placed.pk})
    assert first.status_code == 422
    assert why in text(first)
    both_of_them = {"version": sam.version, "worker": placed.pk, "others": [zoe.reference]}
    assert why in text(signed(manager).post(address(sam), both_of_them, follow=True))
    assert Referral.objects.get(pk=sam.pk).current_worker == placed


def test_the_page_asks_as_much_for_many_as_for_one(
    family: list[Referral], manager: User, officer: User, placed: User, signed: Signed
) -> None:
    client = signed(manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(family[0])).status_code == 200
        return len(captured)

    cost()
    few = cost()
    for number in range(4):
        sibling(family[0], another(f"Child{number}", manager, officer), manager)
        StaffFactory.create(role="social_worker", username=f"w{number}", name=f"W {number}", team=placed.team)
    assert cost() <= few


def test_two_managers_at_once_allocate_a_family_once(committed: None) -> None:
    officer, one = StaffFactory.create(role="contact_officer"), StaffFactory.create(role="duty_manager")
    two = StaffFactory.create(role="team_manager")
    team = Team.objects.create(code="assessment", name="Assessment team", kind="assessment", manager=two)
    worker = StaffFactory.create(role="social_worker", team=team)
    for number in range(20):
        facts = some_facts()
        for row in facts.people[:2]:
            row.family_name, row.date_of_birth = f"Family{number:04d}", None
        contact = record_contact(facts=facts, by=officer, at=NOW)
        decided = actions.decide_contact(
            contact=contact, decisions=each(contact, "referral", is_new_record=True), by=one, at=LATER
        )
        sam, zoe = decided.referrals
        give = partial(allocate_family, at=LATER, team=team, worker=worker)
        results = both(
            partial(give, referral=sam, others=[zoe], by=one, version=sam.version),
            partial(give, referral=zoe, others=[sam], by=two, version=zoe.version),
        )
        assert sorted(results) == ["Stale", "done"], (number, results)
    assert Allocation.objects.filter(to_at__isnull=True, worker=worker).count() == 40
    assert Person.objects.filter(referrals__status="allocated").count() == 40
