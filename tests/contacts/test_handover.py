"""The handover: made once for each change of shift, taken by name, escalated once, hidden from whoever may not see."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.test import Client

from contacts.facts import AddressFacts
from contacts.handover import packs
from contacts.handover.actions import ItemFacts, acknowledge_passed, set_shifts, take_item, write_item
from contacts.handover.models import HandoverItem, HandoverPack
from contacts.handover.shifts import Plan
from contacts.models import Contact, ContactType
from contacts.recording.actions import record_contact
from contacts.screening.actions import link_person
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import OnDuty, User
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from referrals.fast_track import fast_track
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.reading import without_drawn

#: The pages are opened the day after.
pytestmark = [pytest.mark.django_db, pytest.mark.moment(datetime(2026, 11, 26, 10, tzinfo=UTC))]
#: Wednesday 25 November 2026, 02:00, in the night the duty team works; the day team comes at 09:00.
NIGHT = datetime(2026, 11, 25, 2, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 9, tzinfo=UTC)
EVENING = datetime(2026, 11, 25, 17, tzinfo=UTC)


@pytest.fixture
def edt(db: None) -> User:
    return StaffFactory.create(role="edt_worker")


@pytest.fixture
def holder(db: None) -> User:
    return StaffFactory.create(role="service_manager")


def made(at: datetime) -> HandoverPack:
    packs.bring_up_to_date(at)
    found = HandoverPack.objects.newest_first().first()
    assert found is not None
    return found


def logged(by: User, at: datetime = NIGHT, **given: Any) -> Contact:
    return record_contact(facts=some_facts(**given), by=by, at=at)


def written(by: User, at: datetime = NIGHT, **given: Any) -> HandoverItem:
    facts = ItemFacts(text="Ring the ward about Sam at ten.", due_at=MORNING + timedelta(hours=1))
    return write_item(kind="action", facts=replace(facts, **given), now=False, by=by, at=at)


def test_a_pack_is_made_once_however_often_and_late_from_what_was_pending_at_the_change(
    edt: User, manager: User, police: Any
) -> None:
    made(NIGHT)
    mine = logged(edt)
    red = record_contact(facts=some_facts(grade="red"), by=None, agency=police, at=NIGHT)
    record_contact(facts=some_facts(grade="green"), by=None, agency=police, at=NIGHT)
    urgent = logged(edt)
    fast_track(contact=urgent, by=edt, at=NIGHT)
    by_hand = written(edt)
    late = MORNING + timedelta(hours=3)
    after = logged(edt, at=MORNING + timedelta(minutes=5))
    pack = made(late)
    assert made(late) == pack
    assert (pack.changed_at, pack.shift_before, pack.shift_after) == (MORNING, "edt", "day")
    found = {(item.reference, item.why) for item in pack.items.exclude(why="deadline")}
    assert found == {
        (mine.reference, "logged"), (red.reference, "serious"), (urgent.reference, "fast_track"), ("", ""),
    }, "a green one of an agency stays on the queue"  # fmt: skip
    assert after.reference not in {reference for reference, _ in found}
    by_hand.refresh_from_db()
    assert (by_hand.pack, by_hand.take_by) == (pack, MORNING + timedelta(minutes=30))
    assert all(item.text == "" for item in pack.items.exclude(why="").exclude(why="deadline")), "nothing is copied"


def test_after_days_without_a_run_every_change_has_its_pack_and_nothing_is_handed_over_twice(edt: User) -> None:
    made(NIGHT)
    contact = logged(edt, grade="red")
    assert packs.bring_up_to_date(MORNING + timedelta(days=3)) == 10
    assert HandoverItem.objects.filter(reference=contact.reference).count() == 1, "it still waits in the first pack"
    assert packs.bring_up_to_date(MORNING + timedelta(days=3)) == 0


def test_what_was_taken_and_still_is_pending_is_handed_over_again(edt: User, worker: User, manager: User) -> None:
    made(NIGHT)
    contact = logged(edt, grade="red")
    made(MORNING)
    take_item(item=HandoverItem.objects.get(reference=contact.reference), by=worker, at=MORNING)
    pack = made(EVENING)
    assert pack.items.get(reference=contact.reference).why == "serious"
    assert (pack.shift_before, pack.take_by) == ("day", EVENING + timedelta(minutes=30))


def test_of_two_who_take_it_one_wins_and_the_other_sees_who_and_when(edt: User, worker: User, manager: User) -> None:
    made(NIGHT)
    item = written(edt)
    with pytest.raises(Refused, match="next change"):
        take_item(item=item, by=worker, at=NIGHT)
    made(MORNING)
    with pytest.raises(Refused, match="You wrote this"):
        take_item(item=item, by=edt, at=MORNING)
    take_item(item=item, by=worker, at=MORNING)
    assert take_item(item=item, by=worker, at=MORNING).taken_by == worker, "pressing twice is no error"
    with pytest.raises(Refused, match="Sol Worker took this on 25 November 2026 at 9:00am"):
        take_item(item=item, by=manager, at=MORNING)
    assert Entry.objects.filter(event="handover.taken").count() == 1


def test_what_nobody_takes_escalates_once_to_duty_managers(edt: User, worker: User, manager: User) -> None:
    made(NIGHT)
    left, taken = written(edt), written(edt)
    made(MORNING)
    take_item(item=taken, by=worker, at=MORNING)
    assert packs.escalate(MORNING + timedelta(minutes=30)) == 0, "9:30 itself is in time"
    assert packs.escalate(MORNING + timedelta(minutes=31)) == 1
    assert packs.escalate(MORNING + timedelta(minutes=40)) == 0
    notice = Notice.objects.get(kind="handover")
    assert (notice.user, notice.is_urgent) == (manager, True)
    assert "Sam" not in without_drawn(notice.text)
    left.refresh_from_db()
    assert left.escalated_at == MORNING + timedelta(minutes=31)
    assert left.taken_at is None, "it stays until somebody takes it"


def test_nothing_is_removed(edt: User, owner: psycopg.Connection) -> None:
    item = written(edt)
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'contacts_handoveritem', 'DELETE')", ["frontdoor_app"])
        granted = cursor.fetchone()
    assert granted == (False,)
    with pytest.raises(IntegrityError):
        HandoverItem.objects.filter(pk=item.pk).update(taken_at=MORNING)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("action", {"due_at": None}, "due_at"),
        ("visit", {"risk": "", "ring": "PC Example 01632 960000", "otherwise": "Ring the on-call manager"}, "risk"),
        ("placed", {"place": "Foster carers", "legal_basis": "s20"}, "agreed_by"),
        ("placed", {"place": "Ward 3", "legal_basis": "police_protection", "from_at": NIGHT}, "until_at"),
        (
            "placed",
            {"place": "Ward 3", "legal_basis": "police_protection", "from_at": NIGHT,
             "until_at": NIGHT + timedelta(hours=72, minutes=1)},
            "until_at",
        ),
        ("strategy", {"held_at": NIGHT, "with_whom": "Police"}, "with_health"),
        ("strategy", {"held_at": NIGHT + timedelta(days=1), "with_whom": "Police", "with_health": True}, "held_at"),
        ("call", {"caller": ""}, "caller"),
        ("authority", {"authority": "", "passed_to": "A", "passed_at": NIGHT}, "authority"),
        ("information", {"text": " "}, "text"),
        ("information", {"reference": "C-00000000"}, "reference"),
    ],
)  # fmt: skip
def test_each_kind_asks_for_its_own(edt: User, kind: str, given: dict[str, Any], field: str) -> None:
    about = logged(edt).reference
    facts = ItemFacts(**{"text": "What happened.", "reference": about, "due_at": MORNING, **given})
    with pytest.raises(Refused) as refused:
        write_item(kind=kind, facts=facts, now=False, by=edt, at=NIGHT)
    assert refused.value.field == field
    assert not HandoverItem.objects.exists()


def test_police_protection_of_72_hours_and_no_more_even_past_the_actions(edt: User) -> None:
    facts = ItemFacts(
        text="Taken from home by police.", reference=logged(edt).reference, place="Foster carers",
        legal_basis="police_protection", from_at=NIGHT, until_at=NIGHT + timedelta(hours=72),
    )  # fmt: skip
    item = write_item(kind="placed", facts=facts, now=False, by=edt, at=NIGHT)
    with pytest.raises(IntegrityError):
        HandoverItem.objects.filter(pk=item.pk).update(until_at=NIGHT + timedelta(hours=73))


def test_a_strategy_discussion_without_health_is_reconvened_on_the_next_working_day(edt: User) -> None:
    friday = datetime(2026, 11, 27, 23, tzinfo=UTC)
    about = logged(edt, at=friday).reference
    facts = ItemFacts(text="Single agency.", reference=about, held_at=friday, with_whom="DS Example", with_health=False)
    item = write_item(kind="strategy", facts=facts, now=False, by=edt, at=friday)
    assert f"{item.reconvene_on:%A %d %B}" == "Monday 30 November"
    facts.with_health = True
    assert write_item(kind="strategy", facts=facts, now=False, by=edt, at=friday).reconvene_on is None


def test_what_is_passed_to_another_authority_is_acknowledged_by_name_once(edt: User, worker: User) -> None:
    facts = ItemFacts(
        text="Lives in Otherton.", reference=logged(edt).reference, authority="Otherton Council",
        passed_to="Otherton duty team", passed_at=NIGHT,
    )  # fmt: skip
    item = write_item(kind="authority", facts=facts, now=False, by=edt, at=NIGHT)
    with pytest.raises(Refused, match="by name"):
        acknowledge_passed(item=item, name=" ", by=worker, at=MORNING)
    acknowledge_passed(item=item, name="Olive Other", by=worker, at=MORNING)
    with pytest.raises(Refused, match="acknowledged by Olive Other"):
        acknowledge_passed(item=item, name="Else", by=worker, at=MORNING)


def test_an_item_for_now_goes_to_the_shift_that_is_on_with_half_an_hour(edt: User, worker: User) -> None:
    made(EVENING)
    at = EVENING + timedelta(minutes=5)
    facts = ItemFacts(text="See Sam tonight.", due_at=at + timedelta(hours=4))
    item = write_item(kind="action", facts=facts, now=True, by=worker, at=at)
    assert item.take_by == at + timedelta(minutes=30)
    assert take_item(item=item, by=edt, at=at).taken_by == edt


def test_whoever_may_not_see_the_record_sees_no_item_and_it_still_reaches_who_may(
    edt: User, worker: User, manager: User, holder: User
) -> None:
    made(NIGHT)
    child = Person.objects.create(display_name="Sam Example")
    contact = logged(edt, grade="red")
    link_person(on_contact=contact.people.get(position=1), person=child, by=edt, at=NIGHT)
    by_hand = written(edt, reference=child.reference)
    set_restriction(person=child, holders=[holder], by=holder, at=NIGHT, reason="Family of staff.")
    OnDuty.objects.create(user=manager, kind="duty", from_at=NIGHT, to_at=EVENING)
    pack = made(MORNING)
    assert pack.items.count() == 2
    assert not HandoverItem.objects.visible_to(manager).exists()
    assert HandoverItem.objects.visible_to(holder).count() == 2
    at_once = Notice.objects.get(kind="handover")
    assert (at_once.user, "the shift cannot see it" in at_once.text) == (holder, True)
    assert packs.escalate(MORNING + timedelta(hours=1)) == 2
    assert set(Notice.objects.filter(kind="handover").values_list("user", flat=True)) == {holder.pk}
    client = Client()
    client.force_login(manager)
    for path in ("/handover/", f"/handover/packs/{pack.pk}/", f"/handover/packs/{pack.pk}/print/", "/"):
        text = client.get(path).content.decode()
        for private in (child.reference, contact.reference, "Ring the ward"):
            assert private not in text, path
    assert client.post(f"/handover/items/{by_hand.pk}/take/").status_code == 404
    with pytest.raises(Refused, match="There is no record"):
        written(manager, reference=child.reference)


def test_a_record_nobody_may_open_is_not_lost(edt: User, manager: User) -> None:
    """An allegation belongs to whoever handles allegations; where nobody does, who sets restrictions is told."""
    officer = StaffFactory.create(role="data_protection_officer")
    made(NIGHT)
    contact = logged(edt, grade="red")
    Contact.objects.filter(pk=contact.pk).update(
        type=ContactType.objects.filter(is_restricted=True).first(), recorded_by=None
    )
    made(MORNING)
    notice = Notice.objects.get(kind="handover", user=officer)
    assert contact.reference not in notice.text + notice.reference
    assert not Notice.objects.filter(kind="handover", user=manager).exists()


def test_on_paper_stand_the_reader_the_time_and_no_confidential_address(edt: User, manager: User) -> None:
    made(NIGHT)
    refuge = AddressFacts(lines=["7 Refuge Lane", "Exampleton"], postcode="ZZ99 9ZZ", is_confidential=True)
    facts = some_facts(address=refuge)
    facts.concerns = facts.summary = "Sam is at 7 Refuge Lane, ZZ99 9ZZ, and afraid."
    contact = record_contact(facts=facts, by=edt, at=NIGHT)
    placed = ItemFacts(
        text="Moved in the night to 7, Refuge Ln.", reference=contact.reference, place="12 Hidden Row with Ms Carer",
        place_is_confidential=True, legal_basis="s20", agreed_by="Alex Example, mother",
    )  # fmt: skip
    write_item(kind="placed", facts=placed, now=False, by=edt, at=NIGHT)
    pack = made(MORNING)
    client = Client()
    client.force_login(manager)
    text = client.get(f"/handover/packs/{pack.pk}/print/").content.decode()
    for private in ("Refuge", "refuge", "9ZZ", "Hidden Row"):
        assert private not in without_drawn(text), private
    for said in ("Dora Manager", "Destroy", "confidential address", "Alex Example, mother", contact.reference):
        assert said in text, said
    assert Entry.objects.filter(event="handover.printed", actor=manager).count() == 1
    page = client.get(f"/handover/packs/{pack.pk}/").content.decode()
    assert "Hidden Row" not in page
    item = HandoverItem.objects.get(kind="placed")
    assert "12 Hidden Row" in client.post(f"/handover/items/{item.pk}/place/").content.decode()
    assert Entry.objects.filter(event="handover.place_shown", actor=manager).count() == 1


@pytest.mark.moment(NIGHT)
def test_the_pages_make_what_is_due_filter_and_say_who_took_it(edt: User, worker: User, manager: User) -> None:
    long_ago = NIGHT - timedelta(days=2)
    packs.bring_up_to_date(long_ago)
    item = written(edt, at=long_ago)
    client, other = Client(), Client()
    client.force_login(worker)
    other.force_login(manager)
    page = client.get("/handover/").content.decode()
    assert "Ring the ward" in page
    assert "app-card--late" in page
    assert "handover items not taken on time" in client.get("/").content.decode()
    assert Notice.objects.filter(kind="handover", user=manager).count() == 1, "opening the page escalates as well"
    assert "nothing of this kind" in client.get("/handover/?kind=call").content.decode()
    assert client.post(f"/handover/items/{item.pk}/take/").status_code == 302
    second = other.post(f"/handover/items/{item.pk}/take/")
    assert (second.status_code, "Sol Worker took this" in second.content.decode()) == (409, True)
    assert "Nothing is waiting" in client.get("/handover/").content.decode()
    assert "Ring the ward" in client.get("/handover/?show=mine").content.decode()
    earlier = client.get("/handover/packs/?change=day-edt").content.decode()
    assert "Day team to emergency duty team" in earlier
    assert client.get("/handover/packs/?before=nonsense").status_code == 200
    for kind in HandoverItem.Kind.values:
        path = f"/handover/new/{kind}/"
        assert client.get(path).status_code == 200
        refused = client.post(path, {})
        assert (refused.status_code, "Choose when it is handed over" in refused.content.decode()) == (422, True), kind
    sent = client.post("/handover/new/information/", {"text": "The bridge is closed.", "when": "change"})
    assert sent.status_code == 302
    assert "The bridge is closed." in other.get("/handover/").content.decode()


def test_hours_change_from_tomorrow_by_whoever_keeps_rules(manager: User, holder: User) -> None:
    plan, day = Plan(day_to=Plan().take_by.replace(hour=18)), MORNING.date()
    with pytest.raises(Denied):
        set_shifts(plan=plan, valid_from=day + timedelta(days=1), reason="Later.", by=manager, at=MORNING)
    with pytest.raises(Refused, match="tomorrow"):
        set_shifts(plan=plan, valid_from=day, reason="Later.", by=holder, at=MORNING)
    set_shifts(plan=plan, valid_from=day + timedelta(days=1), reason="Later.", by=holder, at=MORNING)
    made(MORNING)
    made(MORNING + timedelta(days=1, hours=12))
    ends = [pack.changed_at.hour for pack in HandoverPack.objects.filter(shift_before="day").order_by("changed_at")]
    assert ends == [17, 18]
    client = Client()
    client.force_login(holder)
    assert "09:00 to 18:30" in client.get("/handover/shifts/").content.decode()


def test_an_item_that_is_not_kept_yet_is_there_on_another_device(edt: User, manager: User) -> None:
    first, second, theirs = Client(), Client(), Client()
    first.force_login(edt)
    second.force_login(edt)
    theirs.force_login(manager)
    words = "Ring the ward — “after six”, زينب"
    assert first.post("/handover/new/information/", {"text": words}).status_code == 422
    shown = unescape(second.get("/handover/new/information/").content.decode())
    assert words in shown
    assert "what you typed is here" in shown
    assert "There is a problem" not in shown
    assert f"Handover: {HandoverItem.Kind.INFORMATION.label}" in second.get("/drafts/").content.decode()
    assert words not in unescape(theirs.get("/handover/new/information/").content.decode())
    assert words not in unescape(second.get("/handover/new/action/").content.decode()), "each kind has its own"
    unknown = {"text": words, "when": "change", "reference": "C-00000000"}
    refused = first.post("/handover/new/information/", unknown)
    assert refused.status_code == 422
    assert 'href="#id_reference"' in refused.content.decode()
    assert 'value="C-00000000"' in second.get("/handover/new/information/").content.decode()
    assert first.post("/handover/new/information/", {"text": words, "when": "change"}).status_code == 302
    assert words not in unescape(second.get("/handover/new/information/").content.decode())
