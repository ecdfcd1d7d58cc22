"""Whom a child on a contact may be: found when it is told, raising it upwards only, answered, and never told of."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.facts import AddressFacts, ContactFacts, PersonFacts, ReferrerFacts
from contacts.identity import actions as identity
from contacts.identity import proposing
from contacts.models import Contact, ContactRank, PossiblePerson
from contacts.ranking import ranks
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening import rules
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Absence, Agency, Team, User
from frontdoor.audit.models import Entry
from frontdoor.figures.partnership import readers as partnership
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice
from frontdoor.people import actions as people
from frontdoor.people.models import NotThisPerson, Person
from frontdoor.people.protection.actions import declare_conflict, end_restriction, set_restriction
from referrals import actions as referrals
from referrals.actions import ChildDecision
from referrals.models import Referral
from tests.answers import Answer
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=100)
BORN = date(2021, 8, 30)
HOME = AddressFacts(lines=["82 Quarry Hill"], postcode="ZZ99 4QH")
VIOLET = PersonFacts(given_name="Violet", family_name="Smallwood", date_of_birth=BORN, sex="F")


def notification(**given: object) -> ContactFacts:
    """What the police send about Violet, graded green."""
    facts = some_facts(
        kind="police_notification", concerns="Officers were called to shouting. All calm when they arrived.",
        grade="green", address=HOME, people=[VIOLET], referrer=ReferrerFacts(name="PC Kestrel", is_professional=True),
    )  # fmt: skip
    for name, value in given.items():
        setattr(facts, name, value)
    return facts


@pytest.fixture
def dpo(db: None) -> User:
    return StaffFactory.create(role="data_protection_officer")


@pytest.fixture
def team(db: None) -> Team:
    manager = StaffFactory.create(role="team_manager")
    made: Team = Team.objects.create(code="assessment", name="Assessment team", kind="assessment", manager=manager)
    return made


@pytest.fixture
def violet(manager: User) -> Person:
    return people.create_person(
        by=manager, at=BEFORE, names=[people.GivenName("Violet", "Smallwood")], date_of_birth=BORN, sex="F",
        address={"lines": "82 Quarry Hill", "postcode": "ZZ99 4QH"},
    )  # fmt: skip


@pytest.fixture
def on_plan(violet: Person, officer: User, worker: User, manager: User, team: Team) -> Person:
    """Violet, on a protection plan, with a worker."""
    told = recording.record_contact(facts=notification(), by=officer, at=BEFORE)
    screening.link_person(on_contact=told.people.get(position=1), person=violet, by=manager, at=BEFORE)
    decision = ChildDecision(
        child=told.people.get(position=1).pk, outcome="referral", reason="Needed.", response_type="other"
    )
    decided = referrals.decide_contact(
        contact=told, decisions=[decision], by=manager, at=BEFORE, team=team, worker=worker
    )
    referrals.provide_service(
        referral=decided.referrals[0], by=manager, at=BEFORE, service="protection_plan", reason="Conference."
    )
    return violet


@pytest.fixture
def sent(police: Agency) -> Callable[..., Contact]:
    def send(**given: object) -> Contact:
        contact = recording.record_contact(facts=notification(**given), by=None, agency=police, at=NOW)
        contact.refresh_from_db()
        return contact

    return send


def row_of(contact: Contact):
    return contact.people.get(position=1)


def test_a_green_notification_about_a_child_on_a_plan_stands_in_her_tier_before_anybody_confirmed_it(
    on_plan: Person, sent: Callable[..., Contact]
) -> None:
    contact = sent()
    assert (contact.tier, contact.grade, contact.grade_for_now) == (1, "green", "red")
    assert contact.rank_at == NOW - timedelta(hours=240)
    assert contact.rank.raised_why == "Possible, not confirmed: a child is on a protection plan now"
    (possible,) = row_of(contact).possible.all()
    assert (possible.person, possible.likelihood) == (on_plan, "all but certain")


def test_nobody_is_raised_by_somebody_who_is_not_on_a_plan(violet: Person, sent: Callable[..., Contact]) -> None:
    contact = sent()
    assert row_of(contact).possible.get().person == violet
    assert (contact.tier, contact.grade_for_now, contact.rank.raised_why) == (2, "green", "")


def test_a_third_contact_in_a_year_raises_the_grade_for_now_and_who_has_to_sign(
    violet: Person, sent: Callable[..., Contact], manager: User, worker: User
) -> None:
    for _ in range(2):
        earlier = sent()
        screening.link_person(on_contact=row_of(earlier), person=violet, by=manager, at=NOW)
    contact = sent()
    assert (contact.tier, contact.grade_for_now) == (2, "amber")
    said = rules.manager_reasons(contact, [row_of(contact)], NOW)
    assert "The contact is graded amber for now: possible, not confirmed." in said
    assert "It may be the third contact in 12 months or a later one: possible, not confirmed." in said
    power = rules.who_decides(contact, ["no_further_action"], worker, NOW, [row_of(contact)])
    assert power.power == rules.Power.PROPOSES


def test_open_work_of_somebody_possible_asks_for_a_manager(on_plan: Person, sent: Callable[..., Contact]) -> None:
    contact = sent()
    said = rules.manager_reasons(contact, [row_of(contact)], NOW)
    assert "A child may have open work: possible, not confirmed." in said
    assert "A child may be on a protection plan: possible, not confirmed." in said


def test_it_only_ever_raises(on_plan: Person, sent: Callable[..., Contact], manager: User) -> None:
    contact = sent(grade="red")
    assert (contact.grade_for_now, contact.rank.raised_grade, contact.tier) == ("red", "", 1)
    alike = sent(grade="red", people=[replace(VIOLET, given_name="Petra", family_name="Unknown-Yet")])
    assert contact.rank_at <= alike.rank_at


def test_a_notification_without_a_grade_says_nothing_of_who_the_child_is_until_it_is_confirmed(
    on_plan: Person, sent: Callable[..., Contact], manager: User
) -> None:
    contact = sent(grade="")
    assert (contact.grade, contact.grade_is_provisional, contact.grade_for_now) == ("green", True, "red")
    assert contact.provisional_reasons == ["Nothing in it suggests greater urgency; somebody has to read it"]
    screening.not_this_person(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.grade_for_now, contact.tier) == ("green", 2)


def test_no_takes_it_back_and_is_remembered(on_plan: Person, sent: Callable[..., Contact], manager: User) -> None:
    contact = sent()
    screening.not_this_person(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    contact.refresh_from_db()
    assert (contact.tier, contact.grade_for_now) == (2, "green")
    assert not row_of(contact).possible.exists()
    people.add_telephone(person=on_plan, by=manager, at=NOW, number="01632 960777")
    outbox.drain(NOW)
    assert not row_of(contact).possible.exists()


def test_a_link_taken_back_is_an_answer_too(on_plan: Person, sent: Callable[..., Contact], manager: User) -> None:
    contact = sent()
    screening.link_person(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    screening.unlink_person(on_contact=row_of(contact), by=manager, at=NOW, reason="Her cousin of the same name.")
    contact = Contact.objects.get(pk=contact.pk)
    assert (row_of(contact).possible.count(), contact.rank.raised_grade, contact.tier) == (0, "", 1)
    assert contact.grade_is_provisional, "the grade stays until somebody gives one"


def test_confirming_never_lowers(on_plan: Person, sent: Callable[..., Contact], manager: User) -> None:
    """The grade that stood for now stays, provisional, until somebody gives one; and its clock runs from receipt."""
    contact = sent()
    screening.link_person(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.tier, contact.grade, contact.grade_is_provisional) == (1, "red", True)
    assert contact.provisional_reasons == ["A child is on a protection plan now"]
    assert (contact.agency_grade, contact.rank.raised_grade) == ("green", "")
    assert contact.agency is not None
    (counted,) = partnership.figures([contact.agency], NOW.date(), NOW.date(), NOW)
    assert counted.graded_by_both == 0, "a match is not our judgement of how the police grade"
    screening.grade(contact=contact, by=manager, at=NOW, grade="amber", reason="Calm, and her worker sees her today.")
    contact = Contact.objects.get(pk=contact.pk)
    assert (contact.grade_for_now, contact.grade_is_provisional, contact.tier) == ("amber", False, 1)


def test_the_possible_workers_manager_is_told_and_the_worker_is_not(
    on_plan: Person, sent: Callable[..., Contact], worker: User, team: Team
) -> None:
    contact = sent()
    notice = Notice.objects.get(kind="possible")
    assert (notice.user, notice.reference) == (team.manager, contact.reference)
    assert "possible, not confirmed" in notice.text
    assert "Violet" not in notice.text
    assert not Notice.objects.filter(user=worker, reference=contact.reference).exists()
    assert contact.status == "received"


def test_a_record_made_meanwhile_is_found_without_anybody_asking(sent: Callable[..., Contact], manager: User) -> None:
    contact = sent()
    assert not row_of(contact).possible.exists()
    made = people.create_person(
        by=manager, at=NOW, names=[people.GivenName("Violet", "Smallwood")], date_of_birth=BORN, sex="F"
    )
    outbox.drain(NOW)
    assert row_of(contact).possible.get().person == made


def test_a_restricted_or_adopted_record_is_possibly_nobody(
    on_plan: Person, sent: Callable[..., Contact], manager: User, dpo: User
) -> None:
    contact = sent()
    restriction = set_restriction(person=on_plan, holders=[manager], by=dpo, at=NOW, reason="Family of staff.")
    contact.refresh_from_db()
    assert (contact.tier, contact.grade_for_now, row_of(contact).possible.count()) == (2, "green", 0)
    later = sent()
    assert (later.tier, later.grade_for_now, row_of(later).possible.count()) == (2, "green", 0)
    end_restriction(restriction=restriction, by=dpo, at=NOW, reason="They have moved away.")
    outbox.drain(NOW)
    later.refresh_from_db()
    assert (later.tier, row_of(later).possible.count()) == (1, 1)
    people.amend_person(person=on_plan, by=manager, at=NOW, is_adoption_protected=True)
    outbox.drain(NOW)
    later.refresh_from_db()
    assert (later.tier, later.grade_for_now, row_of(later).possible.count()) == (2, "green", 0)


def test_a_plan_that_begins_or_ends_moves_what_may_be_about_the_child(
    on_plan: Person, sent: Callable[..., Contact], manager: User
) -> None:
    contact = sent()
    referral = Referral.objects.get(child=on_plan)
    referrals.close(referral=referral, by=manager, at=NOW, closure_reason="RC7", what_changed="Moved.")
    contact.refresh_from_db()
    assert (contact.tier, contact.grade_for_now) == (2, "green")


def test_whoever_the_caller_named_counts_like_a_match(on_plan: Person, officer: User, manager: User) -> None:
    child = replace(VIOLET, given_name="Vi", family_name="", date_of_birth=None, suggested_reference=on_plan.reference)
    contact = recording.record_contact(facts=notification(people=[child], address=AddressFacts()), by=officer, at=NOW)
    contact.refresh_from_db()
    assert row_of(contact).possible.get().likelihood == "suggested"
    assert contact.tier == 1


# --- Pages ------------------------------------------------------------------------------------------------------------


def words_of(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.fixture
def at_desk(client: Client) -> Callable[[User], Client]:
    def sit(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sit


def test_the_line_the_opened_line_and_the_pages_of_a_decision_say_what_it_would_mean(
    on_plan: Person, sent: Callable[..., Contact], worker: User, manager: User, at_desk: Callable[[User], Client]
) -> None:
    contact = sent()
    client = at_desk(manager)
    line = words_of(client.get("/contacts/queue/"))
    meaning = "Possible match, not confirmed. All but certain: on a protection plan; open referral R-"
    assert meaning in line
    assert f"({worker.name}, Assessment team); 1 other contact in 12 months" in line
    assert "Red provisional" in line
    assert "Possible, not confirmed: a child is on a protection plan now" in line
    assert "match unconfirmed" not in line
    looked = words_of(client.get(f"/contacts/{contact.reference}/look/"))
    for text in (looked, words_of(client.get(f"/contacts/{contact.reference}/decide/"))):
        assert meaning in text
        assert "Nobody confirmed on it has a history. Somebody on it may have: possible, not confirmed." in text
        assert "Possible history, not confirmed" in text
        assert "Nothing is on record" not in text
    page = words_of(client.get(f"/contacts/{contact.reference}/"))
    assert "For now: Red" in unescape(page).replace("▲ ", "")
    assert "How sure: all but certain" in page
    assert "If it is this child: on a protection plan; open referral R-" in page


def test_the_first_press_opens_the_differences_and_the_second_confirms(
    on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    contact = sent(people=[replace(VIOLET, given_name="Violette")])
    client = at_desk(manager)
    line = client.get("/contacts/queue/").content.decode()
    who = f"/contacts/{contact.reference}/people/1/who/"
    assert f'href="{who}?on=queue"' in line
    differences = client.get(f"{who}?on=queue", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in differences
    assert "Violette Smallwood" in differences
    said = re.search(rf'value="same {on_plan.reference}".*?data-key="y"', differences, re.DOTALL)
    assert said
    assert Entry.objects.filter(kind="opened", reference=contact.reference, people__contains=[on_plan.pk]).exists()
    answer = client.post(f"{who}?on=queue", {"answer": f"same {on_plan.reference}"}, HTTP_HX_REQUEST="true")
    assert "Confirmed: Violet Smallwood. on a protection plan" in words_of(answer)
    assert row_of(contact).person == on_plan
    assert Notice.objects.filter(user__username="social.worker", text__startswith=contact.reference).count() == 1


def test_somebody_else_and_not_sure_are_answers_too(
    on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    contact = sent()
    client = at_desk(manager)
    who = f"/contacts/{contact.reference}/people/1/who/"
    unsure = client.post(who, {"answer": f"unsure {on_plan.reference}"}, HTTP_HX_REQUEST="true")
    assert f"{manager.name} was not sure." in words_of(unsure)
    contact.refresh_from_db()
    assert contact.tier == 1
    assert f"{manager.name} was not sure." in words_of(client.get("/contacts/queue/"))
    people.add_telephone(person=on_plan, by=manager, at=NOW, number="01632 960777")
    outbox.drain(NOW)
    assert row_of(contact).possible.get().unsure_by == manager
    other = client.post(who, {"answer": f"other {on_plan.reference}"})
    assert (other.status_code, other["Location"]) == (302, f"/contacts/{contact.reference}/")
    contact.refresh_from_db()
    assert contact.tier == 2
    gone = client.post(who, {"answer": f"same {on_plan.reference}"})
    assert gone.status_code == 404


def test_a_manager_sends_it_to_the_worker_unconfirmed_and_nobody_else_does(
    on_plan: Person, sent: Callable[..., Contact], manager: User, worker: User, officer: User
) -> None:
    contact = sent()
    with pytest.raises(Denied):
        identity.send_to_worker(on_contact=row_of(contact), person=on_plan, by=officer, at=NOW)
    identity.send_to_worker(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    notice = Notice.objects.get(user=worker, reference=contact.reference)
    assert "possible, not confirmed" in notice.text
    assert row_of(contact).person is None


def test_where_the_worker_is_away_the_manager_of_the_team_reads_it_as_well(
    on_plan: Person, sent: Callable[..., Contact], manager: User, worker: User, team: Team
) -> None:
    team.manager = User.objects.create_user("tess", "Tess Manager", roles=["team_manager"])
    team.save()
    here, later = sent(), sent()
    identity.send_to_worker(on_contact=row_of(here), person=on_plan, by=manager, at=NOW)
    Absence.objects.create(user=worker, kind="leave", from_on=NOW.date(), entered_at=NOW, entered_by=worker)
    identity.send_to_worker(on_contact=row_of(later), person=on_plan, by=manager, at=NOW)
    told = Notice.objects.filter(user=team.manager, once_key__startswith="sent-")
    assert [notice.reference for notice in told] == [later.reference]
    assert Notice.objects.filter(user=worker, reference=later.reference).exists()


def test_an_answer_on_the_page_of_a_decision_lets_the_decision_go_on(
    on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    """The version the page holds is brought up to date; not when somebody else has changed the contact meanwhile."""
    contact = sent()
    client = at_desk(manager)
    name = f"version-{contact.reference}"
    who = f"/contacts/{contact.reference}/people/1/who/?on=decide"
    given = {"answer": f"unsure {on_plan.reference}", name: str(contact.version)}
    assert f'id="{name}"' in client.post(who, given, HTTP_HX_REQUEST="true").content.decode()
    given = {"answer": f"same {on_plan.reference}", name: str(contact.version - 3)}
    assert f'id="{name}"' not in client.post(who, given, HTTP_HX_REQUEST="true").content.decode()


@pytest.mark.parametrize("answer", ["other", "unsure", "send", "same"])
def test_no_answer_hides_what_a_colleague_changed_meanwhile(
    answer: str, on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    contact = sent()
    client = at_desk(manager)
    who = f"/contacts/{contact.reference}/people/1/who/?on=decide"
    given = {"answer": f"{answer} {on_plan.reference}", **version_of(contact)}
    screening.grade(contact=contact, by=manager, at=NOW, grade="amber", reason="As he rang again.")
    assert f'id="version-{contact.reference}"' not in client.post(who, given, HTTP_HX_REQUEST="true").content.decode()


@pytest.mark.parametrize("answer", ["unsure", "send", "same"])
def test_an_answer_alone_brings_the_version_up_to_date(
    answer: str, on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    contact = sent()
    who = f"/contacts/{contact.reference}/people/1/who/?on=decide"
    given = {"answer": f"{answer} {on_plan.reference}", **version_of(contact)}
    shown = at_desk(manager).post(who, given, HTTP_HX_REQUEST="true").content.decode()
    contact.refresh_from_db()
    assert re.search(rf'id="version-{contact.reference}"[^>]*value="{contact.version}"', shown)


def test_whoever_is_confirmed_cannot_be_refused_in_another_tab(
    on_plan: Person, sent: Callable[..., Contact], manager: User
) -> None:
    contact = sent()
    row = row_of(contact)
    screening.link_person(on_contact=row, person=on_plan, by=manager, at=NOW)
    with pytest.raises(Refused, match="confirmed"):
        screening.not_this_person(on_contact=row, person=on_plan, by=manager, at=NOW)
    assert not NotThisPerson.objects.exists()
    assert row_of(contact).person == on_plan


def test_somebody_who_declared_they_know_the_child_is_not_shown_who_it_may_be(
    on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    declare_conflict(user=manager, person=on_plan, by=manager, at=NOW)
    contact = sent()
    client = at_desk(manager)
    assert "Possible match" not in words_of(client.get("/contacts/queue/"))
    assert on_plan.reference not in client.get(f"/contacts/{contact.reference}/people/1/who/").content.decode()


def test_contacts_from_a_release_before_are_looked_up_by_the_hourly_job(
    on_plan: Person, sent: Callable[..., Contact]
) -> None:
    contact = sent()
    PossiblePerson.objects.all().delete()
    ContactRank.objects.update(proposed_at=None)
    ranks.recompute([contact.pk], at=NOW)
    contact.refresh_from_db()
    assert contact.tier == 2
    assert proposing.propose_missing(NOW) == 1
    contact.refresh_from_db()
    assert contact.tier == 1
    assert proposing.propose_missing(NOW) == 0


def test_the_queue_costs_the_same_whoever_the_children_may_be(
    on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    client = at_desk(manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/contacts/queue/").status_code == 200
        return len([query for query in captured if query["sql"].startswith("SELECT")])

    for _ in range(2):
        sent()
    cost()
    few = cost()
    for number in range(8):
        name, born = f"Nat{number}", date(2012, 3, number + 1)
        people.create_person(by=manager, at=NOW, names=[people.GivenName(name, "Ashdown")], date_of_birth=born)
        sent(people=[PersonFacts(given_name=name, family_name="Ashdown", date_of_birth=born)])
    assert PossiblePerson.objects.values("on_contact__contact").distinct().count() >= 10
    assert cost() == few


# --- One list of outcomes ---------------------------------------------------------------------------------------------


def version_of(contact: Contact) -> dict[str, str]:
    return {f"version-{contact.reference}": str(contact.version)}


def offered(client: Client, contact: Contact) -> dict[str, str]:
    """The outcomes on the page of a decision, with their keys."""
    page = client.get(f"/contacts/{contact.reference}/decide/").content.decode()
    found = {}
    for radio in re.findall(r'<input class="govuk-radios__input"[^>]*name="outcome"[^>]*>', page):
        code, key = (re.search(rf'{name}="([^"]*)"', radio) for name in ("value", "data-key"))
        assert code
        found[code[1]] = key[1] if key else ""
    return found


def test_a_decision_has_the_one_list_of_outcomes(
    violet: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    contact = sent()
    assert offered(at_desk(manager), contact) == {
        "referral": "1", "advice": "3", "request_answered": "4", "no_further_action": "5", "entered_in_error": "6",
        "early_help": "7", "named_service": "8", "another_authority": "9", "designated_officer": "0",
        "adult_services": "", "same_incident": "",
    }  # fmt: skip


def test_joining_open_work_is_offered_where_there_is_or_may_be_some(
    on_plan: Person, sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    client = at_desk(manager)
    contact = sent()
    assert offered(client, contact)["open_work"] == "2"
    screening.link_person(on_contact=row_of(contact), person=on_plan, by=manager, at=NOW)
    assert offered(client, contact)["open_work"] == "2"
    other = sent(people=[replace(VIOLET, given_name="Petra", family_name="Unknown-Yet")], address=AddressFacts())
    assert "open_work" not in offered(client, other)


def test_early_help_is_decided_when_somebody_there_was_told(
    sent: Callable[..., Contact], manager: User, at_desk: Callable[[User], Client]
) -> None:
    contact = sent(people=[replace(VIOLET, given_name="Petra", family_name="Unknown-Yet")], address=AddressFacts())
    client, path = at_desk(manager), f"/contacts/{contact.reference}/decide/"
    client.get(path)
    given = {"outcome": "early_help", "reason": "They want help with the nights.", **version_of(contact)}
    asked = client.post(path, given)
    assert asked.status_code == 422
    assert "Enter who there was told" in words_of(asked)
    done = client.post(path, {**given, "receiver": "Family hub", "told": "Pat Hale"})
    assert "Decided" in words_of(done)
    assert (row_of(contact).outcome, row_of(contact).outcome_detail["told"]) == ("early_help", "Pat Hale")
