"""One list of what waits for a signature: every machine's, exactly what plain SQL says, never one's own."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment
from contacts.facts import PersonFacts
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import Team, User
from frontdoor.notifications.actions import take_alert
from frontdoor.notifications.models import Alert
from frontdoor.people.protection.actions import set_restriction
from frontdoor.signing import readers
from frontdoor.staff import actions as staff
from frontdoor.workflow.actions import lock
from referrals import actions, endings, replying, together
from referrals.models import DipSample, EndingProposal, Referral
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts
from tests.referrals.discussions import discussed
from tests.referrals.test_enquiry import proposed
from tests.referrals.test_owed import of_kind
from tests.referrals.test_together import many

Signed = Callable[[User], Client]
AT = NOW + timedelta(days=3)
HERE = "/signatures/"

#: What waits, by kind: the key, and who may not sign it.
PLAIN = {
    "contact": "SELECT c.id, ARRAY[c.proposed_by_id, c.recorded_by_id] FROM contacts_contact c"
    " WHERE c.status = 'awaiting_sign_off'",
    "reply": "SELECT r.id, ARRAY[r.written_by_id] FROM contacts_reply r JOIN contacts_contact c ON c.id = r.contact_id"
    " WHERE r.approved_at IS NULL AND r.replaced_at IS NULL AND c.status <> 'decided'",
    "bulk": "SELECT s.id, ARRAY[a.by_id] || ARRAY(SELECT u.id FROM accounts_user u WHERE u.id <> s.to_id"
    " AND NOT EXISTS (SELECT 1 FROM signing_delegation d WHERE d.of_id = s.to_id AND d.to_id = u.id"
    " AND d.ended_at IS NULL AND '2026-11-26' BETWEEN d.from_on AND d.until_on))"
    " FROM referrals_dipsample s JOIN referrals_bulkrow w ON w.id = s.row_id JOIN referrals_bulkact a"
    " ON a.id = w.act_id WHERE s.looked_at IS NULL",
    "ending": "SELECT p.id, ARRAY[p.by_id, c.recorded_by_id] FROM referrals_endingproposal p"
    " JOIN referrals_referral r ON r.id = p.referral_id JOIN contacts_contact c ON c.id = r.contact_id"
    " WHERE p.answered_at IS NULL AND r.status NOT IN ('closed', 'no_further_action')",
    "enquiry": "SELECT e.id, ARRAY[e.proposed_by_id] FROM referrals_enquiry e WHERE e.status = 'to_sign'",
    "assessment": "SELECT a.id, ARRAY[a.author_id, a.submitted_by_id] FROM assessments_assessment a"
    " WHERE a.status = 'submitted'",
    "account": "SELECT a.id, ARRAY[a.asked_by_id, a.user_id] FROM accounts_accountchange a"
    " WHERE a.done_at IS NULL AND a.refused_at IS NULL",
}
#: Whose roles may sign each.
MAY = {
    **{
        kind: {"duty_manager", "team_manager", "service_manager"}
        for kind in ("contact", "reply", "bulk", "ending", "enquiry", "assessment")
    },
    "account": {"service_manager", "administrator"},
}


def a_child(given: str, family: str) -> PersonFacts:
    return PersonFacts(given_name=given, family_name=family, date_of_birth=date(2016, 2, 9))


def oracle(user: User, but: Iterable[tuple[str, int]] = ()) -> set[tuple[str, int]]:
    """What waits for the user, by plain SQL; ``but``: what is about somebody hidden from them."""
    found = set()
    with connection.cursor() as cursor:
        for kind, sql in PLAIN.items():
            if MAY[kind].isdisjoint(user.roles) or not user.is_active:
                continue
            cursor.execute(sql)
            found |= {(kind, key) for key, not_by in cursor.fetchall() if user.pk not in not_by}
    return found - set(but)


def listed(user: User, team: str = "") -> set[tuple[str, int]]:
    return {(line.kind.code, line.key) for line in readers.listed(user, AT, team=team).lines}


@pytest.fixture
def waiting(
    officer: User, worker: User, manager: User, second_manager: User, team: Team, submitted: Assessment
) -> dict[str, int]:
    """One of every kind, proposed by different people; what is listed under each kind."""
    red = record_contact(facts=some_facts(grade="red", people=[a_child("Ode", "Marsh")]), by=officer, at=NOW)
    actions.decide_contact(contact=red, decisions=each(red, "no_further_action"), by=manager, at=LATER)
    tracked = actions.record_and_fast_track(facts=some_facts(people=[a_child("Pim", "Fell")]), by=officer, at=NOW)
    take_alert(alert=Alert.objects.get(kind="fast-track"), by=manager, at=LATER)
    fast = Referral.objects.get(contact=tracked)
    with transaction.atomic():
        ending = endings.hold_or_sign(
            lock(fast), ending="no_further_action", reason="A fall.", by=second_manager, at=LATER
        )  # fmt: skip
    assert ending is not None
    enquiry = proposed(discussed(submitted.referral, by=manager, at=LATER).enquiries.get(), worker)
    request = of_kind(officer, "information_request")
    reply = replying.write_reply(
        contact=request, by=worker, at=LATER, released_to="Cass", lawful_basis="section_47", text="Nothing is open."
    )
    chosen = many(officer, manager, 1)
    screening_done = together.end_together(
        chosen=chosen, outcome="no_further_action", reason="Mild.", lines={chosen[0].reference: "A coat lent."},
        by=manager, at=LATER,
    )  # fmt: skip
    administrator, _ = [
        StaffFactory.create(role="administrator"),
        StaffFactory.create(username="sm", name="Sera Manager", role="service_manager"),
    ]
    worker.email = "sol@council.example"
    worker.set_password("long enough for anybody")
    worker.save()
    change = staff.send_link(user=worker, by=administrator, at=LATER)
    assert change is not None
    return {
        "contact": red.pk,
        "reply": reply.pk,
        "bulk": DipSample.objects.get(row__act=screening_done).pk,
        "ending": ending.pk,
        "enquiry": enquiry.pk,
        "assessment": submitted.pk,
        "account": change.pk,
    }


def test_each_kind_is_listed_for_whom_plain_sql_says(waiting: dict[str, int]) -> None:
    for user in User.objects.filter(is_machine=False):
        assert listed(user) == oracle(user), user.name
        assert readers.number(user, AT) == len(oracle(user)), user.name
    everywhere = {code for user in User.objects.filter(is_machine=False) for code, _ in listed(user)}
    assert everywhere == set(waiting)


def test_nothing_hidden_from_the_reader_is_listed_nor_counted(
    waiting: dict[str, int], manager: User, second_manager: User
) -> None:
    child = Assessment.objects.get(pk=waiting["assessment"]).child
    before = listed(manager)
    set_restriction(
        person=child,
        by=User.objects.get(roles__contains=["service_manager"]),
        at=LATER,
        reason="Adopted.",
        holders=[second_manager],
    )
    hidden = {("assessment", waiting["assessment"]), ("enquiry", waiting["enquiry"])}
    assert listed(manager) == before - hidden == oracle(manager, hidden)
    assert readers.number(manager, AT) == len(before) - 2
    assert hidden <= listed(second_manager)


def test_the_page_names_the_child_first_and_keeps_its_filters(
    waiting: dict[str, int], second_manager: User, worker: User, team: Team, signed: Signed
) -> None:
    client = signed(second_manager)
    page = client.get(HERE).content.decode()
    assert "Sam Example" in page
    assert "Outcome of a section 47 enquiry" in page
    home = client.get("/").content.decode()
    number = len(oracle(second_manager))
    assert f"To sign ({number})" in home
    assert f"{number}</span> waiting for your signature" in home
    only = client.get(f"{HERE}?kind=reply").content.decode()
    assert "Reply to a request" in only
    assert "section 47 enquiry:" not in only
    worker.team = team
    worker.save()
    assert listed(second_manager, team=team.code) == {
        (kind, waiting[kind]) for kind in ("reply", "enquiry", "assessment")
    }
    of_team = client.get(f"{HERE}?team={team.code}&kind=reply").content.decode()
    assert f'value="{team.code}" selected' in of_team
    assert "Nothing matches these filters" in client.get(f"{HERE}?team={team.code}&kind=bulk").content.decode()


def test_who_signs_nothing_is_told_so(worker: User, signed: Signed) -> None:
    assert signed(worker).get(HERE).status_code == 403


def test_it_asks_the_database_the_same_however_much_waits(
    officer: User, manager: User, second_manager: User, signed: Signed
) -> None:
    client = signed(second_manager)

    def propose(family: str) -> None:
        facts = some_facts(grade="red", people=[a_child("Ode", family)])
        red = record_contact(facts=facts, by=officer, at=NOW)
        actions.decide_contact(contact=red, decisions=each(red, "no_further_action"), by=manager, at=LATER)

    def asked() -> int:
        client.get(HERE)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(HERE).status_code == 200
        return len([query for query in captured if query["sql"].startswith(("SELECT", "INSERT", "("))])

    propose("Marsh")
    one = asked()
    for family in ("Fell", "Garth", "Holm", "Keld", "Thwaite"):
        propose(family)
    assert asked() == one
    assert len(listed(second_manager)) == 6


def test_a_page_holds_so_many_and_the_next_goes_on_where_it_ended(
    waiting: dict[str, int], second_manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [(line.kind.code, line.key) for line in readers.listed(second_manager, AT).lines]
    monkeypatch.setattr(readers, "PAGE", 2)
    found, after = [], ""
    while True:
        page = readers.listed(second_manager, AT, after=after)
        found += [(line.kind.code, line.key) for line in page.lines]
        after = page.after
        if not after:
            break
    assert found == whole
    assert len(whole) > 4


def test_nobody_finds_what_they_proposed_wrote_or_recorded_themselves(waiting: dict[str, int]) -> None:
    chief = User.objects.get(roles=["service_manager"])
    DipSample.objects.update(to=None)
    assert listed(chief) == set(waiting.items()) == oracle(chief)
    act = DipSample.objects.get(pk=waiting["bulk"]).row.act_id
    referral = EndingProposal.objects.get(pk=waiting["ending"]).referral
    for kind, table, column, key in (
        ("contact", "contacts_contact", "proposed_by_id", waiting["contact"]),
        ("contact", "contacts_contact", "recorded_by_id", waiting["contact"]),
        ("reply", "contacts_reply", "written_by_id", waiting["reply"]),
        ("bulk", "referrals_bulkact", "by_id", act),
        ("ending", "referrals_endingproposal", "by_id", waiting["ending"]),
        ("ending", "contacts_contact", "recorded_by_id", referral.contact_id),
        ("enquiry", "referrals_enquiry", "proposed_by_id", waiting["enquiry"]),
        ("assessment", "assessments_assessment", "author_id", waiting["assessment"]),
        ("assessment", "assessments_assessment", "submitted_by_id", waiting["assessment"]),
        ("account", "accounts_accountchange", "asked_by_id", waiting["account"]),
        ("account", "accounts_accountchange", "user_id", waiting["account"]),
    ):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [chief.pk, key])
            assert listed(chief) == set(waiting.items()) - {(kind, waiting[kind])} == oracle(chief), (table, column)
            transaction.set_rollback(True)
