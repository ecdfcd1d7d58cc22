"""Two managers decide the same contact in the same instant, a thousand times: one wins, the other is told."""

import threading
from collections.abc import Callable
from functools import partial
from hashlib import sha256

from django.db import connection

from contacts.recording import actions as contacts
from frontdoor.access import Refused
from frontdoor.accounts.models import Team
from frontdoor.workflow.models import StatusChange
from referrals import actions
from referrals.models import OPEN_STATUSES, Referral
from referrals.transfers import actions as transfers
from referrals.transfers.models import items
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts


def both(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Run two acts at once, each on its own connection; what came of each."""
    results = ["", ""]
    gate = threading.Barrier(2)

    def run(index: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
            results[index] = "done"
        except Refused as refused:
            results[index] = type(refused).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i, act)) for i, act in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def unlike(number: int) -> str:
    """A name that is like none of the others: names that nearly agree would all be compared with one another."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in sha256(str(number).encode()).hexdigest()[:9]).title()


def test_two_deciders_a_thousand_times_make_one_decision(committed: None) -> None:
    officer = StaffFactory.create(role="contact_officer")
    one = StaffFactory.create(role="duty_manager")
    two = StaffFactory.create(role="team_manager")
    rounds = 1000
    facts = some_facts(people=[some_facts().people[0]])
    for number in range(rounds):
        facts.people[0].given_name, facts.people[0].date_of_birth = unlike(2 * number), None
        facts.people[0].family_name = unlike(2 * number + 1)
        contact = contacts.record_contact(facts=facts, by=officer, at=NOW)
        decisions = each(contact, "referral", is_new_record=True)
        decide = partial(
            actions.decide_contact, contact=contact, decisions=decisions, at=LATER, version=contact.version
        )
        results = both(
            partial(decide, by=one),
            partial(decide, by=two),
        )
        assert sorted(results) == ["Stale", "done"], (number, results)
    assert Referral.objects.count() == rounds
    assert StatusChange.objects.filter(move="decide").count() == rounds
    assert Referral.objects.filter(status__in=OPEN_STATUSES).values("child").distinct().count() == rounds


def test_two_managers_accept_a_transfer_at_once_and_one_of_them_has_it(committed: None) -> None:
    officer, sender = StaffFactory.create(role="contact_officer"), StaffFactory.create(role="duty_manager")
    one, two = StaffFactory.create(role="service_manager"), StaffFactory.create(role="team_manager")
    teams = [
        Team.objects.create(code=code, name=code, kind="assessment", manager=two if code == "the_other" else sender)
        for code in ("the_first", "the_other", "beyond")
    ]
    contact = contacts.record_contact(facts=some_facts(people=[some_facts().people[0]]), by=officer, at=NOW)
    (referral,) = actions.decide_contact(
        contact=contact, decisions=each(contact, "referral"), by=sender, at=LATER
    ).referrals
    for number in range(20):
        actions.allocate(referral=referral, by=sender, at=LATER, team=teams[2 * (number % 2)], worker=None)
        checks = {item.code: transfers.Check(True) for item in items(is_elsewhere=False, on=LATER.date())}
        transfer = transfers.propose(
            referral=referral, by=sender, at=LATER, to=transfers.Receiver(team=teams[1]), reason="x", summary="x",
            checks=checks,
        ).transfer  # fmt: skip
        accept = partial(transfers.accept, transfer=transfer, at=LATER)
        assert sorted(both(partial(accept, by=one), partial(accept, by=two))) == ["Refused", "done"], number
        assert referral.allocations.filter(to_at=None, team=teams[1]).count() == 1
    assert StatusChange.objects.filter(move="accept", model="referrals.transfer").count() == 20
