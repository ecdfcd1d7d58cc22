"""Contacts typed in again as episodes. All invented."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.exchange.legacy import linking
from frontdoor.exchange.legacy.events import ContactOfChild, EpisodeOfChild, same_events
from frontdoor.exchange.legacy.writing import Meanings
from frontdoor.exchange.models import ImportRun, SameEvent, SourceRecord
from tests.people.conftest import MakeUser, make_user

__all__ = ["make_user"]

CONTACT = ContactOfChild(
    contact_no="C1",
    client_no="0001",
    person="p1",
    received=datetime(2024, 5, 8, 15, 30),  # noqa: DTZ001
    is_passed=True,
    outcome="NEW_REFERRAL",
    source="2A",
    need="N1",
)
EPISODE = EpisodeOfChild("EP1", "A1", "p1", date(2024, 5, 9), source="2A", need="N1")


def test_a_contact_keyed_again_the_next_day_is_one_event() -> None:
    (found,) = same_events([CONTACT], [EPISODE])
    assert (found.contact_no, found.client_no, found.episode_id, found.person_id) == ("C1", "0001", "EP1", "A1")
    assert found.days == 1
    assert found.is_certain
    assert "The same source." in found.reasons


@pytest.mark.parametrize(
    "change",
    [
        {"referral_date": date(2024, 5, 7)},
        {"referral_date": date(2024, 5, 20)},
        {"referral_date": date(2024, 5, 12)},
        {"person": "p2"},
        {"source": "4", "need": "N8"},
        {"source": "6", "need": "N8"},
    ],
)
def test_another_referral_near_in_time_is_its_own_event(change: dict[str, Any]) -> None:
    assert same_events([CONTACT], [replace(EPISODE, **change)]) == []


def test_what_was_not_passed_to_duty_was_not_keyed_again() -> None:
    assert same_events([replace(CONTACT, is_passed=False, outcome="ADVICE")], [EPISODE]) == []


@pytest.mark.parametrize(("source", "need"), [("2B", "N1"), ("5B", "N1"), ("2A|2B", ""), ("", "N1"), ("10", "N1")])
def test_the_source_may_be_keyed_in_other_terms(source: str, need: str) -> None:
    assert len(same_events([CONTACT], [replace(EPISODE, source=source, need=need)])) == 1


@pytest.mark.parametrize("nobody", ["9", "10", "9|10"])
def test_a_caller_not_known_and_another_source_are_one_event_only_with_the_same_need(nobody: str) -> None:
    contact = replace(CONTACT, source=nobody)
    assert same_events([contact], [replace(EPISODE, source="2A", need="N5")]) == []
    assert same_events([contact], [replace(EPISODE, source="1A", need="")]) == []
    assert same_events([contact], [replace(EPISODE, source="5B", need="N5")]) == []
    assert same_events([replace(contact, need="N0")], [replace(EPISODE, source="2A", need="N0")]) == []
    assert len(same_events([contact], [replace(EPISODE, source="2A")])) == 1
    assert len(same_events([contact], [replace(EPISODE, source="10" if nobody == "10" else "9", need="N5")])) == 1


def test_little_agreement_is_not_certain() -> None:
    (found,) = same_events([CONTACT], [replace(EPISODE, source="5B", need="N5", referral_date=date(2024, 5, 8))])
    assert not found.is_certain


def test_the_better_of_two_episodes_is_taken_and_two_alike_are_not_certain() -> None:
    worse = replace(EPISODE, episode_id="EP2", source="5B", referral_date=date(2024, 5, 11))
    (found,) = same_events([CONTACT], [worse, EPISODE])
    assert found.episode_id == "EP1"
    assert found.is_certain
    (found,) = same_events([CONTACT], [EPISODE, replace(EPISODE, episode_id="EP2")])
    assert not found.is_certain


def test_a_contact_about_brothers_and_sisters_becomes_an_episode_of_each() -> None:
    sister = replace(CONTACT, client_no="0002", person="p2")
    hers = replace(EPISODE, episode_id="EP2", person_id="A2", person="p2")
    found = same_events([CONTACT, sister], [EPISODE, hers])
    assert {(f.client_no, f.episode_id) for f in found} == {("0001", "EP1"), ("0002", "EP2")}


def test_two_records_of_one_child_on_one_contact_give_one_event() -> None:
    assert len(same_events([CONTACT, replace(CONTACT, client_no="0002")], [EPISODE])) == 1


CONTACTS = st.builds(
    ContactOfChild,
    contact_no=st.sampled_from(["C1", "C2", "C3"]),
    client_no=st.sampled_from(["0001", "0002"]),
    person=st.sampled_from(["p1", "p2"]),
    received=st.integers(0, 9).map(lambda d: datetime(2024, 5, 1) + timedelta(days=d)),  # noqa: DTZ001
    is_passed=st.booleans(),
    source=st.sampled_from(["", "2A", "2A|2B", "6"]),
    need=st.sampled_from(["", "N1", "N5"]),
)
EPISODES = st.builds(
    EpisodeOfChild,
    episode_id=st.sampled_from(["EP1", "EP2", "EP3", "EP4"]),
    person_id=st.just("A1"),
    person=st.sampled_from(["p1", "p2"]),
    referral_date=st.integers(0, 12).map(lambda d: date(2024, 5, 1) + timedelta(days=d)),
    source=st.sampled_from(["", "2A", "5B", "6"]),
    need=st.sampled_from(["", "N1", "N5"]),
)


@given(
    st.lists(CONTACTS, max_size=6, unique_by=lambda c: (c.contact_no, c.client_no)),
    st.lists(EPISODES, max_size=5, unique_by=lambda e: e.episode_id),
    st.randoms(use_true_random=False),
)
def test_one_to_one_and_whatever_the_order(contacts, episodes, chance) -> None:
    found = same_events(contacts, episodes)
    assert len({f.episode_id for f in found}) == len(found)
    person = {(c.contact_no, c.client_no): c.person for c in contacts}
    assert len({(f.contact_no, person[f.contact_no, f.client_no]) for f in found}) == len(found)
    chance.shuffle(contacts)
    chance.shuffle(episodes)
    assert same_events(contacts, episodes) == found


@pytest.mark.django_db
def test_recognising_again_with_nothing_new_recognises_nothing_more(make_user: MakeUser) -> None:
    """One child stands twice on a contact and twice among the episodes of the day: what was left stays left."""
    run = ImportRun.objects.create(started_by=make_user("olive", "performance_officer"))

    def row(system: str, file: str, identity: str, **values: str) -> None:
        SourceRecord.objects.create(
            run=run, system=system, file=file, identity=identity, row=1, raw=b"x", digest=identity, values=values
        )

    for number in ("1", "2"):
        row(
            "carecase", "carecase_episodes.csv", f"EP{number}", person_id="A1", referral_date="2020-03-02",
            referral_source="Police", primary_need="N1",
        )  # fmt: skip
        row("firstcall", "firstcall_contact_children.csv", f"C1 0{number}", CONTACT_NO="C1", CLIENT_NO=f"0{number}")
    row(
        "firstcall", "firstcall_contacts.csv", "C1", RECEIVED="02/03/2020 08:00", PASSED_TO_DUTY="02/03/2020 08:30",
        OUTCOME="Passed to duty", SOURCE="Police",
    )  # fmt: skip
    links = linking.Links(
        person={("carecase_people.csv", "A1"): 1, ("firstcall_people.csv", "01"): 1, ("firstcall_people.csv", "02"): 1}
    )
    recognised = []
    for _ in range(2):
        linking.same_events(links, Meanings())
        recognised.append(list(SameEvent.objects.values_list("client_no", "episode_id")))
    assert len(recognised[0]) == 1
    assert recognised[1] == recognised[0]
