"""Police files: whole ones taken in once, broken ones kept and put right, nothing dropped."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DataError, OperationalError
from django.test import Client

from contacts.agencies.actions import allow_ungraded
from contacts.agencies.feeds import actions, reading
from contacts.agencies.feeds.actions import drop, send_on, set_aside, take, take_waiting
from contacts.agencies.feeds.models import FeedFile, Quarantined
from contacts.agencies.feeds.reading import Format, Raw, Unreadable, read
from contacts.bundles import actions as bundles
from contacts.models import Contact, ContactType, ContactUpdate
from contacts.recording import actions as recording
from contacts.screening.actions import claim
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.notifications.models import Alert, Notice
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.protection.actions import set_restriction
from tests.contacts.conftest import NOW
from tests.factories import StaffFactory

HEAD = (
    "reference,occurred_at,concerns,dash_grade,postcode,address,"
    "child_1_given_name,child_1_family_name,child_1_date_of_birth\n"
)
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


def test_a_file_of_thousands_of_broken_dates_and_odd_signs_is_read_to_its_end() -> None:
    odd = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-22", "٢٠٢٦-11-22T22:40:00Z", "x" * 39]
    rows = "".join(ROW.replace("2026-11-22T22:40:00Z", each) for each in odd)
    found = read((HEAD + rows + ROW.replace("Shouting", "Shou\x07ting")).encode(), NOW)
    assert [item.problem.code for item in found if item.problem] == ["invalid_date"] * 5 + ["invalid_format"]
    with pytest.raises(Unreadable):
        read("\ufeff \n".encode(), NOW)


def give(agency: Agency, content: bytes | str, by: User, at: datetime = NOW, name: str = "a.csv") -> FeedFile:
    """Drop a file and take it in."""
    text = content.encode() if isinstance(content, str) else content
    return take(file=drop(agency=agency, name=name, content=text, by=by, at=at), at=at)


@pytest.mark.django_db
def test_a_file_is_taken_once_and_changed_content_is_an_update(police: Agency, officer: User, manager: User) -> None:
    file = give(police, HEAD + ROW, officer)
    contact = Contact.objects.get()
    assert (file.taken, contact.grade, contact.grade_is_provisional) == (1, "amber", True)
    assert (contact.received_at, contact.agency_reference) == (NOW, "PPN/1")
    assert give(police, HEAD + ROW, officer, name="b.csv") == file
    again = give(police, HEAD + ROW + "\n", officer)
    assert (again.taken, again.known, Contact.objects.count()) == (0, 1, 1)
    claim(contact=contact, by=manager, at=NOW)
    update = give(police, HEAD + ROW.replace("Shouting", "Screaming"), officer, NOW + timedelta(minutes=10))
    later = Contact.objects.latest("pk")
    assert (update.taken, update.updates, later.text.concerns) == (0, 1, "Screaming heard")
    kept = ContactUpdate.objects.get()
    assert (kept.earlier, kept.later, kept.changed) == (contact, later, ["what happened"])
    assert later.bundle == bundles.bundle_of(contact)
    assert Contact.objects.get(pk=contact.pk).text.concerns == "Shouting heard"
    assert Notice.objects.filter(user=manager, text__contains=f"is an update of {contact.reference}").exists()
    with pytest.raises(Denied):
        drop(agency=police, name="a.csv", content=b"x", by=User(username="x", name="x"), at=NOW)


@pytest.mark.django_db
def test_it_goes_on_after_a_stop_and_takes_nothing_twice(
    police: Agency, officer: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(ROW.replace("PPN/1", f"PPN/{n}") for n in range(1, 5))
    file = drop(agency=police, name="a.csv", content=(HEAD + "broken\n" + rows).encode(), by=officer, at=NOW)
    real = recording.record_contact
    seen: list[str] = []

    def stops(**given: Any) -> Contact:
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(given["facts"].agency_reference)
        return real(**given)

    monkeypatch.setattr(actions, "record_contact", stops)
    with pytest.raises(KeyboardInterrupt):
        take(file=file, at=NOW)
    file.refresh_from_db()
    assert (file.taken, file.unread, file.finished_at) == (2, 1, None)
    monkeypatch.setattr(actions, "record_contact", real)
    assert take_waiting(NOW) == 1
    assert take_waiting(NOW) == 0
    file.refresh_from_db()
    assert (file.taken, file.unread, Contact.objects.count(), Quarantined.objects.count()) == (4, 1, 4, 1)
    assert Notice.objects.filter(user=manager, path="/feeds/quarantine/").count() == 1


@pytest.mark.django_db
def test_what_the_database_refuses_is_quarantined_and_holds_nothing_up(
    police: Agency, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = recording.record_contact

    def refuses(**given: Any) -> Contact:
        if given["facts"].agency_reference == "PPN/1":
            raise DataError
        return real(**given)

    monkeypatch.setattr(actions, "record_contact", refuses)
    file = give(police, HEAD + ROW + ROW.replace("PPN/1", "PPN/2"), officer)
    assert (file.taken, file.unread) == (1, 1)
    assert file.quarantined.get().code == "not_taken"


@pytest.mark.django_db
def test_a_child_on_a_restricted_record_changes_nothing_anybody_can_see(
    police: Agency, officer: User, manager: User, client: Client
) -> None:
    person = create_person(
        by=manager, at=NOW, names=[GivenName(given="Sam", family="Example")], date_of_birth=date(2017, 3, 3),
        address={"lines": "1 Example Street", "postcode": "ZZ99 1AA"},
    )  # fmt: skip
    dpo = StaffFactory.create(role="data_protection_officer")
    holder = StaffFactory.create(role="service_manager")
    set_restriction(person=person, holders=[holder], by=dpo, at=NOW, reason="A colleague's child")
    client.force_login(officer)
    one = give(police, HEAD + ROW, officer)
    other = give(
        police,
        HEAD
        + ROW.replace("PPN/1", "PPN/2")
        .replace("1 Example", "9 Other")
        .replace(",Sam,Example,2017", ",Ravi,Other,2011"),
        officer,
    )
    assert (one.taken, one.unread) == (other.taken, other.unread) == (1, 0)
    pages = client.get("/feeds/").content.decode() + client.get("/feeds/quarantine/").content.decode()
    assert "estricted" not in pages
    assert Alert.objects.filter(reference=one.items.get().contact.reference).exists()
    assert not Alert.objects.filter(reference=other.items.get().contact.reference).exists()


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
    assert "not valid XML" in client.get("/feeds/quarantine/").content.decode()
    assert "messages that could not be read" in client.get("/").content.decode()
    path = f"/feeds/quarantine/{waiting.pk}/"
    assert "Shouting heard" in client.get(path).content.decode()
    waiting.refresh_from_db()
    assert waiting.looked_by == officer
    assert client.post(path + "send-on/", {"text": "<notifications>"}).status_code == 422
    assert client.post(path + "send-on/", {"text": xml().decode()}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.sent_on_by, Contact.objects.get().agency_reference) == (officer, "PPN/1")
    assert bytes(waiting.content) == xml()[:-20]
    # From then on what was said stands on the contact, to whoever may see that.
    shown = client.get(path).content.decode()
    assert "Shouting heard" not in shown
    assert Contact.objects.get().reference in shown
    with pytest.raises(Refused):
        set_aside(message=waiting, reason="Late", by=officer, at=NOW)
    other = give(police, b"<x/>", officer, name="b.xml").quarantined.get()
    assert client.post(f"/feeds/quarantine/{other.pk}/set-aside/", {"reason": ""}).status_code == 422
    client.post(f"/feeds/quarantine/{other.pk}/set-aside/", {"reason": "A test file of theirs"})
    other.refresh_from_db()
    assert (other.set_aside_by, other.set_aside_reason) == (officer, "A test file of theirs")
    assert "A test file of theirs" in client.get(f"/feeds/quarantine/{other.pk}/").content.decode()
    with pytest.raises(Refused):
        send_on(message=other, text=xml().decode(), by=officer, at=NOW)


@pytest.mark.django_db
def test_a_folder_is_taken_in_by_the_command_and_safe_to_run_again(police: Agency, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes((HEAD + ROW.replace("2026-11-22", "2020-11-22")).encode())
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
    given = {"agency": police.pk, "until_day": "1", "until_month": "1", "until_year": "2090", "reason": "Old"}
    assert client.post("/feeds/ungraded/", {**given, "reason": ""}).status_code == 422
    assert client.post("/feeds/ungraded/", given).status_code == 302
    police.refresh_from_db()
    assert police.may_send_ungraded_until == date(2090, 1, 1)
    assert police.name in client.get("/feeds/ungraded/").content.decode()


@pytest.mark.django_db
def test_the_page_of_a_contact_says_what_it_is_an_update_of(police: Agency, officer: User, client: Client) -> None:
    give(police, HEAD + ROW, officer)
    give(police, HEAD + ROW.replace("Sho", "Ho"), officer)
    first, second = Contact.objects.order_by("pk")
    client.force_login(officer)
    shown = client.get(f"/contacts/{first.reference}/").content.decode()
    assert "Updated by" in shown
    assert second.reference in shown
    assert "This is an update of" in client.get(f"/contacts/{second.reference}/").content.decode()
    # Nobody hears of an update they may not see.
    hidden = ContactType.objects.filter(is_restricted=True).first()
    Contact.objects.filter(pk=second.pk).update(type=hidden)
    assert second.reference not in client.get(f"/contacts/{first.reference}/").content.decode()


def deep(inside: str = "Shouting heard") -> str:
    """A notification nested far deeper than the format, well-formed all the same."""
    return f"<notification><reference>PPN/9</reference>{'<a>' * 5000}{inside}{'</a>' * 5000}</notification>"


def test_a_message_nested_too_deep_is_kept_out_and_the_others_of_its_file_are_taken() -> None:
    content = xml().replace(b"</notifications>", deep().encode() + b"</notifications>")
    first, second = read(content, NOW)
    assert first.facts is not None
    assert second.problem is not None
    assert second.problem.code == "too_deep"
    assert b"PPN/9" in second.content


@pytest.mark.parametrize(
    "content",
    [
        f"<notifications>{deep()}</notifications>".encode(), deep().encode(),
        b"<a>" * 200_000 + b"</a>" * 200_000, ("reference,concerns\n" + "x,y\n" * 5001).encode(),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_no_file_holds_up_those_behind_it(content: bytes, police: Agency, officer: User, manager: User) -> None:
    drop(agency=police, name="deep.xml", content=content, by=officer, at=NOW)
    health = Agency.objects.create(code="health", name="Example Trust", kind="health", default_source="3A")
    drop(agency=health, name="b.csv", content=(HEAD + ROW).encode(), by=officer, at=NOW)
    assert take_waiting(NOW) == 2
    assert Contact.objects.get().agency == health
    assert Quarantined.objects.get().file.agency == police
    assert Notice.objects.filter(user=manager, path="/feeds/quarantine/").count() == 1


@pytest.mark.django_db
def test_what_the_database_has_no_time_for_is_taken_in_later_and_not_quarantined(
    police: Agency, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(agency=police, name="a.csv", content=(HEAD + ROW).encode(), by=officer, at=NOW)
    with monkeypatch.context() as busy:

        def waits(**given: Any) -> Contact:
            raise OperationalError("canceling statement due to lock timeout")

        busy.setattr(actions, "record_contact", waits)
        with pytest.raises(OperationalError):
            take_waiting(NOW)
    assert not Quarantined.objects.exists()
    assert take_waiting(NOW) == 1
    assert Contact.objects.get().agency_reference == "PPN/1"


@pytest.mark.django_db
def test_whatever_the_program_stumbles_over_is_quarantined_and_the_rest_is_taken(
    police: Agency, officer: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, read_as_ever = recording.record_contact, read

    def stumbles(**given: Any) -> Contact:
        if given["facts"].agency_reference == "PPN/1":
            raise RecursionError
        return real(**given)

    def reads(content: bytes, now: datetime) -> Any:
        if b"PPN/7" in content:
            raise KeyError("a fault of the program")
        return read_as_ever(content, now)

    monkeypatch.setattr(actions, "record_contact", stumbles)
    monkeypatch.setattr(actions, "read", reads)
    drop(agency=police, name="z.csv", content=(HEAD + ROW.replace("PPN/1", "PPN/7")).encode(), by=officer, at=NOW)
    drop(agency=police, name="a.csv", content=(HEAD + ROW + ROW.replace("PPN/1", "PPN/2")).encode(), by=officer, at=NOW)
    assert take_waiting(NOW) == 2
    assert Contact.objects.get().agency_reference == "PPN/2"
    assert sorted(Quarantined.objects.values_list("code", flat=True)) == ["not_taken", "unreadable"]
    assert Notice.objects.filter(user=manager, path="/feeds/quarantine/").count() == 2


@pytest.mark.django_db
def test_a_file_that_cannot_even_be_quarantined_is_told_once_and_left_while_the_others_go_on(
    police: Agency, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = User.objects.create_user("admin", "Ada Min", roles=["administrator"])
    first = drop(agency=police, name="a.csv", content=(HEAD + ROW).encode(), by=officer, at=NOW)
    drop(agency=police, name="b.csv", content=(HEAD + ROW.replace("PPN/1", "PPN/2")).encode(), by=officer, at=NOW)
    real = actions._finish

    def fails(file: FeedFile, *, at: datetime) -> None:
        if file.pk == first.pk:
            raise DataError
        real(file, at=at)

    monkeypatch.setattr(actions, "_finish", fails)
    assert take_waiting(NOW) == 1
    assert take_waiting(NOW + timedelta(minutes=1)) == 0
    assert Notice.objects.filter(user=admin, kind="left-aside").count() == 1


def test_a_format_stands_in_one_place_and_the_page_and_the_command_follow(
    police: Agency, manager: User, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read by one road and passed over by another loses notifications without a word."""

    def lines(content: bytes) -> Iterator[tuple[Raw | Unreadable, bytes]]:
        for line in content.splitlines():
            yield Raw(fields={"reference": line.decode()[1:], "concerns": "Shouting heard"}), line

    monkeypatch.setattr(reading, "FORMATS", (Format("Lines", ".lines", b"|", lines), *reading.FORMATS))
    (tmp_path / "night.lines").write_bytes(b"|PPN/1\n|PPN/2\n")
    call_command("feed_drop", str(tmp_path))
    assert FeedFile.objects.get().taken == 2
    assert [item.problem for item in read(b"|PPN/3\n", NOW)] == [None]
    client.force_login(manager)
    assert f"{' or '.join(reading.FORMAT_NAMES)} in the published format" in client.get("/feeds/").content.decode()


class Killed(BaseException):
    """What is left of a worker that was ended: nothing of ours catches it."""


def kill_at(monkeypatch: pytest.MonkeyPatch, reference: bytes) -> None:
    def kills(content: bytes, now: datetime) -> Any:
        if reference in content:
            raise Killed
        return read(content, now)

    monkeypatch.setattr(actions, "read", kills)


@pytest.mark.django_db
def test_a_file_that_ends_its_worker_is_tried_three_times_and_then_waits_for_a_person(
    police: Agency, officer: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = User.objects.create_user("admin", "Ada Min", roles=["administrator"])
    bad = drop(agency=police, name="z.csv", content=(HEAD + ROW.replace("PPN/1", "PPN/7")).encode(), by=officer, at=NOW)
    good = drop(agency=police, name="a.csv", content=(HEAD + ROW).encode(), by=officer, at=NOW)
    kill_at(monkeypatch, b"PPN/7")
    for _ in range(3):
        with pytest.raises(Killed):
            take_waiting(NOW)
    assert not Contact.objects.exists()
    assert take_waiting(NOW) == 2, "it is given up, and those behind it are taken in"
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.finished_at is not None
    assert good.taken == 1
    message = Quarantined.objects.get()
    assert (message.file, message.number, message.code) == (bad, 0, "given_up")
    assert message.message == (
        "Reading this file was broken off 3 times: it may be too much for the computer that reads it."
        " None of its notifications has been taken in."
    )
    assert bytes(message.content) == bytes(bad.content)
    assert Notice.objects.get(path="/feeds/quarantine/").user == manager
    assert "was broken off 3 times" in Notice.objects.get(user=admin).text
    assert take_waiting(NOW) == 0
    with pytest.raises(Refused, match="as it is, it was broken off"):
        send_on(message=message, text=message.text.replace("\n", "\r\n"), by=officer, at=NOW)
    send_on(message=message, text=message.text.replace("PPN/7", "PPN/8"), by=officer, at=NOW)


@pytest.mark.django_db
def test_a_long_file_that_gets_on_each_time_is_not_given_up(
    police: Agency, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(ROW.replace("PPN/1", f"PPN/{n}") for n in range(1, 7))
    file = drop(agency=police, name="a.csv", content=(HEAD + rows).encode(), by=officer, at=NOW)
    real = recording.record_contact
    done: list[str] = []

    def one_at_a_time(**given: Any) -> Contact:
        if len(done) % 2:
            done.append("")
            raise Killed
        done.append(given["facts"].agency_reference)
        return real(**given)

    monkeypatch.setattr(actions, "record_contact", one_at_a_time)
    for _ in range(5):
        with pytest.raises(Killed):
            take_waiting(NOW)
    take_waiting(NOW)
    file.refresh_from_db()
    assert (file.taken, file.unread) == (6, 0)


@pytest.mark.django_db
def test_what_was_taken_in_before_a_file_was_given_up_is_said_and_stays(
    police: Agency, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ROW + ROW.replace("PPN/1", "PPN/2")
    file = drop(agency=police, name="a.csv", content=(HEAD + rows).encode(), by=officer, at=NOW)
    real = recording.record_contact

    def stops(**given: Any) -> Contact:
        if given["facts"].agency_reference == "PPN/2":
            raise Killed
        return real(**given)

    monkeypatch.setattr(actions, "record_contact", stops)
    for _ in range(4):
        with pytest.raises(Killed):
            take_waiting(NOW)
    assert take_waiting(NOW) == 1
    file.refresh_from_db()
    assert (file.taken, file.unread) == (1, 1)
    assert "The first 1 of its notifications had been dealt with." in file.quarantined.get().message
    assert Contact.objects.count() == 1
