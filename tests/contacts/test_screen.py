"""The screen: a line opened in place, who else looks, what is new, views kept, the load and the rota."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.facts import PersonFacts
from contacts.models import Contact, SavedView
from contacts.queue import actions as queue_actions
from contacts.queue import duty
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening import readers
from contacts.screening.closing import opened_by
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.notifications.actions import duty_managers
from frontdoor.people import actions as people_actions
from frontdoor.people.actions import GivenName
from frontdoor.people.protection import actions as protection
from referrals import actions as referrals
from tests.contacts.conftest import some_facts
from tests.contacts.test_queue import open_as
from tests.factories import StaffFactory
from tests.reading import without_drawn
from tests.referrals.conftest import each

pytestmark = pytest.mark.django_db
FAMILY = ["Abbott", "Crowther", "Eccles", "Garbutt", "Iqbal"]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def other(db: None) -> User:
    return StaffFactory.create(role="team_manager")


def record(by: User, **facts: object) -> Contact:
    """A contact; without people of its own, about a family of its own."""
    number = Contact.objects.count()
    child = PersonFacts(given_name="Sam", family_name=FAMILY[number], date_of_birth=date(2012 + number, 3, 3))
    facts.setdefault("people", [child])
    facts.setdefault("address", None)
    return recording.record_contact(facts=some_facts(**facts), by=by, at=timezone.now())


def test_the_line_says_why_it_is_where_it_is(client: Client, officer: User, manager: User) -> None:
    record(officer, grade="amber")
    body = open_as(client, manager).get("/contacts/queue/").content.decode()
    assert "Amber (7 days)" in body


def test_a_family_is_one_line_and_screened_together_each_text_opened(
    client: Client, officer: User, manager: User
) -> None:
    people = some_facts().people[:1]
    first, second = record(officer, grade="green", people=people), record(officer, grade="amber", people=people)
    open_as(client, manager)
    body = " ".join(client.get("/contacts/queue/").content.decode().split())
    assert body.count("data-queue-line id") == 1
    assert f"line-{second.reference}" in body
    assert "And 1 more contact about the family." in body
    path = f"/contacts/{second.reference}/decide/"
    body = client.get(path).content.decode()
    assert f'id="card-{first.reference}"' in body
    sent = {f"version-{c.reference}": c.version for c in (first, second)} | {
        f"row{c.people.get().pk}-outcome": "" for c in (first, second)
    }
    for contact in (first, second):
        for candidate in readers.cards(contact, manager, readers.rows_of(contact), limit=5):
            assert not candidate.needs_answer
    answer = client.post(path, {**sent, "outcome": "no_further_action", "reason": "Seen."})
    assert "You have not opened its text" in answer.content.decode()
    assert set(Contact.objects.filter(status="decided")) == {second}
    client.get(f"/contacts/{first.reference}/look/", headers=HTMX)
    client.post(f"/contacts/{first.reference}/decide/", {**sent, "outcome": "no_further_action", "reason": "Seen."})
    first.refresh_from_db()
    assert (first.status, first.people.get().outcome_reason) == ("decided", "Seen.")


def test_what_stands_on_one_line_is_claimed_and_given_back_together(
    client: Client, officer: User, manager: User, other: User
) -> None:
    people = some_facts().people[:1]
    first, second = record(officer, grade="green", people=people), record(officer, grade="green", people=people)
    theirs = record(officer, grade="green", people=people)
    screening.claim(contact=theirs, by=other, at=timezone.now())
    open_as(client, manager).post(f"/contacts/{first.reference}/claim/", {"from": "queue"})

    def holders() -> list[User | None]:
        found = {row.pk: row.claimed_by for row in Contact.objects.select_related("claimed_by")}
        return [found[row.pk] for row in (first, second, theirs)]

    assert holders() == [manager, manager, other]
    # News of the family stands first on the line now, and nobody holds it: giving back is about what one holds.
    news = record(officer, grade="red", people=people)
    body = " ".join(client.get("/contacts/queue/").content.decode().split())
    assert f"line-{news.reference}" in body
    assert "Give back" in body
    client.post(f"/contacts/{news.reference}/release/", {"from": "queue"})
    assert holders() == [None, None, other]


def test_opened_in_place_the_text_shows_and_the_audit_knows(client: Client, officer: User, manager: User) -> None:
    contact = record(officer)
    open_as(client, manager)
    path = f"/contacts/{contact.reference}/look/"
    assert opened_by(manager, [contact.reference]) == set()
    fragment = client.get(path, headers=HTMX).content.decode()
    assert "no food at home" in fragment
    assert "<html" not in fragment
    assert "<html" in client.get(path).content.decode()
    assert opened_by(manager, [contact.reference]) == {contact.reference}
    assert Entry.objects.filter(actor=manager, kind="opened", reference=contact.reference).exists()


def knows_the_child(contact: Contact, user: User) -> None:
    """The child is confirmed, and this user has declared that they know them."""
    names = [GivenName(given="Sam", family="Abbott")]
    person = people_actions.create_person(names=names, by=user, at=timezone.now(), date_of_birth=date(2012, 3, 3))
    screening.link_person(on_contact=contact.people.get(), person=person, by=user, at=timezone.now())
    protection.declare_conflict(person=person, user=user, by=user, at=timezone.now())


@pytest.mark.parametrize("place", ["look", "decide"])
def test_somebody_who_knows_the_child_reads_the_text_by_no_road(
    client: Client, officer: User, manager: User, place: str
) -> None:
    contact = record(officer)
    knows_the_child(contact, manager)
    answer = open_as(client, manager).get(f"/contacts/{contact.reference}/{place}/")
    assert answer.status_code == 403
    assert "no food at home" not in answer.content.decode()
    assert opened_by(manager, [contact.reference]) == set()
    assert Entry.objects.filter(actor=manager, event="person.conflict_met").exists(), "their manager is told"


def test_what_is_signed_off_is_not_shown_to_somebody_who_knows_the_child(
    client: Client, officer: User, manager: User
) -> None:
    contact = record(officer)
    referrals.decide_contact(contact=contact, decisions=each(contact, "referral"), by=officer, at=timezone.now())
    knows_the_child(contact, manager)
    assert Contact.objects.get().status == "awaiting_sign_off"
    assert open_as(client, manager).get(f"/contacts/{contact.reference}/sign-off/").status_code == 403


def test_of_a_bundle_the_contacts_about_somebody_one_knows_are_left_out(
    client: Client, officer: User, manager: User
) -> None:
    people = some_facts().people[:1]
    first, second = record(officer, grade="green", people=people), record(officer, grade="amber", people=people)
    knows_the_child(second, manager)
    shown = open_as(client, manager).get(f"/contacts/{first.reference}/decide/").content.decode()
    assert f'id="card-{first.reference}"' in shown
    assert f'id="card-{second.reference}"' not in shown


def test_one_sees_who_else_looks_and_no_longer_when_they_are_gone(officer: User, manager: User, other: User) -> None:
    contact, now = record(officer), timezone.now()
    assert queue_actions.looking(contact=contact, by=manager, at=now) == []
    assert queue_actions.looking(contact=contact, by=other, at=now + timedelta(seconds=30)) == [manager]
    assert queue_actions.looking(contact=contact, by=other, at=now + timedelta(seconds=60)) == []


def test_two_managers_at_once_and_the_second_hears_who_was_first(
    client: Client, officer: User, manager: User, other: User
) -> None:
    contact = record(officer, people=some_facts().people[:1])
    open_as(client, other).get(f"/contacts/{contact.reference}/decide/")
    version = contact.version
    referrals.decide_contact(
        contact=contact, decisions=each(contact, "no_further_action"), by=manager, at=timezone.now()
    )
    answer = client.post(
        f"/contacts/{contact.reference}/claim/", {"from": "queue"}, follow=True
    )  # fmt: skip
    assert "was not claimed" in answer.content.decode()
    second = record(officer, people=some_facts().people[:1])
    client.get(f"/contacts/{second.reference}/decide/")
    screening.claim(contact=second, by=manager, at=timezone.now())
    child = second.people.get()
    sent = {
        f"version-{second.reference}": version,
        "outcome": "no_further_action",
        "reason": "x",
        f"row{child.pk}-outcome": "",
    }
    body = client.post(f"/contacts/{second.reference}/decide/", sent).content.decode()
    assert "Dora Manager changed this record" in body
    assert Contact.objects.get(pk=second.pk).claimed_by == manager
    # Decided by somebody else meanwhile: who it was is said, and what one wrote is still there to copy.
    referrals.decide_contact(contact=second, decisions=each(second, "no_further_action"), by=manager, at=timezone.now())
    body = client.post(f"/contacts/{second.reference}/decide/", sent | {"reason": "The nurse goes."}).content.decode()
    assert "Dora Manager changed this record" in body
    assert "The nurse goes." in body


def test_what_is_new_is_counted_and_child_protection_named(client: Client, officer: User, manager: User) -> None:
    open_as(client, manager)
    since = timezone.now().isoformat()
    path = "/contacts/queue/news/"
    assert client.get(path, {"since": since, "have": "0-0"}, headers=HTMX).status_code == 204
    record(officer)
    with CaptureQueriesContext(connection) as few:
        body = client.get(path, {"since": since, "have": "0-0"}, headers=HTMX).content.decode()
    assert "1 new" in body
    assert "Sam" not in without_drawn(body)
    assert client.get(path, {"since": since, "have": "1-0"}, headers=HTMX).status_code == 204
    urgent = record(officer)
    referrals.fast_track(contact=urgent, by=officer, at=timezone.now(), sentence="Hit with a belt.", location="Home")
    with CaptureQueriesContext(connection) as more:
        body = client.get(path, {"since": since, "have": "1-0"}, headers=HTMX).content.decode()
    assert f"/contacts/{urgent.reference}/" in body
    assert "2 new" in body
    assert abs(len(more) - len(few)) <= 1  # the session is written now and then
    assert client.get(path, {"since": "nonsense"}).status_code == 200


def test_a_regraded_contact_is_ranked_again_on_the_next_look(client: Client, officer: User, manager: User) -> None:
    first, second = record(officer, grade="blue"), record(officer, grade="green")
    open_as(client, manager)

    def order() -> list[tuple[int, int]]:
        body = " ".join(client.get("/contacts/queue/").content.decode().split())
        return sorted((body.index(f"line-{c.reference}"), c.pk) for c in (first, second))

    assert [pk for _, pk in order()] == [second.pk, first.pk]
    screening.grade(contact=first, by=manager, at=timezone.now(), grade="amber", reason="A second call.")
    assert [pk for _, pk in order()] == [first.pk, second.pk]


def test_a_view_is_kept_by_name_and_taken_away(client: Client, manager: User, other: User) -> None:
    open_as(client, manager)
    kept = client.post("/contacts/queue/views/", {"name": " My   ambers ", "grade": "amber", "order": "oldest"})
    assert kept["Location"].endswith("?grade=amber&order=oldest")
    view = SavedView.objects.get(user=manager)
    assert "My ambers" in client.get("/contacts/queue/").content.decode()
    client.post("/contacts/queue/views/", {"name": ""})
    open_as(client, other).post("/contacts/queue/views/", {"drop": view.pk})
    assert SavedView.objects.filter(pk=view.pk).exists()
    open_as(client, manager).post("/contacts/queue/views/", {"drop": view.pk})
    assert not SavedView.objects.exists()


def test_the_rota_says_whom_alerts_go_to(client: Client, officer: User, manager: User, other: User) -> None:
    now = timezone.now()
    assert duty_managers(now) == [manager]
    turn = duty.add_turn(
        user=other, kind="duty", from_at=now - timedelta(hours=1), to_at=now + timedelta(hours=2), by=manager, at=now
    )
    assert duty_managers(now) == [other]
    for wrong, field in (({"user": officer}, "user"), ({"to_at": now - timedelta(hours=2)}, "to_at"), ({}, "from_at")):
        given: dict[str, Any] = {
            "user": other,
            "from_at": now - timedelta(hours=1),
            "to_at": now + timedelta(hours=1),
            **wrong,
        }
        with pytest.raises(Refused) as refused:
            duty.add_turn(kind="duty", by=manager, at=now, **given)
        assert refused.value.field == field
    open_as(client, manager)
    assert "Tess Manager" in client.get("/contacts/queue/load/").content.decode()
    assert "Tess Manager" in client.get("/contacts/queue/rota/").content.decode()
    assert client.post("/contacts/queue/rota/", {"end": turn.pk}).status_code == 302
    assert duty_managers(timezone.now()) == [manager]
    assert client.post("/contacts/queue/rota/", {"kind": "duty"}).status_code == 422


def test_the_load_says_who_holds_what_and_what_may_be_late(client: Client, officer: User, manager: User) -> None:
    held, done = record(officer), record(officer, people=some_facts().people[:1])
    screening.claim(contact=held, by=officer, at=timezone.now())
    referrals.decide_contact(contact=done, decisions=each(done, "no_further_action"), by=manager, at=timezone.now())
    body = open_as(client, manager).get("/contacts/queue/load/").content.decode()
    assert "Una Officer" in body
    assert "Contacts on the queue today" in body
    assert held.reference in body


def test_a_decision_page_reads_the_people_of_its_contact_once(client: Client, officer: User, manager: User) -> None:
    contact = record(officer, grade="green")
    open_as(client, manager).get(f"/contacts/{contact.reference}/decide/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/contacts/{contact.reference}/decide/").status_code == 200
    read = [query for query in asked.captured_queries if query["sql"].startswith('SELECT "contacts_contactperson"')]
    # For the page; the outcomes that can be chosen and the household go by the same.
    assert len(read) == 1, "\n\n".join(query["sql"][-300:] for query in read)
