"""A transfer: the sender's until taken, taken by another, brothers and sisters together, another authority by name."""

from dataclasses import replace
from datetime import date
from functools import partial
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from frontdoor.access import Denied, Refused, Role, Stale, holds
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock, LocalRule
from frontdoor.notifications.models import Notice
from frontdoor.people.protection.actions import set_restriction
from frontdoor.staff.actions import end as end_account
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from referrals import actions as referrals
from referrals.models import Enquiry, Referral, Transfer, TransferCheck, TransferItem
from referrals.transfers import actions, drafting, following, readers
from referrals.transfers.actions import Check, Receiver
from tests.factories import StaffFactory, TeamFactory
from tests.referrals.conftest import NOW
from tests.referrals.discussions import discussed
from tests.referrals.transfers import ELSEWHERE, SOON, Signed, clock_of, done, duty, family, proposed, taker, whose

__all__ = ["duty", "family", "taker"]
pytestmark = pytest.mark.django_db


def test_until_accepted_everything_stays_with_the_sender_and_then_it_goes_in_one_moment(
    family: list[Referral], team: Team, worker: User, second_manager: User, taker: User, manager: User
) -> None:
    sam = family[0]
    enquiry = discussed(sam, by=manager, at=SOON).enquiries.get()
    before = list(Clock.objects.running().of(sam.reference).order_by("pk").values("rule", "team", "worker"))
    transfer = proposed(sam, worker, Receiver(team=team))
    assert whose(sam) == ("Duty team", worker)
    running = Clock.objects.running().of(sam.reference).order_by("pk")
    assert list(running.exclude(rule="transfer_answer").values("rule", "team", "worker")) == before
    assert clock_of(transfer).team == worker.team
    assert Notice.objects.filter(user=second_manager, text__contains=transfer.reference).exists()

    found = actions.accept(transfer=transfer, by=second_manager, at=SOON, worker=taker).transfer
    assert (found.status, found.from_worker, found.answered_by) == ("completed", worker, second_manager)
    assert whose(sam) == ("Assessment team", taker)
    assert set(running.values_list("team__name", "worker__name")) == {("Assessment team", "Tara Taker")}
    assert clock_of(transfer).stopped_at == SOON
    assert Enquiry.objects.get(pk=enquiry.pk).lead == taker, "what hangs on the worker passes on"
    assert Notice.objects.filter(user=worker, text__contains=transfer.reference).exists()


def test_accepted_without_a_worker_it_is_unallocated_there_at_once_and_completed_by_one(
    family: list[Referral], team: Team, worker: User, second_manager: User, taker: User, manager: User
) -> None:
    sam = family[0]
    enquiry = discussed(sam, by=manager, at=SOON).enquiries.get()
    found = actions.accept(transfer=proposed(sam, worker, Receiver(team=team)), by=second_manager, at=SOON).transfer
    assert (found.status, whose(sam)) == ("accepted", ("Assessment team", None))
    assert sam in Referral.objects.unallocated(SOON)
    assert Clock.objects.running().of(sam.reference).get(rule="allocation").started_at == SOON
    assert Enquiry.objects.get(pk=enquiry.pk).lead == worker
    referrals.allocate(referral=sam, by=second_manager, at=SOON, team=team, worker=taker)
    found.refresh_from_db()
    assert (found.status, found.completed_at) == ("completed", SOON)
    assert Enquiry.objects.get(pk=enquiry.pk).lead == taker


def test_declined_with_a_reason_it_stays_and_may_be_proposed_again(
    family: list[Referral], team: Team, worker: User, second_manager: User
) -> None:
    transfer = proposed(family[0], worker, Receiver(team=team))
    with pytest.raises(Refused, match="Say why"):
        actions.decline(transfer=transfer, by=second_manager, at=SOON, reason=" ")
    declined = actions.decline(transfer=transfer, by=second_manager, at=SOON, reason="Her visits are late.")
    assert (declined.status, declined.answer_reason) == ("declined", "Her visits are late.")
    assert whose(family[0]) == ("Duty team", worker)
    assert clock_of(transfer).stopped_at == SOON
    assert proposed(family[0], worker, Receiver(team=team)).status == "proposed"


def test_a_team_asks_for_a_case_and_whoever_has_it_agrees_or_refuses(
    family: list[Referral], team: Team, worker: User, manager: User, second_manager: User
) -> None:
    sam, zoe = family
    with pytest.raises(Denied, match="team of your own"):
        actions.ask_for(referral=sam, by=manager, at=SOON, to_team=team, reason="It is ours.")
    asked = actions.ask_for(referral=sam, by=second_manager, at=SOON, to_team=team, reason="We know the mother.")
    assert Notice.objects.filter(user=worker, text__contains=asked.reference).exists()
    with pytest.raises(Refused, match="asked for already"):
        proposed(sam, worker, Receiver(team=team))
    with pytest.raises(Refused, match="withdraw the request instead"):
        actions.refuse(transfer=asked, by=second_manager, at=SOON, reason="No.")
    facts: dict[str, Any] = {"reason": "They know the mother.", "summary": "Sam is seven.", "checks": done()}
    with pytest.raises(Refused, match="You asked for this case"):
        actions.propose_what_was_asked(transfer=asked, by=second_manager, at=SOON, **facts)
    agreed = actions.propose_what_was_asked(transfer=asked, by=worker, at=SOON, **facts)
    assert (agreed.status, agreed.checks.count()) == ("proposed", len(done()))
    assert actions.accept(transfer=agreed, by=second_manager, at=SOON).transfer.status == "accepted"

    again = actions.ask_for(referral=zoe, by=second_manager, at=SOON, to_team=team, reason="Her brother is here.")
    refused = actions.refuse(transfer=again, by=manager, at=SOON, reason="She goes to court next week.")
    assert (refused.status, whose(zoe)) == ("refused", ("Duty team", worker))
    more = actions.ask_for(referral=zoe, by=second_manager, at=SOON, to_team=team, reason="Once more.")
    with pytest.raises(Denied, match="Only whoever asked"):
        actions.withdraw(transfer=more, by=manager, at=SOON, reason="No.")
    assert actions.withdraw(transfer=more, by=second_manager, at=SOON, reason="Not now.").status == "withdrawn"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"summary": " "}, "summary"),
        ({"apart_reason": ""}, "apart_reason"),
        ({"checks": {}}, "check_record_up_to_date"),
        ({"checks": {"record_up_to_date": Check(False)}}, "waived_record_up_to_date"),
    ],
)
def test_what_is_left_out_is_said_at_its_field(
    change: dict[str, Any], field: str, family: list[Referral], team: Team, worker: User
) -> None:
    facts: dict[str, Any] = {"reason": "Long.", "summary": "Sam.", "checks": done(), "apart_reason": "He stays."}
    facts["to"] = Receiver(team=team)
    with pytest.raises(Refused) as refused:
        actions.propose(referral=family[0], by=worker, at=SOON, **facts | change)
    assert refused.value.field == field
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"told": ""}, "told"),
        ({"told_on": date(2026, 11, 30)}, "told_on"),
        ({"shared": ""}, "shared"),
        ({"lawful_basis": "because"}, "lawful_basis"),
        ({"authority": " "}, "to_authority"),
    ],
)
def test_another_authority_is_told_on_a_basis(
    change: dict[str, Any], field: str, family: list[Referral], worker: User
) -> None:
    with pytest.raises(Refused) as refused:
        proposed(family[0], worker, replace(ELSEWHERE, **change))
    assert refused.value.field == field


def test_it_is_ours_until_another_authority_has_accepted_it_by_name_and_closes_by_the_usual_road(
    family: list[Referral], worker: User, manager: User, second_manager: User
) -> None:
    sam = family[0]
    close = partial(referrals.close, referral=sam, by=manager, at=SOON, what_changed="They have moved.")
    with pytest.raises(Refused, match="record who accepted it"):
        close(closure_reason="RC5")
    transfer = proposed(sam, worker, ELSEWHERE)
    with pytest.raises(Refused, match=f"Transfer {transfer.reference} to Harrowgate Council waits"):
        close(closure_reason="RC7")
    there = partial(actions.accepted_there, transfer=transfer, by=worker, at=SOON)
    for name, on, field in (
        (" ", SOON.date(), "accepted_name"),
        ("Ann Reed", date(2026, 11, 30), "accepted_on"),
        ("Ann Reed", date(2026, 11, 1), "accepted_on"),
    ):
        with pytest.raises(Refused) as refused:
            there(accepted_name=name, accepted_on=on)
        assert refused.value.field == field
    accepted = there(accepted_name="Ann Reed", accepted_on=SOON.date())
    assert (accepted.status, whose(sam)) == ("accepted", ("Duty team", worker)), "ours until it is closed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.update(accepted_name="")

    back = actions.put_right(transfer=accepted, by=manager, at=SOON, reason="It was the other child.")
    assert (back.status, back.accepted_name, clock_of_running(back).started_at) == ("proposed", "", SOON)
    accepted = there(accepted_name="Ann Reed", accepted_on=SOON.date())
    with pytest.raises(Refused, match="close it with RC5") as refused:
        close(closure_reason="RC7")
    assert refused.value.field == "closure_reason"
    with pytest.raises(Refused, match="close the referral"):
        proposed(sam, worker, ELSEWHERE)
    assert close(closure_reason="RC5").status == "closed"
    accepted.refresh_from_db()
    assert accepted.status == "completed"


def clock_of_running(transfer: Transfer) -> Clock:
    found: Clock = Clock.objects.running().get(
        reference=transfer.referral.reference, label__endswith=transfer.reference
    )
    return found


def test_what_another_authority_declines_stays_ours(family: list[Referral], worker: User, second_manager: User) -> None:
    transfer = proposed(family[0], worker, ELSEWHERE)
    with pytest.raises(Refused, match="answers outside"):
        actions.accept(transfer=transfer, by=second_manager, at=SOON)
    declined = actions.declined_there(transfer=transfer, by=worker, at=SOON, reason="They live here still.")
    assert (declined.status, whose(family[0])) == ("declined", ("Duty team", worker))


def test_brothers_and_sisters_go_together_each_with_their_own_summary_or_it_is_said_why_not(
    family: list[Referral], team: Team, worker: User, second_manager: User, taker: User
) -> None:
    sam, zoe = family
    assert readers.family_there(sam, worker) == [zoe]
    made = actions.propose(
        referral=sam, by=worker, at=SOON, to=Receiver(team=team), reason="Long.", summary="Sam is seven.",
        checks=done(), others=[zoe],
    )  # fmt: skip
    (hers,) = made.others
    assert made.transfer.together == hers.together == made.transfer.pk
    assert hers.summary.startswith(f"Who: {zoe.child_name}")
    assert sam.child_name not in hers.summary
    assert readers.with_it(made.transfer, second_manager) == [hers]
    found = actions.accept(transfer=made.transfer, by=second_manager, at=SOON, worker=taker, others=[hers])
    assert not found.refused
    assert [whose(row) for row in family] == [("Assessment team", taker)] * 2


def test_one_of_them_answered_meanwhile_does_not_keep_the_other(
    family: list[Referral], team: Team, worker: User, second_manager: User
) -> None:
    sam, zoe = family
    first = proposed(sam, worker, Receiver(team=team), others=[zoe])
    hers = Transfer.objects.get(referral=zoe)
    actions.withdraw(transfer=hers, by=worker, at=SOON, reason="She stays.")
    found = actions.accept(transfer=first, by=second_manager, at=SOON, others=[hers])
    assert found.transfer.status == "accepted"
    assert [why.why.message for why in found.refused] == ["This transfer has been answered: withdrawn, by Sol Worker."]


def test_who_may_do_what(
    family: list[Referral], team: Team, worker: User, manager: User, second_manager: User, taker: User
) -> None:
    stranger = StaffFactory.create(role="social_worker", username="stranger", team=TeamFactory.create(name="Other"))
    with pytest.raises(Denied, match="Only the child’s worker"):
        proposed(family[0], stranger, Receiver(team=team))
    transfer = proposed(family[0], second_manager, Receiver(team=team))
    with pytest.raises(Refused, match="You proposed this transfer"):
        actions.accept(transfer=transfer, by=second_manager, at=SOON)
    with pytest.raises(Denied, match="somebody who allocates in Assessment team"):
        actions.accept(transfer=transfer, by=manager, at=SOON)
    with pytest.raises(Denied):
        actions.accept(transfer=transfer, by=taker, at=SOON)
    service = StaffFactory.create(role="service_manager")
    assert actions.accept(transfer=transfer, by=service, at=SOON).transfer.status == "accepted"


def test_the_table_of_permissions_is_what_each_role_is_offered(
    family: list[Referral], team: Team, worker: User
) -> None:
    """Whoever a role lets do a move is denied nothing else, and nobody else is let do it."""
    transfer = proposed(family[0], worker, Receiver(team=team))
    facts: dict[str, dict[str, Any]] = {
        "decline": {"answer_reason": "x"},
        "withdraw": {"answer_reason": "x"},
        "accept": {},
    }
    for role, name in product(Role, facts):
        person = StaffFactory.create(role=role.value, username=f"{role}.{name}", name="Any")
        declared = MACHINES[Transfer][name]
        with transaction.atomic():
            if holds(person, declared.permission):
                assert move(transfer, name, by=person, at=SOON, reason="x", **facts[name]).status == declared.target
            else:
                with pytest.raises(Denied):
                    move(transfer, name, by=person, at=SOON, reason="x", **facts[name])
            transaction.set_rollback(True)


def test_every_status_and_every_move(family: list[Referral], team: Team, worker: User, second_manager: User) -> None:
    moves = MACHINES[Transfer]
    by_team, elsewhere = (
        proposed(family[0], worker, Receiver(team=team)),
        proposed(family[1], worker, ELSEWHERE),
    )
    why = {"answer_reason": "x"}
    facts: dict[str, dict[str, Any]] = {
        "accept_elsewhere": {"accepted_name": "Ann Reed", "accepted_on": SOON.date()},
        "decline": why, "decline_elsewhere": why, "refuse": why, "withdraw": why,
    }  # fmt: skip
    outside = {"accept_elsewhere", "decline_elsewhere", "put_right"}
    statuses = [status.value for status in Transfer.Status]
    pairs = {(source, found.target) for found in moves.values() for source in found.sources}
    for status, name in product(statuses, moves):
        with transaction.atomic():
            as_if(status)
            record = elsewhere if name in outside else by_team
            if status in moves[name].sources:
                moved = move(record, name, by=second_manager, at=SOON, reason="x", **facts.get(name, {}))
                assert moved.status == moves[name].target
            else:
                with pytest.raises(Refused):
                    move(record, name, by=second_manager, at=SOON, reason="x", **facts.get(name, {}))
            transaction.set_rollback(True)
    for before, after in product(statuses, statuses):
        if before != after and (before, after) not in pairs:
            with transaction.atomic():
                as_if(before)
                with pytest.raises(IntegrityError, match="no move leads"), transaction.atomic():
                    Transfer.objects.update(status=after)
                transaction.set_rollback(True)


def as_if(status: str) -> None:
    """The transfers in a status, past the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('frontdoor.restate', 'on', true)")
        Transfer.objects.update(status=status, accepted_name="Ann Reed", accepted_on=SOON.date())
        cursor.execute("SELECT set_config('frontdoor.restate', '', true)")


def test_a_team_closed_meanwhile_and_a_worker_gone_are_said(
    family: list[Referral], team: Team, worker: User, second_manager: User, taker: User, manager: User
) -> None:
    transfer = proposed(family[0], worker, Receiver(team=team))
    User.objects.filter(pk=taker.pk).update(is_active=False)
    taker.refresh_from_db()
    with pytest.raises(Refused, match="no longer works here"):
        actions.accept(transfer=transfer, by=second_manager, at=SOON, worker=taker)
    with pytest.raises(Refused, match="is not of Assessment team"):
        actions.accept(transfer=transfer, by=second_manager, at=SOON, worker=worker)
    Team.objects.filter(pk=team.pk).update(is_active=False)
    with pytest.raises(Refused, match="has been closed since: whoever sent this withdraws it"):
        actions.accept(transfer=transfer, by=second_manager, at=SOON)
    assert whose(family[0]) == ("Duty team", worker)
    assert actions.withdraw(transfer=transfer, by=worker, at=SOON, reason="The team is closed.").status == "withdrawn"
    team.refresh_from_db()
    with pytest.raises(Refused, match="has been closed: choose another"):
        proposed(family[0], worker, Receiver(team=team))


def test_the_sending_worker_leaves_meanwhile_and_what_hung_on_them_still_passes_on(
    family: list[Referral], team: Team, worker: User, second_manager: User, taker: User, manager: User
) -> None:
    enquiry = discussed(family[0], by=manager, at=SOON).enquiries.get()
    transfer = proposed(family[0], worker, Receiver(team=team))
    end_account(user=worker, by=StaffFactory.create(role="administrator"), at=SOON, reason="Gone.")
    assert whose(family[0]) == ("Duty team", None)
    found = actions.accept(transfer=transfer, by=second_manager, at=SOON, worker=taker).transfer
    assert (found.status, whose(family[0])) == ("completed", ("Assessment team", taker))
    assert Enquiry.objects.get(pk=enquiry.pk).lead == taker


def test_given_to_somebody_past_the_transfer_it_is_withdrawn_or_goes_on(
    family: list[Referral], team: Team, worker: User, manager: User
) -> None:
    sam, zoe = family
    third = TeamFactory.create(name="Third team", kind="duty")
    straight, round_about = proposed(sam, worker, Receiver(team=team)), proposed(zoe, worker, Receiver(team=team))
    referrals.allocate(referral=sam, by=manager, at=SOON, team=team, worker=None, reason="At once.")
    referrals.allocate(referral=zoe, by=manager, at=SOON, team=third, worker=None, reason="For now.")
    straight.refresh_from_db()
    round_about.refresh_from_db()
    assert (straight.status, clock_of(straight).stopped_at) == ("withdrawn", SOON)
    assert (round_about.status, round_about.from_team) == ("proposed", third)


def test_a_child_hidden_from_the_receiving_team_is_not_proposed_to_it_and_hidden_later_is_gone(
    family: list[Referral], team: Team, worker: User, manager: User, second_manager: User, signed: Signed
) -> None:
    sam, zoe = family
    dpo = StaffFactory.create(role="data_protection_officer")
    assert zoe.child is not None
    hide = partial(
        set_restriction, holders=[manager, worker], by=dpo, at=NOW, reason="A colleague’s.", kind="restricted"
    )
    transfer = proposed(zoe, worker, Receiver(team=team))
    page = f"/transfers/{transfer.reference}/"
    client = signed(second_manager)
    assert client.get(page).status_code == 200
    assert transfer.reference in client.get("/referrals/transfers/").content.decode()
    hide(person=zoe.child)
    assert client.get(page).status_code == 404
    assert client.post(f"{page}do/accept/", {"version": transfer.version}).status_code == 404
    assert transfer.reference not in client.get("/referrals/transfers/").content.decode()
    assert signed(worker).get(page).status_code == 200
    # What both children were told of on is kept from them, and so is he.
    with pytest.raises(Refused, match="Nobody who could accept it for Assessment team may see"):
        proposed(sam, worker, Receiver(team=team))


def test_a_stale_form_says_who_was_quicker(
    family: list[Referral], team: Team, worker: User, second_manager: User
) -> None:
    transfer = proposed(family[0], worker, Receiver(team=team))
    version = transfer.version
    actions.change(transfer=transfer, by=worker, at=SOON, summary="Sam is eight.", checks=done())
    with pytest.raises(Stale, match="Sol Worker"):
        actions.accept(transfer=transfer, by=second_manager, at=SOON, version=version)
    actions.accept(transfer=transfer, by=second_manager, at=SOON)
    with pytest.raises(Refused, match="answered: accepted, by Tess Manager"):
        actions.decline(transfer=transfer, by=second_manager, at=SOON, reason="No.")
    with pytest.raises(Refused, match="stays as it was read"):
        actions.change(transfer=transfer, by=worker, at=SOON, summary="Sam.", checks=done())


def test_a_referral_that_joins_open_work_takes_no_transfer_along(
    family: list[Referral], team: Team, worker: User
) -> None:
    transfer = proposed(family[0], worker, Receiver(team=team))
    following.joined(family[0], by=worker, at=SOON, to=family[1])
    transfer.refresh_from_db()
    assert (transfer.status, transfer.answer_reason) == ("withdrawn", f"The referral joined {family[1].reference}.")


def test_the_summary_says_what_the_reader_may_see_and_no_address(
    family: list[Referral], worker: User, manager: User
) -> None:
    discussed(family[0], by=manager, at=SOON)
    text = drafting.summary_of(family[0], worker, SOON)
    for words in ("Who: ", "Why it is open", "Section 47 enquiry Q-", "Warnings: None known", "Never seen in person"):
        assert words in text
    assert "Open deadlines: " in text
    assert "Initial child protection conference by " in text


def test_the_checklist_and_the_clock_are_data(family: list[Referral], team: Team, worker: User) -> None:
    TransferItem.objects.filter(code="meeting_held").update(valid_to=date(2026, 11, 1))
    LocalRule.objects.filter(code="transfer_answer").update(amount=7)
    transfer = proposed(family[0], worker, Receiver(team=team))
    assert "meeting_held" not in transfer.checks.values_list("code", flat=True)
    assert clock_of(transfer).amount == 7
    with pytest.raises(IntegrityError), transaction.atomic():
        TransferCheck.objects.update(is_met=False)
