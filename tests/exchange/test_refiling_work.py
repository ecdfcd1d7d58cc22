"""Assessments and section 47 enquiries a newer extract files under another episode. All invented."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.models import Clock
from frontdoor.exchange.models import Origin, Refiling
from frontdoor.people.models import Involvement
from frontdoor.people.protection.actions import set_restriction
from referrals.models import Referral, StrategyDiscussion
from tests.exchange.extract import Extract, sound
from tests.exchange.test_again import EPISODES, again, put
from tests.exchange.test_import import reference
from tests.exchange.test_refiling import ASSESSMENTS, child, titles

ENQUIRIES = "carecase_s47.csv"
#: An open episode with one assessment, authorised, and one of another child that the newer extract holds for the first
#: time; that child's former episode has been closed.
EPISODE, NEXT, FORMER, WRITTEN, FORMERLY = "EP0100003", "EP0200002", "EP0100002", "AS0500003", "AS0500002"
ENQUIRY = "S47-000004"


@pytest.fixture
def before(db: None, tmp_path: Path) -> tuple[Extract, Path]:
    made, folder = sound(), tmp_path / "in"
    again(made, folder)
    made.add(
        EPISODES, episode_id=NEXT, person_id="A0100002", referral_date="2026-04-01", referral_source="6",
        primary_need="N1", referral_nfa="0", team="Duty & Assessment North", worker="H Ridley",
    )  # fmt: skip
    return made, folder


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])


def referral(episode: str) -> Referral:
    found: Referral = Referral.objects.get(reference=reference(EPISODES, episode))
    return found


def assessment(key: str = WRITTEN) -> Assessment:
    found: Assessment = Assessment.objects.get(reference=reference(ASSESSMENTS, key))
    return found


def test_an_untouched_assessment_goes_to_the_other_referral_with_its_clock(
    before: tuple[Extract, Path], officer: User
) -> None:
    made, folder = before
    assert (assessment().referral, referral(EPISODE).status) == (referral(EPISODE), "assessed")
    assert Clock.objects.get(reference=referral(EPISODE).reference).stopped_at is not None
    put(made, ASSESSMENTS, WRITTEN, episode_id=NEXT, person_id="A0100002")
    report = again(made, folder)
    stood, goes = referral(EPISODE), referral(NEXT)
    assert (assessment().referral, assessment().clock_reference) == (goes, goes.reference)
    assert (stood.status, goes.status) == ("accepted", "assessed")
    ran, stopped = Clock.objects.get(reference=stood.reference), Clock.objects.get(reference=goes.reference)
    assert ran.stopped_at is None, "it waits for its assessment again"
    assert stopped.stopped_at == assessment().authorised_at
    assert (Refiling.objects.get().state, report["changes"][ASSESSMENTS]["left"]) == ("moved", 0)
    mine = assessment().reference
    assert Involvement.objects.get(reference=mine).person == child("A0100002")
    assert f"Assessment {mine} moved to this child" in titles(child("A0100002"), officer)
    assert f"Assessment {mine} moved to another child" in titles(child("A0100003"), officer)
    again(made, folder)
    assert Refiling.objects.count() == 1


def test_an_assessment_goes_to_a_later_referral_of_the_same_child(before: tuple[Extract, Path], officer: User) -> None:
    made, folder = before
    ran = list(Clock.objects.filter(reference=referral(FORMER).reference).values("stopped_at", "due_at"))
    put(made, ASSESSMENTS, FORMERLY, episode_id=NEXT)
    again(made, folder)
    moved = assessment(FORMERLY)
    assert (moved.referral, referral(FORMER).status) == (referral(NEXT), "closed")
    assert list(Clock.objects.filter(reference=referral(FORMER).reference).values("stopped_at", "due_at")) == ran
    assert f"Assessment {moved.reference} moved to another referral" in titles(child("A0100002"), officer)
    put(made, ASSESSMENTS, WRITTEN, episode_id=NEXT, person_id="A0100002")
    again(made, folder)
    own = assessment().reference
    assert assessment().clock_reference == own, "that referral has an assessment it is measured by"
    assert Clock.objects.get(reference=own).stopped_at == assessment().authorised_at


def test_one_that_somebody_has_worked_on_waits_for_a_person(
    before: tuple[Extract, Path], officer: User, client: Client
) -> None:
    made, folder = before
    worker = User.objects.create_user("worker", "Wendy Worker", roles=["social_worker"])
    write_audit("assessment.submitted", by=worker, reference=assessment().reference, people=[child("A0100003")])
    put(made, ASSESSMENTS, WRITTEN, episode_id=NEXT, person_id="A0100002")
    assert again(made, folder)["changes"][ASSESSMENTS]["left"] == 1
    assert assessment().referral == referral(EPISODE)
    waiting = Refiling.objects.get()
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/imports/refiled/{waiting.pk}/"
    page = client.get(path).content.decode()
    assert "Which referral does it belong to?" in page
    assert referral(NEXT).reference in page
    assert client.post(path, {"decision": "move"}).status_code == 302
    assert assessment().referral == referral(NEXT)
    assert again(made, folder)["changes"][ASSESSMENTS] == {
        "new": 0, "changed": 1, "ended": 0, "unchanged": 12, "left": 0,
    }  # fmt: skip
    assert Refiling.objects.count() == 1


def test_an_enquiry_goes_along_or_is_left_where_it_is(
    before: tuple[Extract, Path], officer: User, client: Client
) -> None:
    made, folder = before
    held = StrategyDiscussion.objects.get(decision__contains=ENQUIRY)
    put(made, ENQUIRIES, ENQUIRY, episode_id=NEXT, person_id="A0100002", outcome="Concerns not substantiated")
    again(made, folder)
    held.refresh_from_db()
    assert held.referral == referral(NEXT)
    assert "not substantiated" in held.decision, "what else its row says is taken"
    own = held.enquiries.get()
    assert (own.referral, own.child, own.outcome) == (referral(NEXT), child("A0100002"), "not_substantiated")
    ran = Clock.objects.get(rule="section47_conference", started_at=held.held_at)
    assert ran.reference == referral(NEXT).reference, "its clock goes along"
    assert Origin.objects.get(file=ENQUIRIES, identity=ENQUIRY).reference == referral(NEXT).reference
    decided = held.decision
    StrategyDiscussion.objects.filter(pk=held.pk).update(decision=f"Put right here. {ENQUIRY}")
    put(made, ENQUIRIES, ENQUIRY, episode_id="EP0100004", person_id="A0100004")
    again(made, folder)
    waiting = Refiling.objects.get(state="waiting")
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    holder = User.objects.create_user("holder", "Holder", roles=["service_manager"])
    assert client.post(f"/imports/refiled/{waiting.pk}/", {"decision": "leave"}).status_code == 302
    again(made, folder)
    held.refresh_from_db()
    assert held.referral == referral(NEXT), "a person said so"
    assert not Refiling.objects.filter(state="waiting").exists()
    write_audit("enquiry.seen", by=holder, reference=own.reference, people=[child("A0100002")])
    StrategyDiscussion.objects.filter(pk=held.pk).update(decision=decided)
    put(made, ENQUIRIES, ENQUIRY, episode_id=EPISODE, person_id="A0100003")
    again(made, folder)
    held.refresh_from_db()
    assert held.referral == referral(NEXT)
    assert "worked on the enquiry" in Refiling.objects.get(state="waiting").why
    set_restriction(person=child("A0100004"), holders=[holder], by=holder, at=timezone.now(), reason="Staff.")
    assert client.get(f"/imports/refiled/{waiting.pk}/").status_code == 404
