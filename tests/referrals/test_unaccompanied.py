"""An unaccompanied child: the transfer scheme and its clock, an assessment of age by two, the list, what waits."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.recording.actions import record_contact
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.people.protection.actions import set_restriction
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from referrals import actions as referrals
from referrals import owed
from referrals.models import AgeAssessment, Referral, Unaccompanied
from referrals.unaccompanied import actions, age
from referrals.unaccompanied.leaving import held
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each

pytestmark = pytest.mark.django_db
SOON = LATER + timedelta(hours=1)
TODAY = SOON.date()
Signed = Callable[[User], Client]


@pytest.fixture
def alone(officer: User, manager: User) -> Referral:
    """An accepted referral of a child who came alone."""
    facts = some_facts(kind="unaccompanied_child", dialect="Kurdish: Sorani", arrived_on=date(2026, 11, 20))
    contact = record_contact(facts=facts, by=officer, at=NOW)
    return referrals.decide_contact(
        contact=contact, decisions=each(contact, "referral", is_new_record=True), by=manager, at=LATER
    ).referrals[0]  # fmt: skip


@pytest.fixture
def record(alone: Referral, worker: User) -> Unaccompanied:
    return actions.begin(referral=alone, by=worker, at=SOON)


def begun(referral: Referral, by: User, other: User, **more: Any) -> AgeAssessment:
    told: dict[str, Any] = {"claimed_on": date(2010, 3, 1), "disputed_by": "The Home Office", "dispute": "Looks older."}
    return age.begin(
        referral=referral, by=by, at=SOON, **{"first_assessor": by, "second_assessor": other, **told, **more}
    )


def told(assessment: AgeAssessment, by: User, **more: Any) -> AgeAssessment:
    said: dict[str, Any] = {
        "told_at": SOON, "minded_to": "Born in 2008: the school years.", "answer": "He says 2010.",
        "appropriate_adult": "Ada Adult", "interpreter": "Ivo Interpreter",
    }  # fmt: skip
    return age.tell(assessment=assessment, by=by, at=SOON, **{**said, **more})


def scheme_clock(referral: Referral) -> Clock:
    return Clock.objects.get(reference=referral.reference, rule="transfer_scheme")


def test_the_clock_comes_with_the_contact_and_stops_on_the_day_the_child_moves(
    alone: Referral, record: Unaccompanied, worker: User, manager: User
) -> None:
    assert scheme_clock(alone).due_at.astimezone(UTC).date() == date(2026, 12, 7)
    assert actions.begin(referral=alone, by=worker, at=SOON) == record, "there is one"
    with pytest.raises(Refused, match="page of the unaccompanied child"):
        owed.record_done(record=alone, by=worker, at=SOON, done_at=SOON, who_did_it="Me", note="Moved.")
    with pytest.raises(Refused, match="not come yet"):
        actions.refer(record=record, by=worker, at=SOON, referred_on=TODAY + timedelta(days=1))
    sent = actions.refer(record=record, by=worker, at=SOON, referred_on=TODAY, scheme_reference="NTS-1")
    with pytest.raises(Refused, match="before the child was referred"):
        actions.accept(record=sent, by=worker, at=SOON, authority="Norshire", accepted_on=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="which authority"):
        actions.accept(record=sent, by=worker, at=SOON, authority=" ", accepted_on=TODAY)
    taken = actions.accept(record=sent, by=worker, at=SOON, authority="Norshire", accepted_on=TODAY)
    with pytest.raises(Denied):
        actions.transfer(record=taken, by=worker, at=SOON, transferred_on=TODAY)
    assert scheme_clock(alone).stopped_at is None, "accepting is not arriving"
    written = SOON + timedelta(days=20)
    moved = actions.transfer(record=taken, by=manager, at=written, transferred_on=date(2026, 12, 1))
    stopped = scheme_clock(alone).stopped_at
    assert stopped is not None
    assert (moved.status, stopped.date()) == ("transferred", date(2026, 12, 1))
    assert not scheme_clock(alone).is_late(written)
    again = actions.put_right(record=moved, by=manager, at=written, reason="Another child.")
    assert (again.authority, again.transferred_on, scheme_clock(alone).stopped_at) == ("", None, None)


def test_a_child_who_stays_says_why_and_owes_nothing_more(
    alone: Referral, record: Unaccompanied, manager: User
) -> None:
    with pytest.raises(Refused):
        actions.stay(record=record, by=manager, at=SOON, reason="")
    stays = actions.stay(record=record, by=manager, at=SOON, reason="A brother lives here.")
    assert stays.status == "not_referred"
    assert scheme_clock(alone).stopped_at == SOON


def test_only_a_child_who_came_alone_has_such_a_record(referral: Referral, worker: User, signed: Signed) -> None:
    with pytest.raises(Refused, match="Change the type"):
        actions.begin(referral=referral, by=worker, at=SOON)
    client = signed(worker)
    assert client.get(f"/referrals/{referral.reference}/unaccompanied/").status_code == 404
    assert "Unaccompanied child" not in client.get(f"/referrals/{referral.reference}/").content.decode()


def test_what_has_been_done_is_said_whole(record: Unaccompanied, worker: User) -> None:
    for facts, field in (
        ({"section_20_on": TODAY + timedelta(days=1)}, "section_20_on"),
        ({"trafficking_decision": "waiting"}, "trafficking_referred_on"),
        ({"trafficking_referred_on": TODAY}, "trafficking_referred_by"),
    ):
        given: dict[str, Any] = dict(facts)
        with pytest.raises(Refused) as refused:
            actions.record_facts(record=record, by=worker, at=SOON, **given)
        assert refused.value.field == field
    kept = actions.record_facts(record=record, by=worker, at=SOON, solicitor="Lee & Co", section_20_on=TODAY)
    assert (kept.solicitor, kept.section_20_on, kept.version) == ("Lee & Co", TODAY, 2)


def test_two_assess_one_of_them_a_social_worker(alone: Referral, worker: User, manager: User) -> None:
    edt = StaffFactory.create(role="edt_worker")
    for first, second, why in (
        (worker, worker, "Two different people"),
        (edt, manager, "social worker"),
        (worker, StaffFactory.create(role="quality_officer"), "does not work on referrals"),
    ):
        with pytest.raises(Refused, match=why):
            begun(alone, worker, second, first_assessor=first)
    with pytest.raises(Refused, match="date of birth claimed"):
        begun(alone, worker, edt, claimed_on=None)
    made = begun(alone, worker, edt)
    with pytest.raises(Refused, match="open already"):
        begun(alone, worker, edt)
    for change in ({"second_assessor": worker}, {"status": "decided"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgeAssessment.objects.filter(pk=made.pk).update(**change)


def test_nothing_is_decided_before_the_young_person_was_heard_and_never_by_an_assessor(
    alone: Referral, worker: User, manager: User, second_manager: User
) -> None:
    assessment = begun(alone, worker, manager)
    facts: dict[str, Any] = {"year": 2008, "month": 6, "reasons": "Both say so."}
    with pytest.raises(Refused):
        age.decide(assessment=assessment, by=second_manager, at=SOON, **facts)
    for missing in ("appropriate_adult", "interpreter", "answer", "minded_to"):
        with pytest.raises(Refused) as refused:
            told(assessment, worker, **{missing: " "})
        assert refused.value.field == missing
    heard = told(assessment, worker)
    with pytest.raises(Refused, match="one of the two assessors"):
        age.decide(assessment=heard, by=manager, at=SOON, **facts)
    again = age.think_again(assessment=heard, by=worker, at=SOON, reason="He has a school report.")
    with pytest.raises(Refused):
        age.decide(assessment=again, by=second_manager, at=SOON, **facts)
    with pytest.raises(Refused, match="real date"):
        age.decide(assessment=told(again, worker), by=second_manager, at=SOON, **facts, day=31)


def test_the_assessed_date_stands_beside_the_claimed_and_an_unknown_day_is_the_15th(
    alone: Referral, worker: User, manager: User, second_manager: User, signed: Signed
) -> None:
    heard = told(begun(alone, worker, manager), worker)
    page = signed(worker).get(f"/referrals/{alone.reference}/").content.decode()
    assert "Treated as a child while" in page
    done = age.decide(
        assessment=heard, by=second_manager, at=SOON, year=2009, month=6, reasons="School and both accounts."
    )
    assert (done.claimed_on, done.assessed_on, done.is_child) == (date(2010, 3, 1), date(2009, 6, 15), True)
    child = alone.child
    assert child is not None
    child.refresh_from_db()
    assert (child.date_of_birth, child.dob_precision) == (date(2009, 6, 15), "day_unknown")
    shown = signed(worker).get(f"/age/{done.reference}/").content.decode()
    assert "1 March 2010" in shown
    assert "June 2009, day not known" in shown
    told_of = signed(worker).get(f"/people/{child.reference}/chronology/").content.decode()
    assert f"Age assessment {done.reference}: a child. Claimed: 1 March 2010" in told_of
    assert "Treated as a child while" not in signed(worker).get(f"/referrals/{alone.reference}/").content.decode()


def test_a_referral_does_not_close_while_the_age_is_being_assessed(
    alone: Referral, worker: User, manager: User, signed: Signed
) -> None:
    assessment = begun(alone, worker, manager)
    end: dict[str, Any] = {
        "referral": alone,
        "by": manager,
        "at": SOON,
        "closure_reason": "RC7",
        "what_changed": "Safe.",
    }
    with pytest.raises(Refused, match=assessment.reference):
        referrals.close(**end)
    page = signed(manager).get(f"/referrals/{alone.reference}/do/close/").content.decode()
    assert f'href="/age/{assessment.reference}/"' in page
    with pytest.raises(Denied):
        age.withdraw(assessment=assessment, by=worker, at=SOON, reason="Papers came.")
    ended = age.withdraw(assessment=assessment, by=manager, at=SOON, reason="Papers came.")
    assert ended.status == "withdrawn"
    begun(alone, worker, manager)


@pytest.mark.parametrize("model", [Unaccompanied, AgeAssessment])
def test_every_status_and_every_move(
    model: type[Any], record: Unaccompanied, alone: Referral, worker: User, manager: User, second_manager: User
) -> None:
    begun(alone, worker, manager)
    facts: dict[str, dict[str, Any]] = {
        "refer": {"referred_on": TODAY, "scheme_reference": ""},
        "accept": {"authority": "Norshire", "accepted_on": TODAY},
        "transfer": {"transferred_on": TODAY},
        "tell": {
            "told_at": SOON, "minded_to": "2009.", "answer": "2010.", "appropriate_adult": "Ada", "interpreter": "Ivo"
        },
        "decide": {"is_child": True, "assessed_on": TODAY, "is_day_known": False, "reasons": "Both say so."},
    }  # fmt: skip
    moves = MACHINES[model]
    statuses = [status.value for status in model.Status]
    pairs = {(source, each.target) for each in moves.values() for source in each.sources}
    for status, name in product(statuses, moves):
        with transaction.atomic():
            as_if(model, status, second_manager)
            row = model.objects.get()
            if status in moves[name].sources:
                moved = move(row, name, by=second_manager, at=SOON, reason="x", **facts.get(name, {}))
                assert moved.status == moves[name].target
            else:
                with pytest.raises(Refused):
                    move(row, name, by=second_manager, at=SOON, reason="x", **facts.get(name, {}))
            transaction.set_rollback(True)
    for before, after in product(statuses, statuses):
        if before != after and (before, after) not in pairs:
            with transaction.atomic():
                as_if(model, before, second_manager)
                with pytest.raises(IntegrityError, match="no move leads"), transaction.atomic():
                    model.objects.update(status=after)
                transaction.set_rollback(True)


def as_if(model: type[Any], status: str, by: User) -> None:
    """The record in a status, past the machine."""
    filled: dict[str, Any] = {
        "referred_on": TODAY,
        "authority": "Norshire",
        "accepted_on": TODAY,
        "transferred_on": TODAY,
    }
    if model is AgeAssessment:
        filled = {
            "told_at": SOON, "told_by": by, "appropriate_adult": "Ada", "interpreter": "Ivo", "decided_at": SOON,
            "decided_by": by, "assessed_on": TODAY, "is_child": True, "reasons": "Both say so.",
        }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
        model.objects.update(status=status, **filled)
        cursor.execute("SELECT set_config('frontdoor.restate', '', true)")


def test_what_is_kept_goes_with_a_referral_that_joins_another(
    alone: Referral, record: Unaccompanied, worker: User, manager: User
) -> None:
    referral = Referral.objects.exclude(pk=alone.pk).get()
    assessment = begun(alone, worker, manager)
    actions.pass_on(alone, to=referral)
    assert Unaccompanied.objects.get().referral == referral
    assert AgeAssessment.objects.get() == assessment
    assert AgeAssessment.objects.get().referral == referral


def test_the_list_asks_as_much_of_one_as_of_many_and_keeps_the_restricted_to_their_holders(
    alone: Referral, worker: User, manager: User, officer: User, signed: Signed, team: Team
) -> None:
    client = signed(worker)

    def asked() -> tuple[int, str]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get("/unaccompanied/").content.decode()
        return len(queries), page

    for _ in range(3):
        client.get("/unaccompanied/")
    first, page = asked()
    assert alone.reference in page
    assert "Record not begun" in page
    contact = record_contact(facts=some_facts(kind="unaccompanied_child"), by=officer, at=NOW)
    more = referrals.decide_contact(
        contact=contact, decisions=each(contact, "referral", is_new_record=True), by=manager, at=LATER
    ).referrals
    other = more[0]
    actions.begin(referral=other, by=worker, at=SOON)
    begun(other, worker, manager)
    many, page = asked()
    assert many == first
    assert other.reference in page
    assert other.reference not in client.get("/unaccompanied/?view=referred").content.decode()
    assert alone.reference not in client.get("/unaccompanied/?view=age").content.decode()
    child = other.child
    assert child is not None
    head = StaffFactory.create(role="service_manager")
    set_restriction(person=child, holders=[head], by=head, at=SOON, reason="Known to staff.")
    page = asked()[1]
    assert other.reference not in page
    for address in (
        f"/unaccompanied/{Unaccompanied.objects.get().reference}/",
        f"/age/{AgeAssessment.objects.get().reference}/",
        f"/referrals/{other.reference}/unaccompanied/",
    ):
        assert client.get(address).status_code == 404


def test_a_worker_does_it_all_on_the_pages(alone: Referral, worker: User, manager: User, signed: Signed) -> None:
    client = signed(worker)
    assert (
        f"/referrals/{alone.reference}/unaccompanied/" in client.get(f"/referrals/{alone.reference}/").content.decode()
    )
    page = f"/referrals/{alone.reference}/unaccompanied/"
    assert "Begin the record" in client.get(page).content.decode()
    assert client.post(page, {"version": alone.version}).status_code == 302
    record = Unaccompanied.objects.get()
    shown = client.get(page, follow=True).content.decode()
    assert "Kurdish: Sorani" in shown
    assert "20 November 2026" in shown
    day = {"referred_on_day": "23", "referred_on_month": "11", "referred_on_year": "2026"}
    sent = client.post(f"/unaccompanied/{record.reference}/do/refer/", {"version": record.version, **day})
    assert sent.status_code == 302, sent.content.decode()
    assert client.get(f"/unaccompanied/{record.reference}/do/transfer/").status_code == 403
    form = client.get(f"/referrals/{alone.reference}/age/").content.decode()
    assert "One of the two is a social worker" in form
    other = StaffFactory.create(role="senior_practitioner")
    begin = client.post(
        f"/referrals/{alone.reference}/age/",
        {
            "version": Referral.objects.get(pk=alone.pk).version, "first_assessor": worker.pk,
            "second_assessor": other.pk, "claimed": "17", "disputed_by": "The police", "dispute": "A passport.",
        },
    )  # fmt: skip
    assert begin.status_code == 302, begin.content.decode()
    assessment = AgeAssessment.objects.get()
    decided = signed(manager).get(f"/age/{assessment.reference}/do/decide/")
    assert decided.status_code == 200


def test_a_manager_who_is_neither_assessor_sees_at_home_that_one_waits(
    alone: Referral, worker: User, manager: User, second_manager: User, signed: Signed
) -> None:
    told(begun(alone, worker, manager), worker)
    waits = "age assessments waiting for a manager"
    assert waits in signed(second_manager).get("/").content.decode()
    assert waits not in signed(manager).get("/").content.decode()
    page = signed(second_manager).get("/unaccompanied/?view=age").content.decode()
    assert alone.reference in page, "also where the child is not known to have come alone"


def test_an_age_assessment_is_passed_on_before_an_assessor_leaves(alone: Referral, worker: User, manager: User) -> None:
    assessment = begun(alone, worker, manager)
    found = [each for each in held(worker, manager) if each.what == "Age assessments they make"]
    assert [each.lines[0][0] for each in found] == [assessment.reference]
    age.withdraw(assessment=assessment, by=manager, at=SOON, reason="Papers came.")
    assert [*held(worker, manager)] == []
