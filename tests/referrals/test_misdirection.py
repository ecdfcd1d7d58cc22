"""No letter and no minutes hold anything of another family, or a confidential address in any spelling."""

import random

import pytest

from frontdoor.accounts.models import Team, User
from referrals.models import Letter
from tests.referrals.misdirection import a_letter, leaks, scene, some_minutes

pytestmark = pytest.mark.django_db
LETTERS, MINUTES = 16, 6


def test_no_letter_and_no_minutes_hold_a_canary(worker: User, manager: User, officer: User, team: Team) -> None:
    dice = random.Random(16)
    found = scene(worker, manager, officer, team)
    papers = [a_letter(found, dice) for _ in range(LETTERS)]
    papers += [some_minutes(found, dice, minute) for minute in range(MINUTES)]
    assert [list(leaks(each)) for each in papers] == [[]] * (LETTERS + MINUTES)
    sent = Letter.objects.filter(status="sent")
    assert sent.count() == sent.values("document").distinct().count() == LETTERS
