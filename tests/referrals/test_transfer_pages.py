"""The pages of transfers: the way from a referral to the new worker, the meeting list, paper, and who sees what."""

from typing import Any

import pytest

from frontdoor.access import Denied
from frontdoor.accounts.models import Team, User
from frontdoor.people.access import known_references
from frontdoor.people.models import DeclaredConflict
from frontdoor.workflow.actions import moves_for
from frontdoor.workflow.machines import TABLES
from referrals.models import Referral, Transfer
from referrals.transfers import actions
from referrals.transfers.actions import Receiver
from tests.referrals.transfers import ELSEWHERE, SOON, Signed, done, duty, family, proposed, taker, whose

__all__ = ["duty", "family", "taker"]
pytestmark = pytest.mark.django_db


def test_the_pages_from_the_referral_to_the_new_worker(
    family: list[Referral], team: Team, worker: User, second_manager: User, taker: User, signed: Signed
) -> None:
    sam, zoe = family
    client = signed(worker)
    assert f"/referrals/{sam.reference}/transfer/team/" in client.get(f"/referrals/{sam.reference}/").content.decode()
    address = f"/referrals/{sam.reference}/transfer/team/"
    empty = client.get(address).content.decode()
    assert f"Who: {sam.child_name}" in empty
    sam.refresh_from_db()
    given = {f"check_{code}": "met" for code in done()}
    sent: dict[str, Any] = {
        "version": str(sam.version),
        "to_team": str(team.pk),
        "reason": "Long.",
        "summary": "Sam is seven.",
        **given,
    }
    apart = client.post(address, sent)
    assert apart.status_code == 422
    assert "Say why brothers and sisters do not go along" in apart.content.decode()
    waived = client.post(address, {**sent, "others": [zoe.reference], "check_plan_current": "waived"})
    assert "is not needed" in waived.content.decode()
    sent |= {"others": [zoe.reference], "check_plan_current": "waived", "waived_plan_current": "It is written there."}
    page = client.post(address, sent).headers["Location"]
    transfer = Transfer.objects.get(referral=sam)
    assert page == f"/transfers/{transfer.reference}/"
    assert client.post(address, sent).status_code == 422, "pressed twice"
    assert Transfer.objects.count() == 2
    assert client.get(f"{page}do/accept/").status_code == 403
    html = client.get(page).content.decode()
    assert "It is written there." in html
    assert "stays with Duty team" in html

    client = signed(second_manager)
    assert "transfers waiting for your team’s answer" in client.get("/").content.decode()
    listed = client.get("/referrals/transfers/").content.decode()
    assert "Coming to us" in listed
    assert transfer.reference in listed
    transfer.refresh_from_db()
    hers = Transfer.objects.get(referral=zoe)
    accept: dict[str, Any] = {"version": str(transfer.version), "worker": str(taker.pk), "others": [hers.reference]}
    told = client.post(f"{page}do/accept/", accept, follow=True).content.decode()
    assert "accepted for Assessment team, with Tara Taker" in told
    assert [whose(row) for row in family] == [("Assessment team", taker)] * 2
    answered = client.get("/referrals/transfers/?view=answered&direction=coming").content.decode()
    assert transfer.reference in answered
    assert transfer.reference not in client.get("/referrals/transfers/").content.decode()


def test_the_pages_of_a_request_and_its_refusal(
    family: list[Referral], team: Team, worker: User, manager: User, second_manager: User, signed: Signed
) -> None:
    sam = family[0]
    client = signed(second_manager)
    sam.refresh_from_db()
    asked = {"version": str(sam.version), "to_team": str(team.pk), "reason": "We know the mother."}
    page = client.post(f"/referrals/{sam.reference}/do/ask-for/", asked).headers["Location"]
    transfer = Transfer.objects.get()
    assert client.get(f"{page}do/propose/").status_code == 404, "not one’s own"
    client = signed(manager)
    html = client.get(page).content.decode()
    assert "We know the mother." in html
    assert f"Who: {sam.child_name}" in client.get(f"{page}do/propose/").content.decode()
    done_ = client.post(f"{page}do/refuse/", {"version": str(transfer.version), "reason": "Court is next week."})
    assert done_.headers["Location"] == page
    assert "Court is next week." in client.get(page).content.decode()


def test_a_confidential_address_is_marked_and_not_printed(
    family: list[Referral], worker: User, manager: User, signed: Signed
) -> None:
    sam = family[0]
    client = signed(worker)
    address = f"/referrals/{sam.reference}/transfer/authority/"
    sam.refresh_from_db()
    sent = {
        "version": str(sam.version), "to_authority": "Harrowgate Council", "told": "Their duty desk",
        "told_on_day": "23", "told_on_month": "11", "told_on_year": "2026", "shared": "The assessment.",
        "lawful_basis": "section_17", "new_address": "4 Hidden Lane", "is_address_confidential": "on",
        "apart_reason": "She stays.", "reason": "They move.", "summary": "Sam is seven.",
        **{f"check_{code}": "met" for code in done(elsewhere=True)},
    }  # fmt: skip
    page = client.post(address, sent).headers["Location"]
    html = client.get(page).content.decode()
    before, _, rest = html.partition("4 Hidden Lane")
    assert 'class="app-no-print"' in before[-600:]
    assert "4 Hidden Lane" not in rest
    assert "left out of what is printed" in html
    assert "4 Hidden Lane" not in client.get("/referrals/transfers/").content.decode()
    there = {
        "accepted_name": "Ann Reed",
        "accepted_on_day": "23",
        "accepted_on_month": "11",
        "accepted_on_year": "2026",
    }
    transfer = Transfer.objects.get()
    client.post(f"{page}do/accepted-there/", {"version": str(transfer.version), **there})
    assert "Ann Reed" in client.get(page).content.decode()


def test_what_is_offered_on_its_page_is_what_can_be_done(
    family: list[Referral], team: Team, worker: User, manager: User, second_manager: User
) -> None:
    def offered(transfer: Transfer, user: User) -> set[str]:
        return {row.name for row in moves_for(transfer, user)}

    transfer = proposed(family[0], worker, Receiver(team=team))
    assert offered(transfer, worker) == {"change", "withdraw"}
    assert offered(transfer, second_manager) == {"accept", "decline", "change", "withdraw"}
    assert offered(transfer, manager) == {"change", "withdraw"}
    there = proposed(family[1], worker, ELSEWHERE)
    assert offered(there, worker) == {"accept_elsewhere", "decline_elsewhere", "change", "withdraw"}
    assert set(TABLES[Referral]) >= {"transfer", "transfer_elsewhere", "ask_for"}


def test_somebody_who_knows_the_family_neither_answers_nor_lists_it(
    family: list[Referral], team: Team, worker: User, second_manager: User, signed: Signed
) -> None:
    transfer = proposed(family[0], worker, Receiver(team=team))
    assert family[0].child is not None
    DeclaredConflict.objects.create(
        user=second_manager, person=family[0].child, declared_at=SOON, declared_by=second_manager
    )
    assert known_references(second_manager).exists()
    client = signed(second_manager)
    assert client.get(f"/transfers/{transfer.reference}/").status_code == 403
    assert transfer.reference not in client.get("/referrals/transfers/").content.decode()
    with pytest.raises(Denied):
        actions.accept(transfer=transfer, by=second_manager, at=SOON)


def test_the_list_asks_the_same_for_two_as_for_more(
    family: list[Referral], team: Team, worker: User, second_manager: User, signed: Signed,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    client = signed(second_manager)
    proposed(family[0], worker, Receiver(team=team))
    client.get("/referrals/transfers/")
    with django_assert_max_num_queries(60) as found:
        client.get("/referrals/transfers/")
    proposed(family[1], worker, Receiver(team=team))
    with django_assert_max_num_queries(len(found.captured_queries)):
        assert client.get("/referrals/transfers/").content.decode().count(">T-") == 2
