"""A run of reads that only words explain is told to the data protection officer; its reader is asked why. Each once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from frontdoor.accounts.models import OnDuty, User
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Person, ReadingLimit
from frontdoor.people.protection.runs import EXPLAINED, RUN, SAID
from tests.factories import PersonFactory, StaffFactory

pytestmark = pytest.mark.django_db
ASKED, WORDS = "A colleague or my manager asked me to look", "I draw a sample of records for the inspection"
HOUR = timedelta(hours=1)
IN_WORDS = "Say in your own words what you need them for"


@pytest.fixture
def worker() -> User:
    return StaffFactory.create(role="social_worker")


@pytest.fixture
def officer() -> User:
    return StaffFactory.create(role="data_protection_officer")


@pytest.fixture
def children() -> list[Person]:
    by = StaffFactory.create(role="service_manager")
    return [PersonFactory.create(by=by) for _ in range(6)]


@pytest.fixture
def reader(worker: User) -> Client:
    ReadingLimit.objects.update(in_hour=3, in_day=100)
    return signed_in(worker)


def signed_in(user: User) -> Client:
    client = Client()  # the real one: nobody says the reason for it
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def opens(reader: Client, child: Person, **said: str) -> str:
    """What is shown after the reason was said; "" for a reason that is not taken."""
    answer = reader.post(f"/people/{child.reference}/why/", said)
    return reader.get(answer["Location"]).content.decode() if answer.status_code == 302 else ""


def runs() -> list[Entry]:
    return list(Entry.objects.filter(event=RUN).order_by("pk"))


def test_a_run_is_told_once_and_its_reader_says_why_once(
    reader: Client, worker: User, officer: User, children: list[Person]
) -> None:
    for child in children[:3]:
        assert str(child.reference) in opens(reader, child, why="asked")
        opens(reader, child, why="same")  # the same record again is none more
    assert not runs()
    assert str(children[3].reference) in opens(reader, children[3], why="asked"), "nothing is refused for it"
    [run] = runs()
    assert (run.actor, run.people, run.detail) == (worker, [], {"records": 4, "hours": 1, "limit": 3})
    [notice] = Notice.objects.filter(user=officer)
    assert notice.path == "/who-looked/lists/unusual/"
    assert "4 records within an hour" in notice.text
    assert worker.name not in notice.text
    assert not [child for child in children if str(child.reference) in notice.text]

    page = reader.get(f"/people/{children[4].reference}/").content.decode()
    assert IN_WORDS in page
    assert ASKED not in page
    assert opens(reader, children[4], why="asked") == "", "a press is no answer now"
    assert str(children[4].reference) in opens(reader, children[4], reason=WORDS)
    assert [entry.reason for entry in Entry.objects.filter(event=EXPLAINED)] == [WORDS]
    page = reader.get(f"/people/{children[5].reference}/").content.decode()
    assert ASKED in page, "it is asked once"
    assert opens(reader, children[5], why="asked")
    assert len(runs()) == Notice.objects.filter(user=officer).count() == 1


def test_the_officer_finds_who_when_how_many_and_the_reasons(
    reader: Client, worker: User, officer: User, children: list[Person]
) -> None:
    for child in children[:4]:
        opens(reader, child, why="asked")
    opens(reader, children[4], reason=WORDS)
    office = signed_in(officer)
    page = office.get("/who-looked/lists/unusual/").content.decode()
    assert worker.name in page
    assert "opened unusually many records that their own work does not lead to: 4 within an hour" in page
    found = re.search(r'href="(/who-looked/lists/all/\?by=[^"]+)"', page)
    assert found is not None
    beside = office.get(found[1].replace("&amp;", "&")).content.decode()
    assert WORDS in beside
    assert beside.count(ASKED) >= 4
    assert signed_in(worker).get("/who-looked/lists/unusual/").status_code == 403


def test_a_day_has_a_limit_of_its_own(reader: Client, children: list[Person]) -> None:
    ReadingLimit.objects.update(in_hour=100, in_day=2)
    for child in children[:3]:
        opens(reader, child, why="asked")
    assert [run.detail["hours"] for run in runs()] == [24]


def test_what_ones_own_work_leads_to_is_never_counted(children: list[Person]) -> None:
    """On the rota, nobody is asked; nothing is counted and nothing is told."""
    ReadingLimit.objects.update(in_hour=1, in_day=1)
    manager = StaffFactory.create(role="duty_manager")
    now = timezone.now()
    OnDuty.objects.create(user=manager, kind="on_call", from_at=now - HOUR, to_at=now + HOUR)
    reader = signed_in(manager)
    for child in children:
        assert str(child.reference) in reader.get(f"/people/{child.reference}/").content.decode()
    assert not Entry.objects.filter(event__in=(SAID, RUN)).exists()


def test_the_limits_ship_and_no_council_sets_none() -> None:
    assert [(row.in_hour, row.in_day) for row in ReadingLimit.objects.all()] == [(15, 40)]
