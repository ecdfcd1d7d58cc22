"""Two arrivals about one family at the same moment."""

import threading

from django.db import connection

from contacts.facts import PersonFacts
from contacts.models import BundleJoin, Contact
from contacts.recording import actions
from tests.contacts.conftest import NOW, some_facts
from tests.contacts.test_bundles import SAM, in_step
from tests.factories import StaffFactory


def test_two_arrivals_at_the_same_moment_end_in_one_bundle(committed: None) -> None:
    officer = StaffFactory.create(role="contact_officer")
    ready = threading.Barrier(4)
    failed: list[BaseException] = []

    def arrive() -> None:
        try:
            ready.wait()
            actions.record_contact(facts=some_facts(people=[PersonFacts(**SAM)]), by=officer, at=NOW)
        except BaseException as exc:
            failed.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Contact.objects.values("bundle").distinct().count() == 1
    assert BundleJoin.objects.filter(code="child_name_born", ended_at=None).count() == 3
    in_step()
