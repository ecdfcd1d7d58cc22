"""Candidates while somebody types: the same model as the linkage of whole extracts, on people in the database."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from frontdoor.people import actions
from frontdoor.people.matching import candidates as matching
from frontdoor.people.matching import weights
from frontdoor.people.matching.candidates import Sought
from frontdoor.people.matching.levels import M_LOG
from frontdoor.people.models import LinkageWeights, NameWord, Relationship
from frontdoor.people.protection import actions as protection

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BORN = date(2014, 3, 9)
HOME = {"lines": "14 Plover Road, Anytown", "postcode": "ZZ9 4XY"}


def asked(**facts):
    return Sought(**{"given": "Danika", "family": "Thrussell", "date_of_birth": BORN, **facts})


def scores(user, facts, **more):
    return {c.person.pk: c for c in matching.candidates(facts, user, **more)}


@pytest.fixture
def danika(make_person):
    return make_person(
        "Danika", "Thrussell", BORN, dob_precision="exact", sex="F", address=HOME, telephone="01632 700111",
        identifiers_given={"nhs": "9990000018"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"given": "DANIKA", "family": "thrussell"},
        {"given": "Danikka"},
        {"family": "Trussell"},
        {"family": "Thrussell-Oakes"},
        {"given": "Thrussell", "family": "Danika"},
        {"given": "Danika Rose"},
        {"date_of_birth": date(2014, 9, 3)},
        {"date_of_birth": date(2014, 3, 19)},
        {"date_of_birth": date(2013, 3, 9)},
        {"date_of_birth": date(2014, 1, 1), "dob_precision": "estimated"},
        {"date_of_birth": None},
        {"family": "", "postcode": "ZZ9 4XY"},
        {"given": "", "family": "", "date_of_birth": None, "identifiers": {"nhs": "999 000 0018"}},
        {"given": "Roe", "known_as": "Danika", "postcode": "ZZ94XY"},
        {"family": "Marlowe", "address": "14 Plover Rd", "postcode": "ZZ9 4XY"},
    ],
    ids=str,
)
def test_a_child_described_otherwise_is_a_candidate_that_needs_an_answer(officer, danika, facts):
    found = scores(officer, asked(**facts))
    assert list(found) == [danika.pk]
    assert found[danika.pk].needs_answer
    assert found[danika.pk].reasons


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (("Mohammed", "Chaudhry"), ("Muhammad", "Choudhury")),
        (("Maxamed", "Cali"), ("Mohamed", "Ali")),
        (("Małgorzata", "Łuczak"), ("Malgorzata", "Luczak")),
        (("William", "Ostler"), ("Billy", "Ostler")),
        (("Katherine", "Ostler"), ("Kate", "Ostler")),
        (("Ellie-Mae", "O'Farrell"), ("Ellie Mae", "OFarrell")),
        (("Harlow", "Benn Carter"), ("Harlow", "Carter-Benn")),
        (("Sukarno", ""), ("", "Sukarno")),
        (("Yohannes Tesfaye", "Gebre"), ("Tesfaye", "Yohannes")),
        (("Agnieszka", "Kowalska"), ("Agnieszka", "Kowalski")),
    ],
)
def test_a_name_written_in_another_way_is_found(officer, make_person, recorded, said):
    person = make_person(*recorded, BORN, dob_precision="exact")
    found = scores(officer, Sought(given=said[0], family=said[1], date_of_birth=BORN))
    assert found[person.pk].needs_answer


def test_a_former_and_a_changed_first_name_are_found(officer, manager, danika):
    actions.add_name(person=danika, by=manager, at=AT, given="Rowan", family="Marlowe")
    for facts in (asked(), asked(given="Rowan", family="Marlowe"), asked(given="Rowan")):
        assert scores(officer, facts)[danika.pk].needs_answer


def test_a_twin_and_a_brother_of_one_name_score_below_the_child_meant(officer, make_person, danika):
    twin = make_person("Rowena", "Thrussell", BORN, dob_precision="exact", address=HOME, telephone="01632 700111")
    brother = make_person("Danika", "Thrussell", date(2017, 8, 21), dob_precision="exact", address=HOME)
    found = scores(officer, asked(sex="F", postcode="ZZ9 4XY", address=HOME["lines"], telephone="01632700111"))
    assert found[danika.pk].score >= 99
    for other in (twin, brother):
        assert other.pk not in found or (found[other.pk].probability < 0.5 and found[other.pk].doubts)


def test_a_number_alone_never_outweighs_a_name_and_a_birth_that_contradict(officer, make_person, danika):
    facts = Sought(
        given="Leopold", family="Vance", date_of_birth=date(2006, 12, 1), sex="M", identifiers={"nhs": "9990000018"}
    )
    found = scores(officer, facts)
    assert danika.pk not in found or found[danika.pk].doubts
    assert danika.pk not in found or found[danika.pk].probability < 0.5


def test_whoever_bears_the_number_given_is_shown_even_when_its_check_digit_is_wrong(officer, make_person):
    """Such a number proves little, so few points: but only somebody who looks can say that it is a slip of the pen."""
    bearer = make_person("Ottilie", "Quenby", date(2011, 5, 2), identifiers_given={"nhs": "9990000017"})
    found = scores(officer, Sought(identifiers={"nhs": "999 000 0017"}))
    assert list(found) == [bearer.pk]
    other = Sought(
        given="Leopold", family="Vance", date_of_birth=date(2006, 12, 1), sex="M", identifiers={"nhs": "9990000017"}
    )
    found = scores(officer, other)
    assert list(found) == [bearer.pk]
    assert found[bearer.pk].probability < 0.01
    assert found[bearer.pk].doubts


def test_bearers_of_the_number_given_keep_their_place_before_better_likenesses(officer, make_person):
    bearer = make_person("Ottilie", "Quenby", date(2011, 5, 2), identifiers_given={"nhs": "9990000017"})
    for _ in range(12):
        make_person("Leopold", "Vance", date(2006, 12, 1))
    facts = Sought(given="Leopold", family="Vance", date_of_birth=date(2006, 12, 1), identifiers={"nhs": "9990000017"})
    found = matching.candidates(facts, officer)
    assert len(found) == 10
    assert found[-1].person == bearer


def test_a_misspelt_name_with_the_same_home_or_birth_is_shown_however_many_live_there(officer, make_person):
    """The postcode of many people weighs next to nothing, and so does a common name: both together are worth a look."""
    weights.count_bearers()
    child = make_person("Ottilie", "Quenby", date(2011, 5, 2), address=HOME, sex="F")
    said = Sought(given="Otilie", family="Quenbie", postcode="ZZ9 4XY", date_of_birth=date(2001, 11, 30), sex="M")
    assert list(scores(officer, said)) == [child.pk]
    born = Sought(given="Otilie", family="Quenbie", postcode="ZZ1 1AA", date_of_birth=date(2011, 5, 2), sex="M")
    assert list(scores(officer, born)) == [child.pk]
    elsewhere = Sought(given="Otilie", family="Quenbie", postcode="ZZ1 1AA", date_of_birth=date(2001, 11, 30))
    assert list(scores(officer, elsewhere)) == []


def test_other_valid_numbers_and_sexes_are_said_to_contradict(officer, danika):
    found = scores(officer, asked(identifiers={"nhs": "999 000 0026"}))
    assert "Their NHS numbers are both valid and different." in found[danika.pk].doubts


def test_a_former_pupil_number_finds_the_child(officer, manager, danika):
    actions.add_identifier(person=danika, by=manager, at=AT, kind="former_upn", value="A201900000000")
    found = scores(officer, Sought(given="Danika", identifiers={"upn": "A201900000000"}))
    assert found[danika.pk].needs_answer


def test_an_unborn_child_is_found_as_the_child_born_to_that_home(officer, make_person):
    child = make_person("Danika", "Thrussell", date(2026, 2, 20), dob_precision="exact", address=HOME)
    late = make_person("Rowena", "Thrussell", date(2028, 2, 20), dob_precision="exact", address=HOME)
    facts = Sought(
        given="Unborn", family="Thrussell", expected_on=date(2026, 3, 1), postcode="ZZ9 4XY", address=HOME["lines"]
    )
    found = scores(officer, facts)
    assert child.pk in found
    assert late.pk not in found


def test_an_address_many_share_says_little_and_a_confidential_one_nothing(officer, manager, make_person, danika):
    far = make_person("Danika", "Thrussell", dob_precision="unknown")
    actions.add_address(
        person=far, by=manager, at=AT, lines="1 Refuge Row", postcode="ZZ8 8ZZ", is_confidential=True, why="Refuge",
        review_on=date(2027, 1, 1),
    )  # fmt: skip
    plain = scores(officer, asked(date_of_birth=None))[far.pk]
    there = scores(officer, asked(date_of_birth=None, postcode="ZZ8 8ZZ", address="1 Refuge Row"))[far.pk]
    assert there.weights == plain.weights
    for n in range(20):
        make_person(f"Lodger{n}", "Quill", address={"lines": "14 Plover Road", "postcode": "ZZ9 4XY"})
    shared = scores(officer, asked(postcode="ZZ9 4XY", address=HOME["lines"]))[danika.pk]
    said = next(bits for sentence, bits in shared.weights if sentence.startswith("The same household"))
    assert said < 7.5


def test_what_hidden_relatives_are_called_is_no_evidence(officer, manager, make_person, danika):
    mother = make_person("Moira", "Thrussell")
    Relationship.objects.create(person=danika, other=mother, kind="mother")
    facts = asked(relatives=("Moira Thrussell",))
    seen = scores(officer, facts)[danika.pk]
    assert any("carer" in sentence for sentence, _ in seen.weights)
    protection.set_restriction(person=mother, holders=[manager], by=manager, at=AT, reason="Threats")
    unseen = scores(officer, facts)[danika.pk]
    assert not any("carer" in sentence for sentence, _ in unseen.weights)


def test_hidden_people_never_take_a_place_and_never_count(officer, manager, make_person):
    people = [make_person("Ann", "Zabriskie") for _ in range(4)]
    for hidden in people[1:]:
        protection.set_restriction(person=hidden, holders=[manager], by=manager, at=AT, reason="Threats")
    facts = Sought(given="Ann", family="Zabriskie")
    assert list(scores(officer, facts, limit=1)) == [people[0].pk]
    assert set(scores(manager, facts)) == {person.pk for person in people}


def test_a_bare_common_name_asks_for_a_second_fact_and_a_birth_date_settles_it(officer, make_person):
    made = [make_person("Ann", "Smith", date(2010, 1 + n % 12, 1 + n % 28), dob_precision="exact") for n in range(102)]
    suggested = matching.suggest(Sought(given="Ann", family="Smith"), officer)
    assert suggested.too_many
    assert not suggested.candidates
    assert "More than 100" in suggested.sentence
    assert "date of birth" in suggested.sentence
    settled = matching.suggest(Sought(given="Ann", family="Smith", date_of_birth=made[7].date_of_birth), officer)
    assert not settled.too_many
    assert settled.candidates[0].person.date_of_birth == made[7].date_of_birth


def test_a_name_many_bear_says_less_once_it_has_been_counted(officer, make_person, danika):
    facts = asked(postcode="ZZ9 4XY")
    before = dict(scores(officer, facts)[danika.pk].weights)["The same first name"]
    NameWord.objects.filter(text="danika").update(bearers=900)
    assert dict(scores(officer, facts)[danika.pk].weights)["The same first name"] < before - 5
    assert weights.count_bearers() > 0
    assert NameWord.objects.get(text="danika").bearers == 1
    assert weights.count_bearers() == 0


def test_the_weights_of_the_last_estimation_are_used(officer, danika):
    first = scores(officer, asked())[danika.pk]
    logs = [list(row) for row in M_LOG]
    logs[4][0] -= 3  # the same date of birth is now eight times rarer among records of one person
    weights.keep(logs=logs, records=5000, at=AT)
    then = scores(officer, asked())[danika.pk]
    assert dict(then.weights)["The same date of birth"] == pytest.approx(
        dict(first.weights)["The same date of birth"] - 3, abs=0.02
    )
    LinkageWeights.objects.create(estimated_at=datetime(2027, 1, 1, tzinfo=UTC), records=1, chances=[], origin="import")
    assert scores(officer, asked())[danika.pk].weights == first.weights


def test_reasons_add_up_to_the_weight_and_are_plain_sentences(officer, danika):
    found = scores(officer, asked(postcode="ZZ9 4XY"))[danika.pk]
    assert found.reasons[0] == "The same date of birth"
    assert all(sentence[0].isupper() for sentence, _ in found.weights)
    assert found.probability >= 0.998


def test_nothing_said_costs_nothing_and_finds_nobody(officer, danika, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert not matching.candidates(Sought(), officer)


def test_candidates_cost_the_same_few_statements_however_many_there_are(
    officer, make_person, danika, django_assert_max_num_queries
):
    for n in range(20):
        make_person("Danika", "Thrussell", date(2014, 3, 1 + n), dob_precision="exact", address=HOME)
    connection.ensure_connection()
    with django_assert_max_num_queries(6):
        assert len(matching.candidates(asked(postcode="ZZ9 4XY", identifiers={"nhs": "9990000018"}), officer)) == 10
