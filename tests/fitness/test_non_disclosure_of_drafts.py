"""Two states of one database that differ in one restricted family: the list of one's own drafts says the same of it.

Who may no longer see the family has drafts about it from before it was restricted. Ids and moments of every draft are
fixed, the same in both states, so that only the family can make a difference.
"""

from datetime import timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.db import references_from
from frontdoor.drafts import actions as drafts
from referrals.models import Referral
from tests.fitness.test_non_disclosure import LOOKING, World, differences, hide_a_family, masked, the_family, world
from tests.fitness.test_non_disclosure_of_teams import make_them_kin

__all__ = ["world"]

PAGES = {"P": "people", "C": "contacts", "R": "referrals", "A": "assessments"}


def draft_of(who: User, number: int) -> UUID:
    return UUID(int=who.pk * 1000 + number)


def keep(world: World, who: User, number: int, reference: str) -> None:
    """What somebody has typed into a form about a record and not sent yet."""
    drafts.save(
        by=who,
        draft_id=draft_of(who, number),
        kind=drafts.FORM,
        body=b"reason=Rowan+Ashcombe+of+7+Quay+Cottages+may+be+her+sister.",
        sending=drafts.Sending(),
        at=world.at - timedelta(hours=number),
        place=drafts.Place(f"/{PAGES[reference[0]]}/{reference}/", f"Form {number}", reference),
    )


def told(world: World, hidden: list[str], everybody: list[User], *, with_family: bool) -> dict[str, list[str]]:
    """The list and each draft of it, as everybody reads them in one of the two states, which is undone afterwards.

    Everyone has drafts about what they may see in both, and between those, where the family is there, about it.
    """
    seen = [row for each in Referral.objects.order_by("pk") for row in (each.contact.reference, each.reference)]
    seen += [*world.printed]
    heard: dict[str, list[str]] = {}
    with transaction.atomic():
        for who in everybody:
            for number, reference in enumerate(seen):
                keep(world, who, 10 * number, reference)
        if with_family:
            with references_from(Random(11)):
                hide_a_family(world)
                make_them_kin(world)
            for who in everybody:
                for number, reference in enumerate(world.hidden):
                    keep(world, who, 10 * number + 1, reference)
        for who in everybody:
            client = Client(raise_request_exception=False)
            client.force_login(who)
            numbers = [10 * number for number in range(len(seen))] + [10 * number + 1 for number in range(len(hidden))]
            for path in ("/drafts/", *(f"/drafts/{draft_of(who, number)}/" for number in numbers)):
                heard[f"{who.username} {path}"] = [masked(client.get(path))]
        transaction.set_rollback(True)
    return heard


def test_the_list_of_drafts_says_the_same_of_a_restricted_family(world: World) -> None:
    hidden = the_family(world)
    looking = [world.staff[role] for role in LOOKING]
    absent = told(world, hidden, looking, with_family=False)
    there = told(world, hidden, looking, with_family=True)
    for who in looking:
        assert absent[f"{who.username} /drafts/"][0].count("/discard/") > 3, "there are drafts to be listed"
        assert not any(reference in there[f"{who.username} /drafts/"][0] for reference in hidden)
    named = told(world, hidden, [world.holder], with_family=True)
    assert all(reference in named[f"{world.holder.username} /drafts/"][0] for reference in hidden), (
        "something to be said"
    )
    found = differences(absent, there)
    assert not found, "\n\n".join(found)
