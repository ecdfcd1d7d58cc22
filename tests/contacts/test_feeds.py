"""Files of notifications: whole ones taken in once, broken ones kept and put right, nothing dropped."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from contacts import bundles
from contacts.agencies import allow_ungraded
from contacts.feeds.actions import drop, send_on, set_aside
from contacts.feeds.reading import Unreadable, read
from contacts.models import Contact, ContactUpdate, FeedFile, Quarantined
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, User
from tests.contacts.conftest import NOW

HEAD = "reference,occurred_at,concerns,dash_grade,postcode,address,child_1_given_name,child_1_family_name,child_1_date_of_birth\n"
ROW = "PPN/1,2026-11-22T22:40:00Z,Shouting heard,medium,ZZ99 1AA,1 Example Street,Sam,Example,2017-03-03\n"
XML = (
    "<notifications><notification><reference>{reference}</reference><concerns>{text}</concerns>"
    "<child><given_name>Sam</given_name><family_name>Example</family_name><date_of_birth>2017-03-03</date_of_birth>"
    "</child></notification></notifications>"
)


def xml(reference: str = "PPN/1", text: str = "Shouting heard") -> bytes:
    return XML.format(reference=reference, text=text).encode()


def test_csv_and_xml_say_the_same_in_the_same_words() -> None:
    row, element = read((HEAD + ROW).encode(), NOW)[0], read(xml(), NOW)[0]
    assert row.facts is not None
    assert element.facts is not None
    assert row.facts.children[0].name == element.facts.children[0].name == "Sam Example"
    assert row.facts.dash_grade == "medium"
    assert (row.facts.kind, row.facts.how) == ("police_notification", "feed")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), (b"<notifications>", "xml"), (xml()[:-20], "xml"), (b"<notifications/>", "no_items"),
        (b"<!DOCTYPE n [<!ENTITY a 'aaaa'>]><notifications>&a;</notifications>", "entities"),
        (b"<?xml version='1.0' encoding='utf-8'?><notifications>\xe9</notifications>", "xml"),
        ("reference,concerns\nPPN/1,Zo\u00eb\n".encode("latin-1"), "encoding"), (b"ref,concerns\nx,y\n", "columns"),
        (b'reference,concerns\nPPN/1,"open', "csv"), (b"concerns\nx\n", "columns"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        read(content, NOW)
    assert wrong.value.code == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (("2026-11-22T22:40:00Z", "2026-12-22T22:40:00Z"), "in_future"),
        (("2026-11-22T22:40:00Z", "yesterday"), "invalid_date"), (("medium", "bad"), "invalid_code"),
        (("Shouting heard", ""), "required"), (("2017-03-03", "2099-03-03"), "in_future"),
        (("Sam,Example", ","), "required"), (("ZZ99 1AA", "ZZ99 1AA ZZ99"), "too_long"), ((",Sam", ""), "columns"),
    ],
)  # fmt: skip
def test_one_bad_message_is_kept_out_and_the_others_are_taken(changed: tuple[str, str], code: str) -> None:
    items = read((HEAD + ROW.replace(*changed) + ROW).encode(), NOW)
    assert items[0].problem is not None
    assert items[0].problem.code == code
    assert items[1].facts is not None


def test_twelve_children_and_none() -> None:
    children = "".join(f"<child><given_name>C{n}</given_name></child>" for n in range(12))
    whole = f"<notifications><notification><reference>P</reference><concerns>x</concerns>{children}</notification>"
    facts = read((whole + "</notifications>").encode(), NOW)[0].facts
    assert facts is not None
    assert len(facts.children) == 12
    none = read((whole.replace(children, "") + "</notifications>").encode(), NOW)[0].facts
    assert none is not None
    assert none.no_child_identified


@pytest.mark.django_db
def test_a_file_is_taken_once_and_changed_content_is_an_update(police: Agency, officer: User, manager: User) -> None:
    file = drop(agency=police, name="a.csv", content=(HEAD + ROW).encode(), by=officer, at=NOW)
    contact = Contact.objects.get()
    assert (file.taken, contact.grade, contact.grade_is_provisional) == (1, "amber", True)
    assert drop(agency=police, name="b.csv", content=(HEAD + ROW).encode(), by=officer, at=NOW) == file
    again = drop(agency=police, name="c.csv", content=(HEAD + ROW + "\n").encode(), by=officer, at=NOW)
    assert (again.taken, again.known, Contact.objects.count()) == (0, 1, 1)
    changed = (HEAD + ROW.replace("Shouting", "Screaming")).encode()
    update = drop(agency=police, name="d.csv", content=changed, by=officer, at=NOW + timedelta(hours=1))
    later = Contact.objects.latest("pk")
    assert (update.taken, update.updates, later.text.concerns) == (0, 1, "Screaming heard")
    kept = ContactUpdate.objects.get()
    assert (kept.earlier, kept.later, kept.changed) == (contact, later, ["what happened"])
    assert later.bundle == bundles.bundle_of(contact)
    assert Contact.objects.get(pk=contact.pk).text.concerns == "Shouting heard"
    with pytest.raises(Denied):
        drop(agency=police, name="a.csv", content=b"x", by=User(username="x", name="x"), at=NOW)


@pytest.mark.django_db
def test_what_cannot_be_read_waits_is_corrected_and_sent_on_or_set_aside(
    police: Agency, officer: User, client: Client
) -> None:
    client.force_login(officer)
    sent = SimpleUploadedFile("feed.xml", xml()[:-20], content_type="text/xml")
    answer = client.post("/feeds/", {"agency": police.pk, "file": sent})
    assert answer["Location"] == "/feeds/quarantine/"
    waiting = Quarantined.objects.get()
    assert bytes(waiting.content) == xml()[:-20]
    assert "not whole as XML" in client.get("/feeds/quarantine/").content.decode()
    path = f"/feeds/quarantine/{waiting.pk}/"
    assert client.get(path).status_code == 200
    waiting.refresh_from_db()
    assert waiting.looked_by == officer
    assert client.post(path + "send-on/", {"text": "<notifications>"}).status_code == 422
    assert client.post(path + "send-on/", {"text": xml().decode()}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.sent_on_by, Contact.objects.get().agency_reference) == (officer, "PPN/1")
    assert bytes(waiting.content) == xml()[:-20]
    with pytest.raises(Refused):
        set_aside(message=waiting, reason="Late", by=officer, at=NOW)
    file = drop(agency=police, name="b.xml", content=b"<x/>", by=officer, at=NOW)
    other = file.quarantined.get()
    assert client.post(f"/feeds/quarantine/{other.pk}/set-aside/", {"reason": ""}).status_code == 422
    client.post(f"/feeds/quarantine/{other.pk}/set-aside/", {"reason": "A test file of theirs"})
    other.refresh_from_db()
    assert (other.set_aside_by, other.set_aside_reason) == (officer, "A test file of theirs")
    with pytest.raises(Refused):
        send_on(message=other, text=xml().decode(), by=officer, at=NOW)


@pytest.mark.django_db
def test_a_folder_is_taken_in_by_the_command_and_safe_to_run_again(police: Agency, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes((HEAD + ROW).encode())
    (tmp_path / "b.xml").write_bytes(b"<broken")
    for _ in range(2):
        out = io.StringIO()
        call_command("feed_drop", str(tmp_path), stdout=out)
        assert out.getvalue().split() == ["taken=1", "updates=0", "known=0", "unread=1"]
    assert (Contact.objects.count(), FeedFile.objects.count()) == (1, 2)


@pytest.mark.django_db
def test_an_agency_may_send_without_a_grade_until_a_day(police: Agency, manager: User, client: Client) -> None:
    admin = User.objects.create_user("admin", "Ada Min", roles=["administrator"])
    with pytest.raises(Denied):
        allow_ungraded(agency=police, until=date(2027, 1, 1), by=manager, at=NOW, reason="Old system")
    with pytest.raises(Refused):
        allow_ungraded(agency=police, until=date(2026, 1, 1), by=admin, at=NOW, reason="Old system")
    client.force_login(admin)
    given: dict[str, Any] = {"agency": police.pk, "until_0": "1", "until_1": "1", "until_2": "2090", "reason": "Old"}
    client.post("/feeds/ungraded/", given)
    client.post("/feeds/ungraded/", {**given, "until": "2090-01-01"})
    police.refresh_from_db()
    assert police.may_send_ungraded_until == date(2090, 1, 1)
    assert police.name in client.get("/feeds/ungraded/").content.decode()


@pytest.mark.django_db
def test_the_page_says_what_is_screened_together_and_takes_it_apart(
    police: Agency, officer: User, manager: User, client: Client
) -> None:
    drop(agency=police, name="a.csv", content=(HEAD + ROW).encode(), by=officer, at=NOW)
    drop(agency=police, name="b.csv", content=(HEAD + ROW.replace("Sho", "Ho")).encode(), by=officer, at=NOW)
    first, second = Contact.objects.order_by("pk")
    client.force_login(manager)
    shown = client.get(f"/contacts/{first.reference}/").content.decode()
    assert second.reference in shown
    assert "Updated by" in shown
    assert "Provisional grade" in shown
    assert client.post(f"/contacts/{first.reference}/split/", {"version": first.version}).status_code == 422
    told = {"version": Contact.objects.get(pk=first.pk).version, "reason": "Two boys of this name"}
    assert client.post(f"/contacts/{first.reference}/split/", told).status_code == 302
    assert bundles.bundle_of(first) != bundles.bundle_of(second)
    told |= {"version": Contact.objects.get(pk=first.pk).version, "other": second.reference}
    assert client.post(f"/contacts/{first.reference}/join/", told).status_code == 302
    assert bundles.bundle_of(first) == bundles.bundle_of(second)
