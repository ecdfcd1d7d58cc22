"""News of an open child comes first and whole: on the worker's home, on the manager's list, on the referral."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.models import DeclaredConflict
from frontdoor.people.protection.actions import set_restriction
from referrals import actions, undoing
from referrals.models import OpenWorkNews, Referral
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
BRUISE = "Jean says Carla moved on Friday. Violet has a new bruise on her cheek the size of a hand."


@pytest.fixture
def held(referral: Referral, manager: User, worker: User, team: Team) -> Referral:
    """An open referral with a worker."""
    return actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)


def rings(held: Referral, officer: User, manager: User, **more: object) -> Contact:
    """Somebody tells us about its child again, and who it is is confirmed."""
    facts = some_facts(**{"people": [some_facts().people[0]], "concerns": BRUISE, "grade": "red", **more})
    again = recording.record_contact(facts=facts, by=officer, at=LATER)
    assert held.child is not None
    screening.link_person(on_contact=again.people.get(position=1), person=held.child, by=manager, at=LATER)
    again.refresh_from_db()
    return again


def join(contact: Contact, manager: User) -> None:
    actions.decide_contact(contact=contact, decisions=each(contact, "open_work"), by=manager, at=LATER)


def seen(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("is_joined", [False, True])
def test_it_is_the_first_thing_on_home_list_and_referral_with_its_whole_text(
    held: Referral, officer: User, manager: User, worker: User, signed: SignIn, is_joined: bool
) -> None:
    contact = rings(held, officer, manager)
    if is_joined:
        join(contact, manager)
    for address, after in (
        ("/", "What needs doing"),
        (reverse("referrals:queue"), "Mine"),
        (f"/referrals/{held.reference}/", "Decision</h2>"),
    ):
        page = seen(signed(worker), address)
        assert page.index(BRUISE) < page.index(after, page.index("<main")), address
        card = page[page.index(f'id="news-{contact.reference}"') :].split("</article>")[0]
        assert ("Joined to the open work." in card) is is_joined
        assert "Red" in card
        assert "I have read it" in card
    assert "Sam Example" in seen(signed(worker), "/")
    entry = Entry.objects.filter(event="page.listed").latest("pk")
    assert held.child_id in entry.people


def test_who_else_was_told_is_said(
    held: Referral, officer: User, manager: User, worker: User, team: Team, signed: SignIn
) -> None:
    sibling = Referral.objects.exclude(pk=held.pk).get()
    other = StaffFactory.create(role="social_worker", username="olu", name="Olu Other")
    actions.allocate(referral=sibling, by=manager, at=LATER, team=team, worker=other)
    contact = rings(held, officer, manager, people=some_facts().people)
    row = contact.people.filter(is_child=True).last()
    assert row is not None
    assert sibling.child is not None
    screening.link_person(on_contact=row, person=sibling.child, by=manager, at=LATER)
    page = seen(signed(worker), "/")
    assert f"Also told: Olu Other, worker of {sibling.child_name}." in page
    contact.refresh_from_db()
    join(contact, manager)
    assert team.manager is not None
    assert f"{team.manager.name}, manager of {team.name}" in seen(signed(worker), "/")


def test_it_is_taken_with_author_and_time_and_leaves_every_list(
    held: Referral, officer: User, manager: User, worker: User, team: Team, signed: SignIn
) -> None:
    contact = rings(held, officer, manager)
    join(contact, manager)
    assert team.manager is not None
    assert BRUISE in seen(signed(team.manager), reverse("referrals:queue"))
    client = signed(worker)
    address = reverse("referrals:take_news", args=[held.reference, contact.reference])
    name = f"news-{contact.reference}-what_next"
    refused = client.post(address, {name: "", "from": "home"})
    assert refused.status_code == 422
    assert BRUISE in refused.content.decode()
    done = client.post(address, {name: "I see her today.", "from": "home"})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert BRUISE not in seen(client, "/")
    assert f"Read by {worker.name}" in seen(client, f"/referrals/{held.reference}/")
    assert "I see her today." in seen(client, f"/referrals/{held.reference}/")
    assert BRUISE not in seen(signed(team.manager), reverse("referrals:queue"))
    assert not Clock.objects.running().filter(rule__startswith="open_work").exists()


def test_what_was_read_while_it_was_received_is_not_asked_again_when_it_is_joined(
    held: Referral, officer: User, manager: User, worker: User, signed: SignIn
) -> None:
    contact = rings(held, officer, manager)
    address = reverse("referrals:take_news", args=[held.reference, contact.reference])
    signed(worker).post(address, {f"news-{contact.reference}-what_next": "I ring now.", "from": "list"})
    assert OpenWorkNews.objects.get().taken_by == worker
    OpenWorkNews.objects.update(taken_at=LATER)
    at = LATER + timedelta(seconds=10)
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "open_work"), by=manager, at=at)
    assert BRUISE not in seen(signed(worker), "/")
    assert not Clock.objects.running().filter(rule__startswith="open_work").exists()
    # Having read it is no act on the decision: it can still be undone.
    back = undoing.undo_decision(contact=decided.contact, by=manager, at=at + timedelta(seconds=5))
    assert back.status == "in_screening"


def test_one_who_has_two_children_on_it_reads_it_once(
    held: Referral, officer: User, manager: User, worker: User, team: Team, signed: SignIn
) -> None:
    sibling = Referral.objects.exclude(pk=held.pk).get()
    actions.allocate(referral=sibling, by=manager, at=LATER, team=team, worker=worker)
    contact = rings(held, officer, manager, people=some_facts().people)
    row = contact.people.filter(is_child=True).last()
    assert row is not None
    assert sibling.child is not None
    screening.link_person(on_contact=row, person=sibling.child, by=manager, at=LATER)
    client = signed(worker)
    page = seen(client, "/")
    assert page.count(BRUISE) == 1
    address = reverse("referrals:take_news", args=[held.reference, contact.reference])
    client.post(address, {f"news-{contact.reference}-what_next": "I see both.", "from": "home"})
    assert {row.referral_id for row in OpenWorkNews.objects.all()} == {held.pk, sibling.pk}
    assert BRUISE not in seen(client, "/")


def test_it_reaches_only_its_worker_and_their_manager(
    held: Referral, officer: User, manager: User, team: Team, signed: SignIn
) -> None:
    contact = rings(held, officer, manager)
    join(contact, manager)
    stranger = StaffFactory.create(role="social_worker", username="stranger")
    assert BRUISE not in seen(signed(stranger), "/")
    assert BRUISE not in seen(signed(stranger), reverse("referrals:queue"))
    elsewhere = Team.objects.create(
        code="two",
        name="Two",
        kind="assessment",
        manager=StaffFactory.create(role="team_manager", username="elsewhere"),
    )
    assert elsewhere.manager is not None
    assert BRUISE not in seen(signed(elsewhere.manager), reverse("referrals:queue"))
    address = reverse("referrals:take_news", args=[held.reference, contact.reference])
    sent = signed(stranger).post(address, {f"news-{contact.reference}-what_next": "Mine now.", "from": "home"})
    assert sent.status_code == 403
    assert OpenWorkNews.objects.get().taken_at is None


def test_nothing_of_a_contact_about_somebody_restricted_or_of_ones_own_family(
    held: Referral, officer: User, manager: User, worker: User, signed: SignIn
) -> None:
    contact = rings(held, officer, manager, people=some_facts().people)
    join_row = contact.people.filter(is_child=False).first()
    assert join_row is not None
    hidden = create_person(by=manager, at=LATER, names=[GivenName("Hidden", "Mother")])
    screening.link_person(on_contact=join_row, person=hidden, by=manager, at=LATER)
    known = DeclaredConflict.objects.create(user=worker, person=hidden, declared_at=NOW, declared_by=worker)
    assert BRUISE not in seen(signed(worker), "/")
    known.ended_at = LATER
    known.save()
    assert BRUISE in seen(signed(worker), "/")
    set_restriction(
        person=hidden, holders=[manager], by=StaffFactory.create(role="data_protection_officer"), at=LATER,
        reason="Family of a member of staff.",
    )  # fmt: skip
    for address in ("/", reverse("referrals:queue"), f"/referrals/{held.reference}/"):
        page = seen(signed(worker), address)
        assert BRUISE not in page
        assert contact.reference not in page


def test_the_number_of_questions_does_not_grow_with_the_news(
    held: Referral, officer: User, manager: User, worker: User, signed: SignIn
) -> None:
    client = signed(worker)

    def asked() -> int:
        client.get("/")
        with CaptureQueriesContext(connection) as counted:
            client.get("/")
        return len(counted)

    rings(held, officer, manager)
    asked()
    few = asked()
    for number in range(4):
        rings(held, officer, manager, concerns=f"{BRUISE} {number}")
    assert asked() == few
