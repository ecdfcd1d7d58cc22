"""A poisoned first item of each queue: it is left with its reason, somebody is told, and the next go on.

The poison is in the database: whoever writes that one row meets an error whose words hold a name. A task that takes
items in turn and stands on neither list fails the last test.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.conf import LazySettings
from django.db import connection, models

from contacts import tasks as contact_tasks
from contacts.agencies.feeds.actions import drop
from contacts.agencies.feeds.models import FeedFile
from contacts.agencies.information.actions import ask_information, chase_overdue
from contacts.agencies.information.models import InformationRequest
from contacts.handover import packs
from contacts.handover.models import HandoverItem, HandoverPack
from contacts.models import Contact, ContactRank, Presence
from contacts.recording.actions import record_contact
from contacts.screening.actions import claim
from contacts.taken import ALERT, CLOCK
from frontdoor.accounts.models import Agency, User, system_user
from frontdoor.api import tasks as api_tasks
from frontdoor.api.models import AgencyEvent, WebhookDelivery, WebhookEndpoint
from frontdoor.api.numbering import KIND, number_waiting
from frontdoor.api.webhooks import actions as webhooks
from frontdoor.api.webhooks import sending
from frontdoor.celery import app
from frontdoor.clocks import tasks as clock_tasks
from frontdoor.clocks.models import Clock
from frontdoor.documents import storage, working
from frontdoor.documents import tasks as document_tasks
from frontdoor.documents.actions import Facts, add_document
from frontdoor.documents.models import Document
from frontdoor.drafts import tasks as draft_tasks
from frontdoor.drafts.models import Draft
from frontdoor.exchange import working as importing
from frontdoor.exchange.models import ImportRun, Upload
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import raise_alert
from frontdoor.notifications.models import Alert, Notice, Outbox
from frontdoor.people.models import Involvement, NameWord
from frontdoor.people.tasks import count_names
from frontdoor.retention import tasks as retention_tasks
from frontdoor.retention.models import Disposal, FileToRemove
from frontdoor.staff import tasks as staff_tasks
from referrals import tasks as referral_tasks
from referrals.models import BulkAct
from tests.contacts.conftest import some_facts
from tests.factories import AgencyFactory, PersonFactory, StaffFactory
from tests.kernel.test_drafts_last import typed
from tests.reading import without_drawn

pytestmark = pytest.mark.django_db

#: Wednesday: the day team came half an hour ago.
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def administrator() -> User:
    return StaffFactory.create(role="administrator")


def poison(model: type[models.Model], when: str, *, on: str = "UPDATE") -> None:
    """From now on, whoever writes such a row of this table meets an error that quotes a child's name."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE")
        cursor.execute(
            "CREATE FUNCTION poisoned() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'Sam Example cannot be written'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER poisoned BEFORE {on} ON {model._meta.db_table}"
            f" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION poisoned()"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED; SET LOCAL ROLE frontdoor_app")


def by_owner(sentence: str) -> None:
    """Do as the owner of the tables could."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE; {sentence}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED; SET LOCAL ROLE frontdoor_app")


def of(row: models.Model) -> str:
    """The condition for one row that stands."""
    return f"OLD.id = {row.pk}"


@contextmanager
def quiet() -> Iterator[None]:
    """What is logged inside holds nothing of what the error said."""
    with structlog.testing.capture_logs() as logs:
        yield
    assert "Sam" not in without_drawn(str(logs))


@dataclass(frozen=True)
class Poisoned:
    """A queue of two, the first poisoned: how its task is run, and whether each was done."""

    run: Callable[[], object]
    done: Callable[[], list[bool]]
    #: Words of the notice to administrators.
    told: str


def two_contacts(**given: Any) -> list[Contact]:
    officer = User.objects.filter(username="contact.officer").first() or StaffFactory.create(role="contact_officer")
    return [record_contact(facts=some_facts(**given), by=officer, at=NOW - 8 * HOUR) for _ in range(2)]


def deadlines() -> Poisoned:
    first, _ = Clock.objects.bulk_create(
        Clock(
            reference=f"R-0000000{n}", rule="allocation", label="Allocate to a worker", edition="local",
            is_statutory=False, started_at=NOW - DAY, day_0=(NOW - DAY).date(), due_at=NOW - n * HOUR,
            next_at=NOW - n * HOUR,
        )
        for n in (2, 1)
    )  # fmt: skip
    poison(Clock, of(first))
    return Poisoned(
        clock_tasks.sweep,
        lambda: [row.breached_at is not None for row in Clock.objects.order_by("due_at")],
        "sweep a deadline",
    )


def alerts() -> Poisoned:
    for number in (1, 2):
        raise_alert(kind="x", reference=f"C-{number}", text="Look", path="/", at=NOW - HOUR, to=[])
    poison(Alert, of(Alert.objects.get(reference="C-1")))
    return Poisoned(
        clock_tasks.sweep, lambda: [row.level == 1 for row in Alert.objects.order_by("pk")], "take an alert further"
    )


def what_waits_in_the_outbox() -> Poisoned:
    for kind in ("no.such.kind", "audit.heads"):
        outbox.put(kind, {"day": "2026-11-25"}, at=NOW - HOUR)
    return Poisoned(
        lambda: [outbox.drain(NOW + n * DAY) for n in range(outbox.TOLD_AT)],
        lambda: [row.done_at is not None for row in Outbox.objects.order_by("pk")],
        "do what waits in the outbox, no.such.kind",
    )


def police_files() -> Poisoned:
    agency = AgencyFactory.create()
    for number in (1, 2):
        content = f"reference,concerns\nPPN/{number},Shouting heard\n".encode()
        drop(agency=agency, name="a.csv", content=content, by=system_user(), at=NOW - HOUR)
    poison(FeedFile, of(FeedFile.objects.order_by("pk")[0]))
    return Poisoned(
        contact_tasks.take_feeds,
        lambda: [row.finished_at is not None for row in FeedFile.objects.order_by("pk")],
        "take in a police file",
    )


def ranks() -> Poisoned:
    first, _ = two_contacts()
    ContactRank.objects.update(ages_at=NOW - HOUR)
    poison(ContactRank, f"OLD.contact_id = {first.pk}")
    return Poisoned(
        contact_tasks.rank,
        lambda: [row.ages_at != NOW - HOUR for row in ContactRank.objects.order_by("contact_id")],
        "rank a contact",
    )


def possible_people() -> Poisoned:
    first, _ = two_contacts()
    ContactRank.objects.update(proposed_at=None)
    poison(ContactRank, f"OLD.contact_id = {first.pk} AND NEW.proposed_at IS NOT NULL")
    return Poisoned(
        contact_tasks.rank,
        lambda: [row.proposed_at is not None for row in ContactRank.objects.order_by("contact_id")],
        "find who children may be",
    )


def who_looked_on() -> Poisoned:
    for contact in two_contacts():
        Presence.objects.create(contact=contact, user=system_user(), seen_at=NOW - 2 * DAY)
    first, second = Presence.objects.order_by("pk")
    poison(Presence, of(first), on="DELETE")
    return Poisoned(
        contact_tasks.rank,
        lambda: [not Presence.objects.filter(pk=row.pk).exists() for row in (first, second)],
        "forget who has gone",
    )


def items_of_a_pack() -> Poisoned:
    packs.bring_up_to_date(NOW - 10 * HOUR)
    first, second = two_contacts()
    poison(HandoverItem, f"NEW.reference = '{first.reference}'", on="INSERT")
    return Poisoned(
        contact_tasks.handover,
        lambda: [HandoverItem.objects.filter(reference=row.reference).exists() for row in (first, second)],
        "hand over an item",
    )


def packs_of_the_handover() -> Poisoned:
    packs.bring_up_to_date(NOW - DAY)
    evening = "2026-11-24 17:00+00"
    poison(HandoverPack, f"NEW.changed_at = '{evening}'", on="INSERT")
    moments = (datetime(2026, 11, 24, 17, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC))
    return Poisoned(
        contact_tasks.handover,
        lambda: [HandoverPack.objects.filter(changed_at=moment).exists() for moment in moments],
        "make a pack of the handover",
    )


def items_nobody_took() -> Poisoned:
    packs.bring_up_to_date(NOW - 10 * HOUR)
    contacts = two_contacts()
    packs.bring_up_to_date(NOW)
    HandoverItem.objects.update(take_by=NOW - HOUR)
    items = [HandoverItem.objects.filter(reference=row.reference).order_by("pk")[0] for row in contacts]
    poison(HandoverItem, of(items[0]))
    return Poisoned(
        contact_tasks.handover,
        lambda: [HandoverItem.objects.get(pk=item.pk).escalated_at is not None for item in items],
        "escalate in the handover",
    )


def contacts_without_a_clock() -> Poisoned:
    first, second = two_contacts()
    by_owner("DELETE FROM clocks_clock WHERE rule = 'referral_decision'")
    poison(Clock, f"NEW.reference = '{first.reference}'", on="INSERT")
    return Poisoned(
        contact_tasks.rank,
        lambda: [
            Clock.objects.filter(reference=row.reference, rule="referral_decision").exists() for row in (first, second)
        ],
        "start the decision's clock",
    )


def contacts_whose_last_holder_is_gone() -> Poisoned:
    StaffFactory.create(role="service_manager")
    first, second = two_contacts()
    for row in (first, second):
        raise_alert(kind=ALERT, reference=row.reference, text="Look", path="/", at=NOW - HOUR, to=[])
    poison(Clock, f"NEW.reference = '{first.reference}'", on="INSERT")
    return Poisoned(
        contact_tasks.handover,
        lambda: [Clock.objects.filter(reference=row.reference, rule=CLOCK).exists() for row in (first, second)],
        "find another holder",
    )


def accounts_that_ended() -> Poisoned:
    by = StaffFactory.create(role="duty_manager")
    child = PersonFactory.create(by=by)
    gone = [StaffFactory.create(role="social_worker", username=f"gone.{n}") for n in (1, 2)]
    for number, user in enumerate(gone):
        Involvement.objects.create(
            person=child,
            reference=f"R-0000000{number}",
            role="subject",
            kind="referral",
            worker=user,
            opened_at=NOW - DAY,
        )
    User.objects.filter(pk__in=[user.pk for user in gone]).update(is_active=False)
    poison(Involvement, f"OLD.worker_id = {gone[0].pk}")
    return Poisoned(
        staff_tasks.let_go,
        lambda: [not Involvement.objects.filter(worker=user).exists() for user in gone],
        "let go of an ended account's work",
    )


def questions_to_be_chased() -> Poisoned:
    manager = StaffFactory.create(role="duty_manager")
    contact = claim(contact=two_contacts()[0], by=manager, at=NOW - 7 * HOUR)
    for who in ("Ms Hale", "Mr Vale"):
        ask_information(
            contact=Contact.objects.get(pk=contact.pk), by=manager, at=NOW - 7 * HOUR, asked_of=who,
            question="Is he at school?", why="To decide.", lawful_basis="public_task",
            without_agreement_reason="Nobody answers.",
        )  # fmt: skip
    poison(InformationRequest, of(InformationRequest.objects.order_by("pk")[0]))
    return Poisoned(
        lambda: chase_overdue(NOW + 2 * DAY),
        lambda: [row.chases == 1 for row in InformationRequest.objects.order_by("pk")],
        "chase information",
    )


def samples() -> Poisoned:
    manager = StaffFactory.create(role="duty_manager")
    for _ in range(2):
        BulkAct.objects.create(by=manager, at=NOW - HOUR, outcome="advice", reason="Nothing more.", seed="s")
    poison(BulkAct, of(BulkAct.objects.order_by("pk")[0]))
    return Poisoned(
        referral_tasks.draw, lambda: [row.is_sampled for row in BulkAct.objects.order_by("pk")], "draw a sample"
    )


def files_to_remove() -> Poisoned:
    agreed = Disposal.objects.create(
        person_key=1, reference="P-00000001", rule="x", kept_until=NOW.date(), counts=[], print="x",
        proposed_at=NOW, proposed_by=system_user(),
    )  # fmt: skip
    for text in (b"one", b"two"):
        FileToRemove.objects.create(disposal=agreed, name=storage.put(text)[0])
    poison(FileToRemove, of(FileToRemove.objects.order_by("pk")[0]))
    return Poisoned(
        retention_tasks.remove_files,
        lambda: [row.removed_at is not None for row in FileToRemove.objects.order_by("pk")],
        "remove the file of a destroyed document",
    )


def drafts() -> Poisoned:
    officer = StaffFactory.create(role="contact_officer")
    keys = [typed(officer, at=NOW - 800 * DAY) for _ in range(2)]
    poison(Draft, f"OLD.id = '{keys[0]}'", on="DELETE")
    return Poisoned(
        draft_tasks.throw_away,
        lambda: [not Draft.objects.filter(pk=key).exists() for key in keys],
        "throw away a draft",
    )


def documents() -> Poisoned:
    by = StaffFactory.create(role="duty_manager")
    child = PersonFactory.create(by=by)
    made = [
        add_document(
            person=child, name=f"{number}.txt", data=f"Note {number}".encode(), facts=Facts(kind="letter"), by=by,
            at=NOW - HOUR,
        )
        for number in (1, 2)
    ]  # fmt: skip
    Document.objects.update(attempts=working.MOST_ATTEMPTS - 1)
    poison(Document, f"{of(made[0])} AND NEW.reading = 'done'")

    def run() -> None:
        for key in working.take_due(NOW):
            document_tasks.work(key)

    return Poisoned(run, lambda: [row.reading == "done" for row in Document.objects.order_by("pk")], "read a document")


def _endpoints() -> list[WebhookEndpoint]:
    """Two endpoints of the police, with an event waiting for both."""
    agency = AgencyFactory.create()
    by = StaffFactory.create(role="administrator", username="admin.b")
    for path in ("one", "two"):
        webhooks.add(agency=agency, url=f"http://127.0.0.1:1/{path}", by=by, at=NOW - DAY)
    event = AgencyEvent.objects.create(
        agency=agency, seq=1, type="contact.acknowledged", contact=two_contacts()[0], occurred_at=NOW - DAY, receipt={}
    )
    webhooks.put(event, at=NOW - DAY)
    return list(WebhookEndpoint.objects.order_by("pk"))


def endpoints_of_agencies() -> Poisoned:
    first, _ = _endpoints()
    poison(WebhookEndpoint, of(first))

    def run() -> None:
        for key in sending.due(NOW):
            api_tasks.send_to(key)

    return Poisoned(
        run,
        lambda: [row.attempts == 1 for row in WebhookDelivery.objects.order_by("endpoint_id")],
        "send webhooks to an endpoint",
    )


#: Every task that takes items in turn, with its queues.
QUEUES: dict[str, list[Callable[[], Poisoned]]] = {
    "clocks.tasks.sweep": [deadlines, alerts],
    "notifications.tasks.drain": [what_waits_in_the_outbox],
    "contacts.tasks.take_feeds": [police_files],
    "contacts.tasks.rank": [ranks, possible_people, who_looked_on, contacts_without_a_clock],
    "contacts.tasks.handover": [
        items_of_a_pack,
        packs_of_the_handover,
        items_nobody_took,
        contacts_whose_last_holder_is_gone,
    ],
    "staff.tasks.let_go": [accounts_that_ended],
    "contacts.tasks.chase": [questions_to_be_chased],
    "referrals.tasks.draw": [samples],
    "retention.tasks.remove_files": [files_to_remove],
    "drafts.tasks.throw_away": [drafts],
    "documents.tasks.work": [documents],
    "api.tasks.send_to": [endpoints_of_agencies],
    "exchange.tasks.do_import": [],  # its own test below: whoever started an import is told, not the administrators
}
#: Tasks that take nothing in turn: they hand out what others take, or do one thing.
NO_ITEMS = {
    "documents.tasks.tick", "api.tasks.webhooks", "exchange.tasks.take_up", "exchange.tasks.look_again",
    "people.tasks.count_names", "notifications.tasks.keep_heads",
}  # fmt: skip


@pytest.mark.parametrize("queue", [queue for queues in QUEUES.values() for queue in queues])
def test_a_poisoned_first_item_is_left_and_told_and_the_next_is_done(
    queue: Callable[[], Poisoned], administrator: User, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DOCUMENTS_DIR, settings.WEBHOOK_NETWORKS, settings.WEBHOOK_TIMEOUT = tmp_path, ["127.0.0.0/8"], 1
    poisoned = queue()
    assert poisoned.done() == [False, False]
    with quiet():
        poisoned.run()
    assert poisoned.done() == [False, True]
    told = Notice.objects.filter(user=administrator, kind="left-aside")
    assert [poisoned.told in notice.text for notice in told] == [True]
    assert "Sam" not in without_drawn(told[0].text)
    with quiet():
        poisoned.run()
    assert told.count() == 1, "once a day, not each time it is tried"


def test_a_poisoned_import_is_stopped_its_starter_told_and_the_next_has_its_turn(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.IMPORTS_DIR = tmp_path
    by = StaffFactory.create(role="performance_officer", username="perry", name="Perry Figgis")
    runs = []
    for name in ("first", "second"):
        os.mkdir(tmp_path / name)
        (tmp_path / name / "carecase_people.csv").write_bytes(b"\xff\xfe\x00not,a,table")
        upload = Upload.objects.create(folder=name, received_at=NOW - HOUR, received_by=by)
        runs.append(ImportRun.objects.create(started_by=by, upload=upload, state="waiting"))
    assert importing.next_to_do(NOW) == runs[0].pk
    with quiet():
        importing.work(runs[0].pk, NOW)
    runs[0].refresh_from_db()
    assert runs[0].state == "failed"
    assert runs[0].failure != ""
    assert Notice.objects.filter(user=by, kind="import").count() == 1
    assert importing.next_to_do(NOW) == runs[1].pk


def test_an_event_that_cannot_be_numbered_holds_no_other_of_the_agency() -> None:
    agency: Agency = AgencyFactory.create()
    first, second = (
        record_contact(facts=some_facts(), by=None, agency=agency, at=NOW - HOUR, received_at=NOW - HOUR)
        for _ in range(2)
    )
    Contact.objects.filter(pk__in=[first.pk, second.pk]).update(
        acknowledged_at=NOW - HOUR, acknowledged_by=system_user()
    )
    Outbox.objects.all().update(done_at=NOW)
    for contact in (first, second):
        outbox.put(KIND, {"contact": contact.reference, "type": "contact.acknowledged"}, at=NOW - HOUR)
    poison(AgencyEvent, f"NEW.contact_id = {first.pk}", on="INSERT")
    with quiet():
        number_waiting(agency, NOW)
    assert [event.contact_id for event in AgencyEvent.objects.all()] == [second.pk]
    assert Outbox.objects.filter(done_at=None).count() == 1, "the drain counts its tries and tells somebody"


def test_a_message_we_cannot_make_is_given_up_alone_and_told(
    administrator: User, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS, settings.WEBHOOK_TIMEOUT = ["127.0.0.0/8"], 1
    endpoint, _ = _endpoints()
    at = NOW

    def fails(*args: Any) -> str:
        raise KeyError("Sam Example")

    monkeypatch.setattr(sending, "message", fails)
    with quiet():
        for _ in range(sending.REFUSED_MOST):
            at += DAY / 4
            sending.send_to(endpoint.pk, at)
    assert WebhookDelivery.objects.get(endpoint=endpoint).gave_up_at is not None
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since) == (0, None), "the next message has its turn"
    assert Notice.objects.filter(user=administrator, text__contains="send a message to an agency").exists()


def test_a_task_that_fails_as_a_whole_is_told(administrator: User, caplog: pytest.LogCaptureFixture) -> None:
    NameWord.objects.create(text="sam", bearers=7)
    poison(NameWord, "OLD.text = 'sam'")
    with quiet():
        assert count_names.apply().failed()
    assert "count_names" in caplog.text
    assert "Sam" not in without_drawn(caplog.text)
    (told,) = Notice.objects.filter(user=administrator, kind="left-aside")
    assert "do the task people.tasks.count_names" in told.text
    assert "Sam" not in without_drawn(told.text)


def test_every_task_stands_on_one_of_the_lists() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == set(QUEUES) | NO_ITEMS
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= ours
