"""Bundles as acts keep them: arrivals, links, hands, what is hidden, and two at once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contacts.bundles import actions as bundles
from contacts.facts import AddressFacts, ContactFacts, PersonFacts
from contacts.models import Bundle, BundleJoin, Contact, PossibleLink
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.notifications.outbox import drain
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.merging import merge
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from tests.contacts.conftest import NOW, some_facts
from tests.factories import PersonFactory, StaffFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def about(*children: PersonFacts, **more: object) -> ContactFacts:
    return some_facts(people=list(children), **more)


SAM: dict[str, Any] = {"given_name": "Sam", "family_name": "Example", "date_of_birth": date(2017, 3, 3)}


def in_step() -> None:
    """What stands on every bundle is what its contacts on the queue say."""
    order = ["red", "amber", "green", "blue", ""]
    for bundle in Bundle.objects.all():
        rows = list(Contact.objects.on_queue().filter(bundle=bundle))
        assert (bundle.size, bundle.is_on_queue) == (len(rows), bool(rows))
        if not rows:
            continue
        assert bundle.grade == min((row.grade for row in rows), key=order.index)
        assert (bundle.tier, bundle.rank_at) == min((row.tier, row.rank_at) for row in rows)
        assert bundle.first_received_at == min(row.received_at for row in rows)
        born = [p.date_of_birth for row in rows for p in row.people.filter(is_child=True) if p.date_of_birth]
        assert bundle.youngest_born_on == max(born, default=None)
    for contact in Contact.objects.on_queue():
        assert contact.bundle is not None
        assert BundleJoin.objects.get(contact=contact, ended_at=None).bundle == contact.bundle


def record(officer: User, facts: ContactFacts, at: datetime = NOW) -> Contact:
    return recording.record_contact(facts=facts, by=officer, at=at)


def test_a_contact_alone_is_a_bundle_of_one_and_the_second_about_the_child_joins_it(officer: User) -> None:
    first = record(officer, some_facts())
    assert first.bundle is not None
    assert (first.bundle.size, BundleJoin.objects.get().code) == (1, "opened")
    second = record(officer, about(PersonFacts(**SAM), grade="red"), LATER)
    bundle = bundles.bundle_of(second)
    assert (bundle, bundle.size, bundle.grade, bundle.tier) == (first.bundle, 2, "red", 1)
    join = second.bundle_joins.get()
    assert (join.other, join.by, join.code) == (first, officer, "child_name_born")
    assert bundle.youngest_born_on == date(2019, 5, 1)
    in_step()


def test_a_contact_that_joins_two_bundles_makes_one_of_them(officer: User) -> None:
    one = record(officer, about(PersonFacts(**SAM), address=None))
    kit = PersonFacts(given_name="Kit", family_name="Far", date_of_birth=date(2015, 1, 1))
    other = record(officer, about(kit))
    assert one.bundle != other.bundle
    both = record(officer, about(PersonFacts(**SAM), kit), LATER)
    assert {c.bundle_id for c in Contact.objects.all()} == {one.bundle_id}
    assert other.bundle is not None
    gone = Bundle.objects.get(pk=other.bundle.pk)
    assert (gone.merged_into_id, gone.is_on_queue, both.bundle_id) == (one.bundle_id, False, one.bundle_id)
    assert BundleJoin.objects.get(contact=other, bundle=gone).ended_at == LATER
    in_step()


def test_a_decided_contact_leaves_the_bundle_and_later_news_opens_another(officer: User, manager: User) -> None:
    first = record(officer, some_facts())
    Contact.objects.filter(pk=first.pk).update(is_on_queue=False)
    bundles.refresh_of([first.pk])
    assert not bundles.bundle_of(first).is_on_queue
    second = record(officer, some_facts(), LATER)
    assert second.bundle_id != first.bundle_id
    in_step()


def test_arriving_while_it_is_screened_calls_for_attention_and_tells_the_holder(officer: User, manager: User) -> None:
    first = record(officer, some_facts())
    quiet = record(officer, some_facts(), NOW)
    assert bundles.bundle_of(quiet).needs_attention_at is None
    screening.claim(contact=first, by=manager, at=LATER)
    third = record(officer, about(PersonFacts(**SAM)), LATER)
    assert bundles.bundle_of(third).needs_attention_at == LATER
    assert Notice.objects.get(user=manager, kind="bundle").path == f"/contacts/{third.reference}/"
    assert third.bundle is not None
    assert Entry.objects.filter(event="bundle.attention", reference=third.bundle.reference).exists()
    screening.claim(contact=third, by=manager, at=LATER)
    assert bundles.bundle_of(third).needs_attention_at is None


def test_a_contact_taken_out_by_hand_stays_out_until_it_is_joined_again(officer: User, manager: User) -> None:
    first, second = record(officer, some_facts()), record(officer, some_facts())
    third = record(officer, some_facts())
    whole = first.bundle
    with pytest.raises(Refused):
        bundles.split(contact=second, by=manager, at=LATER, reason=" ")
    alone = bundles.split(contact=second, by=manager, at=LATER, reason="Another family of this name")
    assert alone != whole
    fourth = record(officer, about(PersonFacts(**SAM)), LATER)
    assert fourth.bundle == whole
    assert bundles.bundle_of(second) == alone
    in_step()
    again = bundles.join(contact=second, other=first, by=manager, at=LATER, reason="The same after all")
    assert {c.bundle_id for c in Contact.objects.all()} == {again.pk}
    assert again == whole
    ended = BundleJoin.objects.filter(contact=second, ended_at__isnull=False)
    assert [j.sentence for j in ended.order_by("pk")][-1] == "Another family of this name"
    assert Entry.objects.filter(event__in=["bundle.split", "bundle.joined"]).count() == 2
    assert third.bundle_id == again.pk
    in_step()


def test_confirming_a_record_joins_and_taking_the_link_back_takes_it_out(officer: User, manager: User) -> None:
    person = create_person(names=[GivenName(given="Robin", family="Reed")], by=manager, at=NOW)
    first = record(officer, about(PersonFacts(given_name="Robin"), address=None))
    second = record(officer, about(PersonFacts(given_name="Bobby"), address=None))
    assert first.bundle_id != second.bundle_id
    for contact in (first, second):
        screening.link_person(on_contact=contact.people.get(), person=person, by=manager, at=LATER)
    assert bundles.bundle_of(first) == bundles.bundle_of(second)
    assert BundleJoin.objects.filter(code="child_confirmed", ended_at=None).count() == 1
    screening.unlink_person(on_contact=second.people.get(), by=manager, at=LATER, reason="Another.")
    assert bundles.bundle_of(first) != bundles.bundle_of(second)
    in_step()


def test_joining_two_records_joins_their_open_contacts_and_taking_it_back_parts_them(
    officer: User, manager: User
) -> None:
    one, other = (
        create_person(names=[GivenName(given=given, family="Reed")], by=manager, at=NOW) for given in ("Robin", "Bobby")
    )
    first = record(officer, about(PersonFacts(given_name="Robin"), address=None))
    second = record(officer, about(PersonFacts(given_name="Bobby"), address=None))
    for contact, person in ((first, one), (second, other)):
        screening.link_person(on_contact=contact.people.get(), person=person, by=manager, at=LATER)
    assert bundles.bundle_of(first) != bundles.bundle_of(second)
    done = merge.apply(survivor=one, loser=other, by=manager, at=LATER, reason="One boy, two names")
    drain(LATER)
    assert bundles.bundle_of(first) == bundles.bundle_of(second)
    assert {join.code for join in BundleJoin.objects.filter(ended_at=None)} == {"opened", "child_confirmed"}
    in_step()
    merge.undo(done, by=manager, at=LATER, reason="Two boys after all")
    drain(LATER)
    assert bundles.bundle_of(first) != bundles.bundle_of(second)
    in_step()


def test_nothing_about_somebody_hidden_is_bundled_or_linked(officer: User, manager: User) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    person = PersonFactory.create(by=manager)
    first = record(officer, about(PersonFacts(**SAM)))
    second = record(officer, about(PersonFacts(**SAM)))
    assert first.bundle_id == second.bundle_id
    screening.link_person(on_contact=first.people.get(), person=person, by=manager, at=NOW)
    set_restriction(person=person, holders=[manager], by=dpo, at=LATER, reason="A colleague's child")
    assert bundles.bundle_of(first) != bundles.bundle_of(second)
    third = record(officer, about(PersonFacts(**SAM)), LATER)
    assert (third.bundle_id, bundles.bundle_of(first).size) == (second.bundle_id, 1)
    assert not PossibleLink.objects.exists()
    with pytest.raises(Refused):
        bundles.join(contact=first, other=third, by=manager, at=LATER, reason="They look alike")
    assert bundles.bundle_of(first) not in Bundle.objects.visible_to(officer)
    in_step()


def test_an_adopted_child_s_record_never_bundles(officer: User, manager: User) -> None:
    person = PersonFactory.create(by=manager)
    Person.objects.filter(pk=person.pk).update(is_adoption_protected=True)
    first, second = record(officer, about(PersonFacts(**SAM))), record(officer, about(PersonFacts(**SAM)))
    screening.link_person(on_contact=first.people.get(), person=person, by=manager, at=LATER)
    assert bundles.bundle_of(first) != bundles.bundle_of(second)


def test_neighbours_in_a_refuge_get_a_possible_link_and_never_a_bundle(officer: User) -> None:
    refuge = AddressFacts(lines=["Rose Refuge", "4 High Street"], postcode="ZZ99 3CC")
    first = record(officer, about(PersonFacts(given_name="Kit", family_name="Example"), address=refuge))
    second = record(officer, about(PersonFacts(given_name="Kim", family_name="Example"), address=refuge))
    assert first.bundle_id != second.bundle_id
    assert PossibleLink.objects.get().code == "communal"


def test_arriving_costs_a_fixed_number_of_questions(officer: User, django_assert_max_num_queries: Any) -> None:
    contact = record(officer, some_facts())
    for _ in range(5):
        record(officer, some_facts())
    facts = bundles.facts_of([contact])
    with django_assert_max_num_queries(5):
        bundles.facts_of(list(Contact.objects.select_related("type")))
    assert len(facts) == 1
