"""Two states of one database that differ in one restricted family: whoever manages the team is told the same of it."""

from random import Random

from django.db import transaction

from frontdoor.access import Role
from frontdoor.accounts.models import User
from frontdoor.db import references_from
from frontdoor.pages.team import Kind, href_of
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from referrals.models import Referral
from tests.fitness.test_non_disclosure import World, differences, hide_a_family, masked, the_family, world
from tests.reading import Reader

__all__ = ["world"]


def told(world: World, who: User, *, with_family: bool, pages: list[str]) -> dict[str, list[str]]:
    """What somebody is told on these pages in one of the two states, which is undone afterwards."""
    heard: dict[str, list[str]] = {}
    with transaction.atomic():
        if with_family:
            with references_from(Random(11)):
                hide_a_family(world)
                make_them_kin(world)
        with references_from(Random(5)):
            client = Reader(raise_request_exception=False)
            client.force_login(who)
            for path in pages:
                answer = client.get(path)
                assert answer.status_code == 200, path
                heard.setdefault(path, []).append(masked(answer))
        transaction.set_rollback(True)
    return heard


def make_them_kin(world: World) -> None:
    """The hidden child is said to be a sister of a child everybody may see, and waits for a worker as well."""
    child = Person.objects.get(reference=world.hidden[3])
    for row in Referral.objects.filter(child__reference__in=world.printed):
        assert row.child is not None
        people.add_relationship(person=row.child, other=child, kind="sibling", by=world.holder, at=world.at)
    Referral.objects.get(reference=world.hidden[1]).allocations.update(worker=None)


def test_a_manager_of_the_team_is_told_the_same_of_it(world: World) -> None:
    the_family(world)
    pages = [*world.allocated, "/", *(href_of(kind) for kind in Kind)]
    manager = world.staff[Role.TEAM_MANAGER]
    absent = told(world, manager, with_family=False, pages=pages)
    there = told(world, manager, with_family=True, pages=pages)
    assert "Team one: 2 open cases" in absent[pages[0]][0]
    named = told(world, world.holder, with_family=True, pages=pages[:1])
    assert world.hidden[1] in named[pages[0]][0], "there was something to be said"
    found = differences(absent, there)
    assert not found, "\n\n".join(found)


def test_who_ends_an_account_is_told_the_same_of_what_it_holds(world: World) -> None:
    the_family(world)
    pages = [f"/staff/{world.hidden_worker.pk}/", f"/staff/{world.hidden_worker.pk}/end/"]
    for roles in (["administrator"], ["administrator", "service_manager"]):
        who = User.objects.create_user("ends." + ".".join(roles), "Ad Min", roles=roles)
        absent = told(world, who, with_family=False, pages=pages)
        found = differences(absent, told(world, who, with_family=True, pages=pages))
        assert not found, "\n\n".join(found)
    User.objects.filter(pk=world.holder.pk).update(roles=[*world.holder.roles, "administrator"])
    named = told(world, world.holder, with_family=True, pages=pages)
    assert any(one in named[pages[1]][0] for one in world.hidden if one[0] in "AC"), "there was something to be said"
