"""An allocated referral, and an assessment written to its end, for the tests of assessments."""

from datetime import timedelta
from typing import Any

import pytest

from assessments import actions
from assessments.actions import dimensions_on
from assessments.models import Assessment
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.working_days import london_date
from referrals import actions as referrals
from referrals.models import Referral
from tests.referrals.conftest import (
    LATER,
    contact,
    manager,
    officer,
    police,
    referral,
    second_manager,
    signed,
    team,
    worker,
)

__all__ = ["contact", "manager", "officer", "police", "referral", "second_manager", "signed", "team", "worker"]

VISITED = LATER + timedelta(hours=1)
AT = LATER + timedelta(hours=2)
SUBMITTED = LATER + timedelta(days=1)
SIGNED = LATER + timedelta(days=2)


@pytest.fixture
def allocated(referral: Referral, manager: User, worker: User, team: Team) -> Referral:
    return referrals.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)


@pytest.fixture
def assessment(allocated: Referral, worker: User) -> Assessment:
    return actions.start(referral=allocated, by=worker, at=LATER)


def visit(assessment: Assessment, by: User, **more: Any) -> None:
    given: dict[str, Any] = {
        "happened_at": VISITED,
        "mode": "in_person",
        "place": "home",
        "is_seen": True,
        "seen_alone": "yes",
        "observed": "Playing, tidy, hungry.",
    }
    actions.record_visit(assessment=assessment, by=by, at=AT, **{**given, **more})


def write(
    assessment: Assessment, by: User, *, outcome: str = "child_in_need", factors: tuple[str, ...] = ("1B",)
) -> None:
    """Write every section."""
    save = actions.save_section
    save(assessment=assessment, section="purpose", by=by, at=AT, given={"purpose": "To know what life is like."})
    save(assessment=assessment, section="child", by=by, at=AT, given={"words": "I want Mum to get up."})
    for section, domain in (("development", "CDN"), ("parenting", "PC"), ("environment", "FEF")):
        given = {code: ("need", "As seen and told.") for code, _ in dimensions_on(london_date(AT))[domain]}
        save(assessment=assessment, section=section, by=by, at=AT, given={"dimensions": given})
    names = ("worries", "strengths", "impact", "unknown", "conclusion")
    save(assessment=assessment, section="analysis", by=by, at=AT, given=dict.fromkeys(names, "Written."))
    save(
        assessment=assessment,
        section="outcome",
        by=by,
        at=AT,
        given={"outcome": outcome, "outcome_reason": "Needs help.", "factors": list(factors)},
    )


@pytest.fixture
def complete(assessment: Assessment, worker: User) -> Assessment:
    visit(assessment, worker)
    write(assessment, worker)
    return Assessment.objects.get(pk=assessment.pk)


@pytest.fixture
def submitted(complete: Assessment, worker: User) -> Assessment:
    return actions.submit(assessment=complete, by=worker, at=SUBMITTED)
