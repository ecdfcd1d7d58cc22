"""Who needs an interpreter is said once, and stands wherever somebody is about to speak with the family."""

from collections.abc import Callable

import pytest
from django.test import Client

from assessments import actions as assessments
from contacts.needs import interpreters
from frontdoor.accounts.models import Team, User
from frontdoor.people.models import Person
from referrals import actions
from referrals.models import Referral
from tests.referrals.conftest import LATER

pytestmark = pytest.mark.django_db
BANNER = "Interpreter needed"


def needs(referral: Referral, needed: bool | None, language: str = "") -> Referral:
    assert referral.child is not None
    Person.objects.filter(pk=referral.child.pk).update(interpreter_needed=needed, first_language=language)
    return Referral.objects.get(pk=referral.pk)


def lines(referral: Referral) -> list[str]:
    return interpreters(referral.contact_person, referral.child)


def test_it_stands_on_the_referral_the_assessment_and_the_visit(
    referral: Referral, manager: User, worker: User, team: Team, signed: Callable[[User], Client]
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    assessment = assessments.start(referral=Referral.objects.get(pk=referral.pk), by=worker, at=LATER)
    client = signed(worker)
    pages = [
        f"/referrals/{referral.reference}/", f"/assessments/{assessment.reference}/",
        f"/assessments/{assessment.reference}/visits/add/", f"/assessments/{assessment.reference}/purpose/",
    ]  # fmt: skip
    assert [page for page in pages if BANNER in client.get(page).content.decode()] == []
    needs(referral, True)
    found = {page: client.get(page) for page in pages}
    assert {page: answer.status_code for page, answer in found.items()} == dict.fromkeys(pages, 200)
    told = "The child: language not recorded"
    assert [page for page, answer in found.items() if told not in answer.content.decode()] == []


def test_the_record_comes_first_and_others_are_told_by_what_they_are(referral: Referral, worker: User) -> None:
    row = referral.contact_person
    row.interpreter = "Polish"
    row.save()
    assert lines(needs(referral, None)) == ["The child: Polish (as given on the contact)"]
    assert lines(needs(referral, False)) == []
    adult = row.contact.people.filter(is_child=False).first()
    assert adult is not None
    adult.interpreter, adult.relationship, adult.family_group = "Polish, no man", "", row.family_group
    adult.save()
    assert lines(needs(referral, False)) == ["An adult: Polish, no man (as given on the contact)"]
    adult.family_group = row.family_group + 1
    adult.save()
    assert lines(needs(referral, False)) == [], "of the other family"
