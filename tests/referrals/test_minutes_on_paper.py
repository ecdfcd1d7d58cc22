"""The minutes of a strategy discussion as a PDF: tagged, whole, and about one family alone. All invented."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pypdf import PdfReader

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people import actions as people
from frontdoor.people.models import Relationship
from referrals.models import Referral
from referrals.protection.minutes import Agreed, Participant
from tests.pages.paper import words_of
from tests.referrals.conftest import LATER
from tests.referrals.discussions import discussed

pytestmark = pytest.mark.django_db
SOON = LATER + timedelta(hours=1)


def kinds_of(reader: PdfReader) -> set[str]:
    """The kinds of parts a tagged PDF has."""
    found: set[str] = set()
    waiting = [reader.root_object["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found.add(str(node.get("/S", "")))
            if "/K" in node:
                waiting.append(node["/K"])
    return found


def test_the_minutes_are_printed_without_confidential_addresses_and_say_who_printed_them(
    referral: Referral, manager: User, worker: User, signed: Callable[[User], Client]
) -> None:
    assert referral.child is not None
    mother = people.create_person(names=[people.GivenName("Mara", "Hart")], by=manager, at=LATER)
    Relationship.objects.create(person=referral.child, other=mother, kind="mother")
    people.add_address(
        person=mother, by=manager, at=LATER, lines="14 Larch Refuge Lane", postcode="ZZ99 7QQ", is_confidential=True,
        why="He looks for her.", review_on=SOON.date() + timedelta(days=30),
    )  # fmt: skip
    row = discussed(
        referral, by=manager, at=SOON, decision="She is safe at 14, LARCH REFUGE LANE (zz997qq).",
        participants=[
            Participant(agency, f"Ann of {agency}", "Worker", "attended", "She lives at 14 Larch Refuge Lane.")
            for agency in ("social_care", "police", "health")
        ],
        actions=[Agreed("Post nothing to ZZ99 7QQ", "Dr Ode", SOON.date())],
    )  # fmt: skip
    answer = signed(worker).post(f"/referrals/{referral.reference}/strategy-discussions/{row.pk}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    told = words_of(reader)
    assert "larch refuge" not in told.lower()
    assert "zz997qq" not in told.lower().replace(" ", "")
    assert told.count("[confidential address]") >= 5
    assert f"Printed by {worker.name}" in told
    order = [told.index(words) for words in ("Who took part", "What they brought", "Ann of police", "What was agreed")]
    assert order == sorted(order)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= kinds_of(reader)
    assert str(reader.root_object["/Lang"]) == "en-GB"
    assert reader.metadata is not None
    assert reader.metadata.title == f"Minutes of a strategy discussion, {referral.reference}"
    noted = Entry.objects.filter(event="referral.minutes_printed", reference=referral.reference).get()
    assert noted.actor == worker


def test_who_may_not_see_the_child_gets_no_minutes(
    referral: Referral, manager: User, officer: User, signed: Callable[[User], Client]
) -> None:
    row = discussed(referral, by=manager, at=SOON)
    address = f"/referrals/{referral.reference}/strategy-discussions/{row.pk}/pdf/"
    assert signed(officer).post(address).status_code == 403
    assert signed(manager).get(address).status_code == 405
