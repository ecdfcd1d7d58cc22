"""An unborn child's record goes on when the child is born; of twins each has one, with the history of the pregnancy."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.birth import Baby, born
from frontdoor.people.models import Involvement, Person, PersonText, Relationship, Restriction
from frontdoor.people.models import Warning as Danger
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection.warnings import add_warning
from tests.factories import PersonFactory, StaffFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
DUE = date(2026, 12, 20)


@pytest.fixture
def worker() -> User:
    return StaffFactory.create(role="social_worker")


@pytest.fixture
def unborn(worker: User) -> Person:
    made: Person = PersonFactory.create(by=worker, at=NOW, given="Baby", family="Quince", expected_on=DUE)
    mother = PersonFactory.create(by=worker, at=NOW, given="Ivy", family="Quince")
    actions.add_relationship(person=made, other=mother, kind="mother", by=worker, at=NOW)
    actions.add_address(
        person=made, by=worker, at=NOW, lines="9 Hidden Street", is_confidential=True, why="Refuge",
        review_on=date(2027, 1, 1),
    )  # fmt: skip
    add_warning(
        person=made, by=worker, at=NOW, kind="dangerous_to_children", text="The father hurt an older child.",
        about="person", review_on=date(2027, 1, 1),
    )  # fmt: skip
    actions.involve(person=made, reference="R-0000TWN1", kind=Involvement.Kind.REFERRAL, at=NOW, worker=worker)
    return Person.objects.get(pk=made.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_one_child_goes_on_in_the_same_record(unborn: Person, worker: User) -> None:
    client = browser(worker)
    page = client.get(f"/people/{unborn.reference}/").content.decode()
    assert f"/people/{unborn.reference}/born/" in page
    answer = client.post(
        f"/people/{unborn.reference}/born/",
        {"version": unborn.version, "born_on_day": "24", "born_on_month": "11", "born_on_year": "2026",
         "how_many": "one", "given_0": "Hazel", "family_0": "Quince", "sex_0": "F"},
    )  # fmt: skip
    assert answer["Location"] == f"/people/{unborn.reference}/"
    unborn.refresh_from_db()
    assert (unborn.date_of_birth, unborn.is_unborn, unborn.sex) == (DAY, False, "F")
    assert unborn.display_name == "Hazel Quince"
    assert Person.objects.filter(names__full="Baby Quince").get() == unborn, "the name before stays"
    assert "/born/" not in client.get(f"/people/{unborn.reference}/").content.decode()


def test_a_danger_at_an_address_that_was_left_does_not_follow_the_other_twin(unborn: Person, worker: User) -> None:
    left = actions.add_address(person=unborn, by=worker, at=NOW, lines="2 Other Road", postcode="ZZ99 2BB")
    for about in (left, unborn.addresses.get(lines="9 Hidden Street")):
        add_warning(
            person=unborn, by=worker, at=NOW, kind="dogs", text=f"Dogs at {about.pk}", about="address", address=about,
            review_on=date(2027, 1, 1),
        )  # fmt: skip
    unborn.addresses.filter(pk=left.pk).update(ended_on=DAY)
    _, twin = born(person=unborn, born_on=DAY, babies=[Baby("Hazel"), Baby("Rowan")], by=worker, at=NOW)
    (kept,) = Danger.objects.in_force().filter(person=twin, kind="dogs")
    assert (kept.address, kept.text.startswith("Dogs at")) == (twin.addresses.get(), True)
    assert kept.address is not None
    assert kept.address.lines == "9 Hidden Street"
    assert Danger.objects.in_force().filter(person=unborn, kind="dogs").count() == 2, "on the first none is lost"


def test_twins_have_a_record_each_with_the_history_of_the_pregnancy(unborn: Person, worker: User) -> None:
    client = browser(worker)
    answer = client.post(
        f"/people/{unborn.reference}/born/",
        {"version": unborn.version, "born_on_day": "24", "born_on_month": "11", "born_on_year": "2026",
         "how_many": "more", "given_0": "Hazel", "family_0": "Quince", "given_1": "Rowan", "family_1": "Quince"},
    )  # fmt: skip
    assert answer.status_code == 302
    twin = Person.objects.get(display_name="Rowan Quince")
    assert twin.date_of_birth == DAY
    said = {row.kind for row in Relationship.objects.filter(person=twin, ended_on=None)}
    assert said == {"mother", "sibling"}
    [address] = twin.addresses.all()
    assert (address.is_confidential, address.why) == (True, "Refuge")
    assert unborn.addresses.count() == 1
    assert Danger.objects.in_force().filter(person=twin).get().text == "The father hurt an older child."
    part = Involvement.objects.open().get(person=twin)
    assert (part.reference, part.role, part.worker) == ("R-0000TWN1", "sibling", worker)
    for one, other in ((unborn, twin), (twin, unborn)):
        told = PersonText.objects.get(person=one).notes
        assert str(other.reference) in told
        assert f"The pregnancy was recorded on {unborn.reference}, expected on 20 Dec 2026." in told
    page = client.get(f"/people/{unborn.reference}/").content.decode()
    assert f"record a contact about {twin.reference}" in page
    assert Entry.objects.get(event="person.born").detail["records"] == [unborn.reference, twin.reference]


def test_three_are_three(unborn: Person, worker: User) -> None:
    found = born(person=unborn, babies=[Baby("Hazel"), Baby(), Baby("Ash")], born_on=DAY, by=worker, at=NOW)
    assert [each.date_of_birth for each in found] == [DAY] * 3
    assert Relationship.objects.filter(kind="sibling", person__in=found).count() == 3
    assert str(found[0].reference) in found[1].description, "a baby without a name is told by whom it was born with"


def test_what_hides_the_one_hides_the_other(unborn: Person, worker: User) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    relative = StaffFactory.create(role="edt_worker")
    protection.declare_conflict(user=relative, person=unborn, by=worker, at=NOW)
    protection.set_restriction(person=unborn, holders=[worker], by=dpo, at=NOW, reason="Threats against the mother.")
    twin = born(person=unborn, babies=[Baby("Hazel"), Baby("Rowan")], born_on=DAY, by=worker, at=NOW)[1]
    assert Restriction.objects.in_force().filter(person=twin).exists()
    manager = StaffFactory.create(role="team_manager")
    assert not Person.objects.visible_to(manager).filter(pk=twin.pk).exists()
    assert Person.objects.visible_to(worker).filter(pk=twin.pk).exists()
    with pytest.raises(Denied):
        born(person=unborn, babies=[Baby()], born_on=DAY, by=relative, at=NOW)
    assert twin.conflicts.filter(user=relative).exists()


def test_only_an_unborn_child_is_born_and_not_tomorrow(unborn: Person, worker: User) -> None:
    with pytest.raises(Refused) as refused:
        born(person=unborn, babies=[Baby()], born_on=DAY + timedelta(days=9), by=worker, at=NOW)
    assert refused.value.field == "born_on"
    with pytest.raises(Refused):
        born(person=unborn, babies=[], born_on=DAY, by=worker, at=NOW)
    done = born(person=unborn, babies=[Baby()], born_on=DAY, by=worker, at=NOW)
    with pytest.raises(Refused, match="not of an unborn"):
        born(person=done[0], babies=[Baby()], born_on=DAY, by=worker, at=NOW)
