"""Contacts and referrals of the old systems that may be one event: asked, answered, taken back. All invented."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, ContactPerson
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.exchange import twice
from frontdoor.exchange.models import SameEvent
from frontdoor.people.merging import merge
from frontdoor.people.models import Involvement, Merge, Person, Restriction
from frontdoor.people.protection.actions import set_restriction
from referrals.models import Referral
from tests.exchange.extract import Extract, sound
from tests.exchange.test_again import EPISODES, again, put
from tests.exchange.test_import import reference, told

CONTACTS = "firstcall_contacts.csv"
EPISODE, CONTACT = "EP0100001", "C0400001"


@pytest.fixture
def manager(db: None) -> User:
    return User.objects.create_user("manager", "Mona Manager", roles=["team_manager"])


@pytest.fixture
def doubtful(db: None, tmp_path: Path) -> tuple[Extract, Path]:
    """An import in which little speaks for the one event of the first child."""
    made, folder = sound(), tmp_path / "in"
    put(made, EPISODES, EPISODE, referral_source="5B", primary_need="N5")
    again(made, folder)
    return made, folder


def event() -> SameEvent:
    return SameEvent.objects.get(episode_id=EPISODE)


def referral() -> Referral:
    found: Referral = Referral.objects.select_related("contact", "contact_person").get(
        reference=reference(EPISODES, EPISODE)
    )
    return found


def shared() -> Contact:
    return Contact.objects.get(reference=reference(CONTACTS, CONTACT))


def exported(tmp_path: Path) -> str:
    told("same_events_export", str(tmp_path / "same.csv"))
    return (tmp_path / "same.csv").read_text()


def test_what_the_rule_doubts_is_joined_as_before_and_asked_about(doubtful: Any) -> None:
    row = event()
    assert (row.is_certain, row.is_doubtful, row.answer) == (True, True, "waiting")
    assert referral().contact == shared()
    assert not SameEvent.objects.filter(is_doubtful=False).exclude(answer="").exists()


def test_two_events_part_the_referral_and_taking_it_back_joins_it_again(
    doubtful: tuple[Extract, Path], manager: User, tmp_path: Path
) -> None:
    made, folder = doubtful
    child = referral().child
    assert EPISODE in exported(tmp_path)
    twice.decide(event=event(), is_one=False, by=manager, at=timezone.now())
    own = referral().contact
    assert own != shared()
    assert (own.outcome, referral().contact_person.person, referral().child) == ("referral", child, child)
    assert EPISODE not in exported(tmp_path)
    contacts = Contact.objects.count()
    put(made, EPISODES, EPISODE, worker="Somebody Else")
    again(made, folder)
    assert referral().contact == own, "a newer extract does not join them again"
    assert event().answer == "two"
    twice.take_back(event=event(), by=manager, at=timezone.now())
    assert referral().contact == shared()
    own.refresh_from_db()
    assert own.outcome == "same_incident"
    assert ContactPerson.objects.get(contact=own).outcome_detail == {"contact": shared().reference}
    assert event().answer == "waiting"
    twice.decide(event=event(), is_one=False, by=manager, at=timezone.now())
    assert referral().contact == own, "no third contact is made"
    assert Contact.objects.count() == contacts


def test_one_event_leaves_all_as_it_is_and_is_asked_once(doubtful: Any, manager: User, tmp_path: Path) -> None:
    twice.decide(event=event(), is_one=True, by=manager, at=timezone.now())
    assert (referral().contact, event().answer) == (shared(), "one")
    assert EPISODE in exported(tmp_path)
    with pytest.raises(Refused, match="answered this already"):
        twice.decide(event=event(), is_one=False, by=manager, at=timezone.now())
    officer = User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])
    with pytest.raises(Denied):
        twice.take_back(event=event(), by=officer, at=timezone.now())


def _as_two_records(manager: User) -> tuple[Person, Person]:
    """Take the two records of the first child apart, as if nobody had recognised anything."""
    twice.decide(event=event(), is_one=False, by=manager, at=timezone.now())
    SameEvent.objects.filter(episode_id=EPISODE).update(episode_id="EP0199999", contact_no="C0499999")
    one = referral().child
    assert one is not None
    other = Person.objects.get(merged_into=one)
    merge.undo(Merge.objects.get(survivor=one, loser=other), by=manager, at=timezone.now(), reason="Two.")
    return one, other


def test_records_joined_by_a_person_have_their_events_offered_and_joined(
    doubtful: Any, manager: User, tmp_path: Path
) -> None:
    one, other = _as_two_records(manager)
    own = referral().contact
    done = merge.apply(survivor=one, loser=other, by=manager, at=timezone.now(), reason="One child.")
    row = event()
    assert (row.answer, row.is_certain, row.contact_no) == ("waiting", False, CONTACT)
    assert referral().contact == own, "nobody has answered yet"
    twice.decide(event=row, is_one=True, by=manager, at=timezone.now())
    assert referral().contact == shared()
    assert ContactPerson.objects.filter(contact=shared(), person=referral().child).exists()
    merge.undo(done, by=manager, at=timezone.now(), reason="Two children after all.")
    assert referral().contact == own, "what hung on their being one goes back"
    assert event().answer == ""


def test_records_an_import_joined_and_a_person_took_apart_leave_no_event_joined(
    db: None, manager: User, tmp_path: Path
) -> None:
    again(sound(), tmp_path / "in")
    child = referral().child
    assert (referral().contact, event().is_certain, event().answer) == (shared(), True, ""), "no doubt, nothing asked"
    assert child is not None
    joined = Merge.objects.get(survivor=child)
    merge.undo(joined, by=manager, at=timezone.now(), reason="Two.", not_same=True)
    assert referral().contact != shared(), "the contact is about the other child"
    assert referral().contact_person.person == referral().child == child
    assert ContactPerson.objects.get(contact=shared(), is_child=True).person == joined.loser
    assert (event().is_certain, event().answer) == (False, "")


@pytest.fixture
def desk(client: Client, manager: User) -> Client:
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_list_and_the_page_show_both_and_take_the_answer(desk: Client, doubtful: Any) -> None:
    page = desk.get("/same-events/").content.decode()
    child = referral().child
    assert child is not None
    for text in (child.display_name, shared().reference, referral().reference, "Decide"):
        assert text in page
    assert shared().reference not in desk.get("/same-events/?asked=joined").content.decode()
    assert "Nothing waits for a decision" in desk.get("/same-events/?after=999999").content.decode()
    address = f"/same-events/{event().pk}/"
    assert "Choose whether these are one event" in desk.post(address, {}).content.decode()
    assert desk.post(address, {"decision": "two"}).status_code == 302
    assert event().answer == "two"
    assert "Undo this answer" in desk.get(address).content.decode()
    assert shared().reference in desk.get("/same-events/?state=two").content.decode()
    assert desk.post(address, {}).status_code == 302
    assert event().answer == "waiting"


def test_who_may_not_see_the_child_sees_nothing_and_others_are_refused(desk: Client, doubtful: Any) -> None:
    child = referral().child
    assert child is not None
    holder = User.objects.create_user("head", "Head", roles=["service_manager"])
    set_restriction(person=child, holders=[holder], by=holder, at=timezone.now(), reason="Family of staff.")
    assert shared().reference not in desk.get("/same-events/").content.decode()
    assert desk.get(f"/same-events/{event().pk}/").status_code == 404
    Restriction.objects.update(ended_at=timezone.now(), ended_by=holder)
    assert shared().reference in desk.get("/same-events/").content.decode()
    brother = Referral.objects.get(reference=reference(EPISODES, "EP0100003")).child
    assert brother is not None
    ContactPerson.objects.create(contact=shared(), position=2, is_child=True, person=brother, given_name="Chidera")
    Involvement.objects.create(
        person=brother, reference=shared().reference, kind="contact", role="subject", opened_at=timezone.now()
    )
    set_restriction(person=brother, holders=[holder], by=holder, at=timezone.now(), reason="Family of staff.")
    assert referral().reference not in desk.get("/same-events/").content.decode(), "her side of it alone is hidden"
    assert desk.post(f"/same-events/{event().pk}/", {"decision": "two"}).status_code == 404
    officer = User.objects.create_user("officer", "Olive Officer", roles=["contact_officer"])
    desk.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert desk.get("/same-events/").status_code == 403
    assert desk.get(f"/same-events/{event().pk}/").status_code == 403


def test_the_list_asks_as_much_for_many_as_for_one(desk: Client, doubtful: Any) -> None:
    asked = []
    desk.get("/same-events/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            desk.get("/same-events/")
        asked.append(len(queries))
        SameEvent.objects.update(answer="waiting")
    assert SameEvent.objects.filter(answer="waiting").count() > 1
    assert asked[1] <= asked[0]
