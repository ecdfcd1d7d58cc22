"""What was given and not taken follows the child; deciding asks about it; a threat or a refuge proposes a warning."""

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.facts import AddressFacts, PersonFacts
from contacts.models import Contact, ContactPerson
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from contacts.screening.details import settle_details
from contacts.screening.untaken import untaken
from frontdoor.accounts.models import Team, User
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection import actions as protection
from referrals import actions
from referrals.models import Referral
from tests.factories import StaffFactory
from tests.reading import Reader
from tests.referrals.conftest import LATER, NOW, each, some_facts

REFUGE = AddressFacts(lines=["7 Refuge Row"], postcode="ZZ99 7AA", is_confidential=True)
GIVEN = "new address, confidential"
FLED = "He threatened to find them. They fled."


def told(by: User, concerns: str = FLED, **of_child: object) -> Contact:
    child = PersonFacts(given_name="Vi", family_name="Example", telephone="01632 960999")
    for name, value in of_child.items():
        setattr(child, name, value)
    return record_contact(facts=some_facts(address=REFUGE, concerns=concerns, people=[child]), by=by, at=NOW)


@pytest.fixture
def vi(manager: User) -> Person:
    return people.create_person(
        by=manager, at=NOW, names=[people.GivenName("Vi", "Example")], sex="F",
        address={"lines": "82 Quarry Hill", "postcode": "ZZ99 1AA"}, telephone="01632 960111",
    )  # fmt: skip


@pytest.fixture
def row(manager: User, vi: Person) -> ContactPerson:
    return screening.link_person(on_contact=told(manager).people.get(), person=vi, by=manager, at=NOW)


@pytest.fixture
def case(row: ContactPerson, manager: User, worker: User, team: Team) -> Referral:
    worker.team = team
    worker.save()
    decisions = each(row.contact, "referral", response_type="assessment")
    decided = actions.decide_contact(
        contact=row.contact, decisions=decisions, by=manager, at=LATER, team=team, worker=worker
    )
    return decided.referrals[0]


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user)
    return client


def seen(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def test_it_stands_on_record_referral_and_home_until_it_is_taken(
    case: Referral, row: ContactPerson, vi: Person, worker: User
) -> None:
    client = signed_in(worker)
    pages = ["/", f"/people/{vi.reference}/", f"/referrals/{case.reference}/"]
    for page in pages:
        shown = seen(client, page)
        assert GIVEN in shown, page
        assert "a warning is proposed (a threat was reported; a refuge was spoken of)" in shown, page
        assert row.contact.reference in shown
        assert "not taken" in shown
        assert "Refuge Row" not in shown
        assert "ZZ99 7AA" not in shown
    settle_details(on_contact=row, accept=["address", "telephone", "warning"], by=worker, at=LATER)
    warning = vi.warnings.get()
    assert (warning.source, warning.about) == (row.contact.reference, "household")
    assert "Refuge" not in warning.text
    for page in pages:
        assert GIVEN not in seen(client, page), page
        assert "is proposed" not in seen(client, page), page


def test_a_confidential_address_somebody_left_stays_told(row: ContactPerson, vi: Person, manager: User) -> None:
    settle_details(on_contact=row, accept=["telephone"], by=manager, at=LATER)
    (line,) = untaken([vi], manager)[vi.pk]
    assert (line.words, line.is_left) == (GIVEN, True)
    assert "left as it was: not on record" in seen(signed_in(manager), f"/people/{vi.reference}/")


def test_only_whoever_may_open_record_and_contact_sees_that_there_is_an_address(
    row: ContactPerson, vi: Person, case: Referral, manager: User
) -> None:
    figures = User.objects.create_user("figures", "Fay Figures", roles=["performance_officer"])
    assert GIVEN not in seen(signed_in(figures), f"/referrals/{case.reference}/")
    relative = StaffFactory.create(role="team_manager", username="aunt")
    protection.declare_conflict(user=relative, person=vi, by=relative, at=NOW)
    assert untaken([vi], relative) == {}
    holder = StaffFactory.create(role="service_manager")
    protection.set_restriction(person=vi, holders=[holder], by=holder, at=NOW, reason="Staff")
    assert untaken([vi], manager) == {}
    assert untaken([vi], holder)[vi.pk]


def test_of_two_contacts_the_later_one_counts(row: ContactPerson, vi: Person, manager: User) -> None:
    later = told(
        manager, "She is well.", telephone="01632 960111", address=AddressFacts(["82 Quarry Hill"], "ZZ99 1AA")
    )
    screening.link_person(on_contact=later.people.get(), person=vi, by=manager, at=NOW)
    Contact.objects.filter(pk=later.pk).update(received_at=LATER)
    (line,) = untaken([vi], manager)[vi.pk]
    assert line.reference == row.contact.reference
    assert GIVEN not in line.words
    assert "telephone" not in line.words
    assert "a warning is proposed" in line.words


def test_it_costs_the_same_for_one_person_and_many(row: ContactPerson, vi: Person, manager: User) -> None:
    others = []
    for number in range(5):
        other = people.create_person(by=manager, at=NOW, names=[people.GivenName(f"Vi{number}", "Example")])
        screening.link_person(on_contact=told(manager).people.get(), person=other, by=manager, at=NOW)
        others.append(other)
    untaken([vi], manager)  # what is asked once in a process
    counts = []
    for asked in ([vi], [vi, *others]):
        with CaptureQueriesContext(connection) as queries:
            assert len(untaken(asked, manager)) == len(asked)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("answer", ["take", "wait", "leave"])
def test_deciding_asks_about_it(answer: str, row: ContactPerson, vi: Person, manager: User) -> None:
    client = signed_in(manager)
    page = f"/contacts/{row.contact.reference}/decide/"
    shown = seen(client, page)
    assert f"not on the record: {GIVEN}; telephone; a warning is proposed" in shown
    assert 'value="take" checked' not in shown
    row.contact.refresh_from_db()
    sent = {
        f"version-{row.contact.reference}": str(row.contact.version), "outcome": "no_further_action",
        "reason": "They are safe.",
        f"row{row.pk}-outcome": "",
    }  # fmt: skip
    refused = unescape(client.post(page, sent).content.decode())
    assert "Say what to do with what was given of Vi Example" in refused
    row.refresh_from_db()
    assert row.decided_at is None
    client.post(page, {**sent, f"row{row.pk}-given": answer})
    row.refresh_from_db()
    assert row.outcome == "no_further_action"
    assert vi.addresses.filter(is_confidential=True).exists() is (answer == "take")
    assert vi.warnings.exists() is (answer == "take")
    waiting = untaken([vi], manager).get(vi.pk, [])
    assert [line.is_left for line in waiting] == {"take": [], "wait": [False], "leave": [True]}[answer]


@pytest.mark.parametrize(
    ("concerns", "proposes"),
    [
        ("He threatened to kill her.", "A threat was reported"),
        ("He had a knife in the kitchen.", "A weapon was spoken of"),
        ("They are in a refuge now.", "A refuge was spoken of"),
        ("The refugee family came to school late.", ""),
    ],
)
def test_a_threat_a_weapon_or_a_refuge_proposes_a_warning(
    concerns: str, proposes: str, vi: Person, manager: User, officer: User
) -> None:
    facts = some_facts(concerns=concerns, people=[PersonFacts(given_name="Vi", family_name="Example")])
    contact = record_contact(facts=facts, by=officer, at=NOW)
    screening.link_person(on_contact=contact.people.get(), person=vi, by=manager, at=NOW)
    shown = seen(signed_in(manager), f"/contacts/{contact.reference}/")
    assert ("Warning to add" in shown) is bool(proposes)
    assert proposes in shown
