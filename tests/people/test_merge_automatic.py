"""Joining pairs without a person who looks at each: what is left alone."""

from datetime import UTC, datetime

from frontdoor.accounts.models import system_user
from frontdoor.people import actions
from frontdoor.people.merging import merge, pairs
from frontdoor.people.protection import actions as protection

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WHY = "Same date of birth, school and mother."


def test_an_automatic_merge_leaves_restricted_adopted_and_refused_pairs(make_person, manager):
    people = [make_person(f"N{n}", "Hart") for n in range(8)]
    protection.set_restriction(person=people[1], holders=[manager], by=manager, at=AT, reason="Threats")
    actions.amend_person(person=people[2], by=manager, at=AT, is_adoption_protected=True)
    pairs.not_same(left=people[4], right=people[5], by=manager, at=AT)
    wanted = [(people[0].pk, people[1].pk), (people[3].pk, people[2].pk), (people[5].pk, people[4].pk)]
    done = merge.apply_many([*wanted, (people[6].pk, people[7].pk)], by=system_user(), at=AT, reason=WHY)
    assert [r.code for r in done.refused] == ["restricted", "adoption", "not_same"]
    assert [(m.survivor, m.loser) for m in done.merges] == [(people[6], people[7])]


def test_two_people_stay_two_after_one_of_them_was_joined_to_a_third(make_person, manager):
    a, b, c = (make_person(name, "Hart") for name in ("Ann", "Bea", "Cat"))
    pairs.not_same(left=a, right=b, by=manager, at=AT)
    merge.apply(survivor=c, loser=b, by=manager, at=AT, reason=WHY)
    done = merge.apply_many([(c.pk, a.pk)], by=system_user(), at=AT, reason=WHY)
    assert [r.code for r in done.refused] == ["not_same"]
