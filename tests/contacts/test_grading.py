"""Grades that rules give for the time being: published, always marked, and changed only by a person with a reason."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.facts import ContactFacts, PersonFacts
from contacts.grading import rules as grading
from contacts.grading.rules import ORDER, RULES, provisional, signs_of
from contacts.models import GradeChange, ProvisionalGradeRule
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.clocks.models import Clock, LocalRule
from tests.contacts.conftest import NOW, some_facts

TODAY = date(2026, 11, 23)
CODES = sorted({rule.code for rule in RULES})


def of(**given: Any) -> grading.Graded:
    return provisional(signs_of(replace(ContactFacts(kind="police_notification"), **given), TODAY))


def test_each_sign_gives_its_grade_and_its_sentence() -> None:
    assert of() == grading.Graded("green", (grading.NOTHING_FOUND[1],))
    assert of(dash_grade="high").grade == "red"
    assert of(dash_ticks=14).reasons == ("14 or more DASH questions were answered yes",)
    assert of(dash_ticks=9).grade == "green"
    assert of(dash_ticks=10).grade == "amber"
    assert of(powers_of_protection_at=NOW).grade == "red"
    assert of(people=[PersonFacts(expected_on=date(2027, 1, 1))]).grade == "amber"
    baby = [PersonFacts(date_of_birth=date(2026, 6, 1))]
    assert of(people=baby, concerns="The baby had a bruise.").grade == "red"
    assert of(concerns="He held a knife. A child was present.").grade == "red"
    assert of(concerns="No injuries and no weapon were seen.").grade == "green"
    assert of(concerns="She is pregnant.").reasons == ("Somebody is pregnant",)


@given(st.dictionaries(st.sampled_from(CODES), st.integers(1, 20)), st.sampled_from(CODES), st.integers(1, 20))
def test_one_more_sign_never_makes_the_grade_milder(signs: dict[str, int], more: str, often: int) -> None:
    after = {**signs, more: max(often, signs.get(more, 0))}
    assert ORDER.index(provisional(after).grade) <= ORDER.index(provisional(signs).grade)


@pytest.mark.django_db
def test_a_notification_without_a_grade_is_marked_and_a_person_s_grade_takes_its_place(
    police: Agency, manager: User
) -> None:
    facts = some_facts(kind="police_notification", grade="", grade_reasons=[], dash_grade="medium")
    contact = recording.record_contact(facts=facts, by=None, agency=police, at=NOW)
    assert (contact.grade, contact.grade_is_provisional, contact.agency_grade) == ("amber", True, "")
    assert contact.provisional_reasons == ["The DASH grade is medium"]
    assert contact.bundle is not None
    with pytest.raises(Refused):
        screening.grade(contact=contact, by=manager, at=NOW, grade="green")
    down = screening.grade(contact=contact, by=manager, at=NOW, grade="green", reason="Nobody was at home")
    assert (down.grade, down.grade_is_provisional) == ("green", False)
    change = GradeChange.objects.get()
    assert (change.before, change.after, change.by) == ("amber", "green", manager)
    assert set(Clock.objects.filter(rule__startswith="grade_").values_list("started_at", flat=True)) == {NOW}


@pytest.mark.django_db
def test_the_same_grade_confirms_it_and_the_third_notification_counts(police: Agency, manager: User) -> None:
    facts = some_facts(kind="police_notification", grade="", grade_reasons=[])
    *_, contact = [
        recording.record_contact(facts=facts, by=None, agency=police, at=NOW + timedelta(days=days))
        for days in range(3)
    ]
    assert contact.provisional_reasons == ["It is the third notification or a later one about a child in 12 months"]
    confirmed = screening.grade(contact=contact, by=manager, at=NOW, grade="amber")
    assert not confirmed.grade_is_provisional
    assert GradeChange.objects.get().reason == "The provisional grade stands."


@pytest.mark.django_db
def test_the_rules_are_rows_with_dates_and_an_agency_may_have_its_own_clock(police: Agency) -> None:
    ProvisionalGradeRule.objects.filter(code="dash_medium").update(grade="red")
    LocalRule.objects.create(
        code="grade_red", label="Screening due (red)", amount=60, unit="working_minutes", agency=police,
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    facts = some_facts(kind="police_notification", grade="", grade_reasons=[], dash_grade="medium")
    contact = recording.record_contact(facts=facts, by=None, agency=police, at=NOW)
    assert contact.grade == "red"
    clock = Clock.objects.get(reference=contact.reference, rule="grade_red")
    assert (clock.amount, clock.unit, clock.started_at) == (60, "working_minutes", NOW)
