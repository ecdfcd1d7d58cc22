"""Every page of the administrator is reached from Settings, by links and buttons alone."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve

from contacts.agencies.webforms import actions as web_forms
from frontdoor.access import ROLES, Permission, Role
from frontdoor.accounts.models import Team, User, system_user
from frontdoor.api.webhooks import actions as webhooks
from frontdoor.dated import TABLES, Plain
from frontdoor.exchange.legacy.running import run_import
from frontdoor.exchange.models import (
    Difference,
    ImportRun,
    Refiling,
    RowChange,
    SourceRecord,
    Upload,
    Wording,
)
from frontdoor.people.models import Person
from frontdoor.rules import actions as rules
from frontdoor.rules.versions import seen_of
from tests.exchange.extract import with_defects
from tests.factories import AgencyFactory
from tests.fitness.test_rules_of_the_house import LIBRARY, module_of, patterns

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LINK = re.compile(r'(?:href|formaction|action)="(/[^"#]*)')
#: Of one kind of page, such as the rules of one table, so many are looked at.
MOST_OF_A_KIND = 2


@pytest.fixture
def administrator(client: Client, tmp_path: Path) -> User:
    """The administrator of a borough in which there is one of everything."""
    user = User.objects.create_user("ada", "Ada Minns", roles=[Role.ADMINISTRATOR.value])
    Team.objects.create(code="one", name="Team one", kind="assessment")
    agency = AgencyFactory.create(code="police")
    web_forms.send(agency=agency, name="Pat Hale", role="Nurse", email="pat@mill.example", by=user, at=NOW)
    webhooks.add(agency=agency, url="https://police.example/hooks", by=None, at=NOW)
    User.objects.create_user("cora", "Cora Colleague", roles=[Role.CONTACT_OFFICER.value])
    Upload.objects.create(folder="a" * 32, received_at=NOW, received_by=user)
    begun = Upload.objects.create(folder="b" * 32, received_at=NOW, received_by=user)
    ImportRun.objects.create(upload=begun, started_by=user, state=ImportRun.State.WAITING)
    made = with_defects()
    made.rows["firstcall_contacts.csv"][0][2] = "Blue parrot desk"
    run_import(made.write(tmp_path / "in"), by=system_user())
    done = ImportRun.objects.get(state=ImportRun.State.DONE)
    done.report["joining"]["proposed"] = 960  # more records would speak for it
    done.save()
    told = SourceRecord.objects.filter(file="carecase_people.csv", is_rejected=False).order_by("pk")[0]
    child, other = Person.objects.filter(merged_into=None).order_by("pk")[:2]
    RowChange.objects.create(run=done, file=told.file, identity="A0100001", kind="changed", columns=["school"])
    Difference.objects.create(
        file=told.file, identity="A0100001", field="school", reference=child.reference, person=child,
        theirs={"school": "Larch Academy"}, source=told, found_at=NOW,
    )  # fmt: skip
    Refiling.objects.create(
        run=done, file="carecase_notes.csv", identity="N00000001", source=told, from_person=child, to_person=other,
        state=Refiling.State.WAITING, found_at=NOW,
    )  # fmt: skip
    lost = Upload.objects.create(folder="c" * 32, received_at=NOW, received_by=user)
    asks = ["carecase_notes.csv no longer holds 5 of the 13 rows imported before."]
    ImportRun.objects.create(upload=lost, started_by=user, state=ImportRun.State.ASKING, questions=asks)
    Wording.objects.create(
        list_name="source", value="Old desk", code="8", is_settled=True, settled_at=NOW, settled_by=user
    )
    hostel: Plain = {"kind": "hostel", "name": "Quay hostel", "postcode_key": "ZZ991AA", "line": ""}
    rules.change(
        table=TABLES["communal_addresses"], values=hostel, begins_on=date(2026, 12, 24), reason="It opens then",
        seen=seen_of([]), by=user, at=NOW, on=NOW.date(),
    )  # fmt: skip
    client.force_login(user)
    return user


def its_pages() -> Iterator[str]:
    """The name of every address that only a permission of the administrator opens."""
    its = ROLES[Role.ADMINISTRATOR]
    for _, entry in patterns(get_resolver()):
        mark = getattr(entry.callback, "permission", "")
        if not module_of(entry).startswith(LIBRARY) and mark in set(Permission) and Permission(mark) in its:
            yield f"{entry.callback.__module__}:{entry.name}"


def reached(client: Client) -> tuple[set[str], set[str]]:
    """By view, what the links and buttons lead to, beginning at Settings; and the addresses that Settings shows."""
    first = set(LINK.findall(main(client, "/settings/")))
    waiting, seen, kinds, found = ["/settings/"], {"/settings/"}, dict[str, int](), set[str]()
    for path in waiting:  # grows while it is gone through
        for link in LINK.findall(main(client, path)):
            try:
                match = resolve(link.partition("?")[0])
            except Resolver404:
                continue
            name = f"{match.func.__module__}:{match.url_name}"
            found.add(name)
            mark = getattr(match.func, "permission", "")
            ours = mark in set(Permission) and Permission(mark) in ROLES[Role.ADMINISTRATOR]
            kind = name + "/".join(link.split("/")[:3])
            if link in seen or not ours or kinds.get(kind, 0) >= MOST_OF_A_KIND:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            seen.add(link)
            waiting.append(link)
    return found, first


def main(client: Client, path: str) -> str:
    """What the page itself says, without the menu around it; "" for what no page is."""
    answer = client.get(path)
    if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
        return ""
    return answer.content.decode().partition("<main")[2]


def test_every_page_of_the_administrator_is_reached_from_settings(client: Client, administrator: User) -> None:
    found, first = reached(client)
    wanted = set(its_pages())
    assert len(wanted) > 30
    missing = sorted(wanted - found - {"frontdoor.pages.settings:settings"})
    assert missing == [], f"no link or button leads there from Settings: {missing}"
    assert {"/staff/", "/agencies/", "/rules/", "/imports/", "/contacts/queue/weights/"} <= first
    assert {"/handover/shifts/", "/thresholds/new/", "/feeds/ungraded/", "/rules/communal_addresses/"} <= first
