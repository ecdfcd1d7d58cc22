"""A strategy discussion: who has to be there, between which moments, one record for each child, and its clocks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.drafts.models import Draft
from frontdoor.people.protection.actions import set_restriction
from referrals.actions import decide_contact
from referrals.models import Referral, StrategyDiscussion
from referrals.protection.minutes import Decided
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each
from tests.referrals.discussions import at_the_table, discussed, some_minutes

pytestmark = pytest.mark.django_db
SOON = LATER + timedelta(hours=1)


def running(referral: Referral) -> dict[str, Any]:
    return {clock.rule: clock for clock in Clock.objects.running().of(referral.reference)}


def test_it_was_held_between_receipt_and_now(referral: Referral, manager: User) -> None:
    with pytest.raises(Refused, match="before the contact: it was received on 23 November 2026") as early:
        discussed(referral, by=manager, at=SOON, held_at=NOW - timedelta(days=2000))
    with pytest.raises(Refused, match="in the future"):
        discussed(referral, by=manager, at=SOON, held_at=SOON + timedelta(minutes=1))
    assert early.value.field == "held_at"
    assert not StrategyDiscussion.objects.exists()


def test_without_police_and_health_only_in_an_emergency_and_then_again_the_next_working_day(
    referral: Referral, manager: User
) -> None:
    alone = at_the_table("social_care", "education")
    with pytest.raises(Refused, match="held without police and health") as refused:
        discussed(referral, by=manager, at=SOON, participants=alone)
    assert refused.value.field == "emergency_reason"
    discussed(referral, by=manager, at=SOON, participants=alone, emergency_reason="He was in the road at night.")
    due = running(referral)["strategy_reconvene"]
    assert (due.started_at, f"{due.due_at:%a %d}") == (SOON, "Tue 24"), "held on Monday"

    tomorrow = SOON + timedelta(hours=20)
    discussed(referral, by=manager, at=tomorrow, participants=alone, emergency_reason="Still nobody.")
    assert running(referral)["strategy_reconvene"].due_at == due.due_at, "another of the same kind moves nothing"
    discussed(referral, by=manager, at=tomorrow + timedelta(days=3), held_at=tomorrow + timedelta(minutes=1))
    assert "strategy_reconvene" not in running(referral)
    stopped = Clock.objects.get(reference=referral.reference, rule="strategy_reconvene")
    assert not stopped.is_late(tomorrow + timedelta(days=9)), "it was held in time, whenever it was written down"


def test_who_is_brother_or_sister_has_a_record_of_their_own(contact: Any, manager: User) -> None:
    one, two = decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER).referrals
    decided = [
        Decided(one, "section47_single", "A burn.", "With an aunt.", "Sol Worker, at home", SOON),
        Decided(two, "assess", "No injury.", "With an aunt."),
    ]
    row = discussed(one, by=manager, at=SOON, children=decided)
    assert (row.referral, row.outcome) == (one, "section47_single")
    other = two.strategy_discussions.get()
    assert (other.outcome, other.together) == ("assess", row.together)
    assert other.participants.count() == row.participants.count() == 3
    assert "section47_conference" in running(one)
    assert "section47_conference" not in running(two)


def test_a_second_discussion_adds_no_enquiry(referral: Referral, manager: User) -> None:
    discussed(referral, by=manager, at=SOON)
    discussed(referral, by=manager, at=SOON + timedelta(days=1))
    clock = Clock.objects.get(reference=referral.reference, rule="section47_conference")
    assert clock.started_at == SOON


def test_somebody_elses_family_is_not_minuted_with_it(referral: Referral, contact: Any, manager: User) -> None:
    other = Referral.objects.exclude(pk=referral.pk).get()
    other.contact_person.family_group = 2
    other.contact_person.save()
    both = [*some_minutes(referral, SOON).children, *some_minutes(other, SOON).children]
    with pytest.raises(Refused, match="Only brothers and sisters"):
        discussed(referral, by=manager, at=SOON, children=both)


def test_who_may_and_who_may_see_it(referral: Referral, manager: User, worker: User) -> None:
    with pytest.raises(Denied):
        discussed(referral, by=worker, at=SOON)
    row = discussed(referral, by=manager, at=SOON)
    assert referral.child is not None
    dpo = StaffFactory.create(role="data_protection_officer")
    set_restriction(
        person=referral.child, holders=[manager], by=dpo, at=NOW, reason="A colleague’s child.", kind="restricted"
    )
    assert StrategyDiscussion.objects.visible_to(manager).get() == row
    assert not StrategyDiscussion.objects.visible_to(worker).exists()


def filled(referral: Referral, **more: str) -> dict[str, str]:
    """The page as a manager sends it: the first seats taken, one child."""
    sent = {"version": str(referral.version), "held_at": NOW.isoformat(), "chair_name": "Mary", "chair_role": "Manager"}
    for seat in ("social_care", "police", "health"):
        sent |= {f"{seat}_attendance": "attended", f"{seat}_name": "Pat", f"{seat}_brought": "Known to us."}
    key = f"child{referral.pk}"
    sent |= {
        f"{key}_outcome": "section47_joint", f"{key}_decision": "A burn.", f"{key}_immediate_safety": "With an aunt.",
        f"{key}_who_sees": "Sol, at school", f"{key}_see_by": SOON.isoformat(), "action0_what": "Medical",
        "action0_owner": "Dr Ode", "action0_due_on": "2026-11-24",
    }  # fmt: skip
    for other in Referral.objects.filter(contact=referral.contact).exclude(pk=referral.pk):
        sent[f"child{other.pk}_outcome"] = "not_discussed"
    return sent | more


def test_through_the_page_with_what_was_left_out_said_and_kept(
    referral: Referral, manager: User, signed: Callable[[User], Client]
) -> None:
    client = signed(manager)
    address = f"/referrals/{referral.reference}/do/strategy-discussion/"
    wrong = client.post(
        address, filled(referral, health_attendance="apologies", **{f"child{referral.pk}_who_sees": ""})
    )
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Say who sees the child, and where" in text
    assert Draft.objects.exists(), "what was typed is kept"
    again = client.post(address, filled(referral, health_attendance="apologies"))
    assert "held without health" in again.content.decode()
    done = client.post(address, filled(referral))
    row = StrategyDiscussion.objects.get()
    assert done.headers["Location"] == f"/referrals/{referral.reference}/strategy-discussions/{row.pk}/"
    minutes = client.get(done.headers["Location"]).content.decode()
    for said in ("Known to us.", "A burn.", "With an aunt.", "Dr Ode", "joint (social care and police)"):
        assert said in minutes
    assert done.headers["Location"] in client.get(f"/referrals/{referral.reference}/").content.decode()
