"""Two rows of one child, each with an open referral: the import asks a person, and creates no second episode."""

from typing import Any

import pytest
from django.utils import timezone

from frontdoor.accounts.models import system_user
from frontdoor.exchange.legacy.linking import Links, bring_together
from frontdoor.people.matching.linkage import Pair
from frontdoor.people.models import Merge, PairToReview
from tests.people.conftest import make_person, make_user, manager, officer
from tests.people.test_one_episode import episode_of

__all__ = ["make_person", "make_user", "manager", "officer"]
pytestmark = pytest.mark.django_db


def test_it_waits_for_a_review_with_its_evidence(make_person: Any, officer: Any, manager: Any) -> None:
    one, other, third = (make_person(name, "Hart") for name in ("Ann", "Anne", "Annie"))
    for who in (one, other):
        episode_of(who, officer, manager)
    evidence = Pair("a", "b", 21.5, 0.9999, (("the same NHS number", 18.0),), is_automatic=True)
    links = Links(
        automatic=[(one.pk, other.pk), (one.pk, third.pk)], evidence={frozenset((one.pk, other.pk)): evidence}
    )
    bring_together(links, by=system_user(), at=timezone.now())
    assert list(Merge.objects.values_list("loser", flat=True)) == [third.pk]
    asked = PairToReview.objects.get()
    assert {asked.left, asked.right} == {one, other}
    assert (asked.weight, asked.probability) == (21.5, 0.9999)
    assert [reason[0] for reason in asked.reasons] == [
        "the same NHS number", "Both have an open referral of their own: somebody has to say which goes on."
    ]  # fmt: skip
