"""An alert of child protection taken by several at the same moment: one has it, the others hear who."""

import threading

from django.db import connection
from django.utils import timezone

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.notifications.actions import raise_alert, take_alert
from frontdoor.notifications.models import Alert


def test_of_all_who_take_an_alert_at_once_one_has_it_and_the_others_are_told_who(committed: None) -> None:
    takers = [User.objects.create_user(f"manager{n}", f"Manager {n}", roles=["duty_manager"]) for n in range(6)]
    at = timezone.now()
    alert = raise_alert(kind="fast-track", reference="C-7KQ2M4XA", text="Fast track", path="/", at=at, to=takers)
    barrier, took, refused = threading.Barrier(6), list[User](), list[str]()

    def take(who: User) -> None:
        try:
            barrier.wait(90)
            take_alert(alert=alert, by=who, at=at)
            took.append(who)
        except Refused as told:
            refused.append(told.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(who,)) for who in takers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = took
    assert refused == [f"{winner} has already taken this."] * 5
    assert Alert.objects.get().taken_by == winner
    assert Entry.objects.filter(event="alert.taken").count() == 1
