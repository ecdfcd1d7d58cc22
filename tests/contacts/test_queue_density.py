"""The queue in one row a line: kept for the user, with everything the full line has, and as quick."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from contacts.facts import PersonFacts
from contacts.models import Contact, QueueDensity
from contacts.recording import actions as recording
from frontdoor.accounts.models import User
from tests.contacts.conftest import some_facts

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUEUE, DENSITY = "/contacts/queue/", "/contacts/queue/density/"


def record(by: User, surname: str, number: int = 0, **facts: object) -> Contact:
    born = date(2012, 3, 1 + number)
    people = [PersonFacts(given_name="Nat", family_name=surname, date_of_birth=born)]
    return recording.record_contact(facts=some_facts(people=people, **facts), by=by, at=NOW + timedelta(minutes=number))


def words(client: Client, reference: str) -> list[str]:
    """Every word of a line, in order of the alphabet, without what only names its parts."""
    page = unescape(client.get(QUEUE).content.decode())
    line = re.search(rf'<li class="app-line[^>]*id="line-{reference}">(.*?)</li>', page, re.DOTALL)
    assert line is not None
    return sorted(set(re.sub(r"<[^>]+>", " ", line[1]).split()))


@pytest.fixture
def signed_in(client: Client, manager: User) -> Client:
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_compact(client: Client) -> bool:
    return 'class="compact__sentence"' in client.get(QUEUE).content.decode()


def test_the_density_is_kept_for_the_user_alone_and_wherever_they_sign_in(
    signed_in: Client, manager: User, officer: User
) -> None:
    record(officer, "Ashdown")
    assert not is_compact(signed_in), "the full line until somebody asks"
    answer = signed_in.post(DENSITY, {"density": "compact", "grade": "green", "order": "oldest"})
    assert answer["Location"] == f"{QUEUE}?grade=green&order=oldest", "the filters stay"
    assert is_compact(signed_in)
    elsewhere = Client()
    elsewhere.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    assert is_compact(elsewhere)
    elsewhere.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert not is_compact(elsewhere)
    signed_in.post(DENSITY, {"density": "full"})
    assert not is_compact(signed_in)
    assert QueueDensity.objects.count() == 1


def test_one_row_says_all_that_the_full_line_says_and_has_its_keys(signed_in: Client, officer: User) -> None:
    contact = record(
        officer, "Birkett", summary="He has a bruise on his arm. " + "And it was told at length. " * 6, grade="amber"
    )
    full, keys = words(signed_in, contact.reference), r'data-key="(.)"'
    before = re.findall(keys, signed_in.get(QUEUE).content.decode())
    signed_in.post(DENSITY, {"density": "compact"})
    compact = words(signed_in, contact.reference)
    assert set(full) <= set(compact)
    assert sorted(re.findall(keys, signed_in.get(QUEUE).content.decode())) == sorted(before)
    page = " ".join(unescape(signed_in.get(QUEUE).content.decode()).split())
    assert contact.summary.strip() in page, "cut by the style alone"
    assert f'id="open-{contact.reference}"' in page


def test_a_look_for_a_name_is_kept_when_the_density_changes(signed_in: Client, officer: User) -> None:
    here, other = record(officer, "Colvin"), record(officer, "Dunmore", 1)
    found = signed_in.post("/contacts/queue/find/", {"name": "Colvin"})["Location"]
    key = found.rpartition("s=")[2]
    assert f'name="s" value="{key}"' in signed_in.get(found).content.decode()
    answer = signed_in.post(DENSITY, {"density": "compact", "s": key})
    assert answer["Location"] == found
    page = signed_in.get(found).content.decode()
    assert here.reference in page
    assert other.reference not in page


@pytest.mark.django_db
def test_somebody_who_has_no_queue_has_no_density(client: Client) -> None:
    user = User.objects.create_user("dpo", "Dee Protheroe", roles=["data_protection_officer"])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(DENSITY, {"density": "compact"}).status_code == 403
    assert not QueueDensity.objects.exists()
