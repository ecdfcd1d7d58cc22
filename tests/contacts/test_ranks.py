"""Ranks kept in step with the facts, and the weights changed on a page."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.facts import PersonFacts, ReferrerFacts
from contacts.models import Contact, RankWeights
from contacts.ranking import ranks
from contacts.ranking.order import Weights
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from frontdoor.rules.actions import put_all
from frontdoor.rules.files import export, parse
from referrals import actions as referrals
from tests.contacts.conftest import some_facts
from tests.factories import PersonFactory, StaffFactory
from tests.referrals.conftest import each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def head(db: None) -> User:
    return StaffFactory.create(role="service_manager")


def record(by: User, at: datetime = NOW, **facts: object) -> Contact:
    return recording.record_contact(facts=some_facts(**facts), by=by, at=at)


def codes(contact: Contact) -> list[str]:
    contact.refresh_from_db()
    return [reason.code for reason in contact.rank.told]


def test_intake_ranks_at_once_and_says_why(officer: User) -> None:
    child = PersonFacts(given_name="Bo", family_name="Example", date_of_birth=date(2026, 6, 1), disability="Deaf")
    contact = record(
        officer, people=[child], pregnancy="Her mother is pregnant", referrer=ReferrerFacts(name="Neighbour")
    )
    assert codes(contact) == ["grade", "under_one", "pregnancy", "disability", "unseen"]
    assert contact.rank.points == 96 + 24 + 12 + 12 + 12
    assert contact.rank_at == NOW - timedelta(hours=contact.rank.points)


def test_saying_there_is_none_counts_for_nothing(officer: User) -> None:
    child = PersonFacts(given_name="Bo", date_of_birth=date(2010, 6, 1), disability="None.", communication="n/a")
    assert codes(record(officer, people=[child], pregnancy="No")) == ["grade"]


def test_what_must_never_count_moves_nobody(officer: User) -> None:
    """Two contacts alike but for name, ethnicity, sex, language, religion's and place's words stand alike."""
    plain = PersonFacts(given_name="Sam", family_name="Example", date_of_birth=date(2017, 3, 3))
    other = replace(
        plain, given_name="Zoë", family_name="Other", ethnicity="BAFR", sex="F", language="Somali", interpreter="Yes"
    )
    one, two = (record(officer, people=[child]) for child in (plain, other))
    assert (one.tier, one.rank_at) == (two.tier, two.rank_at)


def test_a_new_grade_moves_it_in_the_same_act(officer: User) -> None:
    contact = record(officer)
    screening.grade(contact=contact, by=officer, at=NOW, grade="red", reason="Worse than it seemed.")
    contact.refresh_from_db()
    assert (contact.tier, contact.rank_at) == (1, NOW - timedelta(hours=240))


def test_a_child_on_a_plan_stands_with_the_red_ones(officer: User, manager: User) -> None:
    """From the moment the link is confirmed, or the plan begins, until it ends."""
    first = record(officer)
    child = PersonFactory.create(by=manager)
    screening.link_person(on_contact=first.people.get(position=1), person=child, by=manager, at=NOW)
    decided = referrals.decide_contact(contact=first, decisions=[
        replace(decision, response_type="other") for decision in each(first, "referral")
    ], by=manager, at=NOW)  # fmt: skip
    referral = next(r for r in decided.referrals if r.child == child)
    second = record(officer, NOW + timedelta(hours=1))
    screening.link_person(on_contact=second.people.get(position=1), person=child, by=manager, at=NOW)
    second.refresh_from_db()
    assert second.tier == 2
    referrals.provide_service(referral=referral, by=manager, at=NOW, service="protection_plan", reason="Conference.")
    second.refresh_from_db()
    assert second.tier == 1


def test_what_ages_is_moved_by_the_hourly_run_once(officer: User) -> None:
    contact = record(officer, safe_until=NOW + timedelta(hours=8))
    before = contact.rank_at
    assert ranks.recompute_aged(NOW + timedelta(hours=1)) == 0
    assert ranks.recompute_aged(NOW + timedelta(hours=3)) == 1
    contact.refresh_from_db()
    assert contact.rank_at == before - timedelta(hours=24)
    assert ranks.recompute_aged(NOW + timedelta(hours=3)) == 0


def test_new_weights_rank_every_open_contact_in_the_same_act(officer: User, head: User) -> None:
    contacts = [record(officer, NOW + timedelta(minutes=n)) for n in range(3)]
    row = ranks.set_weights(
        weights=asdict(replace(Weights(), green=120)), valid_from=NOW.date(), reason="Too slow", by=head, at=NOW
    )
    for contact in contacts:
        contact.refresh_from_db()
        assert (contact.rank.weights, contact.received_at - contact.rank_at) == (row, timedelta(hours=120))


def test_later_weights_count_from_their_day(officer: User, head: User) -> None:
    contact = record(officer)
    later = NOW.date() + timedelta(days=2)
    ranks.set_weights(weights=asdict(replace(Weights(), green=0)), valid_from=later, reason="Trial", by=head, at=NOW)
    assert ranks.recompute_aged(NOW + timedelta(hours=1)) == 0
    assert ranks.recompute_aged(NOW + timedelta(days=2)) == 1
    contact.refresh_from_db()
    assert contact.rank_at == NOW


def test_weights_need_a_reason_a_coming_day_and_the_right(officer: User, manager: User, head: User) -> None:
    good: dict[str, Any] = {
        "weights": asdict(Weights()),
        "valid_from": NOW.date(),
        "reason": "Because",
        "by": head,
        "at": NOW,
    }
    for change, field in (
        ({"reason": " "}, "reason"),
        ({"valid_from": NOW.date() - timedelta(days=1)}, "valid_from"),
        ({"weights": asdict(Weights()) | {"amber": 300}}, "red"),
    ):
        with pytest.raises(Refused) as refused:
            ranks.set_weights(**(good | change))
        assert refused.value.field == field
    with pytest.raises(Denied):
        ranks.set_weights(**(good | {"by": manager}))


def test_a_day_has_one_set_of_weights_so_that_the_rules_go_out_and_come_back_as_a_file(head: User) -> None:
    facts: dict[str, Any] = {"weights": asdict(Weights()), "valid_from": NOW.date(), "by": head, "at": NOW}
    ranks.set_weights(reason="Too slow", **facts)
    with pytest.raises(Refused, match="Weights from this day are set already") as refused:
        ranks.set_weights(reason="Too fast", **facts)
    assert refused.value.field == "valid_from"
    assert put_all(wanted=parse(export()), by=None, at=NOW, on=NOW.date()) == {}


def test_a_thousand_are_ranked_in_as_many_questions_as_ten(officer: User) -> None:
    def cost() -> int:
        keys = list(Contact.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as captured:
            ranks.recompute(keys, at=NOW)
        return len(captured)

    for number in range(2):
        record(officer, NOW + timedelta(minutes=number))
    few = cost()
    for number in range(20):
        record(officer, NOW + timedelta(minutes=number))
    assert cost() == few


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def given(**changed: object) -> dict[str, object]:
    return {**asdict(Weights()), "valid_from": timezone.localdate().isoformat(), "reason": "", **changed}


def test_the_page_shows_who_would_move_and_changes_nothing_until_told(
    client: Client, officer: User, head: User
) -> None:
    blue, green = record(officer, grade="blue"), record(officer, NOW + timedelta(hours=1), grade="green")
    signed_in(client, head)
    answer = client.post("/contacts/queue/weights/", given(preview="1", green=0))
    body = answer.content.decode()
    assert answer.status_code == 200
    assert body.index(blue.reference) < body.index(green.reference)
    assert "up 1" in body
    assert "down 1" in body
    assert RankWeights.objects.filter(set_by__isnull=False).count() == 0
    refused = client.post("/contacts/queue/weights/", given(green=0))
    assert refused.status_code == 422
    assert "Say why the weights change" in refused.content.decode()
    done = client.post("/contacts/queue/weights/", given(green=0, reason="Blue waits too long"))
    assert done.status_code == 302
    assert list(Contact.objects.on_queue().order_by("tier", "rank_at")) == [blue, green]
    assert "Blue waits too long" in client.get("/contacts/queue/weights/").content.decode()


def test_a_worse_grade_cannot_be_made_to_count_less_on_the_page(client: Client, head: User) -> None:
    answer = signed_in(client, head).post("/contacts/queue/weights/", given(amber=300, reason="?"))
    assert answer.status_code == 422
    assert "a worse grade never ranks lower" in answer.content.decode()


def test_an_ordinary_manager_does_not_change_them(client: Client, manager: User) -> None:
    assert signed_in(client, manager).get("/contacts/queue/weights/").status_code == 403
    assert Person.objects.count() == 0
