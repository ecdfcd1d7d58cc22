"""An old system that holds two open episodes of one child: there is one here, and the other has joined it. Invented."""

from pathlib import Path

import pytest

from frontdoor.clocks.models import Clock
from referrals.models import Referral
from tests.exchange.extract import Extract, sound
from tests.exchange.test_again import EPISODES, again, put
from tests.exchange.test_import import reference

#: An open episode, and the next of the same child.
EPISODE, NEXT, CHILD = "EP0100003", "EP0200003", "A0100003"


@pytest.fixture
def made(db: None) -> Extract:
    return sound()


def begins(made: Extract, received: str = "2026-04-01") -> None:
    made.add(
        EPISODES, episode_id=NEXT, person_id=CHILD, referral_date=received, referral_source="6", primary_need="N1",
        referral_nfa="0", team="Duty & Assessment North", worker="H Ridley",
    )  # fmt: skip


def referral(episode: str) -> Referral:
    found: Referral = Referral.objects.get(reference=reference(EPISODES, episode))
    return found


def test_the_last_episode_closes_and_the_next_begins_in_one_newer_extract(made: Extract, tmp_path: Path) -> None:
    again(made, tmp_path / "in")
    assert referral(EPISODE).is_open
    put(made, EPISODES, EPISODE, closure_date="2026-03-20", closure_reason="RC8")
    begins(made)
    report = again(made, tmp_path / "in")
    assert (referral(EPISODE).status, referral(NEXT).status) == ("closed", "accepted")
    assert report["files"][EPISODES]["rejected"] == 0


@pytest.mark.parametrize("in_first", [True, False])
def test_a_second_open_episode_has_joined_the_first_and_goes_on_when_that_ends(
    made: Extract, in_first: bool, tmp_path: Path
) -> None:
    if in_first:
        begins(made)
    again(made, tmp_path / "in")
    if not in_first:
        begins(made)
        again(made, tmp_path / "in")
    first, second = referral(EPISODE), referral(NEXT)
    assert first.is_open
    assert (second.status, second.ending, second.joined_reference) == ("no_further_action", "joined", first.reference)
    assert not Clock.objects.filter(reference=second.reference).exists()
    put(made, EPISODES, EPISODE, closure_date="2026-05-20", closure_reason="RC8")
    again(made, tmp_path / "in")
    second = referral(NEXT)
    assert (referral(EPISODE).status, second.status, second.ending) == ("closed", "accepted", "")
    assert Clock.objects.filter(reference=second.reference, stopped_at=None).exists()


def test_one_that_was_being_assessed_goes_on_as_far_as_it_has_come_here(made: Extract, tmp_path: Path) -> None:
    """What was still being written on an episode that had joined other work was loaded as given up."""
    begins(made)
    made.add(
        "carecase_assessments.csv", assessment_id="AS0900001", episode_id=NEXT, person_id=CHILD, type="SA",
        start_date="2026-04-02", author="Hannah Ridley",
    )  # fmt: skip
    again(made, tmp_path / "in")
    stands, joined = sorted((referral(EPISODE), referral(NEXT)), key=lambda each: not each.is_open)
    assert (stands.reference, stands.status) == (reference(EPISODES, NEXT), "in_assessment"), "what is assessed stands"
    assert joined.joined_reference == stands.reference
    put(made, EPISODES, NEXT, closure_date="2026-05-20", closure_reason="RC8")
    again(made, tmp_path / "in")
    assert referral(EPISODE).status == "assessed"
