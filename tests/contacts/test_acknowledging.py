"""The family and the public are acknowledged, and that is kept; a child's own call reaches nobody at home."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core import mail
from django.test import Client

from contacts.facts import ReferrerFacts
from contacts.models import Acknowledgement, Contact
from contacts.recording.actions import record_contact
from contacts.screening.acknowledging import acknowledge_to, may_reach_home
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.notifications import outbox
from referrals.actions import decide_contact
from referrals.fast_track import fast_track
from tests.contacts.conftest import some_facts
from tests.referrals.conftest import each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.moment(NOW + timedelta(hours=2))]


@pytest.fixture
def neighbour(officer: User) -> Contact:
    caller = ReferrerFacts(name="Nell Near", role="Neighbour", telephone="01632 960001", email="nell@example.org")
    return record_contact(facts=some_facts(referrer=caller), by=officer, at=NOW)


@pytest.fixture
def own_call(officer: User) -> Contact:
    caller = ReferrerFacts(name="Sam", is_the_child=True, safe_way="At school, after lunch")
    return record_contact(facts=some_facts(referrer=caller), by=officer, at=NOW)


def told(
    contact: Contact,
    by: User,
    *,
    whom: str = "public",
    how: str = "telephone",
    said: str = "We have it. Ring us if anything changes.",
    told_at: datetime = LATER,
) -> Acknowledgement:
    contact.refresh_from_db()
    return acknowledge_to(
        contact=contact, whom=whom, name="Nell Near", how=how, said=said, told_at=told_at, by=by, at=LATER
    )  # fmt: skip


def test_who_was_told_when_how_and_by_whom_is_kept_and_the_contact_is_acknowledged(
    neighbour: Contact, worker: User
) -> None:
    made = told(neighbour, worker)
    assert (made.whom, made.how, made.told_at, made.told_by) == ("public", "telephone", LATER, worker)
    neighbour.refresh_from_db()
    assert neighbour.acknowledged_by == worker
    assert not Clock.objects.running().filter(reference=neighbour.reference, rule="acknowledgement").exists()
    assert Entry.objects.filter(event="contact.acknowledged_to", reference=neighbour.reference).count() == 1


def test_the_outcome_is_told_to_professionals_only(neighbour: Contact, manager: User) -> None:
    decide_contact(
        contact=neighbour, decisions=each(neighbour, "referral", is_new_record=True), by=manager, at=LATER
    )  # fmt: skip
    outbox.drain(LATER + timedelta(minutes=5))
    assert mail.outbox == []


def test_a_childs_own_call_reaches_nobody_at_home_until_a_social_worker_has_decided(
    own_call: Contact, officer: User, worker: User, manager: User
) -> None:
    for whom, how in (("family", "telephone"), ("family", "letter"), ("child", "message"), ("child", "telephone")):
        with pytest.raises(Refused, match="until a social worker has decided"):
            told(own_call, worker, whom=whom, how=how)
    assert told(own_call, worker, whom="child", how="safe_way").pk
    fast_track(contact=own_call, by=officer, at=LATER)
    own_call.refresh_from_db()
    assert not may_reach_home(own_call), "the fast track is not yet a decision of a social worker"


def test_after_a_social_workers_decision_the_home_may_be_told(own_call: Contact, manager: User) -> None:
    decide_contact(contact=own_call, decisions=each(own_call, "referral", is_new_record=True), by=manager, at=LATER)
    own_call.refresh_from_db()
    assert may_reach_home(own_call)
    assert told(own_call, manager, whom="family").pk


def test_nothing_said_or_a_time_to_come_is_refused(neighbour: Contact, worker: User) -> None:
    with pytest.raises(Refused, match="Enter what was said"):
        told(neighbour, worker, said=" ")
    for moment in (LATER + timedelta(minutes=1), NOW - timedelta(minutes=1)):
        with pytest.raises(Refused, match="between the contact and now"):
            told(neighbour, worker, told_at=moment)
    with pytest.raises(Refused, match="The safe way is the child’s own"):
        told(neighbour, worker, how="safe_way")


def test_on_the_call_it_came_by_it_can_be_acknowledged(neighbour: Contact, worker: User) -> None:
    Contact.objects.filter(pk=neighbour.pk).update(received_at=NOW + timedelta(seconds=40))
    assert told(neighbour, worker, told_at=NOW).told_at == NOW
    with pytest.raises(Refused, match="between the contact and now"):
        told(neighbour, worker, told_at=NOW - timedelta(minutes=1))


def test_it_is_recorded_on_a_page_of_its_own_and_told_on_the_contact(
    client: Client, neighbour: Contact, worker: User
) -> None:
    client.force_login(worker)
    page = f"/contacts/{neighbour.reference}/"
    address = f"{page}told/"
    assert address in client.get(page).content.decode(), "there is a button"
    assert "Not the outcome" in unescape(client.get(address).content.decode())
    sent = {
        "version": str(neighbour.version), "whom": "public", "name": "Nell Near", "how": "telephone",
        "said": "We have it.", "told_at": "2026-11-23T11:00",
    }  # fmt: skip
    assert client.post(address, {**sent, "whom": ""}).status_code == 422
    answer = client.post(address, sent)
    assert answer.status_code == 302, unescape(answer.content.decode())
    text = " ".join(unescape(client.get(page).content.decode()).split())
    assert "Acknowledged to a member of the public (Nell Near), by telephone" in text


def test_a_childs_own_call_says_so_on_the_page(client: Client, own_call: Contact, worker: User) -> None:
    client.force_login(worker)
    text = unescape(client.get(f"/contacts/{own_call.reference}/told/").content.decode())
    assert "No letter, call or text to the home" in text
    assert "At school, after lunch" in text
