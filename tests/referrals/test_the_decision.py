"""The one page of a decision: one list, a common reason with a line for each child, from wherever it is asked for."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.facts import PersonFacts
from contacts.models import Contact, ContactPerson
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.people.protection.warnings import add_warning
from referrals import actions
from referrals.births import new_person
from referrals.decisions import ChildDecision
from referrals.models import Allocation, Referral
from referrals.together_forms import words_in_common
from tests.answers import Answer
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, answers, each, some_facts

pytestmark = pytest.mark.django_db
Signed = Callable[[User], Client]


def path_of(contact: Contact) -> str:
    return f"/contacts/{contact.reference}/decide/"


def words_of(answer: Answer) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def child(contact: Contact, given: str) -> ContactPerson:
    return contact.people.get(given_name=given)


def sent(client: Client, contact: Contact, **more: str) -> Answer:
    """The page opened, as everybody has to, and sent."""
    assert client.get(path_of(contact)).status_code == 200
    return client.post(path_of(contact), answers(contact, **more))


def offered(page: str, name: str) -> list[str]:
    """The outcomes of the common list (``outcome``), or of one child (``row1-outcome``)."""
    if name == "outcome":
        return re.findall(r'name="outcome"\s+type="radio" value="([a-z_]+)"', page)
    (chosen,) = re.findall(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', page, re.DOTALL)
    return re.findall(r'<option value="([a-z_]*)"', chosen)


def values_of(page: str, name: str) -> str:
    """What stands in a field of words or a list."""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    if area:
        return unescape(area[1]).strip()
    line = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    if line:
        value = re.search(r'value="([^"]*)"', line[0])
        return unescape(value[1]) if value else ""
    (chosen,) = re.findall(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', page, re.DOTALL)
    found = re.search(r'<option value="([^"]*)" selected', chosen)
    return found[1] if found else ""


def test_the_queue_and_the_contact_lead_to_the_same_page(contact: Contact, manager: User, signed: Signed) -> None:
    client = signed(manager)
    for road in ("/contacts/queue/", f"/contacts/{contact.reference}/"):
        page = client.get(road).content.decode()
        assert f'href="{path_of(contact)}"' in page
        assert "/screen/" not in page
    former = client.get(f"/contacts/{contact.reference}/screen/?from=queue")
    assert (former.status_code, former["Location"]) == (302, f"{path_of(contact)}?from=queue")


def test_what_a_page_opened_at_the_former_address_sends_is_taken(
    contact: Contact, manager: User, signed: Signed
) -> None:
    client = signed(manager)
    client.get(path_of(contact))
    assert "Decided" in words_of(client.post(f"/contacts/{contact.reference}/screen/", answers(contact)))
    assert Referral.objects.filter(contact=contact).count() == 2


def test_nothing_is_preselected_but_the_level_told(officer: User, manager: User, signed: Signed) -> None:
    contact = recording.record_contact(facts=some_facts(level_of_need="2"), by=officer, at=NOW)
    page = signed(manager).get(path_of(contact)).content.decode()
    assert " checked" not in page
    assert values_of(page, "level_of_need") == "2"
    assert values_of(page, f"row{child(contact, 'Sam').pk}-level_of_need") == ""


def test_what_a_decider_reads_stands_beside_the_text(contact: Contact, manager: User, signed: Signed) -> None:
    contact.people.create(position=20, is_child=False, given_name="Ada", relationship="former_partner", role="suspect")
    sam = child(contact, "Sam")
    made = new_person(sam, by=manager, at=NOW)
    told, day = "Two members of staff together.", date(2027, 3, 1)
    add_warning(person=made, by=manager, at=NOW, kind="violence", text=told, review_on=day)
    page = words_of(signed(manager).get(path_of(contact)))
    for said in (
        'Ada <span class="app-muted">Former partner, alleged to have harmed</span>',
        "Agreement: Not recorded", "Two members of staff together.", "At school until 15:15", "Ms Teach, Teacher",
        "no food at home", made.reference,
    ):  # fmt: skip
        assert said in page, said


def test_a_manager_decides_and_allocates_in_one_act(
    contact: Contact, manager: User, worker: User, team: Team, signed: Signed
) -> None:
    answer = sent(signed(manager), contact, team=str(team.pk), worker=str(worker.pk))
    assert answer.status_code == 200
    assert {referral.current_worker for referral in Referral.objects.filter(contact=contact)} == {worker}
    assert Allocation.objects.filter(referral__contact=contact, team=team).count() == 2
    page = words_of(answer)
    for referral in Referral.objects.filter(contact=contact):
        assert f"/referrals/{referral.reference}/" in page
    assert f'href="/contacts/{contact.reference}/"' in page
    assert Entry.objects.filter(event="contact.decided", reference=contact.reference).count() == 1


def test_who_may_not_allocate_is_not_asked_whose_it_is(contact: Contact, worker: User, signed: Signed) -> None:
    page = signed(worker).get(path_of(contact)).content.decode()
    assert 'name="worker"' not in page
    assert "What you cannot decide alone goes to a manager" in " ".join(page.split())


def test_at_night_the_manager_who_agreed_by_telephone_is_said_on_the_page(
    contact: Contact, manager: User, signed: Signed
) -> None:
    client = signed(StaffFactory.create(role="edt_worker"))
    call = {
        "manager": str(manager.pk), "telephoned_at_day": "23", "telephoned_at_month": "11",
        "telephoned_at_year": "2026", "telephoned_at_time": "10:00",
    }  # fmt: skip
    missing = sent(client, contact, manager=str(manager.pk))
    assert missing.status_code == 422
    assert "Enter when the manager agreed" in words_of(missing)
    assert "Decided" in words_of(sent(client, contact, **call))
    assert Clock.objects.running().filter(rule="telephone_confirmation", reference=contact.reference).exists()


def test_what_is_missing_is_named_at_its_field_and_nothing_is_lost(
    contact: Contact, manager: User, signed: Signed
) -> None:
    line = f"row{child(contact, 'Zoë').pk}-line"
    client = signed(manager)
    answer = sent(client, contact, outcome="", **{line: "Words I do not want to type twice."})
    assert answer.status_code == 422
    assert "Choose the outcome" in words_of(answer)
    assert "Words I do not want to type twice." in words_of(answer)
    kept = client.get(path_of(contact)).content.decode()
    assert values_of(kept, line) == "Words I do not want to type twice.", "and it is kept as a draft"
    assert values_of(kept, "reason") == "He needs help."


def test_a_refusal_lands_at_its_child(contact: Contact, manager: User, signed: Signed) -> None:
    sam = f"row{child(contact, 'Sam').pk}"
    mine = {f"{sam}-outcome": "early_help", f"{sam}-receiver": "Early help hub"}
    client = signed(manager)
    answer = sent(client, contact, **mine)
    assert answer.status_code == 422
    assert f'href="#id_{sam}-told"' in words_of(answer)
    assert "Could not be decided" not in words_of(answer), "it is said once, where it is put right"
    assert Entry.objects.filter(event="act.refused").count() == 1
    assert "Decided" in words_of(sent(client, contact, **mine, **{f"{sam}-told": "Pat Hale"}))
    assert child(contact, "Sam").outcome_detail["told"] == "Pat Hale"
    assert Referral.objects.get(contact=contact).contact_person == child(contact, "Zoë")


def test_each_child_may_have_a_response_of_its_own(contact: Contact, manager: User, signed: Signed) -> None:
    zoe = child(contact, "Zoë")
    sent(
        signed(manager),
        contact,
        **{f"row{zoe.pk}-response_type": "strategy_discussion", f"row{zoe.pk}-line": "She is hurt."},
    )
    found = {referral.contact_person_id: referral for referral in Referral.objects.filter(contact=contact)}
    assert found[zoe.pk].response_type == "strategy_discussion"
    assert found[zoe.pk].decision_reason == "He needs help. She is hurt."
    assert found[child(contact, "Sam").pk].response_type == "assessment"


def test_a_referral_beside_another_common_outcome_has_no_response_of_itself(
    contact: Contact, manager: User, signed: Signed
) -> None:
    """No answer is chosen for the decider: a referral for one child alone asks what the response is."""
    sam = f"row{child(contact, 'Sam').pk}"
    answer = sent(signed(manager), contact, outcome="advice", response_type="", **{f"{sam}-outcome": "referral"})
    assert answer.status_code == 422
    assert f'href="#id_{sam}-response_type"' in words_of(answer)
    assert not Referral.objects.exists()


def test_two_tabs_the_second_is_told_who_was_first(
    contact: Contact, manager: User, second_manager: User, signed: Signed
) -> None:
    client = signed(manager)
    client.get(path_of(contact))
    before = answers(contact)
    screening.grade(contact=contact, by=second_manager, at=NOW, grade="red", reason="There is more.")
    # Something is left out first: the page that comes back is still the one that was read.
    asked = client.post(path_of(contact), {**before, "reason": ""})
    assert values_of(asked.content.decode(), f"version-{contact.reference}") == before[f"version-{contact.reference}"]
    answer = client.post(path_of(contact), before)
    assert answer.status_code == 409
    assert "Tess Manager changed this record while you had it open" in words_of(answer)
    assert "He needs help." in words_of(answer)
    assert not Referral.objects.exists()


def test_a_draft_on_the_page_says_what_was_changed_since(
    contact: Contact, manager: User, second_manager: User, signed: Signed
) -> None:
    client = signed(manager)
    sent(client, contact, outcome="")
    screening.grade(contact=contact, by=second_manager, at=NOW, grade="red", reason="There is more.")
    page = words_of(client.get(path_of(contact)))
    assert "He needs help." in page
    assert "Tess Manager changed this record while you had it open" in page


def test_what_came_back_with_different_lines_stands_as_it_was_written(
    contact: Contact, worker: User, manager: User, signed: Signed
) -> None:
    sam, zoe = child(contact, "Sam"), child(contact, "Zoë")
    mine = {f"row{sam.pk}-line": "Sam is hungry.", f"row{zoe.pk}-line": "Zoë waits alone.", "level_of_need": "3"}
    assert "Waiting for a manager" in words_of(sent(signed(worker), contact, **mine))
    contact.refresh_from_db()
    actions.return_contact(contact=contact, by=manager, at=LATER, comments="Ring the school.")
    page = signed(worker).get(path_of(contact)).content.decode()
    assert 'value="referral" checked' in page
    assert [values_of(page, name) for name in ("reason", "response_type", "level_of_need")] == [
        "He needs help.", "assessment", "3",
    ]  # fmt: skip
    for row, line in ((sam, "Sam is hungry."), (zoe, "Zoë waits alone.")):
        assert values_of(page, f"row{row.pk}-line") == line
        assert values_of(page, f"row{row.pk}-outcome") == ""


def test_what_came_back_with_different_outcomes_stands_at_each_child(
    contact: Contact, worker: User, manager: User, signed: Signed
) -> None:
    sam, zoe = child(contact, "Sam"), child(contact, "Zoë")
    decisions = [
        ChildDecision(sam.pk, "referral", "Both are cold.", response_type="assessment"),
        ChildDecision(zoe.pk, "early_help", "Both wait.", detail={"receiver": "Family hub", "told": "Pat Hale"}),
    ]
    actions.decide_contact(contact=contact, decisions=decisions, by=worker, at=LATER)
    contact.refresh_from_db()
    actions.return_contact(contact=contact, by=manager, at=LATER, comments="Ring the school.")
    page = signed(worker).get(path_of(contact)).content.decode()
    assert values_of(page, "reason") == "Both"
    assert values_of(page, f"row{sam.pk}-outcome") == "referral"
    assert values_of(page, f"row{sam.pk}-response_type") == "assessment"
    assert values_of(page, f"row{zoe.pk}-outcome") == "early_help"
    assert values_of(page, f"row{zoe.pk}-receiver") == "Family hub"
    assert values_of(page, f"row{zoe.pk}-line") == "wait."


def test_what_came_back_still_says_when_the_other_side_was_told(
    contact: Contact, worker: User, manager: User, signed: Signed
) -> None:
    detail = {"receiver": "Family hub", "told": "Pat Hale", "told_at": NOW.isoformat()}
    decisions = each(contact, "named_service", detail=detail)
    actions.decide_contact(contact=contact, decisions=decisions, by=worker, at=LATER)
    contact.refresh_from_db()
    actions.return_contact(contact=contact, by=manager, at=LATER, comments="Ring the school.")
    page = signed(worker).get(path_of(contact)).content.decode()
    assert [values_of(page, f"told_at_{part}") for part in ("day", "month", "year", "time")] == [
        "23", "11", "2026", "10:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "shared"),
    [
        (["Neglect. Sam is hungry.", "Neglect. Sara waits."], "Neglect."),
        (["Neglect.", "Neglect. Sara waits."], "Neglect."),
        (["Cold at home.", "Cold at homework."], "Cold at"),
        (["One\n\ntwo", "One\n\ntwo"], "One\n\ntwo"),
        (["Sam.", "Zoë."], ""),
    ],
)
def test_the_words_reasons_begin_with_are_whole(texts: list[str], shared: str) -> None:
    assert words_in_common(texts) == shared


def test_a_referral_is_not_offered_for_a_child_with_open_work(
    officer: User, manager: User, signed: Signed, referral: Referral
) -> None:
    """There is one episode: who has open work joins it, and only they."""
    again = recording.record_contact(facts=some_facts(), by=officer, at=LATER)
    sam, zoe = child(again, "Sam"), child(again, "Zoë")
    assert referral.child is not None
    screening.link_person(on_contact=sam, person=referral.child, by=manager, at=LATER)
    for possible in zoe.possible.all():
        screening.not_this_person(on_contact=zoe, person=possible.person, by=manager, at=LATER)
    page = signed(manager).get(path_of(again)).content.decode()
    assert "referral" not in offered(page, f"row{sam.pk}-outcome")
    assert "open_work" in offered(page, f"row{sam.pk}-outcome")
    assert "referral" in offered(page, f"row{zoe.pk}-outcome")
    assert "open_work" not in offered(page, f"row{zoe.pk}-outcome")
    assert {"referral", "open_work"} <= set(offered(page, "outcome"))
    assert f"Open: referral {referral.reference}" in " ".join(page.split())
    alone = recording.record_contact(facts=some_facts(people=some_facts().people[:1]), by=officer, at=LATER)
    screening.link_person(on_contact=child(alone, "Sam"), person=referral.child, by=manager, at=LATER)
    only = Client()
    only.force_login(manager)
    alone.bundle = None
    alone.save()
    page = only.get(path_of(alone)).content.decode()
    assert "open_work" in offered(page, "outcome")
    assert "referral" not in offered(page, "outcome")
    assert 'name="worker"' not in page


def test_an_outcome_that_cannot_be_chosen_any_more_is_said_so(contact: Contact, manager: User, signed: Signed) -> None:
    answer = sent(signed(manager), contact, outcome="open_work")
    assert answer.status_code == 422
    assert "This outcome cannot be chosen here any more: choose another." in words_of(answer)


def test_a_contact_about_adults_only_is_decided_on_the_page(officer: User, manager: User, signed: Signed) -> None:
    facts = some_facts(people=[some_facts().people[2]], no_child_identified=True)
    contact = recording.record_contact(facts=facts, by=officer, at=NOW)
    client = signed(manager)
    page = client.get(path_of(contact)).content.decode()
    can = offered(page, "outcome")
    assert {"advice", "no_further_action", "named_service", "adult_services"} <= set(can)
    assert not {"referral", "open_work", "same_incident", "entered_in_error"} & set(can)
    for name in ("response_type", "level_of_need", "same_contact", "primary_need", "worker"):
        assert f'name="{name}"' not in page
    unknown = sent(client, contact, outcome="referral")
    assert unknown.status_code == 422
    taken = {"receiver": "Adult services", "told": "Pat Hale"}
    answer = sent(client, contact, outcome="adult_services", reason="She needs help herself.", **taken)
    assert "Decided" in words_of(answer)
    contact.refresh_from_db()
    assert contact.outcome == "adult_services"
    page = words_of(client.get(f"/contacts/{contact.reference}/"))
    assert "She needs help herself. Passed to Adult services; Pat Hale was told." in page


def test_a_child_that_is_missing_is_asked_for(officer: User, manager: User, signed: Signed) -> None:
    contact = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    ContactPerson.objects.filter(contact=contact, is_child=True).update(is_child=False)
    answer = sent(signed(manager), contact, outcome="advice")
    assert answer.status_code == 422
    assert "There is no child on this contact: add the child" in words_of(answer)


def test_the_page_costs_the_same_however_many_are_decided_together(
    officer: User, manager: User, signed: Signed
) -> None:
    born = some_facts().people[0].date_of_birth
    first = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    client = signed(manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(path_of(first))
        counts.append(page.content.decode().count("data-queue-card>"))
        return len([query for query in captured if query["sql"].startswith("SELECT")])

    counts: list[int] = []
    recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    cost()
    few = cost()
    more: list[Any] = [PersonFacts(given_name=f"Nat{n}", family_name="Example", date_of_birth=born) for n in range(3)]
    for _ in range(4):
        recording.record_contact(facts=some_facts(people=[*some_facts().people, *more]), by=officer, at=NOW)
    assert cost() == few
    assert counts == [2, 2, 6]
