"""Two records with an open referral each: joining them makes no second episode, and parting them is told."""

from datetime import date

import pytest

from frontdoor.access import Refused
from frontdoor.accounts.models import system_user
from frontdoor.notifications.models import Notice
from frontdoor.people import actions
from frontdoor.people.merging import merge, pairs
from frontdoor.people.models import PairToReview
from referrals.models import Referral
from tests.people.test_merge import AT, LATER, WHY, join, referral_of, rows, twice, undo

__all__ = ["twice"]


def episode_of(person, officer, manager):
    made = referral_of(person, officer, manager)
    actions.involve(person=person, reference=made.reference, kind="referral", at=AT)
    return made


def test_two_open_referrals_both_go_on_and_neither_is_lost(twice, manager, officer):
    survivor, loser = twice
    ours, theirs = referral_of(survivor, officer, manager), referral_of(loser, officer, manager)
    before = rows()
    done = join(survivor, loser, manager)
    assert set(Referral.objects.of_child(survivor.pk)) == {ours, theirs}
    theirs.refresh_from_db()
    assert theirs.child == loser
    undo(done, manager)
    assert rows() == before


def test_two_open_referrals_are_never_joined_without_a_person(twice, make_person, manager, officer):
    survivor, loser = twice
    third = make_person("Zo", "Smith", date(2015, 2, 3))
    for who in (loser, third):
        episode_of(who, officer, manager)
    pairs_of_keys = [(survivor.pk, loser.pk), (survivor.pk, third.pk)]
    done = merge.apply_many(pairs_of_keys, by=system_user(), at=AT, reason=WHY)
    assert [(one.survivor, one.loser) for one in done.merges] == [(survivor, loser)]
    assert [(one.loser, one.code) for one in done.refused] == [(third.pk, "both_open")]
    again = merge.apply_many([(survivor.pk, third.pk)], by=system_user(), at=LATER, reason=WHY)
    assert [one.code for one in again.refused] == ["both_open"]


def test_a_person_makes_no_second_episode_either(twice, manager, officer):
    survivor, loser = twice
    for who in twice:
        episode_of(who, officer, manager)
    with pytest.raises(Refused) as refused:
        join(survivor, loser, manager)
    assert refused.value.code == "both_open"


def test_parted_again_the_managers_hear_which_contact_to_decide(twice, make_user, manager, officer):
    survivor, loser = twice
    duty = make_user("dora", "duty_manager")
    ours, theirs = episode_of(survivor, officer, manager), episode_of(loser, officer, manager)
    pairs.offer_many([pairs.FoundPair(survivor.pk, loser.pk, 6.2, 0.9)], at=AT)
    done = pairs.decide(
        pair=PairToReview.objects.get(), decision="same", by=manager, at=AT, survivor=survivor, goes_on=ours.reference
    )
    assert list(Referral.objects.open()) == [ours]
    assert not Notice.objects.filter(kind="parted").exists()
    undo(done, manager)
    told = Notice.objects.get(kind="parted", user=duty)
    assert (told.reference, told.is_urgent) == (theirs.contact.reference, True)
    assert theirs.reference in told.text
    theirs.refresh_from_db()
    assert theirs.child == loser
