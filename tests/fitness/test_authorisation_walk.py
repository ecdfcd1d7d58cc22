"""Every address of the URLconf, by every method and every role: what the mark says is what happens."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from contacts.recording import actions as contacts
from frontdoor.access import ROLES, Permission, Role
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.people.protection.actions import set_restriction
from referrals import actions as referrals
from tests.answers import Answer
from tests.fitness.test_rules_of_the_house import LIBRARY, module_of, patterns
from tests.reading import Reader
from tests.referrals.conftest import LATER, NOW, each, some_facts

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "post", "put", "delete", "options", "trace")
#: What no form or link sends: asked as a script asks. A refusal is the same then, and no page is drawn around it.
OF_SCRIPTS = ("head", "put", "delete", "options", "trace")
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
VALUES = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1", "slug": "accept", "path": "nowhere"}
#: What may be shown to anybody, signed in or not, with the reason.
PUBLIC = {"health/live", "health/ready", "thresholds/"}  # the threshold document is for everybody, about nobody


def walk() -> Iterator[tuple[str, Any]]:
    """Each address of ours with something in the place of its parameters, and its view's mark."""
    for route, entry in patterns(get_resolver()):
        if module_of(entry).startswith(LIBRARY) or route.startswith(("accounts/", "gallery/", "api/v1/")):
            continue
        path = "/" + PARAMETER.sub(lambda found: VALUES.get(found[1], "X-00000000"), route)
        yield path, getattr(entry.callback, "permission", None)


@pytest.fixture
def people() -> dict[Role, User]:
    return {
        role: User.objects.create_user(role.value.replace("_", "."), role.value.title(), roles=[role.value])
        for role in Role
    }


def ask(client: Client, method: str, path: str) -> Answer:
    headers = {"HX-Request": "true"} if method in OF_SCRIPTS else {}
    return client.generic(method.upper(), path, headers=headers, HTTP_HOST="testserver")


def test_every_address_by_every_method_and_role(people: dict[Role, User]) -> None:
    """Nobody without the permission gets anything but 403 (or 404 or 405), nobody at all without signing in."""
    client = Client(raise_request_exception=False)
    tried = 0
    for path, _ in walk():
        for method in METHODS:
            answer = ask(client, method, path)
            tried += 1
            if path.lstrip("/") in PUBLIC:
                assert answer.status_code in (200, 405), (path, method)
            else:
                assert answer.status_code in (302, 401, 404, 405), (path, method, answer.status_code)
                if answer.status_code == 302:
                    assert answer["Location"].startswith("/accounts/login/"), (path, method)
    for role, user in people.items():
        signed = Client(raise_request_exception=False)
        signed.force_login(user)
        for path, mark in walk():
            for method in METHODS:
                answer = ask(signed, method, path)
                tried += 1
                assert answer.status_code < 500, (role, path, method, answer.status_code)
                if mark in set(Permission) and Permission(mark) not in ROLES[role]:
                    assert answer.status_code in (403, 404, 405), (role, path, method, answer.status_code)
    assert tried > 5000


def test_a_denied_act_is_kept_as_evidence(people: dict[Role, User], client: Client) -> None:
    client.force_login(people[Role.CONTACT_OFFICER])
    assert client.get("/breaches/").status_code == 403
    entry = Entry.objects.get(event="act.denied")
    assert (entry.actor, entry.detail["permission"]) == (people[Role.CONTACT_OFFICER], "breaches.view")


@pytest.fixture
def child(people: dict[Role, User]) -> Any:
    """A contact, a referral and a person, with the child restricted to the service manager."""
    made = contacts.record_contact(facts=some_facts(), by=people[Role.CONTACT_OFFICER], at=NOW)
    Team.objects.create(code="a", name="A", kind="assessment")
    decided = referrals.decide_contact(
        contact=made, decisions=each(made, "referral"), by=people[Role.DUTY_MANAGER], at=LATER
    )
    return decided.referrals[0]


def addresses(referral: Any) -> list[str]:
    person, contact = referral.child.reference, referral.contact.reference
    return [
        f"/people/{person}/",
        f"/people/{person}/chronology/",
        f"/contacts/{contact}/",
        f"/referrals/{referral.reference}/",
        f"/referrals/{referral.reference}/do/allocate/",
        f"/referrals/{referral.reference}/assessments/start/",
        f"/clocks/{referral.reference}/",
    ]


def test_invisible_and_absent_answer_alike(child: Any, people: dict[Role, User]) -> None:
    """The same status and the same words, whether a record is hidden or was never there."""
    holder, outsider = people[Role.SERVICE_MANAGER], people[Role.TEAM_MANAGER]
    set_restriction(
        person=child.child, holders=[holder], by=people[Role.DATA_PROTECTION_OFFICER], at=NOW, reason="Family of staff."
    )
    client = Client()
    client.force_login(outsider)
    for path in addresses(child):
        hidden = client.get(path)
        reference = re.search(r"/([PCR])-[0-9A-Z]{8}/", path)
        assert reference is not None
        absent = client.get(path.replace(reference[0], f"/{reference[1]}-00000000/"))
        assert hidden.status_code == absent.status_code == 404, path
        assert _plain(hidden) == _plain(absent), path
    mine = Client()
    mine.force_login(holder)
    assert mine.get(addresses(child)[3]).status_code == 200


def _plain(answer: Answer) -> str:
    text = answer.content.decode()
    return re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]+"|content="[^"]{60,}"|hx-headers=.[^>]+|<strong>[0-9A-Z]{10}</strong>',
        "",
        text,
    )


def test_every_page_about_a_person_leaves_one_row(child: Any, people: dict[Role, User]) -> None:
    client = Reader()
    client.force_login(people[Role.TEAM_MANAGER])
    for path in [*addresses(child), "/contacts/queue/", "/referrals/queue/?view=unallocated", "/people/?q=Example"]:
        before = Entry.objects.filter(kind__in=["listed", "opened"]).count()
        answer = client.get(path)
        assert answer.status_code in (200, 302), (path, answer.status_code)
        names = "Sam Example" in answer.content.decode()
        after = Entry.objects.filter(kind__in=["listed", "opened"]).count()
        assert after - before == (1 if names or answer.status_code == 302 else after - before), path
        assert after - before <= 1, path
        if names:
            entry = Entry.objects.filter(kind__in=["listed", "opened"]).latest("id")
            assert child.child.pk in entry.people, path


def test_a_refused_act_has_a_row_of_its_own_after_its_roll_back(child: Any, people: dict[Role, User]) -> None:
    client = Client()
    client.force_login(people[Role.TEAM_MANAGER])
    answer = client.post(
        f"/referrals/{child.reference}/do/close/",
        {"version": child.version, "closure_reason": "RC8", "what_changed": "Safer."},
    )
    assert answer.status_code == 422
    entry = Entry.objects.get(event="act.refused")
    assert (entry.actor, entry.reference, entry.detail["code"]) == (
        people[Role.TEAM_MANAGER], child.reference, "no_assessment",
    )  # fmt: skip
