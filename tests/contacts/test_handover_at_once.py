"""Makers of a pack and takers of an item at the same moment, each with a connection of their own."""

import threading
from typing import Any

from django.db import connection

from contacts.handover import packs
from contacts.handover.actions import take_item
from contacts.handover.models import HandoverPack
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from tests.contacts.test_handover import MORNING, NIGHT, made, written
from tests.factories import StaffFactory


def test_makers_and_takers_at_once_make_one_pack_and_one_taker(committed: None) -> None:
    """Eight threads at once, each with a connection of its own."""
    edt = StaffFactory.create(role="edt_worker")
    takers = [User.objects.create_user(f"worker{n}", f"Worker {n}", roles=["social_worker"]) for n in range(8)]
    StaffFactory.create(role="duty_manager")
    made(NIGHT)
    item = written(edt)
    barrier = threading.Barrier(8)
    results: list[tuple[str, Any]] = []

    def run(who: User) -> None:
        try:
            barrier.wait(90)
            results.append(("made", packs.bring_up_to_date(MORNING)))
            barrier.wait(90)
            try:
                take_item(item=item, by=who, at=MORNING)
                results.append(("took", who.pk))
            except Refused as refused:
                results.append(("refused", refused.message))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in takers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(value for what, value in results if what == "made") == 1
    took = [value for what, value in results if what == "took"]
    assert len(took) == 1
    winner = User.objects.get(pk=took[0])
    said = [value for what, value in results if what == "refused"]
    assert len(said) == 7
    assert all(winner.name in each for each in said)
    assert HandoverPack.objects.filter(changed_at=MORNING).count() == 1
