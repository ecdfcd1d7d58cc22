"""Requests for information: a manager's yes, e-mail and link, the agency's system, who reads the answer, chasing."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.agencies.information.actions import (
    MOST_CHASES,
    approve,
    ask_information,
    chase,
    chase_overdue,
    record_reply,
    reply_by_agency,
    withdraw,
)
from contacts.agencies.information.models import InformationRequest
from contacts.agencies.information.readers import shown_on
from contacts.agencies.links.models import SecureLink
from contacts.facts import AddressFacts
from contacts.models import Bundle, Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Denied, Refused, Role
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.actions import pause
from frontdoor.clocks.models import Clock
from frontdoor.figures.information import counted
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.protection.actions import set_restriction
from tests.api.conftest import Caller
from tests.contacts.conftest import some_facts
from tests.factories import AgencyFactory, StaffFactory
from tests.reading import without_drawn

pytestmark = pytest.mark.django_db
QUESTION = "Has Sam Example been at school since September?"
ASKED = {"question": QUESTION, "why": "To know who else has seen it", "lawful_basis": "section_17"}


@pytest.fixture
def school(db: None) -> Agency:
    return AgencyFactory.create(code="school")


def a_contact(officer: User, *, agreed: bool = True, grade: str = "amber", **given: Any) -> Contact:
    made = recording.record_contact(facts=some_facts(grade=grade, **given), by=officer, at=timezone.now())
    if agreed:
        made.families.update(agreement="given")
    return made


@pytest.fixture
def contact(officer: User) -> Contact:
    return a_contact(officer)


def asked(contact: Contact, by: User, at: datetime | None = None, **given: Any) -> InformationRequest:
    when = at or timezone.now()
    held = screening.claim(contact=contact, by=by, at=when) if contact.status == "received" else contact
    return ask_information(contact=held, by=by, at=when, **{"asked_of": "Ms Hale, head", **ASKED, **given})


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def link_in(message: Any) -> str:
    found = re.search(r"/partner/reply/\S+/", message.body)
    assert found is not None
    return found[0]


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(("grade", "hours"), [("red", 2), ("amber", 6), ("green", 24), ("blue", 24)])
def test_the_answer_is_due_by_the_grade_on_a_clock_of_its_own(
    officer: User, worker: User, grade: str, hours: int
) -> None:
    at = timezone.now()
    made = asked(a_contact(officer, grade=grade), worker, at)
    clock = Clock.objects.get(reference=made.contact.reference, rule__startswith="information_request", stopped_at=None)
    assert (clock.due_at, made.deadline) == (at + timedelta(hours=hours), at + timedelta(hours=hours))
    assert "Hale" not in without_drawn(clock.label)
    assert "Example" not in clock.label


def test_without_agreement_it_leaves_only_after_a_managers_yes(
    officer: User, worker: User, manager: User, school: Agency, mailoutbox: list[Any]
) -> None:
    contact = a_contact(officer, agreed=False, grade="green")
    with pytest.raises(Refused, match="has not agreed"):
        asked(contact, worker)
    contact.refresh_from_db()
    made = asked(
        contact, worker, agency=school, asked_email="hale@mill.example", without_agreement_reason="They would flee"
    )
    outbox.drain(timezone.now())
    assert (made.state, made.deadline, mailoutbox) == ("waiting", None, [])
    system = Caller(school)
    assert system.get("information-requests").json() == {"results": []}
    assert system.get(f"information-requests/{made.code}").status_code == 404
    assert not Clock.objects.filter(rule__startswith="information_request").exists()
    assert Notice.objects.filter(user=manager, kind="information", reference=contact.reference).exists()
    with pytest.raises(Denied):
        approve(request=made, by=worker, at=timezone.now(), reason="Yes")
    page, path = signed(manager), f"/contacts/{contact.reference}/"
    assert "Agree, and send it" in body(page.get(path))
    assert contact.reference in body(page.get("/contacts/information/"))
    assert page.post(f"{path}ask/{made.pk}/agree/", {"reason": "", "version": 1}).status_code == 422
    assert signed(worker).post(f"{path}ask/{made.pk}/agree/", {"reason": "x", "version": 1}).status_code == 403
    given = {"reason": "The risk is weighed", "version": 1}
    assert page.post(f"{path}ask/{made.pk}/agree/", given).status_code == 302
    outbox.drain(timezone.now())
    made.refresh_from_db()
    assert (made.state, made.approved_by, made.without_agreement_reason) == ("open", manager, "The risk is weighed")
    assert len(mailoutbox) == 1
    assert [row["reference"] for row in system.get("information-requests").json()["results"]] == [made.code]
    with pytest.raises(Refused, match="is no longer waiting"):
        approve(request=made, by=manager, at=timezone.now(), reason="Again")


def test_asked_on_the_page_and_answered_behind_the_link(
    worker: User, contact: Contact, client: Client, mailoutbox: list[Any]
) -> None:
    screening.claim(contact=contact, by=worker, at=timezone.now())
    desk, path = signed(worker), f"/contacts/{contact.reference}/"
    contact.refresh_from_db()
    given = {**ASKED, "agency": "", "asked_of": "Ms Hale, head", "asked_email": "hale", "version": contact.version}
    refused = desk.post(f"{path}ask/", given)
    assert refused.status_code == 422
    assert "whole e-mail address" in body(refused)
    assert QUESTION in body(refused)
    assert desk.post(f"{path}ask/", {**given, "asked_of": "", "asked_email": ""}).status_code == 422
    assert desk.post(f"{path}ask/", {**given, "asked_email": "hale@mill.example"}).status_code == 302
    made = InformationRequest.objects.get()
    outbox.drain(timezone.now())
    (message,) = mailoutbox
    assert (message.to, message.subject) == (["hale@mill.example"], f"Information asked for, {made.code}")
    for private in ("Sam", "Example ", "school since", contact.reference, "Hale", "seen it"):
        assert private not in without_drawn(message.body + message.subject), private
    link = link_in(message)
    assert QUESTION in body(client.get(link))
    half = {"said_by": "Ms Hale", "reply": "He has been", "sensitivity": "ordinary"}
    assert "Nothing has been sent yet" in body(client.post(link, {**half, "save": "1"}))
    assert "He has been" in body(client.get(link))
    assert client.post(link, {**half, "reply": ""}).status_code == 422
    assert InformationRequest.objects.get().replied_at is None
    client.post(link, half)
    done = client.post(link, {**half, "reply": "At school every day.", "sensitivity": "sensitive"}, follow=True)
    assert made.code in body(done)
    assert QUESTION not in body(done)
    made.refresh_from_db()
    assert (made.reply, made.said_by, made.reply_came) == ("He has been", "Ms Hale", "link"), "sent once: the first"
    assert not Clock.objects.filter(rule__startswith="information_request", stopped_at=None).exists()
    contact.refresh_from_db()
    assert contact.status == "in_screening"
    assert contact.claimed_at_moment(timezone.now()) is None, "a machine's word holds it for nobody"
    assert Notice.objects.filter(user=worker, text__startswith="Information has come").count() == 1
    assert "By secure link" in body(desk.get(path))


def test_a_reminder_keeps_what_was_typed_and_both_links_end_with_the_answer(
    worker: User, contact: Contact, client: Client, mailoutbox: list[Any]
) -> None:
    made = asked(contact, worker, asked_email="hale@mill.example")
    outbox.drain(timezone.now())
    first = link_in(mailoutbox[0])
    client.post(first, {"said_by": "Ms Hale", "reply": "Half a", "sensitivity": "ordinary", "save": "1"})
    chase(request=made, by=worker, at=timezone.now())
    outbox.drain(timezone.now())
    assert mailoutbox[1].subject.startswith("Reminder")
    second = link_in(mailoutbox[1])
    assert "Half a" in body(client.get(second))
    assert client.get(first).status_code == 200, "somebody may be typing behind it"
    client.post(second, {"said_by": "Ms Hale", "reply": "A whole answer.", "sensitivity": "ordinary"})
    assert client.get(first).status_code == 404
    assert "does not work" in body(client.get(first))
    again = client.post(first, {"said_by": "X", "reply": "Other", "sensitivity": "ordinary"})
    assert again.status_code == 404
    assert InformationRequest.objects.get().reply == "A whole answer."


def test_an_agency_lists_reads_and_answers_its_own_and_no_other(
    worker: User, contact: Contact, school: Agency, police: Agency
) -> None:
    made = asked(contact, worker, agency=school, asked_of="")
    mine, other = Caller(school), Caller(police)
    (listed,) = mine.get("information-requests").json()["results"]
    assert (listed["reference"], listed["asked_of"], listed["status"]) == (made.code, "Mill School", "open")
    assert contact.reference not in str(listed)
    here = f"information-requests/{made.code}"
    assert mine.get(here).json() == listed
    absent = other.get("information-requests/I-00000000")
    for theirs in (other.get(here), other.post(f"{here}/reply", {"reply": "x"}), mine.get("information-requests/x")):
        assert (theirs.status_code, theirs.content) == (404, absent.content)
    assert other.get("information-requests").json() == {"results": []}
    wrong = mine.post(f"{here}/reply", {"reply": " ", "sensitivity": "secret", "more": 1}).json()
    assert [error["pointer"] for error in wrong["errors"]] == ["/reply", "/sensitivity", "/more"]
    assert mine.post(f"{here}/reply", {"reply": "x"}, key=None).json()["code"] == "idempotency_key_required"
    sent = {"reply": "62 per cent.", "said_by": "Pat Teacher", "sensitivity": "restricted"}
    first = mine.post(f"{here}/reply", sent, key="k1")
    assert (first.status_code, first.json()["status"]) == (201, "answered")
    again = mine.post(f"{here}/reply", sent, key="k1")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert mine.post(f"{here}/reply", {**sent, "reply": "63"}, key="k1").status_code == 422
    late = mine.post(f"{here}/reply", sent, key="k2")
    assert (late.status_code, late.json()["code"]) == (409, "answered")
    assert mine.get("information-requests").json() == {"results": []}
    second = asked(Contact.objects.get(pk=contact.pk), worker, agency=school, question="And before?")
    reused = mine.post(f"information-requests/{second.code}/reply", sent, key="k1")
    assert reused.status_code == 422, "a key of one request is no answer to another"
    assert Entry.objects.get(event="contact.information_received").agency == school


@pytest.mark.parametrize("sensitivity", ["ordinary", "sensitive", "restricted"])
def test_who_reads_an_answer_and_who_only_sees_that_there_is_one(
    worker: User, contact: Contact, school: Agency, sensitivity: str
) -> None:
    made = asked(contact, worker, agency=school)
    answer = "Her mother told the nurse of tablets."
    reply_by_agency(request=made, at=timezone.now(), reply=answer, sensitivity=sensitivity, said_by="Nurse Vale")
    screens = {Role.CONTACT_OFFICER, Role.SOCIAL_WORKER, Role.DUTY_MANAGER, Role.TEAM_MANAGER, Role.EDT_WORKER}
    looked = 0
    for role in (*sorted(screens), Role.QUALITY_OFFICER):
        user = User.objects.create_user(f"some.{role.value}", role.value.title(), roles=[role.value])
        page = signed(user).get(f"/contacts/{contact.reference}/")
        if page.status_code != 200:
            continue
        looked += 1
        is_manager = role in (Role.DUTY_MANAGER, Role.TEAM_MANAGER)
        reads = {"ordinary": True, "sensitive": role in screens, "restricted": is_manager}[sensitivity]
        (shown,) = shown_on(made.contact, user)
        assert (answer in body(page), shown.may_read) == (reads, reads), role
        assert ("Nurse Vale" in body(page)) is reads, role
        if not reads:
            assert "There is an answer" in body(page), role
    assert looked >= 5
    assert answer in body(signed(worker).get(f"/contacts/{contact.reference}/")), "who asked reads it"


def test_chased_when_it_falls_due_then_each_time_as_long_again_three_times(
    worker: User, contact: Contact, mailoutbox: list[Any]
) -> None:
    start = timezone.now()
    made = asked(contact, worker, start, asked_email="hale@mill.example")
    hour, moments = timedelta(hours=1), []
    for number in range(60):
        if chase_overdue(start + hour * number + timedelta(seconds=1)):
            moments.append(number)
        assert chase_overdue(start + hour * number + timedelta(seconds=1)) == 0, "each once"
    assert moments == [6, 12, 18]
    assert len(moments) == MOST_CHASES
    assert Notice.objects.filter(user=worker, text__startswith="No answer yet").count() == MOST_CHASES
    outbox.drain(start + hour * 70)
    assert [message.subject.startswith("Reminder") for message in mailoutbox] == [False, True, True, True]
    chase(request=made, by=worker, at=start + hour * 70)
    made.refresh_from_db()
    assert (made.chases, made.chases_by_itself) == (4, 3)


def test_nothing_is_chased_that_stands_still_is_decided_answered_or_taken_back(
    officer: User, worker: User, manager: User
) -> None:
    late = timezone.now() + timedelta(days=3)
    made = {name: asked(a_contact(officer), worker) for name in ("paused", "answered", "withdrawn", "decided")}
    clock = made["paused"].clock
    assert clock is not None
    pause(clock=clock, by=manager, at=timezone.now(), reason="The school is closed")
    record_reply(request=made["answered"], by=worker, at=timezone.now(), reply="Yes.")
    withdraw(request=made["withdrawn"], by=worker, at=timezone.now(), reason="Known already")
    decided = made["decided"].contact
    Contact.objects.filter(pk=decided.pk).update(status="decided", decided_at=timezone.now(), decided_by=manager)
    assert chase_overdue(late) == 0
    with pytest.raises(Refused, match="nothing to chase"):
        chase(request=made["answered"], by=worker, at=late)


def test_taken_back_with_a_reason_its_link_opens_nothing_and_the_contact_goes_on(
    worker: User, contact: Contact, school: Agency, client: Client, mailoutbox: list[Any]
) -> None:
    made = asked(contact, worker, agency=school, asked_email="hale@mill.example")
    outbox.drain(timezone.now())
    with pytest.raises(Refused, match="Say why"):
        withdraw(request=made, by=worker, at=timezone.now(), reason=" ")
    withdraw(request=made, by=worker, at=timezone.now(), reason="They are known")
    assert client.get(link_in(mailoutbox[0])).status_code == 404
    assert SecureLink.objects.given_out().count() == 0
    system = Caller(school)
    assert system.get(f"information-requests/{made.code}").json()["status"] == "withdrawn"
    refused = system.post(f"information-requests/{made.code}/reply", {"reply": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "withdrawn")
    contact.refresh_from_db()
    assert contact.status == "in_screening"
    assert "They are known" in body(signed(worker).get(f"/contacts/{contact.reference}/"))


def test_for_all_contacts_of_the_bundle_and_counted_on_its_line(officer: User, worker: User, school: Agency) -> None:
    first, second = a_contact(officer), a_contact(officer)
    Contact.objects.filter(pk=second.pk).update(bundle=Contact.objects.get(pk=first.pk).bundle)
    Bundle.objects.exclude(contacts=first).update(is_on_queue=False)
    first, second = Contact.objects.get(pk=first.pk), Contact.objects.get(pk=second.pk)
    held = [screening.claim(contact=each, by=worker, at=timezone.now()) for each in (first, second)]
    one = asked(held[0], worker, agency=school, for_all=True)
    asked(held[1], worker, agency=school)
    second.refresh_from_db()
    assert second.status == "awaiting_information"
    assert [shown.is_own for shown in shown_on(second, worker)] == [False, True]
    reply_by_agency(request=one, at=timezone.now(), reply="Yes.")
    assert {each.status for each in Contact.objects.all()} == {"in_screening", "awaiting_information"}
    line = re.sub(r"<[^>]+>|\s+", " ", body(signed(worker).get("/contacts/queue/")))
    assert "1 of 2" in line
    assert "Yes." in body(signed(worker).get(f"/contacts/{second.reference}/"))


def test_nothing_of_a_hidden_contact_is_told_listed_or_chased_by_who_may_not_see_it(
    officer: User, worker: User, manager: User
) -> None:
    contact = a_contact(officer)
    made = asked(contact, worker)
    person = create_person(by=worker, at=timezone.now(), names=[GivenName(given="Sam", family="Example")])
    screening.link_person(on_contact=contact.people.get(position=1), person=person, by=worker, at=timezone.now())
    holder = User.objects.create_user("head", "Hana Head", roles=["service_manager"])
    guard = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=person, holders=[holder], by=guard, at=timezone.now(), reason="Family of staff.")
    before = set(Notice.objects.values_list("pk", flat=True))
    assert contact.reference not in body(signed(manager).get("/contacts/information/"))
    assert contact.reference in body(signed(holder).get("/contacts/information/"))
    for act in ("chase", "withdraw", "agree", "reply"):
        hidden = signed(manager).post(f"/contacts/{contact.reference}/ask/{made.pk}/{act}/", {"reason": "x"})
        absent = signed(manager).post(f"/contacts/C-00000000/ask/{made.pk}/{act}/", {"reason": "x"})
        assert hidden.status_code == absent.status_code == 404
    assert chase_overdue(timezone.now() + timedelta(days=2)) == 1
    assert not Notice.objects.filter(reference=contact.reference).exclude(user=holder).exclude(pk__in=before).exists()


def test_counted_by_agency_on_a_page_and_as_csv(officer: User, worker: User, school: Agency, police: Agency) -> None:
    at = timezone.now()
    in_time = asked(a_contact(officer), worker, at - timedelta(hours=20), agency=school)
    late = asked(a_contact(officer), worker, at - timedelta(hours=20), agency=school)
    asked(a_contact(officer), worker, at, agency=police)
    asked(a_contact(officer), worker, at)
    chase(request=late, by=worker, at=at - timedelta(hours=11))
    reply_by_agency(request=in_time, at=at - timedelta(hours=18), reply="Yes.")
    reply_by_agency(request=late, at=at - timedelta(hours=10), reply="No.")
    today = timezone.localdate()
    rows = {row.asked_of: row for row in counted(today - timedelta(days=2), today)}
    mill = rows["Mill School"]
    assert (mill.asked, mill.answered, mill.in_time, mill.chased, mill.hours) == (2, 2, 1, 1, 6.0)
    assert (rows["Exampleshire Police"].hours, rows["Others"].asked) == (None, 1)
    head = signed(User.objects.create_user("head", "Hana Head", roles=["service_manager"]))
    page = head.get("/agencies/figures/information/")
    assert "Mean hours" in body(page)
    lines = head.get("/agencies/figures/information/?format=csv&agency=school").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "agency,asked_from,asked_to,asked,answered,in_time,chased,withdrawn,mean_hours"
    assert lines[1].endswith(",2,2,1,1,0,6.0")
    assert len(lines) == 2
    assert signed(worker).get("/agencies/figures/information/").status_code == 403


REFUGE = AddressFacts(lines=["14 St Mary's Close"], postcode="ZZ99 7QQ", is_confidential=True)


def test_nothing_of_a_confidential_address_leaves_with_a_question_however_it_is_spelt(
    officer: User, worker: User, school: Agency, mailoutbox: list[Any]
) -> None:
    contact = a_contact(officer, address=REFUGE)
    made = asked(
        contact, worker, agency=school, asked_email="hale@mill.example",
        question="Did Sam go to school from 14 St Mary’s Close or from 14 Saint Mary Road?",
        why="They moved to 14 St. Mary's Close (ZZ99-7QQ).",
    )  # fmt: skip
    outbox.drain(timezone.now())
    system = Caller(school)
    shown = body(Client().get(link_in(mailoutbox[0])))
    (listed,) = system.get("information-requests").json()["results"]
    alone = system.get(f"information-requests/{made.code}").json()
    assert listed == alone
    assert alone["question"] == "Did Sam go to school from [confidential address] or from 14 Saint Mary Road?"
    assert alone["why"] == "They moved to [confidential address] ([confidential address])."
    for said in ("[confidential address] or from 14 Saint Mary Road", "moved to [confidential address]"):
        assert said in shown
    answered = system.post(f"information-requests/{made.code}/reply", {"reply": "Yes, from there."}, key="one")
    assert "Close" not in answered.content.decode() + shown
    made.refresh_from_db()
    assert "14 St Mary’s Close" in made.question, "in the house it stays as it was written"


def test_looking_questions_through_costs_the_same_for_one_and_for_many(
    officer: User, worker: User, school: Agency
) -> None:
    system, counts = Caller(school), []
    system.get("information-requests")
    for most in (1, 6):
        while InformationRequest.objects.count() < most:
            asked(a_contact(officer, address=REFUGE), worker, agency=school)
        with CaptureQueriesContext(connection) as queries:
            assert len(system.get("information-requests").json()["results"]) == most
        counts.append(len(queries))
    assert counts[0] == counts[1]
