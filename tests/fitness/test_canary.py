"""Canaries: a name, words searched for, passwords, codes and the secrets of links stand in no line of any log.

Every page of the product is asked for, and sent what nobody may find in a log, with the loggers as a production has
them and the level a council may set while it looks for a fault.
"""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as conf
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from contacts.agencies.links import actions as links
from contacts.facts import PersonFacts
from contacts.recording.actions import record_contact
from frontdoor.access import Role
from frontdoor.accounts.models import AccountChange, ApiToken, User
from frontdoor.notifications import outbox
from frontdoor.people.actions import GivenName, create_person
from referrals import actions as referrals
from tests.contacts.conftest import some_facts
from tests.factories import AgencyFactory
from tests.fitness.test_authorisation_walk import PARAMETER, VALUES
from tests.fitness.test_rules_of_the_house import patterns
from tests.referrals.conftest import LATER, each

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
NAME, FAMILY, WORDS = "Quorlinda", "Vexworthy", "zanzibarred"
PASSWORD, TYPED, CODE = "canary-canary-canary", "mistyped-canary-word", "zyxw-vuts"
#: What is sent to every page, in its address and in its body: fields that most forms have, and what people type there.
SENT = {
    "q": f"{NAME} {FAMILY}", "query": FAMILY, "name": NAME, "given_name": NAME, "family_name": FAMILY, "reason": WORDS,
    "text": WORDS, "concerns": WORDS, "login": TYPED, "password": PASSWORD, "code": CODE, "email": f"{NAME}@x.example",
    "oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD, "nhs": "9990000018", "born": "2016-05-04",
}  # fmt: skip
NEVER = [NAME, FAMILY, WORDS, PASSWORD, TYPED, CODE, "9990000018"]


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the production's handler writes, with the root logger at the level of somebody who looks for a fault."""
    formatters: Any = conf.LOGGING["formatters"]
    formatter = formatters["json"]
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter["()"](**{name: given for name, given in formatter.items() if name != "()"}))
    loggers = [logging.getLogger(), logging.getLogger("django_structlog")]
    levels = [each.level for each in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
    loggers[0].addHandler(handler)
    yield written
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def everybody() -> User:
    """Somebody who may do everything, and has a password."""
    return User.objects.create_user(
        "all.roles", "Alex Roles", PASSWORD, roles=[role.value for role in Role], email="all.roles@council.example"
    )


@pytest.fixture
def references(everybody: User) -> list[str]:
    """A contact, a referral and a person about whom a canary is on record."""
    facts = some_facts(concerns=f"{NAME} said {WORDS}.", people=[PersonFacts(given_name=NAME, family_name=FAMILY)])
    contact = record_contact(facts=facts, by=everybody, at=NOW)
    decided = referrals.decide_contact(contact=contact, decisions=each(contact, "referral"), by=everybody, at=LATER)
    person = create_person(names=[GivenName(given=NAME, family=FAMILY)], by=everybody, at=NOW)
    return [contact.reference, decided.referrals[0].reference, person.reference]


def _value(reference: str, found: re.Match[str]) -> str:
    return reference if found[1] == "str" else VALUES.get(found[1], reference)


def addresses(references: list[str]) -> Iterator[str]:
    """Every address there is, about each record where it is about one."""
    for route, _ in patterns(get_resolver()):
        if "<" not in route and "(" in route:
            continue
        for reference in references if "reference>" in route else references[:1]:
            yield "/" + PARAMETER.sub(partial(_value, reference), route)


def found_in(text: str, never: list[str]) -> list[str]:
    return [line[:300] for line in text.splitlines() if any(word in line for word in never)]


def test_no_page_writes_what_is_on_record_or_typed_into_a_log(
    everybody: User, references: list[str], logged: StringIO
) -> None:
    client = Client(raise_request_exception=False)
    asked = 0
    for address in addresses(references):
        if "logout" in address:
            continue
        client.force_login(everybody, backend="django.contrib.auth.backends.ModelBackend")
        client.get(address, SENT)
        client.post(address, SENT)
        asked += 2
    assert asked > 500
    text = logged.getvalue()
    assert "request_finished" in text
    assert found_in(text, NEVER) == []


def test_no_secret_of_a_door_is_written_into_a_log(everybody: User, logged: StringIO) -> None:
    agency = AgencyFactory.create()
    secrets = []
    for purpose, path in (("early_help", "early-help"), ("information", "reply"), ("disagreement", "outcome"),
                          ("contact", "contact")):  # fmt: skip
        _, token = links.issue(purpose=purpose, given_to="Pat Hale", agency=agency, by=everybody, at=timezone.now())
        secrets.append(token)
        for address in (f"/partner/{path}/{token}/", f"/partner/{path}/{token}", f"/partner/{path}/{token}x/"):
            Client().get(address)
            Client().post(address, SENT)
    bearer = ApiToken.issue(agency)
    for given in (bearer, bearer + "x"):
        Client().get("/api/v1/contacts/", headers={"Authorization": f"Bearer {given}"})
    Client().post(
        "/api/v1/oauth/token/", {"grant_type": "client_credentials", "client_id": "x", "client_secret": TYPED}
    )
    secrets.append(bearer)
    for login, password in ((TYPED, PASSWORD), ("all.roles", TYPED), ("all.roles", PASSWORD)):
        Client().post("/accounts/login/", {"login": login, "password": password})
    Client().post("/accounts/password/reset/", {"email": everybody.email})
    outbox.drain(timezone.now())
    for word in str(mail.outbox[-1].body).split():
        if "/reset/key/" in word:
            address = "/" + word.partition("//")[2].partition("/")[2]
            secrets.append(address.rstrip("/").rpartition("-")[2])
            Client().get(address, follow=True)
    assert len(secrets) == 6
    assert found_in(logged.getvalue(), [*NEVER, *secrets]) == []
    assert not AccountChange.objects.exists()
