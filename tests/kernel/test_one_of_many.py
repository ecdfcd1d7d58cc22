"""One bad item of many stops none of the others, whatever the job, and somebody is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from contacts import tasks
from contacts.agencies.feeds.actions import take
from contacts.agencies.information import actions as information
from contacts.handover import packs
from contacts.management.commands import feed_drop
from contacts.models import Contact, ContactRank
from contacts.ranking import ranks
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import Agency, User
from frontdoor.documents import storage
from frontdoor.notifications import actions as telling
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Alert, Notice, Outbox
from frontdoor.retention import disposal
from frontdoor.retention.models import Disposal, FileToRemove
from referrals import together
from referrals.models import BulkAct
from tests.contacts.conftest import some_facts
from tests.reading import without_drawn

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("admin.a", "Ada Admin", roles=["administrator"])


@pytest.fixture
def manager(db: None) -> User:
    return User.objects.create_user("duty.manager", "Dora Manager", roles=["duty_manager"])


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("contact.officer", "Una Officer", roles=["contact_officer"])


def told(admin: User, words: str) -> int:
    return Notice.objects.filter(user=admin, kind="left-aside", text__contains=words).count()


def failing_at(real: Any, calls: int = 1) -> Any:
    """The same function, which fails at its first calls."""
    made: list[int] = []

    def fails(*args: Any, **given: Any) -> Any:
        made.append(1)
        if len(made) <= calls:
            raise RecursionError
        return real(*args, **given)

    return fails


def test_one_alert_that_cannot_climb_holds_no_other(
    admin: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = User.objects.create_user("service", "Sara Service", roles=["team_manager"])
    for number in (1, 2):
        telling.raise_alert(kind="x", reference=f"C-{number}", text="Look", path="/", at=NOW, to=[manager])
    monkeypatch.setattr(telling, "next_in_line", failing_at(telling.next_in_line))
    assert telling.climb(NOW + timedelta(minutes=16)) == 1
    assert list(Alert.objects.order_by("pk").values_list("level", flat=True)) == [0, 1]
    assert Notice.objects.filter(user=service).count() == 1
    assert told(admin, "alert") == 1


def test_one_request_that_cannot_be_chased_holds_no_other(
    admin: User, manager: User, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = timezone.now()
    contact = recording.record_contact(facts=some_facts(), by=officer, at=start)
    contact = screening.claim(contact=contact, by=manager, at=start)
    for who in ("Ms Hale", "Mr Vale"):
        information.ask_information(
            contact=Contact.objects.get(), by=manager, at=start, asked_of=who, question="Is he at school?",
            why="To decide.", lawful_basis="public_task", without_agreement_reason="Nobody answers.",
        )  # fmt: skip
    monkeypatch.setattr(information, "_chased", failing_at(information._chased))
    assert information.chase_overdue(start + timedelta(days=2)) == 1
    assert told(admin, "chase") == 1


def test_one_file_that_cannot_be_removed_holds_no_other(
    admin: User, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOCUMENTS_DIR = tmp_path
    agreed = Disposal.objects.create(
        person_key=1, reference="P-00000001", rule="x", kept_until=NOW.date(), counts=[], print="x",
        proposed_at=NOW, proposed_by=admin,
    )  # fmt: skip
    for text in (b"one", b"two"):
        FileToRemove.objects.create(disposal=agreed, name=storage.put(text)[0])
    monkeypatch.setattr(disposal, "remove_file", [failing_at(lambda names: storage.destroy(names[0]))])
    assert disposal.remove_files() == 1
    assert FileToRemove.objects.filter(removed_at__isnull=True).count() == 1
    assert told(admin, "remove") == 1


def test_one_contact_that_cannot_be_ranked_holds_no_other(
    admin: User, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (recording.record_contact(facts=some_facts(), by=officer, at=NOW) for _ in range(2))
    ContactRank.objects.update(ages_at=NOW)
    real = ranks.ranks_of

    def fails(wanted: list[int], *args: Any) -> Any:
        if first.pk in wanted:
            raise KeyError
        return real(wanted, *args)

    monkeypatch.setattr(ranks, "ranks_of", fails)
    ranks.recompute_aged(NOW + timedelta(hours=1))
    aged = ContactRank.objects.filter(ages_at=NOW).values_list("contact_id", flat=True)
    assert list(aged) == [first.pk]
    assert second.pk not in aged
    assert told(admin, "rank") == 1


def test_one_sample_that_cannot_be_drawn_holds_no_other(
    admin: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        BulkAct.objects.create(by=manager, at=NOW, outcome="advice", reason="Nothing more.", seed="s")
    monkeypatch.setattr(together, "drawn", failing_at(together.drawn))
    together.draw_waiting(NOW + timedelta(hours=1))
    assert BulkAct.objects.filter(is_sampled=True).count() == 1
    assert told(admin, "sample") == 1


def test_packs_that_cannot_be_made_do_not_keep_the_late_ones_from_managers(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(at: datetime) -> int:
        raise RecursionError

    escalated: list[datetime] = []

    def escalates(at: datetime) -> int:
        escalated.append(at)
        return 1

    monkeypatch.setattr(packs, "bring_up_to_date", fails)
    monkeypatch.setattr(packs, "escalate", escalates)
    tasks.handover()
    assert len(escalated) == 1
    assert told(admin, "handover") == 1


def test_what_the_outbox_gives_up_is_told_to_somebody(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(payload: dict[str, Any], at: datetime) -> None:
        raise ValueError("Sam Example")

    monkeypatch.setitem(outbox.HANDLERS, "test.fails", fails)
    outbox.put("test.fails", {}, at=NOW)
    Outbox.objects.update(attempts=outbox.MOST_ATTEMPTS - 2)
    outbox.drain(NOW)
    assert told(admin, "outbox") == 0
    outbox.drain(NOW + timedelta(days=1))
    assert told(admin, "outbox") == 1
    assert "Sam" not in without_drawn(Notice.objects.get(user=admin).text)


def test_a_folder_is_taken_in_whatever_one_file_of_it_is(
    officer: User, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Agency.objects.create(code="police", name="Exampleshire Police", kind="police", default_source="6")
    (tmp_path / "a.csv").write_bytes(b"reference,concerns\nPPN/3,Shouting heard\n")
    monkeypatch.setattr(feed_drop, "take", failing_at(take))
    (tmp_path / "b\udcff.csv").write_bytes(b"reference,concerns\nPPN/2,Shouting heard\n")
    (tmp_path / "c.csv").write_bytes(b"reference,concerns\nPPN/1,Shouting heard\n")
    with pytest.raises(CommandError, match="1 could not be taken in"):
        call_command("feed_drop", str(tmp_path))
    assert Contact.objects.count() == 2
