"""The pages of early help, and the form behind a secure link, which tells nothing."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from assessments.early_help import actions
from assessments.early_help.forms import FamilyMemberForm
from assessments.early_help.models import EarlyHelpAssessment
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.models import Contact
from frontdoor.access import Denied
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.models import Entry
from frontdoor.drafts import actions as drafts
from tests.early_help.conftest import NOW, early_help_facts

pytestmark = pytest.mark.django_db

SENT: dict[str, str] = {
    "child_given_name": "Sam", "child_family_name": "Example", "child_date_of_birth": "2017-03-03",
    "situation": "Sam falls asleep in class.", "lead_name": "Pat Hale", "consent": "given",
    "family-TOTAL_FORMS": "1", "family-0-given_name": "Alex", "family-0-relationship": "mother",
    "plan-TOTAL_FORMS": "1", "plan-0-what": "Breakfast club", "team-TOTAL_FORMS": "1",
    "finding_learning": "Behind in reading.", "level_of_need": "2",
}  # fmt: skip


@pytest.fixture
def link(officer: User, school: Agency) -> tuple[SecureLink, str]:
    found, token = links.issue(
        purpose="early_help", given_to="Pat Hale, Mill School", agency=school, by=officer, at=timezone.now()
    )
    return found, f"/partner/early-help/{token}/"


@pytest.fixture
def desk(worker: User) -> Client:
    client = Client()
    client.force_login(worker)
    return client


def test_a_partners_form_is_kept_as_typed_and_sent_once(link: tuple[SecureLink, str], client: Client) -> None:
    found, path = link
    assert client.get(path).status_code == 200
    kept = client.post(path, {**SENT, "child_date_of_birth": "not a date", "consent": "", "save": "1"})
    assert kept.status_code == 200
    assert "There is a problem" not in kept.content.decode()
    again = Client().get(path).content.decode()
    assert 'value="not a date"' in again, "kept as typed, on any device"
    assert "Breakfast club" in again
    wrong = client.post(path, {**SENT, "child_given_name": "", "child_family_name": ""})
    assert wrong.status_code == 422
    assert 'href="#id_child_given_name"' in wrong.content.decode()
    done = client.post(path, SENT, follow=True)
    made = EarlyHelpAssessment.objects.get()
    assert made.reference in done.content.decode()
    assert (made.status, made.how, made.agency, made.child.name) == ("active", "form", found.agency, "Sam Example")
    assert [row.what for row in made.actions.all()] == ["Breakfast club"]
    assert made.people.get(is_child=False).relationship == "mother"
    twice = client.post(path, SENT, follow=True)
    assert made.reference in twice.content.decode()
    assert EarlyHelpAssessment.objects.count() == 1
    found.refresh_from_db()
    assert bytes(found.body) == b"", "what was typed stands in the record alone"


def test_rows_are_added_and_removed_without_a_script(link: tuple[SecureLink, str], client: Client) -> None:
    _, path = link
    more = client.post(path, {**SENT, "add_member": "1"}).content.decode()
    assert 'name="family-1-given_name"' in more
    fewer = client.post(path, {**SENT, "remove_action": "0"}).content.decode()
    assert "Breakfast club" not in fewer
    assert not EarlyHelpAssessment.objects.exists()


def test_a_link_that_is_wrong_over_taken_back_or_for_something_else_is_the_same_404(
    link: tuple[SecureLink, str], client: Client, officer: User
) -> None:
    found, path = link
    plain = [client.get("/partner/early-help/guessed/"), client.get(path[:-2] + "/")]
    _, token = links.issue(purpose="information", given_to="X", by=officer, at=timezone.now())
    plain.append(client.get(f"/partner/early-help/{token}/"))
    SecureLink.objects.filter(pk=found.pk).update(
        issued_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1)
    )
    plain.append(client.get(path))
    SecureLink.objects.filter(pk=found.pk).update(expires_at=timezone.now() + timedelta(days=1))
    assert client.get(path).status_code == 200
    links.revoke(link=found, by=officer, at=timezone.now())
    plain += [client.get(path), client.post(path, SENT)]
    texts = {re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in plain}
    assert {answer.status_code for answer in plain} == {404}
    assert len(texts) == 1
    assert not EarlyHelpAssessment.objects.exists()


def test_too_many_tries_are_stopped(link: tuple[SecureLink, str], client: Client, settings: Any) -> None:
    settings.LINK_TRIES_PER_MINUTE = 3
    answers = [client.get(link[1]).status_code for _ in range(8)]  # a minute may turn while they run
    assert 429 in answers


def test_guessing_links_shuts_no_partner_out_not_even_behind_the_same_address(
    link: tuple[SecureLink, str], client: Client, settings: Any
) -> None:
    settings.LINK_TRIES_PER_MINUTE = 3
    answers = [client.get(f"/partner/early-help/guess-{number}/").status_code for number in range(8)]
    assert 429 in answers
    assert client.get(link[1]).status_code == 200


def test_the_secret_is_kept_as_a_hash_and_stands_in_no_log_and_no_evidence(
    link: tuple[SecureLink, str], client: Client
) -> None:
    found, path = link
    token = path.split("/")[-2]
    assert token not in str(SecureLink.objects.values().get(pk=found.pk))
    client.post(path, {**SENT, "situation": "x" * 600_000})
    assert Entry.objects.filter(event="act.refused").exists()
    assert not Entry.objects.filter(path__contains=token).exists()


def test_the_form_behind_the_link_tells_nothing_of_what_we_know(
    link: tuple[SecureLink, str], client: Client, officer: User
) -> None:
    """The same answers whether the child is known or not."""
    before = client.get(link[1]).content
    actions.record(facts=early_help_facts(), by=officer, at=NOW, how="staff")
    after = client.get(link[1]).content
    hide = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|last used[^<]+')
    assert hide.sub(b"", before) == hide.sub(b"", after)


def test_only_who_may_invite_gives_links_out(db: None) -> None:
    reader = User.objects.create_user("quality.officer", "Quin Reader", roles=["quality_officer"])
    with pytest.raises(Denied):
        links.issue(purpose="early_help", given_to="X", by=reader, at=NOW)


def test_staff_record_find_and_step_up(desk: Client, officer: User) -> None:
    start = desk.get("/early-help/new/", follow=True)
    path = start.redirect_chain[-1][0]
    done = desk.post(path, SENT, follow=True)
    made = EarlyHelpAssessment.objects.get()
    assert made.reference in done.content.decode()
    assert desk.post(path, SENT)["Location"] == f"/early-help/{made.reference}/", "pressed twice"
    listed = desk.get("/early-help/?view=open&level=2").content.decode()
    assert "Sam Example" in listed
    assert "Sam Example" not in desk.get("/early-help/?view=open&level=3").content.decode()
    form = desk.get(f"/early-help/{made.reference}/do/step-up/")
    assert form.status_code == 200
    wrong = desk.post(f"/early-help/{made.reference}/do/step-up/", {"version": made.version})
    assert wrong.status_code == 422
    moved = desk.post(
        f"/early-help/{made.reference}/do/step-up/",
        {"version": made.version, "reason": "Bruises.", "grade": "amber"}, follow=True,
    )  # fmt: skip
    contact = Contact.objects.get()
    text = moved.content.decode()
    assert contact.reference in text
    assert f'href="/early-help/{made.reference}/"' in text, "the contact leads back"
    assert contact.reference in desk.get(f"/early-help/{made.reference}/").content.decode()


@pytest.mark.parametrize("name", ["close", "return", "lead", "review"])
def test_each_act_has_a_page(desk: Client, officer: User, name: str) -> None:
    made = actions.record(facts=early_help_facts(), by=officer, at=NOW, how="staff")
    path = f"/early-help/{made.reference}/do/{name}/"
    assert desk.get(path).status_code == 200
    assert desk.post(path, {"version": "1"}).status_code == 422
    given = {
        "version": str(EarlyHelpAssessment.objects.get().version), "reason": "Done well.", "ending": "outcomes_met",
        "name": "Hari Visitor", "held_on": "2026-11-23", "summary": "Better.", "outcome": "continue",
    }  # fmt: skip
    assert desk.post(path, given).status_code == 302, name


def test_the_record_is_written_again_and_its_plan_grows(desk: Client, officer: User) -> None:
    made = actions.record(facts=early_help_facts(), by=officer, at=NOW, how="staff")
    here = f"/early-help/{made.reference}/"
    assert "Sam" in desk.get(f"{here}write/").content.decode()
    given = {**SENT, "version": str(EarlyHelpAssessment.objects.get().version), "situation": "Much better now."}
    assert desk.post(f"{here}write/", given).status_code == 302
    assert EarlyHelpAssessment.objects.get().text.situation == "Much better now."
    assert desk.post(f"{here}add/plan/", {"what": ""}).status_code == 422
    assert desk.post(f"{here}add/plan/", {"what": "Bedtime help"}).status_code == 302
    assert desk.post(f"{here}add/team/", {"name": "Nina Nurse"}).status_code == 302
    action = EarlyHelpAssessment.objects.get().actions.get(what="Bedtime help")
    assert desk.post(f"{here}plan/{action.pk}/end/").status_code == 302
    assert "Bedtime help" in desk.get(here).content.decode()


def test_a_list_of_many_asks_as_few_questions(desk: Client, officer: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        actions.record(facts=early_help_facts(), by=officer, at=NOW, how="staff")
    desk.get("/early-help/")
    with django_assert_max_num_queries(25):
        desk.get("/early-help/")


def test_links_are_made_shown_once_and_taken_back(desk: Client, client: Client, school: Agency) -> None:
    page = desk.post("/early-help/links/", {"agency": school.pk, "given_to": "Pat Hale", "days": "7"})
    address = re.search(r"/partner/early-help/[^/\"<]+/", page.content.decode())
    assert address is not None
    assert client.get(address[0]).status_code == 200
    assert address[0] not in desk.get("/early-help/links/").content.decode()
    desk.post(f"/early-help/links/{SecureLink.objects.get().pk}/take-back/")
    assert client.get(address[0]).status_code == 404


def on_another_device(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_what_was_typed_is_there_after_a_refusal_and_somebody_elses_change(
    desk: Client, worker: User, officer: User
) -> None:
    made = actions.record(facts=early_help_facts(), by=officer, at=NOW, how="staff")
    version = EarlyHelpAssessment.objects.get().version
    here = f"/early-help/{made.reference}/"
    typed = "Sam sleeps — “at last”, says his gran. زينب"
    assert desk.post(f"{here}do/close/", {"version": version, "ending": "", "reason": typed}).status_code == 422
    assert typed in on_another_device(worker).get(f"{here}do/close/").content.decode()
    # The whole assessment and its rows, written again.
    rows = {"family-TOTAL_FORMS": "1", "family-0-given_name": "Alex", "family-0-relationship": "mother"}
    given = {**SENT, **rows, "version": str(version), "situation": typed, "family-0-telephone": "01632 960 000"}
    actions.change_lead(
        assessment=made, lead=early_help_facts().lead, reason="She has moved on.", by=officer, at=NOW, version=version
    )
    stale = desk.post(f"{here}write/", given)
    assert stale.status_code == 409
    assert "changed this record while you had it open" in stale.content.decode()
    again = on_another_device(worker).get(f"{here}write/")
    assert again.status_code == 200
    assert typed in again.content.decode()
    assert "01632 960 000" in again.content.decode()
    assert "There is a problem" not in again.content.decode()
    now = EarlyHelpAssessment.objects.get().version
    assert f'name="version" value="{now}"' in again.content.decode()
    assert desk.post(f"{here}write/", {**given, "version": str(now)}).status_code == 302
    assert "what you typed is here" not in on_another_device(worker).get(f"{here}write/").content.decode()


def test_the_two_small_forms_of_its_page_are_kept_each_by_itself(desk: Client, worker: User, officer: User) -> None:
    made = actions.record(facts=early_help_facts(), by=officer, at=NOW, how="staff")
    here = f"/early-help/{made.reference}/"
    assert desk.post(f"{here}add/plan/", {"what": "x" * 1001, "who": "Gran, on Tuesdays"}).status_code == 422
    assert desk.post(f"{here}add/team/", {"name": "", "role": "School nurse"}).status_code == 422
    again = on_another_device(worker).get(here).content.decode()
    assert "Gran, on Tuesdays" in again
    assert 'value="School nurse"' in again
    assert "There is a problem" not in again


def test_a_new_assessment_that_is_not_in_order_is_kept_and_its_page_goes_on_from_it(desk: Client, worker: User) -> None:
    path = desk.get("/early-help/new/")["Location"]
    wrong = desk.post(path, {**SENT, "child_date_of_birth": "not a date"})
    assert wrong.status_code == 422
    version = drafts.version(by=worker, draft_id=UUID(path.split("/")[-2]))
    assert f'data-draft-version="{version}"' in wrong.content.decode()
    another = Client()
    another.force_login(worker)
    text = another.get(path).content.decode()
    assert 'value="not a date"' in text
    assert f'data-draft-version="{version}"' in text
    # A row more is kept as a row more.
    assert desk.post(path, {**SENT, "add_member": "1"}).status_code == 200
    assert 'name="family-1-given_name"' in another.get(path).content.decode()
    assert desk.post(path, SENT).status_code == 302
    assert desk.post(path, {**SENT, "child_date_of_birth": "not a date"}).status_code == 302, "recorded already"


def test_a_person_over_18_entered_as_the_child_is_asked_about(link: tuple[SecureLink, str], client: Client) -> None:
    _, path = link
    assert "This person is 18 or over" not in client.get(path).content.decode()
    sent = {**SENT, "child_date_of_birth": "1990-03-03"}
    asked = client.post(path, sent)
    assert asked.status_code == 422
    assert 'href="#id_child_stands_as"' in asked.content.decode()
    assert not EarlyHelpAssessment.objects.exists()
    done = client.post(path, {**sent, "child_stands_as": "child"}, follow=True)
    assert done.status_code == 200
    assert EarlyHelpAssessment.objects.exists()


def test_a_person_over_18_entered_as_another_child_of_the_family_is_asked_about(
    link: tuple[SecureLink, str], client: Client
) -> None:
    _, path = link
    asks = "Is this person, who is 18 or over, a child of the family?"
    assert asks not in client.get(path).content.decode()
    member = {"family-1-given_name": "Billie", "family-1-date_of_birth": "1990-03-03", "family-1-is_child": "on"}
    sent = {**SENT, **member, "family-TOTAL_FORMS": "2"}
    answer = client.post(path, sent)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert text.count(asks) == 1, "of the row it is about, and of no other"
    assert 'href="#id_family-1-stands_as"' in text
    assert "years old: say whether this person is a child, or correct the date" in text
    assert not EarlyHelpAssessment.objects.exists()
    assert client.post(path, {**sent, "family-1-stands_as": "adult"}, follow=True).status_code == 200
    kept = EarlyHelpAssessment.objects.get().people.get(given_name="Billie")
    assert (kept.is_child, kept.role, kept.age_question) == (False, "carer", "")


def test_a_member_of_the_family_said_to_be_a_child_stays_one_and_the_others_are_not_asked_about(
    desk: Client,
) -> None:
    member = {
        "family-0-date_of_birth": "1985-01-01",
        "family-1-given_name": "Billie", "family-1-date_of_birth": "1990-03-03", "family-1-is_child": "on",
        "family-2-given_name": "Robin", "family-2-date_of_birth": "2015-03-03", "family-2-is_child": "on",
        "family-1-stands_as": "child", "family-TOTAL_FORMS": "3",
    }  # fmt: skip
    path = desk.get("/early-help/new/")["Location"]
    answer = desk.post(path, {**SENT, **member}, follow=True)
    assert answer.status_code == 200
    found = EarlyHelpAssessment.objects.get()
    kept = {row.given_name: (row.is_child, bool(row.age_question)) for row in found.people.filter(position__gt=1)}
    assert kept == {"Alex": (False, False), "Billie": (True, True), "Robin": (True, False)}
    # Corrected to a day that makes nobody grown up, an answer given before it says nothing.
    corrected = {"given_name": "Billie", "date_of_birth_0": "2015-03-03", "is_child": "on", "stands_as": "adult"}
    row = FamilyMemberForm(corrected)
    assert row.is_valid()
    assert row.cleaned_data["is_child"] is True


def test_a_person_over_18_that_a_system_sends_as_the_child_is_asked_about_on_its_page(
    desk: Client, school: Agency
) -> None:
    facts = early_help_facts()
    facts.child.date_of_birth = date(1990, 3, 3)
    found = actions.record(facts=facts, by=None, agency=school, at=NOW, how="api")
    told = "36 years old: is this person the child this assessment is about?"
    assert told in desk.get(f"/early-help/{found.reference}/").content.decode()
    other = actions.record(facts=early_help_facts(), by=None, agency=school, at=NOW, how="api")
    assert "years old: is this" not in desk.get(f"/early-help/{other.reference}/").content.decode()
