"""Two contacts about one family know of each other on their pages."""

from datetime import date, timedelta

from django.test import Client

from contacts.facts import PersonFacts
from contacts.models import Contact, ContactType
from contacts.recording import actions as recording
from frontdoor.accounts.models import User
from tests.contacts.conftest import NOW, some_facts
from tests.contacts.test_bundles import SAM
from tests.contacts.test_queue import open_as


def test_a_second_call_about_a_child_and_the_first_lead_to_each_other(client: Client, officer: User) -> None:
    first = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    second = recording.record_contact(
        facts=some_facts(people=[PersonFacts(**SAM)]), by=officer, at=NOW + timedelta(minutes=10)
    )
    other = recording.record_contact(
        facts=some_facts(
            people=[PersonFacts(given_name="Kit", family_name="Far", date_of_birth=date(2015, 1, 1))], address=None
        ),
        by=officer,
        at=NOW,
    )
    open_as(client, officer)
    for one, two in ((first, second), (second, first)):
        page = client.get(f"/contacts/{one.reference}/").content.decode()
        assert "Also about this family" in page
        assert f'href="/contacts/{two.reference}/"' in page
        assert other.reference not in page
    assert "Also about this family" not in client.get(f"/contacts/{other.reference}/").content.decode()


def test_one_that_may_not_be_seen_is_told_of_nowhere(client: Client, officer: User) -> None:
    first = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    kept = recording.record_contact(
        facts=some_facts(people=[PersonFacts(**SAM)]), by=officer, at=NOW + timedelta(minutes=10)
    )
    open_as(client, officer)
    assert kept.reference in client.get(f"/contacts/{first.reference}/").content.decode()
    hidden = ContactType.objects.filter(is_restricted=True).first()
    Contact.objects.filter(pk=kept.pk).update(type=hidden, recorded_by=None)
    page = client.get(f"/contacts/{first.reference}/").content.decode()
    assert kept.reference not in page
    assert "Also about this family" not in page
