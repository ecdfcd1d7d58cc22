"""Lists speak of children: name and age first, the deadlines of one child together, nobody named who may not be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.handover.actions import ItemFacts, write_item
from contacts.recording import actions as recording
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock
from frontdoor.notifications.actions import notify
from frontdoor.notifications.models import Notice
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection import actions as protection
from tests.contacts.conftest import some_facts

SignIn = Callable[..., User]
#: The children have the ages that are looked for.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
NAME = "Zoë O&#39;Brien-Smith"


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def late_referral(number: int, child: Person, manager: User, worker: User | None = None) -> str:
    reference = f"R-{number:08d}"
    at = timezone.now() - timedelta(days=3)
    people.involve(person=child, reference=reference, kind="referral", role="subject", at=at)
    assert clocks.start("allocation", reference=reference, started_at=at, by=manager, worker=worker) is not None
    return reference


def test_the_deadlines_of_one_child_stand_together_under_name_and_age(
    client: Client, sign_in: SignIn, manager: User, child: Person
) -> None:
    other = people.create_person(by=manager, at=timezone.now(), names=[people.GivenName("Sam", "Other")])
    first, second = late_referral(1, child, manager), late_referral(3, child, manager)
    between = late_referral(2, other, manager)
    sign_in("duty_manager")
    seen = text(client.get("/breaches/"))
    assert seen.count(NAME) == 1
    assert "11 years" in seen
    assert seen.index(NAME) < seen.index(first) < seen.index(second) < seen.index("Sam Other") < seen.index(between)
    assert f'href="/people/{child.reference}/"' in seen
    entry = Entry.objects.filter(event="page.listed").latest("pk")
    assert set(entry.people) == {child.pk, other.pk}


def test_a_contact_nobody_has_confirmed_is_named_as_given(client: Client, sign_in: SignIn, manager: User) -> None:
    officer = sign_in("contact_officer", username="una")
    contact = recording.record_contact(facts=some_facts(), by=officer, at=timezone.now() - timedelta(days=5))
    sign_in("duty_manager")
    seen = text(client.get("/breaches/"))
    assert contact.reference in seen
    assert "Sam Example" in seen
    assert "Zoë Example" in seen
    assert "(as given, not confirmed)" in seen


def test_whoever_opens_no_records_is_told_no_name(
    client: Client, sign_in: SignIn, manager: User, child: Person
) -> None:
    reference = late_referral(1, child, manager)
    sign_in("performance_officer")
    seen = text(client.get("/breaches/"))
    assert reference in seen
    assert NAME not in seen


def test_a_restricted_brother_is_not_named_beside_the_others(
    client: Client, sign_in: SignIn, manager: User, child: Person
) -> None:
    hidden = people.create_person(by=manager, at=timezone.now(), names=[people.GivenName("Hidden", "Brother")])
    reference = late_referral(1, child, manager)
    withheld = late_referral(2, hidden, manager)
    protection.set_restriction(
        person=hidden, by=manager, at=timezone.now(), reason="A colleague's child", holders=[manager]
    )
    sign_in("duty_manager")
    for address in ("/breaches/", "/"):
        seen = text(client.get(address))
        assert "Hidden Brother" not in seen
        assert withheld not in seen
    assert reference in text(client.get("/breaches/"))


def test_home_names_the_child_of_a_late_deadline(client: Client, sign_in: SignIn, manager: User, child: Person) -> None:
    worker = sign_in("social_worker", username="sol")
    reference = late_referral(1, child, manager, worker)
    seen = text(client.get("/"))
    late = seen[seen.index("Your late deadlines") :]
    assert late.index(NAME) < late.index(reference)


def test_the_board_names_children_at_a_fixed_cost(
    client: Client, sign_in: SignIn, manager: User, child: Person
) -> None:
    sign_in("duty_manager")
    late_referral(1, child, manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/breaches/").status_code == 200
        return len(captured)

    cost()
    few = cost()
    for number in range(2, 20):
        late_referral(number, people.create_person(
            by=manager, at=timezone.now(), names=[people.GivenName("Sam", f"Number{number}")]
        ), manager)  # fmt: skip
    assert cost() <= few


def told(user: User, child_reference: str, *texts: str, urgent: bool = False) -> None:
    for each in texts:
        notify([user], kind="clock-warned", text=each, reference=child_reference, path="/breaches/", urgent=urgent)


def test_notices_are_read_by_child_with_the_urgent_apart(
    client: Client, sign_in: SignIn, manager: User, child: Person
) -> None:
    user = sign_in("duty_manager")
    reference = late_referral(1, child, manager)
    told(user, reference, "Nearly due: one", "Nearly due: two", "Nearly due: three", "Nearly due: four")
    told(user, reference, "Late: allocate", urgent=True)
    told(user, "", "A file could not be read")
    seen = text(client.get("/notices/"))
    urgent, rest = seen.index(">Urgent</h2>"), seen.index(">New, by child</h2>")
    assert urgent < seen.index("Late: allocate") < rest < seen.index("Nearly due: four")
    assert seen.count(NAME) == 2
    assert "1 earlier" in seen
    assert Entry.objects.filter(event="page.listed", people__contains=[child.pk]).exists()


@pytest.mark.parametrize("address", ["/notices/", "/breaches/", "/handover/"])
def test_a_list_that_names_only_somebody_nobody_has_confirmed_leaves_evidence_too(
    client: Client, sign_in: SignIn, address: str
) -> None:
    officer = sign_in("contact_officer", username="una")
    now = timezone.now()
    contact = recording.record_contact(facts=some_facts(), by=officer, at=now - timedelta(days=5))
    user = sign_in("duty_manager")
    told(user, contact.reference, "Nearly due: one")
    item = ItemFacts(text="Look in tomorrow.", reference=contact.reference)
    write_item(kind="information", facts=item, now=False, by=user, at=now)
    assert "Zoë Example" in text(client.get(address))
    entry = Entry.objects.filter(event="page.listed").latest("pk")
    assert (entry.people, entry.detail) == ([], {"given_on": [contact.reference]})


def test_a_childs_notices_are_marked_read_together_and_the_others_stay(
    client: Client, sign_in: SignIn, manager: User, child: Person
) -> None:
    user, other = sign_in("duty_manager"), User.objects.create_user("olly", "Olly Other", roles=["duty_manager"])
    reference = late_referral(1, child, manager)
    told(user, reference, "Nearly due: one", "Nearly due: two")
    told(user, "", "A file could not be read")
    told(other, reference, "Nearly due: one")
    everybody = list(Notice.objects.filter(reference=reference).values_list("pk", flat=True))
    assert client.post("/notices/read/", {"notice": everybody}).status_code == 302
    assert set(Notice.objects.unread().values_list("user__username", "text")) == {
        ("olly", "Nearly due: one"),
        (user.username, "A file could not be read"),
    }
    assert "Nearly due: two" in text(client.get("/notices/")).split(">Read</h2>")[1]
    client.post("/notices/read/", {"all": "yes"})
    assert not Notice.objects.filter(user=user).unread().exists()


def test_a_post_that_names_no_notice_reads_none(client: Client, sign_in: SignIn) -> None:
    user = sign_in("duty_manager")
    told(user, "", "A file could not be read")
    client.post("/notices/read/", {"notice": "x"})
    assert Notice.objects.filter(user=user).unread().exists()


@pytest.mark.moment(datetime(2026, 11, 29, 19, 49, tzinfo=UTC))
def test_nothing_is_nearly_due_the_moment_it_begins(client: Client, sign_in: SignIn, manager: User) -> None:
    at = timezone.now()
    clock = clocks.start("strategy_discussion", reference="R-00000001", started_at=at, by=manager)
    assert clock is not None
    for rule in Clock.objects.filter(stopped_at=None):
        assert rule.warn_at is not None
        assert at < rule.warn_at < rule.due_at
    sign_in("duty_manager")
    contact = recording.record_contact(facts=some_facts(), by=manager, at=at)
    for clock in Clock.objects.filter(reference=contact.reference, warn_at__isnull=False):
        assert clock.warn_at > at, clock.label
    assert contact.reference not in text(client.get("/breaches/?state=soon"))
