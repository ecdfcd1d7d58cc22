"""A contact somebody may not know of has no line on the breach board either."""

import pytest

from contacts.models import Contact, ContactType
from contacts.queue import readers as queue
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from referrals.background import Background
from tests.contacts.conftest import NOW, some_facts


@pytest.fixture
def contact(officer: User) -> Contact:
    return record_contact(facts=some_facts(), by=officer, at=NOW)


def sees(user: User, contact: Contact) -> bool:
    return bool(Clock.objects.visible_to(user).of(contact.reference).exists())


def test_allegations_are_for_those_who_handle_them(contact: Contact, officer: User, manager: User) -> None:
    assert sees(manager, contact)
    restricted = ContactType.objects.filter(is_restricted=True).first()
    assert restricted is not None
    Contact.objects.filter(pk=contact.pk).update(type=restricted)
    service = User.objects.create_user("service", "Sal Service", roles=["service_manager"])
    assert not sees(manager, contact)
    assert sees(officer, contact)  # who recorded it
    assert sees(service, contact)


def test_what_was_taken_under_a_restriction_is_the_takers_alone(contact: Contact, worker: User, manager: User) -> None:
    Contact.objects.filter(pk=contact.pk).update(taken_under_restriction_by=worker)
    assert sees(worker, contact)
    assert not sees(manager, contact)


def test_a_kind_that_becomes_restricted_is_kept_from_the_next_page(
    contact: Contact, officer: User, manager: User
) -> None:
    def told(user: User) -> tuple[set[str], set[str]]:
        on_line = queue.Background(user, [contact], (), NOW)
        on_page = Background([contact], user, NOW, declared=())
        return set(on_line.clocks), {clock.reference for clock in on_page.clocks}

    everybody = ({contact.reference}, {contact.reference})
    assert told(manager) == everybody  # the text of the question stands from here on
    ContactType.objects.filter(pk=contact.type_id).update(is_restricted=True)
    assert told(manager) == (set(), set())
    assert told(officer) == everybody
