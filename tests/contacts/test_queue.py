"""The one queue: its order, its lines, who sees what, and a cost that does not grow."""

import re
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.agencies.information.actions import ask_information
from contacts.agencies.information.models import InformationRequest
from contacts.bundles.actions import give_each_its_own
from contacts.facts import AddressFacts, FamilyFacts, PersonFacts, ReferrerFacts
from contacts.models import Bundle, Contact
from contacts.queue import actions as queue_actions
from contacts.queue import readers as queue
from contacts.ranking.order import Weights
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.db import new_reference
from frontdoor.pages.home import tiles
from frontdoor.people import actions as people
from frontdoor.people.actions import GivenName
from frontdoor.people.models import Involvement
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection.warnings import add_warning
from tests.contacts.conftest import some_facts

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def body(response):
    return " ".join(response.content.decode().split())


def open_as(client: Client, user: User) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def head(db: None) -> User:
    return User.objects.create_user("service.manager", "Sefa Head", roles=["service_manager"])


def record(by: User, number: int = 0, **facts: object) -> Contact:
    return recording.record_contact(facts=some_facts(**facts), by=by, at=NOW + timedelta(minutes=number))


SURNAMES = ("Ashdown", "Birkett", "Colvin", "Dunmore", "Eastlake", "Farrow", "Gresham", "Holloway", "Inskip", "Jessop")


def of_another_family(by: User, number: int, **facts: object) -> Contact:
    """A contact about a family that no other of these tests is about: a line of its own."""
    surname, born = SURNAMES[number], date(2010 + number, 1 + number, 2)
    address = AddressFacts(lines=[f"{number} {surname} Walk"], postcode=f"ZZ99 {number}QQ")
    children = [PersonFacts(given_name=f"Nat{surname}", family_name=surname, date_of_birth=born)]
    return record(by, number, people=children, address=address, **facts)


def linked(contact: Contact, by: User, name: str = "Sam"):
    child = people.create_person(
        by=by, at=NOW, names=[GivenName(name, "Example")], date_of_birth=date(2017, 3, 3),
        address={"lines": "9 Hidden Lane", "postcode": "ZZ99 9ZZ", "is_confidential": True, "why": "Threats"},
    )  # fmt: skip
    add_warning(person=child, kind="dogs", text="Two dogs", by=by, at=NOW, review_on=date(2027, 1, 1))
    screening.link_person(on_contact=contact.people.get(position=1), person=child, by=by, at=NOW)
    return child


@pytest.fixture
def fill(officer: User, head: User):
    def make(total: int) -> None:
        for number in range(total):
            contact = of_another_family(officer, number)
            linked(contact, head, f"Sam{number}")
            screening.claim(contact=contact, by=head, at=timezone.now())
            ask_information(
                contact=contact, by=head, at=NOW, asked_of="School", question="?", why="!", lawful_basis="section_17",
                without_agreement_reason="Risk",
            )  # fmt: skip

    return make


def again(contact: Contact) -> None:
    """The same contact once more, with everything that stands on it."""
    parts = [
        *contact.people.all(), *contact.families.all(), *contact.information_requests.all(),
        *Clock.objects.filter(reference=contact.reference), *Involvement.objects.filter(reference=contact.reference),
    ]  # fmt: skip
    old, contact.pk = contact.pk, None
    contact.reference, contact.bundle = new_reference("C"), None
    contact._state.adding = True
    contact.save()
    for part in parts:
        part.pk = None
        part._state.adding = True
        if isinstance(part, InformationRequest):
            part.code = new_reference("I")
        if hasattr(part, "contact_id"):
            assert part.contact_id == old
            part.contact = contact
        else:
            part.reference = contact.reference
        part.save()
    give_each_its_own()


def test_the_queue_costs_the_same_for_5_lines_and_for_50(client: Client, manager: User, fill) -> None:
    open_as(client, manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/contacts/queue/").status_code == 200
        # The session is written now and then, whatever the page.
        return len([query for query in captured if query["sql"].startswith("SELECT")])

    fill(5)
    cost()
    few = cost()
    one = Contact.objects.latest("pk")
    for _ in range(45):
        again(one)
    assert body(client.get("/contacts/queue/")).count("data-queue-line") == 50
    assert cost() == few


def test_lines_stand_by_tier_then_rank_and_pages_follow_one_another(client: Client, officer: User, monkeypatch) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    calm = [of_another_family(officer, number, grade="green") for number in range(3)]
    red = of_another_family(officer, 9, grade="red")
    ends = Bundle.objects.get(contacts=calm[0]).reference
    open_as(client, officer)
    first = body(client.get("/contacts/queue/"))
    assert first.index(red.reference) < first.index(calm[0].reference)
    assert calm[1].reference not in first
    second = body(client.get("/contacts/queue/", {"after": ends}))
    assert f"/contacts/queue/?after={ends}" in first
    assert calm[1].reference in second
    assert red.reference not in second
    oldest = body(client.get("/contacts/queue/", {"order": "oldest"}))
    assert oldest.index(calm[0].reference) < oldest.index(calm[1].reference)
    assert red.reference not in oldest


def test_a_line_says_what_a_screener_must_know(client: Client, officer: User, head: User) -> None:
    contact = record(
        officer, grade="amber", safe_until=timezone.now() + timedelta(hours=2),
        families=[FamilyFacts(told="no", agreement="not_sought")],
    )  # fmt: skip
    # Sixty days ago: too long for one bundle, and told as history.
    earlier = record(officer, -60 * 24 * 60)
    child = linked(contact, head)
    screening.link_person(on_contact=earlier.people.get(position=1), person=child, by=head, at=NOW)
    screening.claim(contact=contact, by=head, at=timezone.now())
    page = body(open_as(client, officer).get("/contacts/queue/"))
    for told in ("2 children", "Example", "no food at home", "safe until", "Teacher",
                 "1 other contact in 12 months", "Dogs", "not told and agreement not asked", "match unconfirmed",
                 "Claimed by Sefa Head", "In screening", "Amber"):  # fmt: skip
        assert told.lower() in page.lower(), told
    assert "Ms Teach" not in page
    assert child.pk in Entry.objects.filter(kind="listed").latest("at").people


def test_no_confidential_address_stands_on_a_line(client: Client, officer: User, head: User) -> None:
    hidden = AddressFacts(lines=["7 Refuge Road"], postcode="ZZ99 7AA", is_confidential=True)
    contact = record(officer, address=hidden, child_location="7 Refuge Road")
    linked(contact, head)
    page = body(open_as(client, officer).get("/contacts/queue/"))
    assert contact.reference in page
    assert "Refuge Road" not in page
    assert "Hidden Lane" not in page


def test_a_contact_about_a_restricted_child_is_not_there(client: Client, officer: User, head: User) -> None:
    contact = record(officer)
    child = linked(contact, head)
    protection.set_restriction(person=child, holders=[head], by=head, at=NOW, reason="Threats")
    open_as(client, officer)
    assert contact.reference not in body(client.get("/contacts/queue/"))
    assert client.get(f"/contacts/{contact.reference}/").status_code == 404
    assert client.post(f"/contacts/{contact.reference}/claim/").status_code == 404
    open_as(client, head)
    assert contact.reference in body(client.get("/contacts/queue/"))


def test_what_is_hidden_takes_no_place_on_a_page_and_ends_none(
    client: Client, officer: User, head: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is a line short, or a link that names the hidden bundle, would tell that there is one."""
    monkeypatch.setattr(queue, "PAGE", 2)
    first, hidden, second, third = (of_another_family(officer, number, grade="green") for number in range(4))
    child = linked(hidden, head)
    protection.set_restriction(person=child, holders=[head], by=head, at=NOW, reason="Threats")
    bundle = Bundle.objects.get(contacts=hidden)
    page = body(open_as(client, officer).get("/contacts/queue/"))
    assert [first.reference in page, second.reference in page, third.reference in page] == [True, True, False]
    assert bundle.reference not in page
    # Nor does an address somebody makes up say where it stands: the beginning, as for a bundle there is not.
    assert first.reference in body(client.get("/contacts/queue/", {"after": bundle.reference}))


def test_filters_tabs_and_empty_queues_say_what_they_show(client: Client, officer: User, manager: User) -> None:
    open_as(client, manager)
    assert "The queue is empty" in body(client.get("/contacts/queue/"))
    green, red = record(officer, 1), record(officer, 2, grade="red")
    assert green.reference not in body(client.get("/contacts/queue/", {"grade": "red"}))
    assert red.reference in body(client.get("/contacts/queue/", {"grade": "red", "type": "concern"}))
    assert "No contacts match" in body(client.get("/contacts/queue/", {"grade": "blue"}))
    assert "You have not claimed any contacts" in body(client.get("/contacts/queue/", {"tab": "mine"}))
    screening.claim(contact=red, by=manager, at=timezone.now())
    assert red.reference in body(client.get("/contacts/queue/", {"tab": "mine"}))
    assert "Nothing is waiting for your sign-off" in body(client.get("/contacts/queue/", {"tab": "sign-off"}))
    for nonsense in ({"after": "x\x00"}, {"after": "C-00000000"}, {"grade": "'"}, {"type": "\x00"}, {"state": "?"}):
        assert client.get("/contacts/queue/", nonsense).status_code == 200


def test_whoever_comes_second_is_told_who_holds_it(client: Client, officer: User, worker: User) -> None:
    contact = record(officer)
    open_as(client, officer)
    taken = client.post(f"/contacts/{contact.reference}/claim/", {"from": "queue"})
    assert taken["Location"] == f"/contacts/{contact.reference}/"
    open_as(client, worker)
    late = client.post(f"/contacts/{contact.reference}/claim/", {"from": "queue"}, follow=True)
    assert "Una Officer" in body(late)
    assert "was not claimed" in body(late)
    contact.refresh_from_db()
    assert contact.claimed_by == officer


def test_a_claim_past_its_time_holds_nobody_off(client: Client, officer: User, worker: User) -> None:
    contact = record(officer)
    screening.claim(contact=contact, by=officer, at=timezone.now() - timedelta(minutes=31))
    page = body(open_as(client, worker).get("/contacts/queue/"))
    assert "Claimed by" not in page.replace("Claimed by me", "")
    client.post(f"/contacts/{contact.reference}/claim/")
    contact.refresh_from_db()
    assert contact.claimed_by == worker


def test_only_screeners_see_the_queue(client: Client, db: None) -> None:
    checker = User.objects.create_user("quality", "Qua Lity", roles=["quality_officer"])
    assert open_as(client, checker).get("/contacts/queue/").status_code == 403


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "no child identified"),
        ([PersonFacts(sex="F")], "age not known"),
        ([PersonFacts(expected_on=date(2027, 1, 1)), PersonFacts(date_of_birth=date(2022, 11, 1))], "unborn and 4"),
        ([PersonFacts(date_of_birth=date(2022, 11, 1), dob_is_estimated=True)], "about 4 years"),
    ],
)  # fmt: skip
def test_ages_are_said_youngest_first(officer: User, given: list[PersonFacts], said: str) -> None:
    contact = record(officer, people=given, referrer=ReferrerFacts(is_anonymous=True))
    assert queue.ages([p for p in contact.people.order_by("position") if p.is_child], NOW.date()).startswith(said)


def test_what_a_colleague_decides_while_the_page_is_read_is_left_out(officer: User, manager: User) -> None:
    """Between the query for the bundles and the one for their contacts, the first contact leaves the queue."""
    gone, stays = (of_another_family(officer, number) for number in range(2))

    def decided_meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if sql.startswith('SELECT "contacts_bundle"'):
            with context["connection"].connection.cursor() as beside:
                beside.execute("UPDATE contacts_contact SET is_on_queue = false WHERE id = %s", [gone.pk])
        return answer

    with connection.execute_wrapper(decided_meanwhile):
        page = queue.read(manager, queue.Wanted(), NOW + timedelta(hours=1))
    assert [contact.pk for contact in page.contacts] == [stays.pk]
    assert len(page.lines) == 1


def test_home_counts_contacts_by_the_index_of_the_queue(manager: User, owner: psycopg.Connection) -> None:
    # However few rows a test has: the plan that a full table gets. To an empty table every index of the queue costs
    # the same, so the others stand aside until the rollback. First of all, while the test itself holds no lock there.
    with owner.transaction(force_rollback=True):
        owner.execute("SET LOCAL lock_timeout = '20s'")
        owner.execute("SET LOCAL enable_seqscan = off")
        owner.execute("DROP INDEX contact_arrived, contact_queue")
        explained = owner.execute(
            "EXPLAIN SELECT count(*) FROM contacts_contact WHERE is_on_queue AND status = 'received'"
        ).fetchall()
    plan = "\n".join(line for (line,) in explained)
    assert "contact_status_on_queue" in plan, plan
    with CaptureQueriesContext(connection) as captured:
        tiles(manager, NOW)
    counts = [
        query["sql"] for query in captured if "COUNT(" in query["sql"] and '"contacts_contact"."status"' in query["sql"]
    ]
    # Three tiles of contacts, and the number of what waits for a signature, which counts proposed outcomes too.
    assert len(counts) == 4
    # Each asks for what the index is made of, however the rest of it is joined.
    assert [sql for sql in counts if '"contacts_contact"."is_on_queue"' not in sql] == []


def test_the_name_of_a_view_and_a_turn_of_the_rota_are_there_on_another_device(
    client: Client, officer: User, manager: User
) -> None:
    for number in range(20):
        queue_actions.save_view(by=manager, name=f"View {number}", chosen={"grade": "red"})
    open_as(client, manager)
    refused = client.post("/contacts/queue/views/", {"name": "Night — “amber”", "grade": "amber"})
    assert refused.status_code == 422
    assert "delete one first" in body(refused)
    again = Client()
    open_as(again, manager)
    shown = unescape(body(again.get("/contacts/queue/")))
    assert 'value="Night — “amber”"' in shown
    assert "There is a problem" not in shown
    half = {"user": officer.pk, "kind": "duty", "from_at_day": "31", "from_at_month": "2", "from_at_time": "9:00"}
    assert client.post("/contacts/queue/rota/", half).status_code == 422
    kept = body(again.get("/contacts/queue/rota/"))
    assert re.search(r'<input[^>]*name="from_at_time"[^>]*value="9:00"', kept)
    assert "There is a problem" not in kept


def test_a_trial_of_other_weights_keeps_them_and_the_reason(client: Client, manager: User) -> None:
    head = User.objects.create_user("service.manager", "Sefa Head", roles=["service_manager"])
    open_as(client, head)
    sent = asdict(Weights())
    day = {"valid_from_day": "1", "valid_from_month": "1", "valid_from_year": "2090"}
    tried = client.post("/contacts/queue/weights/", {**sent, **day, "red": "777", "reason": "Winter", "preview": "1"})
    assert tried.status_code == 200
    assert "Winter" in body(tried)
    again = Client()
    open_as(again, head)
    kept = body(again.get("/contacts/queue/weights/"))
    assert 'value="777"' in kept
    assert "Winter" in kept
