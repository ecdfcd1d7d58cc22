"""A web form for a contact: sent to one professional, written behind its link, taken in by the API's road, once."""

import copy
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from contacts import fields
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.webforms import actions
from contacts.agencies.webforms.models import WebForm
from contacts.models import Contact
from contacts.screening.actions import acknowledge
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.api.webform.actions import take_behind_link
from frontdoor.audit.models import Entry
from frontdoor.notifications import outbox
from tests.api.conftest import POLICE_BODY, Caller
from tests.factories import AgencyFactory
from tests.referrals.conftest import manager, officer, team, worker

__all__ = ["manager", "officer", "team", "worker"]
pytestmark = pytest.mark.django_db

SENT: dict[str, str] = {
    "child_protection": "no", "kind": "contact", "concerns": "Sam is tired and hungry.",
    "referrer_phone": "01632 960001",
    "children-TOTAL_FORMS": "2", "children-0-given_name": "Sam", "children-0-family_name": "Example",
    "children-0-role": "subject", "children-1-described": "girl with a red coat", "children-1-about_age": "about 4",
    "children-1-role": "sibling", "adults-TOTAL_FORMS": "1", "adults-0-given_name": "Alex",
    "adults-0-relationship": "mother", "adults-0-role": "carer", "family_told_status": "no",
    "family_told_reason": "It would raise the risk", "consent_status": "not_sought",
}  # fmt: skip


@pytest.fixture
def school(db: None) -> Agency:
    return AgencyFactory.create(code="school")


def path_in(message: Any) -> str:
    """The path of the link in a message."""
    found = re.search(r"/partner/contact/\S+/", str(message.body))
    assert found is not None
    return found.group()


@pytest.fixture
def path(school: Agency, officer: User, mailoutbox: list[Any]) -> str:
    """Where a head teacher writes, as the message says."""
    actions.send(
        agency=school, name="Hattie Headley", role="Head teacher", email="head@mill.example", by=officer,
        at=timezone.now(),
    )  # fmt: skip
    outbox.drain(timezone.now())
    (message,) = mailoutbox
    assert message.to == ["head@mill.example"]
    return path_in(message)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_web_form_is_sent_written_once_and_stands_on_the_queue(
    school: Agency, officer: User, worker: User, client: Client, mailoutbox: list[Any]
) -> None:
    desk = Client()
    desk.force_login(officer)
    typed = {"agency": school.pk, "name": "Hattie Headley", "role": "Head teacher", "email": "head@mill.example"}
    assert desk.post("/web-forms/send/", typed).status_code == 302
    assert "On its way" in text_of(desk.get("/web-forms/"))
    outbox.drain(timezone.now())
    path = path_in(mailoutbox[-1])
    partner = Client()
    opened = partner.get(path)
    assert (opened.status_code, opened["Cache-Control"]) == (200, "no-store")
    assert "Opened" in text_of(desk.get("/web-forms/"))
    wrong = partner.post(path, {**SENT, "concerns": "", "child_protection": ""})
    assert wrong.status_code == 422
    assert 'href="#id_concerns"' in wrong.content.decode()
    assert 'value="01632 960001"' in Client().get(path).content.decode(), "kept as typed, on any device"
    done = partner.post(path, SENT, follow=True)
    contact = Contact.objects.get()
    assert contact.reference in text_of(done)
    again = partner.post(path, {**SENT, "concerns": "Something else."})
    assert "Already received" in text_of(again)
    assert contact.reference in text_of(again)
    assert contact.reference in text_of(partner.get(path)), "loaded again"
    assert Contact.objects.count() == 1
    assert (contact.agency, contact.how, contact.referrer_name, contact.is_professional) == (
        school, "web_form", "Hattie Headley", True,
    )  # fmt: skip
    assert (contact.referrer_role, contact.referrer_email) == ("Head teacher", "head@mill.example")
    first, second, mother = contact.people.order_by("position")
    assert (first.name, second.name, second.role, mother.relationship) == (
        "Sam Example",
        "Unknown",
        "sibling",
        "mother",
    )
    assert second.dob_is_estimated
    assert contact.text.concerns == "Sam is tired and hungry.\n\nChild 2, name not known: girl with a red coat"
    family = contact.families.get()
    assert (family.told, family.told_reason, family.agreement) == ("no", "It would raise the risk", "not_sought")
    assert bytes(SecureLink.objects.get().body) == b"", "what was typed stands in the record alone"
    outbox.drain(timezone.now())
    assert mailoutbox[-1].subject == f"Your web form: {contact.reference}"
    acknowledge(contact=contact, by=worker, at=timezone.now())
    outbox.drain(timezone.now())
    assert mailoutbox[-1].subject == f"Received: {contact.reference}"
    for message in mailoutbox:
        for word in ("hungry", "tired", "red coat", "mother"):
            assert word not in message.subject + message.body
    client.force_login(worker)
    assert "Mill School, Head teacher, by web form" in text_of(client.get("/contacts/queue/"))
    shown = text_of(client.get(f"/contacts/{contact.reference}/"))
    assert "Hattie Headley" in shown
    assert f"Web form sent by</dt> <dd>{officer.name}" in shown
    listed = text_of(desk.get("/web-forms/"))
    assert "Used" in listed
    assert contact.reference not in listed, "whoever may not see the contact learns nothing of it"


def test_the_page_asks_every_fact_the_api_takes(path: str, client: Client) -> None:
    page = client.get(path).content.decode()
    objects = {
        "contact": "", "child": "children-0-", "adult": "adults-0-", "address": "address_", "consent": "consent_",
        "family_told": "family_told_", "risk": "risk_", "dash": "dash_", "incident": "incident_",
        "child_location": "child_location_", "referrer": "referrer_",
    }  # fmt: skip
    asked = {
        prefix + outside for where, prefix in objects.items() for outside in fields.asked("api", where)
    } - {"referrer_name", "referrer_role", "referrer_email", "referrer_is_professional"}  # fmt: skip
    raw = re.findall(r' name="([^"]+)"', page)
    names = {*raw, *(re.sub(r"_(?:day|month|year|time)$", "", name) for name in raw)}
    assert sorted(asked - names) == []
    ids = re.findall(r' id="(id_[^"]+)"', page)
    assert sorted({each for each in ids if ids.count(each) > 1}) == [], "each is asked once"
    assert names >= {"kind", "level_of_need", "children-0-address_lines", "adults-0-address_postcode"}


def test_what_is_written_becomes_what_the_api_would_have_made_of_it(
    officer: User, client: Client, mailoutbox: list[Any]
) -> None:
    police = AgencyFactory.create(code="police")
    body = copy.deepcopy(POLICE_BODY)
    assert Caller(police).post("contacts", body).status_code == 201
    actions.send(
        agency=police, name=body["referrer"]["name"], role="Constable", email="pc1234@police.example", by=officer,
        at=timezone.now(),
    )  # fmt: skip
    outbox.drain(timezone.now())
    child, adult = body["children"][0], body["adults"][0]
    typed = {
        "child_protection": "no", "kind": body["kind"], "agency_reference": body["agency_reference"],
        "occurred_at": "2026-01-21T22:40", "concerns": body["concerns"], "level_of_need": "3",
        "risk_grade": "amber", "risk_reasons": "domestic_abuse\nchild_present", "dash_grade": "medium",
        "dash_ticks": "9", "consent_status": "not_sought",
        "consent_reason": "would increase risk", "family_told_status": "no",
        "family_told_reason": "would increase risk", "referrer_phone": "01632 960001",
        "address_lines": "1 Example Street\nExampleton", "address_postcode": "KX1 1AA",
        "child_location_now": "at school", "child_location_safe_until": "2026-11-22T15:15",
        "children-TOTAL_FORMS": "1", "adults-TOTAL_FORMS": "1",
        **{f"children-0-{name}": child[name] for name in ("given_name", "family_name", "date_of_birth", "sex",
                                                          "ethnicity", "account", "role")},
        "adults-0-given_name": adult["given_name"], "adults-0-family_name": adult["family_name"],
        "adults-0-relationship": "mother", "adults-0-parental_responsibility": "yes",
        "adults-0-lives_with_children": "yes", "adults-0-role": "victim",
    }  # fmt: skip
    answer = client.post(path_in(mailoutbox[-1]), typed)
    assert answer.status_code == 302, re.findall(r"error-summary.*?</ul>", text_of(answer))
    one, two = Contact.objects.order_by("pk")
    differs = {"id", "reference", "recorded_at", "received_at", "rank_at", "how", "bundle_id", "version"}

    def told(contact: Contact) -> list[dict[str, Any]]:
        rows: list[Any] = [contact, contact.text, *contact.people.order_by("position"), *contact.families.all()]
        skip = differs | {"contact_id"}
        return [{k: v for k, v in vars(row).items() if k not in skip and not k.startswith("_")} for row in rows]

    assert told(one) == told(two)


def test_child_protection_goes_to_the_fast_track_as_from_the_api(path: str, client: Client) -> None:
    client.post(path, {**SENT, "child_protection": "yes"})
    contact = Contact.objects.get()
    assert contact.is_fast_track
    assert contact.child_protection_marked


def test_what_is_too_long_or_wrong_is_named_and_nothing_typed_is_lost(path: str, client: Client) -> None:
    long = client.post(path, {**SENT, "children-0-known_as": "x" * 101, "address_lines": f"{'y' * 101}\nTown"})
    assert long.status_code == 422
    assert "“Also known as” must be 100 characters or fewer" in text_of(long)
    assert "x" * 101 in text_of(long)
    by_the_api = client.post(path, {**SENT, "address_lines": f"{'y' * 101}\nTown", "risk_reasons": "z" * 61})
    assert by_the_api.status_code == 422
    assert 'href="#id_address_lines"' in by_the_api.content.decode()
    assert "“Reasons for the grade”: At most 60 characters." in text_of(by_the_api)
    nobody = client.post(
        path, {**SENT, "children-0-given_name": "", "children-0-family_name": "", "children-TOTAL_FORMS": "1"}
    )
    assert 'href="#id_children-0-given_name"' in nobody.content.decode()
    assert 'href="#id_concerns"' not in nobody.content.decode()
    at_once = client.post(path, {"children-TOTAL_FORMS": "1", "adults-TOTAL_FORMS": "1"}).content.decode()
    for field in ("child_protection", "kind", "concerns", "children-0-given_name"):
        assert f'href="#id_{field}' in at_once, "all is said at once"
    none = client.post(path, {**SENT, "children-TOTAL_FORMS": "0"})
    assert "Enter the child’s name, or describe the child" in text_of(none)
    huge = client.post(path, {**SENT, "concerns": "x" * 600_000, "save": "1"})
    assert "too long to be kept" in text_of(huge)
    assert huge.status_code == 422
    broken = client.post(path, {**SENT, "children-TOTAL_FORMS": "many", "occurred_at": "soon", "dash_ticks": "99"})
    assert broken.status_code == 422
    more = client.post(path, {**SENT, "add_child": "1"}).content.decode()
    assert 'name="children-2-given_name"' in more
    assert "There is a problem" not in more
    fewer = client.post(path, {**SENT, "remove_child": "0"}).content.decode()
    assert 'value="girl with a red coat"' in fewer
    assert 'value="Sam"' not in fewer
    saved = client.post(path, {**SENT, "kind": "", "save": "1"})
    assert "Nothing has been sent yet" in text_of(saved)
    assert not Contact.objects.exists()


def test_a_link_that_is_guessed_over_or_withdrawn_is_the_same_page(
    path: str, client: Client, officer: User, school: Agency
) -> None:
    web_form = WebForm.objects.get()
    plain = [client.get("/partner/contact/guessed/"), client.get(path.replace("contact", "early-help"))]
    SecureLink.objects.update(
        issued_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(hours=1)
    )
    plain.append(client.post(path, SENT))
    SecureLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
    Agency.objects.update(is_active=False)
    plain.append(client.get(path))
    Agency.objects.update(is_active=True)
    assert client.get(path).status_code == 200
    desk = Client()
    desk.force_login(officer)
    desk.post(f"/web-forms/{web_form.pk}/withdraw/")
    plain += [client.get(path), client.post(path, SENT)]
    assert {answer.status_code for answer in plain} == {404}
    assert len({re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in plain}) == 1
    assert "Withdrawn" in text_of(desk.get("/web-forms/"))
    assert not Contact.objects.exists()
    events = list(Entry.objects.filter(event__startswith="link.web_form").order_by("pk").values_list("event", "actor"))
    assert events == [("link.web_form_sent", officer.pk), ("link.web_form_withdrawn", officer.pk)]


def test_a_form_goes_to_one_named_persons_work_address_and_one_at_a_time(
    school: Agency, officer: User, performance: User, mailoutbox: list[Any]
) -> None:
    now = timezone.now()
    given: dict[str, Any] = {"agency": school, "name": "Pat Hale", "role": "Nurse", "email": "pat@mill.example"}
    for field, wrong in (("name", " "), ("role", ""), ("email", "pat"), ("email", "pat.hale@Gmail.com")):
        with pytest.raises(Refused) as refused:
            actions.send(**{**given, field: wrong}, by=officer, at=now)
        assert refused.value.field == field
    with pytest.raises(Denied):
        actions.send(**given, by=performance, at=now)
    made = actions.send(**given, by=officer, at=now)
    assert made.expires_at - made.sent_at == timedelta(hours=24), "as the rule in force says"
    with pytest.raises(Refused, match="stands until"):
        actions.send(**{**given, "email": "Pat@mill.example"}, by=officer, at=now)
    actions.withdraw(web_form=made, by=officer, at=now)
    outbox.drain(now)
    assert mailoutbox == [], "withdrawn before it left"
    assert actions.send(**given, by=officer, at=now).pk != made.pk


@pytest.fixture
def performance(db: None) -> User:
    return User.objects.create_user("perry", "Perry Figures", roles=["performance_officer"])


def test_a_link_is_used_once_whoever_asks(path: str) -> None:
    link, web_form = SecureLink.objects.get(), WebForm.objects.get()
    body = {
        "kind": "contact",
        "concerns": "Tired.",
        "referrer": {"name": "Hattie"},
        "children": [{"given_name": "Kit"}],
    }
    first = take_behind_link(link=link, key=web_form.pk, body=body, at=timezone.now())
    with pytest.raises(Refused) as refused:
        take_behind_link(link=link, key=web_form.pk, body=json.loads(json.dumps(body)), at=timezone.now())
    assert refused.value.code == "submitted"
    assert [first] == list(Contact.objects.values_list("reference", flat=True))
    with pytest.raises(Refused, match="sent already"):
        actions.withdraw(web_form=web_form, by=web_form.sent_by, at=timezone.now())


def test_what_ended_unused_is_forgotten(path: str, client: Client) -> None:
    client.post(path, {**SENT, "save": "1"})
    form = WebForm.objects.get()
    assert links.forget_typed(timezone.now()) == 0
    assert links.forget_typed(form.expires_at + timedelta(minutes=1)) == 1
    assert bytes(SecureLink.objects.get().body) == b""
    assert actions.forget_ended(form.expires_at + timedelta(days=27)) == 0
    assert actions.forget_ended(form.expires_at + timedelta(days=29)) == 1
    assert not WebForm.objects.exclude(name="", role="", email="").exists()
    assert "Hattie" not in SecureLink.objects.get().given_to
