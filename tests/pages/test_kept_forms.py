"""What is typed into a form of a record, of deadlines, of staff or of the offices is kept when it is refused."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from frontdoor.accounts.models import Agency, Team, User
from frontdoor.clocks import actions as clocks
from frontdoor.drafts.models import Draft
from frontdoor.exchange.models import PaperFile
from frontdoor.people import actions
from frontdoor.people.models import Person

SignIn = Callable[..., User]
TYPED = "“Half a thought” — naïve <b>&amp; زينب"


def another_device(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.mark.parametrize(
    ("role", "path", "sent"),
    [
        ("social_worker", "/people/{person}/change/", {"version": "1", "died_on": "x", "communication_needs": TYPED}),
        ("social_worker", "/people/{person}/names/add/", {"given": TYPED}),
        ("social_worker", "/people/{person}/identifiers/add/", {"kind": "nhs", "value": "", "source": TYPED}),
        ("social_worker", "/people/{person}/addresses/add/", {"lines": TYPED, "kind": ""}),
        ("social_worker", "/people/{person}/telephones/add/", {"number": "", "safe_time": TYPED}),
        ("social_worker", "/people/{person}/warnings/add/", {"text": TYPED}),
        ("social_worker", "/people/{person}/relationships/add/", {"other": "P-00000000", "kind": "mother"}),
        ("social_worker", "/people/{person}/conflict/", {"username": "nobody.here"}),
        ("service_manager", "/people/{person}/restrict/", {"holders": "nobody.here", "reason": TYPED}),
        ("service_manager", "/people/{person}/retention/", {"reason": TYPED}),
        ("edt_worker", "/people/break-glass/", {"query": "P-00000000", "reason": TYPED}),
        ("social_worker", "/breaches/{clock}/reason/", {"code": "other", "text": ""}),
        ("administrator", "/staff/add/", {"name": TYPED}),
        ("administrator", "/staff/{member}/change/", {"name": TYPED, "email": "nowhere"}),
        ("administrator", "/staff/teams/", {"name": TYPED}),
        ("administrator", "/agencies/school/webhooks/", {"url": "http://nowhere"}),
        ("duty_manager", "/paper/{paper}/", {"reference": "P-00000000"}),
    ],
)
def test_a_refused_form_is_there_on_another_device(
    client: Client, sign_in: SignIn, child: Person, manager: User, role: str, path: str, sent: dict[str, str]
) -> None:
    Team.objects.create(code="duty", name="Duty team", kind="duty")
    Agency.objects.create(code="school", name="Mill School", kind="school")
    clock = clocks.start("allocation", reference=child.reference, started_at=timezone.now(), by=manager)
    assert clock is not None
    paper = PaperFile.objects.create(file_no="PF/1", surname="Smith", location="Off-site store")
    address = path.format(person=child.reference, clock=clock.pk, member=manager.pk, paper=paper.pk)
    user = sign_in(role)
    assert client.get(address).status_code == 200
    answer = client.post(address, sent)
    assert answer.status_code == 422, words(answer)[:2000]
    again = another_device(user).get(address)
    assert again.status_code == 200
    shown = words(again)
    assert "what you typed is here" in shown
    assert "There is a problem" not in shown
    last = list(sent.values())[-1]
    assert last in shown
    # It is on the list of one's own, and nobody else's page shows it.
    assert f'href="{address}"' in words(another_device(user).get("/drafts/"))
    other = sign_in(role, username="else")
    assert "what you typed is here" not in words(another_device(other).get(address))


def test_the_reason_for_opening_a_record_is_kept_on_the_page_that_asks(
    client: Client, sign_in: SignIn, child: Person
) -> None:
    user = sign_in("quality_officer")
    assert "Before you open this record" in words(Client.get(client, f"/people/{child.reference}/"))
    assert client.post(f"/people/{child.reference}/why/", {"reason": "Audit"}).status_code == 422
    for page in ("", "chronology/", "documents/"):
        assert 'value="Audit"' in words(another_device(user).get(f"/people/{child.reference}/{page}"))
    answer = client.post(f"/people/{child.reference}/why/", {"reason": "Audit of practice, November"})
    assert answer["Location"] == f"/people/{child.reference}/"
    assert not Draft.objects.open().exists()


def test_somebody_else_was_first_and_key_facts_come_back_filled(
    client: Client, sign_in: SignIn, child: Person, manager: User
) -> None:
    user = sign_in("social_worker")
    address = f"/people/{child.reference}/change/"
    sent = {"version": child.version, "date_of_birth": "2015-02-03", "dob_precision": "exact", "ethnicity": "WBRI",
            "disabilities": ["NONE"], "interpreter_needed": "no", "communication_needs": TYPED}  # fmt: skip
    actions.amend_person(
        person=child, by=manager, at=timezone.now(), version=child.version, reason="", school="Mill School"
    )
    stale = client.post(address, sent)
    assert stale.status_code == 409
    assert "changed this record while you had it open" in words(stale)
    assert TYPED in words(stale)
    child.refresh_from_db()
    again = words(another_device(user).get(address))
    assert TYPED in again
    assert f'name="version" value="{child.version}"' in again
    assert client.post(address, {**sent, "version": child.version}).status_code == 302
    assert Person.objects.get(pk=child.pk).communication_needs == TYPED
    assert not Draft.objects.open().exists()
