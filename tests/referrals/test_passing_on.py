"""What a worker holds passes on by family: before they leave, or while they are away; two managers, one winner."""

from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client

from assessments import actions as assessments
from assessments.models import Assessment
from frontdoor.access import Denied
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.staff import actions as staff
from referrals import actions, passing_on
from referrals.models import Referral
from referrals.protection import enquiries
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER
from tests.referrals.discussions import discussed
from tests.referrals.test_allocating import another, family, hide, placed, text
from tests.referrals.test_two_at_once import both

__all__ = ["family", "placed"]
Signed = Callable[[User], Client]


@pytest.fixture
def other(team: Team) -> User:
    return User.objects.create_user("wim", "Wim Worker", roles=["social_worker"], team=team)


@pytest.fixture
def held(family: list[Referral], manager: User, officer: User, placed: User, team: Team) -> list[Referral]:
    """Sam and Zoë, and a stranger, all with the social worker."""
    found = [*family, another("Una", manager, officer)]
    for row in found:
        actions.allocate(referral=row, by=manager, at=LATER, team=team, worker=placed)
    return [Referral.objects.get(pk=row.pk) for row in found]


def address(worker: User) -> str:
    return f"/referrals/workers/{worker.pk}/pass-on/"


def workers_of(rows: list[Referral]) -> list[User | None]:
    return [Referral.objects.get(pk=row.pk).current_worker for row in rows]


def test_a_family_passes_on_whole_with_its_assessment_and_what_is_left_is_unallocated(
    held: list[Referral], manager: User, placed: User, other: User, signed: Signed
) -> None:
    sam, zoe, una = held
    written = assessments.start(referral=sam, by=placed, at=LATER)
    admin = StaffFactory.create(role="administrator")
    ending = text(signed(admin).get(f"/staff/{placed.pk}/end/"))
    assert "Open referrals: <strong>3" in ending
    assert "A manager can pass them on first" in ending
    assert address(placed) not in ending
    client = signed(manager)
    page = text(client.get(address(placed)))
    assert f"Who takes on Sam Example, {sam.reference} and Zoë Example, {zoe.reference}?" in page
    assert f"Who takes on Una Other, {una.reference}?" in page
    sent = {f"to_{sam.reference}": other.pk, f"to_{una.reference}": "", "reason": "Sol leaves on Friday"}
    done = text(client.post(address(placed), sent, follow=True))
    assert "Sam Example and Zoë Example: passed to Wim Worker, who has been sent a notice." in done
    assert "Who takes on Una Other" in done
    assert workers_of(held) == [other, other, placed]
    assert Assessment.objects.get(pk=written.pk).author == other
    for row in (sam, zoe):
        assert Entry.objects.get(event="referral.reallocated", reference=row.reference).reason == "Sol leaves on Friday"
        assert Notice.objects.filter(user=other, kind="allocated", reference=row.reference).count() == 1
    staff.end(user=placed, reason="Left", by=admin, at=LATER)
    assert list(Referral.objects.unallocated()) == [una]


def test_whoever_takes_on_a_referral_leads_the_enquiry_its_worker_led(
    held: list[Referral], manager: User, placed: User, other: User
) -> None:
    sam, zoe, _ = held
    for row in (sam, zoe):
        discussed(row, by=manager, at=LATER)
    another_worker = User.objects.create_user("ada", "Ada Worker", roles=["social_worker"])
    led, elsewhere = (row.enquiries.get() for row in (sam, zoe))
    enquiries.change_lead(enquiry=elsewhere, by=manager, at=LATER, lead=another_worker, reason="She knows Zoë.")
    done = passing_on.pass_on(worker=placed, chosen=[(sam, other), (zoe, other)], by=manager, at=LATER, reason="Left.")
    assert done.stays == []
    led.refresh_from_db()
    elsewhere.refresh_from_db()
    assert led.lead == other
    assert elsewhere.lead == another_worker, "somebody else leads it, and goes on"


def test_it_needs_somebody_and_a_reason_and_says_when_another_was_quicker(
    held: list[Referral], manager: User, second_manager: User, placed: User, other: User, signed: Signed
) -> None:
    sam, _, una = held
    client = signed(manager)
    nobody = client.post(address(placed), {"reason": "Leave"})
    assert nobody.status_code == 422
    assert "Choose who takes on at least one family" in text(nobody)
    silent = client.post(address(placed), {f"to_{una.reference}": other.pk})
    assert silent.status_code == 422
    assert workers_of(held) == [placed] * 3
    chosen = [(una, other)]
    passing_on.pass_on(worker=placed, chosen=chosen, by=second_manager, at=LATER, reason="He leaves.")
    late = client.post(address(placed), {f"to_{una.reference}": other.pk, "reason": "He leaves."})
    assert late.status_code == 422
    assert "was passed on or changed meanwhile" in text(late)
    found = passing_on.pass_on(
        worker=placed, chosen=[(una, other), (sam, other)], by=manager, at=LATER, reason="He leaves."
    )
    assert [row for row, _ in found.passed] == [sam]
    [missed] = found.refused
    assert missed.referral == una
    assert f"{second_manager.name} has passed it to Wim Worker meanwhile." in missed.why.message


def test_a_hidden_child_is_neither_shown_nor_passed_on_and_who_allocates_nothing_is_refused(
    held: list[Referral], manager: User, placed: User, other: User, signed: Signed
) -> None:
    sam, zoe, una = held
    assert una.child is not None
    hide(una.child, StaffFactory.create(role="service_manager"))
    client = signed(manager)
    page = text(client.get(address(placed)))
    assert sam.reference in page
    assert una.reference not in page
    client.post(address(placed), {f"to_{una.reference}": other.pk, "reason": "He leaves."})
    assert workers_of([una]) == [placed]
    assert signed(other).get(address(placed)).status_code == 403
    with pytest.raises(Denied):
        passing_on.pass_on(worker=placed, chosen=[(zoe, other)], by=placed, at=LATER, reason="I am busy.")


def test_of_two_managers_at_once_one_passes_it_on_and_the_other_is_told(committed: None) -> None:
    officer, one = StaffFactory.create(role="contact_officer"), StaffFactory.create(role="duty_manager")
    two = StaffFactory.create(role="team_manager")
    team = Team.objects.create(code="assessment", name="Assessment team", kind="assessment", manager=two)
    sol, wim, tia = [
        User.objects.create_user(name.lower(), name, roles=["social_worker"], team=team)
        for name in ("Sol", "Wim", "Tia")
    ]
    held = [another(name, one, officer) for name in ("Una", "Ugo", "Uma")]
    for row in held:
        actions.allocate(referral=row, by=one, at=LATER, team=team, worker=sol)
    found: list[passing_on.PassedOn] = []

    def give(by: User, to: User, rows: list[Referral]) -> None:
        chosen = [(row, to) for row in rows]
        found.append(passing_on.pass_on(worker=sol, chosen=chosen, by=by, at=LATER, reason="He leaves."))

    assert both(partial(give, one, wim, held), partial(give, two, tia, held[::-1])) == ["done"] * 2
    assert sorted((len(done.passed), len(done.refused)) for done in found) == [(0, 3), (3, 0)]
    [winner] = {to for done in found for _, to in done.passed}
    assert workers_of(held) == [winner] * 3
