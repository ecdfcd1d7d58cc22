"""The home of a team's manager: what waits, what came back, families without a worker, who holds how much."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import actions as assessments
from contacts.facts import PersonFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.people import actions as people
from frontdoor.people.protection.actions import set_restriction
from referrals import actions
from referrals.models import Referral
from tests.assessments.conftest import (
    SUBMITTED,
    allocated,
    assessment,
    complete,
    referral,
    submitted,
)
from tests.factories import StaffFactory, TeamFactory
from tests.referrals.conftest import (
    LATER,
    NOW,
    contact,
    each,
    manager,
    officer,
    second_manager,
    signed,
    some_facts,
    team,
    worker,
)

__all__ = [
    "NOW", "allocated", "assessment", "complete", "contact", "manager", "officer", "referral", "second_manager",
    "signed", "submitted", "team", "worker",
]  # fmt: skip
Signed = Callable[[User], Client]


def part(answer: Any, heading: str) -> str:
    """What stands under a heading of the home."""
    text = " ".join(answer.content.decode().split())
    return text.split(f'id="{heading}"', 1)[1].split("<h3", 1)[0].split("</section>", 1)[0]


@pytest.fixture
def placed(worker: User, team: Team) -> User:
    """The social worker, in the assessment team."""
    worker.team = team
    worker.save()
    return worker


def referred(contact: Contact, manager: User, team: Team, worker: User | None = None) -> list[Referral]:
    decided = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral", is_new_record=True), by=manager, at=LATER, team=team,
        worker=worker,
    )  # fmt: skip
    return list(decided.referrals)


def told_of(name: str, officer: User) -> Contact:
    facts = some_facts(people=[PersonFacts(given_name=name, family_name="Other")])
    return record_contact(facts=facts, by=officer, at=NOW)


def test_everybody_of_the_team_stands_with_their_cases_children_and_late_deadlines(
    contact: Contact, manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    StaffFactory.create(role="senior_practitioner", team=team)
    StaffFactory.create(role="contact_officer", username="no.cases", name="Nick Nocases", team=team)
    sam, zoe = referred(contact, manager, team, placed)
    loads = part(signed(second_manager).get("/"), "caseloads")
    assert loads.index("Sol Worker") < loads.index('data-label="Open cases">2<') < loads.index('"Children">2<')
    assert "Sue Senior" in loads
    assert "Nick Nocases" not in loads
    listed = signed(second_manager).get("/referrals/queue/?view=open&worker=social.worker").content.decode()
    assert sam.reference in listed
    assert zoe.reference in listed
    none = signed(second_manager).get("/referrals/queue/?view=open&worker=senior.practitioner").content.decode()
    assert sam.reference not in none


def test_families_without_a_worker_stand_together_with_names_and_ages_and_one_link(
    contact: Contact, officer: User, manager: User, second_manager: User, team: Team, signed: Signed
) -> None:
    sam, zoe = referred(contact, manager, team)
    (ana,) = referred(told_of("Ana", officer), manager, team)
    (una,) = referred(told_of("Una", officer), manager, team)
    mother = people.create_person(by=manager, at=LATER, names=[people.GivenName("Alex", "Example")])
    for row in (sam, una):
        assert row.child is not None
        people.add_relationship(person=row.child, other=mother, kind="mother", by=manager, at=LATER)
    answer = signed(second_manager).get("/")
    cards = part(answer, "unallocated").split('<li class="app-card">')[1:]
    assert [sorted(row.reference for row in (sam, zoe, ana, una) if row.reference in card) for card in cards] == [
        sorted([sam.reference, zoe.reference, una.reference]),
        [ana.reference],
    ]
    first = cards[0]
    assert first.index("Sam Example") < first.index("9 years") < first.index(sam.reference)
    assert f'href="/referrals/{sam.reference}/do/allocate/"' in first
    assert "Allocate these together" in first
    assert "Without a worker, by family: 4" in part(answer, "unallocated")
    shown = Entry.objects.filter(event="page.listed").latest("pk").people
    assert {row.child_id for row in (sam, zoe, ana, una)} <= set(shown)


def test_what_no_team_has_waits_at_the_duty_team(
    contact: Contact, manager: User, second_manager: User, team: Team, signed: Signed
) -> None:
    duty = Team.objects.create(code="duty", name="Duty team", kind="duty", manager=manager)
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    sam = decided.referrals[0]
    assert duty.name in signed(manager).get("/").content.decode()
    assert sam.reference in part(signed(manager).get("/"), "unallocated")
    assert sam.reference not in part(signed(second_manager).get("/"), "unallocated")


def test_sign_offs_assessments_and_what_follows_them_wait_for_the_manager(
    submitted: Any, officer: User, second_manager: User, placed: User, signed: Signed
) -> None:
    proposed = told_of("Pia", officer)
    actions.decide_contact(contact=proposed, decisions=each(proposed, "referral"), by=placed, at=LATER)
    waiting = part(signed(second_manager).get("/"), "waiting")
    assert waiting.index("Pia Other") < waiting.index("Sign off or return: proposed by Sol Worker")
    assert f'href="/contacts/{proposed.reference}/sign-off/"' in waiting
    assert waiting.index("Sam Example") < waiting.index("Authorise the assessment by Sol Worker")
    assert f'href="/assessments/{submitted.reference}/"' in waiting
    later = SUBMITTED + timedelta(hours=1)
    assessments.authorise(assessment=submitted, by=second_manager, at=later, reason="A full picture.")
    after = part(signed(second_manager).get("/"), "waiting")
    assert "Authorise the assessment" not in after
    assert after.index("Sam Example") < after.index("Assessed: begin a service, or close")


def proposed_ending(name: str, officer: User, manager: User, team: Team, worker: User) -> Referral:
    """A red contact's referral that one manager would close and another has to sign."""
    facts = some_facts(people=[PersonFacts(given_name=name, family_name="Other")], grade="red")
    contact = record_contact(facts=facts, by=officer, at=NOW)
    (referral,) = referred(contact, manager, team, worker)
    return actions.close(referral=referral, by=manager, at=LATER, closure_reason="RC7", what_changed="A fall.")


def test_endings_of_referrals_wait_for_the_second_manager_of_the_team(
    officer: User, manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    referral = proposed_ending("Eda", officer, manager, team, placed)
    waiting = part(signed(second_manager).get("/"), "waiting")
    assert waiting.index("Eda Other") < waiting.index(f"Sign the ending: proposed by {manager.name}")
    assert f'href="/referrals/{referral.reference}/do/close/"' in waiting
    listed = signed(second_manager).get("/team/endings-to-sign/").content.decode()
    assert referral.reference in listed
    elsewhere = StaffFactory.create(role="team_manager", username="elsewhere")
    TeamFactory.create(code="two", manager=elsewhere)
    assert referral.reference not in signed(elsewhere).get("/").content.decode(), "it is another team's"
    team.manager = manager
    team.save()
    assert "Sign the ending" not in signed(manager).get("/").content.decode(), "nobody signs their own proposal"
    team.manager = second_manager
    team.save()
    assert referral.child is not None
    by = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=referral.child, by=by, at=LATER, reason="A colleague’s child", holders=[manager])
    assert referral.reference not in signed(second_manager).get("/").content.decode()


def test_returned_work_stands_apart_until_it_is_sent_again(
    submitted: Any, officer: User, second_manager: User, placed: User, signed: Signed
) -> None:
    proposed = told_of("Pia", officer)
    actions.decide_contact(contact=proposed, decisions=each(proposed, "referral"), by=placed, at=LATER)
    proposed.refresh_from_db()
    assert "Nothing your team sent was returned." in part(signed(second_manager).get("/"), "returned")
    later = SUBMITTED + timedelta(hours=1)
    actions.return_contact(contact=proposed, by=second_manager, at=later, comments="Ring the school.")
    back = assessments.return_with_comments(assessment=submitted, by=second_manager, at=later, comments="Why?")
    returned = part(signed(second_manager).get("/"), "returned")
    assert returned.index("Sam Example") < returned.index("Assessment returned to Sol Worker")
    assert returned.index("Pia Other") < returned.index("Contact returned to Sol Worker")
    assert f"/assessments/{submitted.reference}/" in returned
    assessments.submit(assessment=back, by=placed, at=later + timedelta(hours=1), what_changed="The school was rung.")
    assert "Assessment returned" not in part(signed(second_manager).get("/"), "returned")


def test_whoever_manages_no_team_and_allocates_nothing_has_no_such_part(
    contact: Contact, manager: User, placed: User, team: Team, signed: Signed
) -> None:
    referred(contact, manager, team)
    assert b'id="caseloads"' not in signed(placed).get("/").content


def test_a_hidden_child_stands_nowhere_and_is_not_counted(
    officer: User, manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    (waits,) = referred(told_of("Ana", officer), manager, team)
    (held,) = referred(told_of("Una", officer), manager, team, placed)
    by = StaffFactory.create(role="data_protection_officer")
    for row in (waits, held):
        assert row.child is not None
        set_restriction(person=row.child, by=by, at=LATER, reason="A colleague’s child", holders=[manager])
    answer = signed(second_manager).get("/")
    assert waits.reference not in answer.content.decode()
    assert 'data-label="Open cases">0<' in part(answer, "caseloads")
    assert "Every child of your team has a named worker." in part(answer, "unallocated")


def test_a_larger_team_costs_no_more(
    officer: User, manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    client = signed(second_manager)

    def grow(number: int) -> None:
        who = StaffFactory.create(role="social_worker", username=f"w{number}", name=f"W {number}", team=team)
        referred(told_of(f"Waits{number}", officer), manager, team)
        referred(told_of(f"Held{number}", officer), manager, team, who)
        proposed_ending(f"Ends{number}", officer, manager, team, who)
        proposed = told_of(f"Asked{number}", officer)
        actions.decide_contact(contact=proposed, decisions=each(proposed, "referral"), by=who, at=LATER)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    grow(0)
    cost()
    few = cost()
    for number in range(1, 5):
        grow(number)
    assert cost() <= few
