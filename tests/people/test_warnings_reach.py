"""Whom a warning reaches: everybody in the household or at the address as of now, and nobody who may not be told."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.people import actions
from frontdoor.people.models import Address, Person
from frontdoor.people.models import Warning as Danger
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection import reach, warnings
from frontdoor.people.protection.reach import each_once, warnings_for

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = date(2027, 1, 4)
HOME = {"lines": "29 Kestrel Drive", "postcode": "ZZ99 4KD"}
Make = Callable[..., Person]


@pytest.fixture
def mother(make_person: Make) -> Person:
    return make_person("Maud", "Kestrel", address=HOME)


@pytest.fixture
def daughter(make_person: Make, manager: User, mother: Person) -> Person:
    made = make_person("Dora", "Kestrel", date(2018, 5, 5), address={**HOME, "lines": "29, kestrel dr."})
    actions.add_relationship(person=made, other=mother, kind="mother", by=manager, at=AT)
    return made


def warn(person: Person, by: User, about: str = "household", text: str = "Two large dogs", **more: Any) -> Danger:
    return warnings.add_warning(
        person=person, by=by, at=AT, kind="dogs", text=text, about=about, review_on=DAY, **more
    )  # fmt: skip


def said(person: Person, user: User) -> list[str]:
    return [each.text for each in warnings_for([person.pk], user)[person.pk]]


def secret(person: Person, by: User, **more: Any) -> Address:
    where = {"lines": "9 Hidden Yard", "postcode": "ZZ99 6AA", "why": "She fled", "review_on": DAY, **more}
    return actions.add_address(person=person, by=by, at=AT, is_confidential=True, **where)


def move(person: Person, by: User, lines: str = "2 Other Road", postcode: str = "ZZ99 2BB", **more: Any) -> Address:
    return actions.add_address(
        person=person, by=by, at=AT, lines=lines, postcode=postcode, replaces_current=True, **more
    )  # fmt: skip


def test_one_about_this_person_is_theirs_alone(manager: User, mother: Person, daughter: Person) -> None:
    warn(mother, manager, about="person")
    assert said(mother, manager) == ["Two large dogs"]
    assert said(daughter, manager) == []


def test_one_about_the_household_reaches_whoever_lives_there_and_leaves_whoever_moves(
    manager: User, mother: Person, daughter: Person
) -> None:
    warn(mother, manager)
    assert said(daughter, manager) == ["Two large dogs"]
    move(daughter, manager)
    assert said(daughter, manager) == []
    assert said(mother, manager) == ["Two large dogs"], "it follows the household of whom it was set on"
    move(daughter, manager, **HOME)
    assert said(daughter, manager) == ["Two large dogs"]


def test_one_about_the_address_stays_with_the_address(
    manager: User, mother: Person, daughter: Person, make_person: Make
) -> None:
    warn(mother, manager, about="address", address=mother.addresses.get())
    lodger = make_person("Lou", "Lodger", address=HOME)
    assert said(daughter, manager) == said(lodger, manager) == ["Two large dogs"]
    (shown,) = warnings_for([daughter.pk], manager)[daughter.pk]
    assert shown.of_whom == "About 29 Kestrel Drive, ZZ99 4KD"
    move(mother, manager)
    assert said(mother, manager) == [], "she has left"
    assert said(daughter, manager) == ["Two large dogs"], "they have not"
    (kept,) = warnings_for([mother.pk], manager, with_left=True)[mother.pk]
    assert kept.of_whom == "About 29 Kestrel Drive, ZZ99 4KD, where they no longer live", "none vanishes"


def test_one_about_an_address_that_was_never_said_is_about_where_they_live(
    manager: User, mother: Person, daughter: Person
) -> None:
    """As warnings were set until now."""
    old = warn(mother, manager)
    Danger.objects.filter(pk=old.pk).update(about="address")
    assert said(mother, manager) == said(daughter, manager) == ["Two large dogs"]


def test_an_address_typed_is_the_one_on_record_or_another(
    manager: User, mother: Person, daughter: Person, make_person: Make
) -> None:
    same = warn(mother, manager, about="address", place="29 KESTREL DRIVE", postcode="zz994kd")
    assert same.address == mother.addresses.get()
    assert same.place == ""
    neighbour = make_person("Ned", "Neighbour", address={"lines": "31 Kestrel Drive", "postcode": "ZZ99 4KD"})
    other = warn(mother, manager, about="address", place="31 Kestrel Drive", postcode="ZZ99 4KD", text="A machete")
    assert other.address is None
    assert said(neighbour, manager) == ["A machete"]
    assert said(daughter, manager) == ["Two large dogs"]
    assert said(mother, manager) == ["Two large dogs", "A machete"]
    with pytest.raises(Refused, match="Enter the address"):
        warn(mother, manager, about="address", postcode="ZZ99 4KD")
    with pytest.raises(Refused, match="not an address of this person"):
        warn(mother, manager, about="address", address=neighbour.addresses.get())


def test_a_tie_that_says_they_live_together_is_a_household_without_an_address(
    manager: User, mother: Person, make_person: Make
) -> None:
    son, cousin = make_person("Sid", "Kestrel"), make_person("Cy", "Other")
    actions.add_relationship(person=son, other=mother, kind="mother", by=manager, at=AT, lives_with=True)
    actions.add_relationship(person=cousin, other=son, kind="cousin", by=manager, at=AT, lives_with=True)
    warn(mother, manager)
    assert said(son, manager) == said(cousin, manager) == ["Two large dogs"], "also beside whom they live with"


def test_who_is_said_to_live_apart_is_of_another_household(manager: User, mother: Person, daughter: Person) -> None:
    daughter.relationships.update(lives_with=False)
    warn(mother, manager)
    assert said(daughter, manager) == []


def test_many_households_at_one_address_are_not_one(manager: User, make_person: Make) -> None:
    hostel = {"lines": "Rose Hostel, 4 High Street", "postcode": "ZZ99 1AA"}
    one, other = make_person("Una", "First", address=hostel), make_person("Otto", "Second", address=hostel)
    warn(one, manager, text="He threatens her")
    assert said(other, manager) == []
    warn(one, manager, about="address", address=one.addresses.get(), text="A dog in the hall")
    assert said(other, manager) == ["A dog in the hall"], "whoever visits the house meets the dog"


def test_of_somebody_restricted_nothing_is_told_to_others_and_nobody_is_found_through_them(
    manager: User, officer: User, mother: Person, daughter: Person, make_person: Make
) -> None:
    brother = make_person("Ben", "Kestrel")
    actions.add_relationship(person=brother, other=mother, kind="mother", by=manager, at=AT, lives_with=True)
    sister = make_person("Sue", "Kestrel")
    actions.add_relationship(person=sister, other=mother, kind="mother", by=manager, at=AT, lives_with=True)
    warn(mother, manager)
    warn(mother, manager, about="address", address=mother.addresses.get(), text="A machete")
    warn(brother, manager, text="He bites")
    assert said(sister, officer) == ["Two large dogs", "A machete", "He bites"]
    protection.set_restriction(person=mother, holders=[manager], by=manager, at=AT, reason="Threats")
    assert [said(each, officer) for each in (mother, daughter, sister)] == [[], [], []]
    assert said(sister, manager) == ["Two large dogs", "A machete", "He bites"]


def test_one_set_on_somebody_adopted_is_told_beside_nobody_else(
    manager: User, officer: User, mother: Person, daughter: Person
) -> None:
    warn(daughter, manager)
    Person.objects.filter(pk=daughter.pk).update(is_adoption_protected=True)
    assert said(mother, officer) == []
    assert said(daughter, officer) == ["Two large dogs"]


def test_a_confidential_address_is_not_told_by_a_warning(
    manager: User, mother: Person, daughter: Person, make_person: Make
) -> None:
    """Both daughter and mother fled to the yard; a stranger lives next to them, openly, and one in secret as well."""
    for person in (mother, daughter):
        person.addresses.update(ended_on=AT.date())
        secret(person, manager)
    warn(mother, manager, about="address", address=mother.addresses.get(ended_on=None), text="Dogs at 9 Hidden Yard")
    open_one = make_person("Olga", "Open", address={"lines": "9 Hidden Yard", "postcode": "ZZ99 6AA"})
    secret_one = make_person("Sia", "Secret")
    secret(secret_one, manager)
    assert said(daughter, manager) == ["Dogs at [confidential address]"]
    assert said(open_one, manager) == said(secret_one, manager) == [reach.KEPT_BACK]
    for person in (mother, daughter, open_one, secret_one):
        (shown,) = warnings_for([person.pk], manager)[person.pk]
        assert shown.kind == "dogs", "the danger itself is told"
        assert "Hidden" not in f"{shown.text} {shown.of_whom} {shown.evidence} {shown.source}"
    warn(mother, manager, text="He is looking for them")
    assert said(secret_one, manager) == [reach.KEPT_BACK], "an address kept from others makes no household"
    assert said(daughter, manager) == ["Dogs at [confidential address]", "He is looking for them"], "being family does"


def test_of_two_homes_the_confidential_one_is_not_the_place_that_is_told(
    manager: User, mother: Person, make_person: Make
) -> None:
    """A warning about no address in particular, as they were set until now: it is about every home of hers."""
    mother.addresses.all().update(ended_on=AT.date())
    secret(mother, manager)
    actions.add_address(person=mother, by=manager, at=AT, lines="2 Other Road", postcode="ZZ99 2BB")
    old = warn(mother, manager)
    Danger.objects.filter(pk=old.pk).update(about="address")
    lodger = make_person("Lou", "Lodger", address={"lines": "2 Other Road", "postcode": "ZZ99 2BB"})
    for person in (mother, lodger):
        (shown,) = warnings_for([person.pk], manager)[person.pk]
        assert shown.of_whom == "About 2 Other Road, ZZ99 2BB"


def test_the_other_parent_is_not_told_where_they_fled_to(
    manager: User, mother: Person, daughter: Person, make_person: Make
) -> None:
    father = make_person("Fred", "Kestrel", address=HOME)
    actions.add_relationship(person=daughter, other=father, kind="father", by=manager, at=AT, lives_with=True)
    for person in (mother, daughter):
        person.addresses.update(ended_on=AT.date())
        secret(person, manager)
    warn(mother, manager, text="He must not know: 9 Hidden Yard")
    warn(mother, manager, about="address", address=mother.addresses.get(ended_on=None), text="Ring before you come")
    assert said(father, manager) == []
    warn(father, manager, text="He has a knife")
    assert said(daughter, manager) == ["He must not know: [confidential address]", "Ring before you come"]


def test_one_on_a_record_closed_to_whoever_looks_says_only_the_danger(
    manager: User, officer: User, mother: Person, daughter: Person
) -> None:
    warn(mother, manager)
    protection.declare_conflict(user=officer, person=mother, by=manager, at=AT)
    assert said(daughter, officer) == [reach.CLOSED_TO_YOU]


def test_one_that_ended_reaches_nobody(manager: User, mother: Person, daughter: Person) -> None:
    warnings.end_warning(warning=warn(mother, manager), by=manager, at=AT, reason="The dogs are gone")
    assert said(daughter, manager) == []


def test_a_page_about_several_tells_each_warning_once_with_the_names_it_reaches(
    manager: User, mother: Person, daughter: Person
) -> None:
    warn(mother, manager)
    warn(daughter, manager, about="person", text="She runs off")
    told = each_once(warnings_for([mother.pk, daughter.pk], manager))
    assert [(each.text, each.names) for each in told] == [
        ("Two large dogs", ("Maud Kestrel", "Dora Kestrel")),
        ("She runs off", ("Dora Kestrel",)),
    ]
    assert [each.text for each in each_once(warnings_for([mother.pk, daughter.pk], manager), [mother.pk])] == [
        "Two large dogs"
    ]


def test_as_many_questions_are_asked_for_two_as_for_twenty(manager: User, make_person: Make) -> None:
    def street(size: int) -> list[int]:
        found = []
        for number in range(size):
            home = {"lines": f"{number + 1} Long Street", "postcode": f"ZZ9{len(str(size))} 4KD"}
            parent, child = make_person(f"Parent{number}", "Long", address=home), make_person(f"Child{number}", "Long")
            actions.add_relationship(person=child, other=parent, kind="mother", by=manager, at=AT, lives_with=True)
            warn(parent, manager)
            found.append(child.pk)
        return found

    counts = []
    for size in (2, 20):
        keys = street(size)
        with CaptureQueriesContext(connection) as asked:
            reached = warnings_for(keys, manager)
        assert all(len(reached[key]) == 1 for key in keys)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4
