"""What can be done to a contact before it is decided."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.agencies.information.actions import ask_information, record_reply
from contacts.facts import AddressFacts, PersonFacts
from contacts.models import Contact, ContactType
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Refused, Stale
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.drafts.actions import AlreadySubmitted
from frontdoor.people.models import Involvement
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from frontdoor.workflow.models import StatusChange
from tests.contacts.conftest import NOW, some_facts
from tests.factories import PersonFactory


@pytest.fixture
def contact(officer: User) -> Contact:
    return recording.record_contact(facts=some_facts(), by=officer, at=NOW)


def test_a_contact_keeps_everything_as_given(contact: Contact) -> None:
    assert [person.name for person in contact.people.order_by("position")] == [
        "Sam Example",
        "Zoë Example",
        "Alex Example",
    ]
    assert contact.text.concerns.startswith("Sam came to school")
    assert contact.summary == "He says there is no food at home."
    assert contact.people.filter(person__isnull=False).count() == 0


def test_recording_starts_the_clocks_from_receipt_and_leaves_its_traces(contact: Contact, officer: User) -> None:
    clocks = {clock.rule: clock.started_at for clock in Clock.objects.of(contact.reference)}
    assert clocks == {"referral_decision": NOW, "acknowledgement": NOW, "grade_green": NOW}
    assert StatusChange.objects.get(reference=contact.reference).to_status == "received"
    assert Entry.objects.get(event="contact.recorded").actor == officer


def test_a_second_press_of_the_button_lands_on_the_first_record(officer: User) -> None:
    draft = uuid.uuid4()
    first = recording.record_contact(facts=some_facts(), by=officer, at=NOW, draft_id=draft)
    with pytest.raises(AlreadySubmitted) as told:
        recording.record_contact(facts=some_facts(), by=officer, at=NOW, draft_id=draft)
    assert told.value.reference == first.reference
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE contacts_contact; --", "=HYPERLINK(1)", "محمد 王芳 Ọlá"]
)
def test_text_is_stored_literally(officer: User, text: str) -> None:
    found = recording.record_contact(facts=some_facts(concerns=text), by=officer, at=NOW)
    assert Contact.objects.get(pk=found.pk).text.concerns == text


def test_a_claim_is_by_name_and_the_second_claimant_is_told_who(contact: Contact, worker: User, manager: User) -> None:
    claimed = screening.claim(contact=contact, by=worker, at=NOW)
    assert (claimed.status, claimed.claimed_by, claimed.acknowledged_by) == ("in_screening", worker, worker)
    with pytest.raises(Stale, match="Sol Worker"):
        screening.claim(contact=contact, by=manager, at=NOW)


def test_a_claim_ends_by_itself(contact: Contact, worker: User, manager: User) -> None:
    screening.claim(contact=contact, by=worker, at=NOW)
    later = NOW + screening.CLAIM_FOR + timedelta(seconds=1)
    assert screening.claim(contact=contact, by=manager, at=later).claimed_by == manager


def test_claiming_stops_the_acknowledgement_clock_and_no_other(contact: Contact, worker: User) -> None:
    screening.claim(contact=contact, by=worker, at=NOW)
    assert {clock.rule for clock in Clock.objects.of(contact.reference).running()} == {
        "referral_decision",
        "grade_green",
    }


def test_a_change_of_grade_needs_a_reason_and_keeps_both(contact: Contact, worker: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        screening.grade(contact=contact, by=worker, at=NOW, grade="red")
    changed = screening.grade(contact=contact, by=worker, at=NOW, grade="red", reason="The father is on his way.")
    assert (changed.grade, changed.tier) == ("red", 1)
    assert [(row.before, row.after) for row in contact.grade_changes.all()] == [("green", "red")]
    assert {clock.rule for clock in Clock.objects.of(contact.reference).running()} >= {"grade_red"}


def test_a_link_involves_the_person_and_can_be_taken_back(contact: Contact, worker: User) -> None:
    person = PersonFactory.create(by=worker)
    sam = contact.people.get(position=1)
    screening.link_person(on_contact=sam, person=person, by=worker, at=NOW)
    assert Involvement.objects.get(person=person).reference == contact.reference
    screening.unlink_person(on_contact=sam, by=worker, at=NOW, reason="Another boy.")
    assert not Involvement.objects.filter(person=person).exists()
    assert Entry.objects.filter(event__startswith="contact.person_", people__contains=[person.pk]).count() == 2


def test_information_asked_for_makes_it_wait_and_pauses_nothing(contact: Contact, manager: User) -> None:
    claimed = screening.claim(contact=contact, by=manager, at=NOW)
    asked = ask_information(
        contact=claimed, by=manager, at=NOW, asked_of="The school", question="Attendance?", why="To decide",
        lawful_basis="public task", without_agreement_reason="Risk",
    )  # fmt: skip
    assert Contact.objects.get().status == "awaiting_information"
    assert Clock.objects.of(contact.reference).filter(paused_at__isnull=False).count() == 0
    record_reply(request=asked, by=manager, at=NOW, reply="62 per cent.")
    assert Contact.objects.get().status == "in_screening"


def test_a_check_without_agreement_waits_for_a_manager(contact: Contact, worker: User) -> None:
    asked = ask_information(
        contact=contact, by=worker, at=NOW, asked_of="GP", question="?", why="?", lawful_basis="x",
        without_agreement_reason="Because",
    )  # fmt: skip
    assert (asked.state, asked.sent_at) == ("waiting", None)
    with pytest.raises(Refused, match="waiting for a manager"):
        record_reply(request=asked, by=worker, at=NOW, reply="Yes.")


def test_an_agency_contact_keeps_its_grade_and_source(police: Agency) -> None:
    found = recording.record_contact(
        facts=some_facts(kind="police_notification", source="", grade="amber"), by=None, at=NOW, agency=police
    )
    assert (found.agency_grade, found.source, found.recorded_by) == ("amber", "6", None)


def test_a_restricted_kind_is_seen_only_by_those_who_handle_it(officer: User, worker: User) -> None:
    recording.record_contact(facts=some_facts(kind="allegation"), by=officer, at=NOW)
    assert Contact.objects.visible_to(worker).count() == 0
    assert Contact.objects.visible_to(officer).count() == 1


MOVES = MACHINES[Contact]
PAIRS = {(source, move.target) for move in MOVES.values() for source in move.sources}


@pytest.mark.parametrize("target", Contact.Status.values)
@pytest.mark.parametrize("source", Contact.Status.values)
def test_the_database_refuses_every_pair_that_is_not_declared(
    contact: Contact, source: str, target: str, manager: User
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
        cursor.execute("UPDATE contacts_contact SET status = %s WHERE id = %s", [source, contact.pk])
        cursor.execute("SELECT set_config('frontdoor.restate', '', true)")
        if source == target or (source, target) in PAIRS:
            cursor.execute("UPDATE contacts_contact SET status = %s WHERE id = %s", [target, contact.pk])
        else:
            with pytest.raises(IntegrityError, match="no move leads"), transaction.atomic():
                cursor.execute("UPDATE contacts_contact SET status = %s WHERE id = %s", [target, contact.pk])


def test_every_shipped_type_is_there(db: None) -> None:
    assert ContactType.objects.count() >= 21


@pytest.mark.parametrize("status", Contact.Status.values)
def test_every_move_from_every_status(contact: Contact, status: str, manager: User) -> None:
    """What is declared goes through, everything else is refused, and a refusal leaves no trace of a change."""
    for name, declared in MOVES.items():
        facts: dict[str, Any] = (
            {"until": NOW + timedelta(hours=1)} if name in {"claim", "resume", "send_back", "reopen", "undo"} else {}
        )
        if name == "change_type":
            facts = {"kind": ContactType.objects.get(code="young_carer")}
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
                cursor.execute("UPDATE contacts_contact SET status = %s WHERE id = %s", [status, contact.pk])
                cursor.execute("SELECT set_config('frontdoor.restate', '', true)")
            record = Contact.objects.get(pk=contact.pk)
            changes = StatusChange.objects.count()
            if status in declared.sources:
                assert move(record, name, by=manager, at=NOW, reason="x", **facts).status == declared.target
                assert StatusChange.objects.count() == changes + 1
            else:
                with pytest.raises(Refused):
                    move(record, name, by=manager, at=NOW, reason="x", **facts)
                assert StatusChange.objects.count() == changes
            transaction.set_rollback(True)


@pytest.mark.parametrize("ticked_by", ["contact", "child"])
def test_a_confidential_home_is_given_to_nobody_who_lives_elsewhere_or_is_said_to_have_harmed(
    ticked_by: str, officer: User
) -> None:
    home = AddressFacts(["7 Refuge Row"], "ZZ99 7AA", is_confidential=ticked_by == "contact")
    secret = AddressFacts(["7, Refuge Row"], "zz997aa", is_confidential=True)
    adults = [
        PersonFacts(is_child=False, given_name="Mum", role="victim"),
        PersonFacts(is_child=False, given_name="Gran", role="other", lives_with_children=True),
        PersonFacts(is_child=False, given_name="Ex", relationship="former_partner", role="carer"),
        PersonFacts(is_child=False, given_name="Dad", role="suspect"),
        PersonFacts(is_child=False, given_name="Uncle", role="suspect", lives_with_children=True, address=secret),
        PersonFacts(is_child=False, given_name="Aunt", role="carer", lives_with_children=False),
        PersonFacts(is_child=False, given_name="Neighbour", role="witness"),
        PersonFacts(
            is_child=False, given_name="Own", role="suspect", address=AddressFacts(["1 Other Road"], "ZZ99 8AA")
        ),
    ]
    child = PersonFacts(given_name="Sam", address=secret if ticked_by == "child" else None)
    facts = some_facts(address=home, people=[child, PersonFacts(given_name="Zoë"), *adults])
    found = recording.record_contact(facts=facts, by=officer, at=NOW)
    rows = {row.given_name: row for row in found.people.all()}
    assert {name for name, row in rows.items() if "Refuge" in row.address} == {"Sam", "Zoë", "Mum", "Gran"}
    assert all(row.address_is_confidential for row in rows.values() if row.address and row.given_name != "Own")
    assert {name for name, row in rows.items() if row.postcode.upper().replace(" ", "") == "ZZ997AA"} == {
        "Sam",
        "Zoë",
        "Mum",
        "Gran",
    }
    assert rows["Own"].address == "1 Other Road"


def test_an_open_home_is_theirs_who_live_with_the_children_and_nobody_elses_unless_typed_for_them(
    officer: User,
) -> None:
    own = AddressFacts(["1 Other Road"], "ZZ99 8AA")
    adults = [
        PersonFacts(is_child=False, given_name="Mum", role="carer"),
        PersonFacts(is_child=False, given_name="Dad", role="suspect", lives_with_children=False),
        PersonFacts(is_child=False, given_name="Lodger", role="suspect", lives_with_children=True),
        PersonFacts(is_child=False, given_name="Gran", role="other"),
        PersonFacts(is_child=False, given_name="Aunt", role="carer", lives_with_children=False, address=own),
    ]
    away = PersonFacts(given_name="Zoë", lives_with_children=False)
    found = recording.record_contact(
        facts=some_facts(people=[PersonFacts(given_name="Sam"), away, *adults]), by=officer, at=NOW
    )
    homes = {row.given_name: row.address for row in found.people.all()}
    home = "1 Example Street"
    assert homes == {
        "Sam": home, "Zoë": "", "Mum": home, "Dad": "", "Lodger": home, "Gran": "", "Aunt": "1 Other Road"
    }  # fmt: skip


def test_an_address_of_a_contact_about_adults_only_is_kept(officer: User) -> None:
    gran = PersonFacts(is_child=False, given_name="Gran", role="other")
    found = recording.record_contact(facts=some_facts(people=[gran], no_child_identified=True), by=officer, at=NOW)
    assert found.people.get().address == "1 Example Street"
