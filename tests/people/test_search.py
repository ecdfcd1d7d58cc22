from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdoor.people import actions
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import Name, NameToken
from frontdoor.people.protection import actions as protection
from frontdoor.people.search import search

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def references(page):
    return [hit.reference for hit in page.hits]


@pytest.mark.parametrize(
    "typed",
    [
        "zoe obrien", "ZOË O’BRIEN", "smith", "smyth", "zoe smit", "obri", "zoe 3/2/2015", "zoe 2/3/2015",
        "smith 3 feb 2015",
        "9990000018", "999 000 0018", "12 mill lane", "KX1 2AB", "kx12ab", "01632 960123",
        "+44 1632 960123", "03/02/2015",
    ],
)  # fmt: skip
def test_a_child_is_found_however_the_caller_says_it(officer, zoe, typed):
    assert references(search(officer, typed)) == [zoe.reference]


def test_a_child_is_found_by_reference_as_dictated(officer, zoe):
    assert references(search(officer, zoe.reference.lower())) == [zoe.reference]


def test_former_and_known_as_names_find_the_person_and_the_present_one_is_shown(officer, zoe, manager):
    actions.add_name(person=zoe, by=manager, at=AT, given="Zoë", family="Kowalczyk")
    actions.add_name(person=zoe, by=manager, at=AT, given="Bee", kind="known_as")
    for typed in ("kowalchik", "bee", "obrien"):
        hit = search(officer, typed).hits[0]
        assert hit.person.display_name == "Zoë Kowalczyk (known as Bee)"
    assert Name.objects.get(person=zoe, full="Zoë O'Brien-Smith").kind == "former"


def test_names_in_other_scripts_and_single_names_are_found(officer, make_person):
    person = make_person("محمد")
    other = make_person("王小明")
    assert references(search(officer, "محمد")) == [person.reference]
    assert references(search(officer, "王小")) == [other.reference]


def test_a_confidential_address_is_neither_shown_nor_searched(officer, zoe, manager):
    actions.add_address(
        person=zoe, by=manager, at=AT, lines="99 Hidden Street", postcode="ZZ99 3AA", is_confidential=True,
        why="Refuge", review_on=date(2027, 1, 1),
    )  # fmt: skip
    assert not search(officer, "99 hidden street").hits
    assert not search(officer, "ZZ99 3AA").hits
    assert "Hidden" not in search(officer, "zoe").hits[0].address


def test_a_restricted_child_does_not_exist_for_anybody_but_the_holders(officer, manager, zoe):
    protection.set_restriction(person=zoe, holders=[manager], by=manager, at=AT, reason="Threats")
    for typed in (
        "zoe obrien",
        "smyth",
        "9990000018",
        "12 mill lane",
        "KX1 2AB",
        "01632 960123",
        zoe.reference,
        "3/2/2015",
    ):
        page = search(officer, typed)
        assert page.total == 0
        assert page.sentence == "Nobody found"
    assert search(manager, "zoe").total == 1


def test_hidden_people_never_eat_a_place_before_the_limit(officer, manager, make_person):
    people = [make_person(f"Ann{i}", "Zabriskie") for i in range(6)]
    for hidden in people[3:]:
        protection.set_restriction(person=hidden, holders=[manager], by=manager, at=AT, reason="Threats")
    page = search(officer, "zabriskie", limit=3)
    assert set(references(page)) == {p.reference for p in people[:3]}
    assert page.total == 3
    assert not page.next_after


def test_pages_follow_one_another_without_gap_or_repeat(officer, make_person):
    made = {make_person(f"Ann{i}", "Zabriskie").reference for i in range(7)}
    seen, after = [], None
    while True:
        page = search(officer, "zabriskie", after=after, limit=3)
        seen += references(page)
        after = page.next_after
        if not after:
            break
    assert len(seen) == 7
    assert set(seen) == made


def test_a_bare_common_name_asks_for_a_second_fact(officer, make_person):
    for i in range(102):
        make_person(f"N{i}", "Smith", date(2010, 1, 1 + i % 28))
    page = search(officer, "smith")
    assert page.too_many
    assert "More than 100" in page.sentence
    assert references(search(officer, "smith n7"))[0:1]
    assert not search(officer, "smith 3/1/2010").too_many


def test_an_adopted_childs_record_is_not_offered(officer, make_person):
    person = make_person("Robin", "Quill", date(2014, 1, 2), is_adoption_protected=True)
    assert not search(officer, "robin quill").hits
    assert not matching.candidates(
        matching.Sought(given="Robin", family="Quill", date_of_birth=date(2014, 1, 2)), officer
    )
    assert references(search(officer, person.reference)) == [person.reference]


def test_nobody_is_found_for_nothing_and_nothing_for_nobody(officer, zoe):
    for typed in ("", "   ", "%", "\x00", "'; DROP TABLE people_person; --", "*"):
        assert not search(officer, typed).hits
    officer.is_active = False
    assert not search(officer, "zoe").hits


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_no_query_breaks_the_search(officer, typed):
    search(officer, typed)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.from_regex(r"[A-Za-zÀ-žА-я]{2,12}", fullmatch=True), st.from_regex(r"[A-Za-zÀ-žА-я]{2,12}", fullmatch=True))
def test_whoever_is_recorded_by_a_name_is_found_by_it(officer, make_person, given_name, family):
    person = make_person(given_name, family, date(2011, 5, 6))
    if person.display_name == "Name not known":
        return
    assert person.reference in references(search(officer, f"{given_name} {family} 2011-05-06", limit=1000))


def test_the_same_day_and_month_exchanged_scores_as_a_match(officer, zoe):
    found = matching.candidates(
        matching.Sought(given="Zoe", family="OBrien Smith", date_of_birth=date(2015, 3, 2)), officer
    )
    assert found[0].person == zoe
    assert found[0].needs_answer
    assert "exchanged" in " ".join(found[0].reasons)


def test_a_refused_match_is_never_offered_again(officer, zoe):
    facts = matching.Sought(given="Zoe", family="Smith", date_of_birth=date(2015, 2, 3))
    assert matching.candidates(facts, officer, reference="C-00000001", position=1)
    actions.refuse_match(person=zoe, reference="C-00000001", position=1, by=officer, at=AT)
    assert not matching.candidates(facts, officer, reference="C-00000001", position=1)
    assert matching.candidates(facts, officer, reference="C-00000001", position=2)


def test_a_hit_on_a_restricted_child_is_known_to_the_server_alone(officer, manager, zoe):
    protection.set_restriction(person=zoe, holders=[manager], by=manager, at=AT, reason="Threats")
    facts = matching.Sought(given="Zoe", family="O'Brien-Smith", date_of_birth=date(2015, 2, 3))
    assert not matching.candidates(facts, officer)
    assert [c.person for c in matching.restricted_hits(facts)] == [zoe]


def test_a_second_person_with_one_nhs_number_is_a_candidate_not_an_error(officer, zoe, make_person):
    other = make_person("Zoe", "Brown", identifiers_given={"nhs": "9990000018"})
    assert set(references(search(officer, "9990000018"))) == {zoe.reference, other.reference}
    found = matching.candidates(matching.Sought(identifiers={"nhs": "999 000 0018"}), officer)
    assert {c.person for c in found} == {zoe, other}


def test_the_words_of_a_name_are_kept_with_it(zoe):
    assert set(NameToken.objects.filter(person=zoe).values_list("word", flat=True)) == {
        "zoe",
        "obrien",
        "smith",
        "obriensmith",
    }
