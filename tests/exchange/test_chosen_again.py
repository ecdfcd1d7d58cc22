"""Records joined by an earlier release, which kept no date of change: whose value they show is chosen again once."""

from datetime import date
from pathlib import Path
from typing import Literal

import pghistory
import pytest

from frontdoor.accounts.models import User, system_user
from frontdoor.people import actions
from frontdoor.people.merging import merge
from frontdoor.people.models import Merge, Person
from tests.exchange.newer import ALONE, AT, CARECASE, CLIENT, FIRSTCALL, KEY, Borough, small, worker

THEIRS, LATER, TYPED = date(2012, 3, 14), date(2012, 3, 15), date(2012, 3, 16)


@pytest.fixture
def wanda(db: None) -> User:
    return worker()


@pytest.fixture
def borough(db: None, tmp_path: Path) -> Borough:
    """Two systems that give a child two dates of birth, the contact centre's written a month later."""
    made = Borough(tmp_path / "in", small())
    made.imported()
    made.says(FIRSTCALL, CLIENT, DOB="15/03/2012", MODIFIED="02/06/2026")
    made.imported()
    return made


def one() -> Person:
    return Borough.record(CARECASE, KEY)


def amend(wanda: User) -> None:
    with pghistory.context(user=wanda.pk):
        actions.amend_person(person=one(), by=wanda, at=AT, date_of_birth=TYPED, dob_precision="exact")
    Person.objects.update(said_here={})


def joined_by_an_earlier_release(wanda: User, typed: Literal["", "before", "after"] = "") -> Merge:
    """Take the records apart and join them again without what today's release keeps."""
    other = Borough.record(FIRSTCALL, CLIENT)
    merge.undo(Merge.objects.get(loser=other), by=system_user(), at=AT, reason="Two.")
    Person.objects.update(written_on=None, said_here={})
    if typed == "before":
        amend(wanda)
    done = merge.apply(survivor=one(), loser=other, by=system_user(), at=AT, reason="One.", method="automatic")
    if typed == "after":
        amend(wanda)
    return done


def test_the_value_written_last_is_shown_and_undoing_stays_exact(borough: Borough, wanda: User) -> None:
    done = joined_by_an_earlier_release(wanda)
    assert one().date_of_birth == THEIRS, "whichever was loaded first"
    borough.says(CARECASE, ALONE, forename="Mother Ann", last_updated="2026-06-03")
    borough.imported()
    assert one().date_of_birth == LATER
    version = one().version
    borough.imported()
    assert one().version == version, "once"
    merge.undo(done, by=system_user(), at=AT, reason="Two.")
    assert (one().date_of_birth, borough.record(FIRSTCALL, CLIENT).date_of_birth) == (THEIRS, LATER)


@pytest.mark.parametrize("typed", ["before", "after"])
def test_what_a_person_wrote_stands(borough: Borough, wanda: User, typed: Literal["before", "after"]) -> None:
    joined_by_an_earlier_release(wanda, typed)
    borough.says(CARECASE, ALONE, forename="Mother Ann", last_updated="2026-06-03")
    borough.imported()
    assert one().date_of_birth == TYPED
