"""Destroying a record: two people, exactly what was previewed, nothing of anybody else, a trail that holds."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from contacts.agencies.feeds.models import FeedFile, FeedItem, Quarantined
from contacts.agencies.information.models import InformationRequest
from contacts.models import Contact, ContactPerson
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.audit import verify
from frontdoor.audit.actions import record as write_audit
from frontdoor.audit.models import Entry
from frontdoor.documents import storage
from frontdoor.documents.models import Document
from frontdoor.drafts import actions as drafts
from frontdoor.drafts.models import Draft
from frontdoor.exchange.models import FamilyFileChild, ImportRun, Origin, PaperFile, SameEvent, SourceRecord
from frontdoor.grants import is_history
from frontdoor.people import actions as people
from frontdoor.people import disposal as policies
from frontdoor.people.merging import merge
from frontdoor.people.models import Address, Involvement, Merge, Name, Person, Relationship
from frontdoor.retention import actions, disposal
from frontdoor.retention.functions import functions_sql
from frontdoor.retention.models import Disposal, FileToRemove, Hold
from frontdoor.signing.models import OversightNote, SignedFor
from referrals.models import Referral
from tests.fitness.test_rules_of_the_house import relations_to_a_person
from tests.pages.conftest import sign_in
from tests.people.conftest import MakeUser, make_person, make_user, manager
from tests.people.test_merge import contact_about, referral_of
from tests.reading import without_drawn

__all__ = ["make_person", "make_user", "manager", "sign_in"]
pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
CLOSED = datetime(2010, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def second(make_user: MakeUser) -> User:
    return make_user("dpo", "data_protection_officer")


@pytest.fixture
def record(make_person: Any, make_user: MakeUser, manager: User) -> dict[str, Any]:
    """A record kept long enough, one joined to it, and a brother whose record stays."""
    officer = make_user("olive", "contact_officer")
    one, other, brother = (make_person(name, "Hart", date(1980, 1, 1)) for name in ("Ann", "Anne", "Tom"))
    referral = referral_of(one, officer, manager)
    alone = contact_about(one, officer)
    shared = contact_about(one, officer)
    ContactPerson.objects.create(
        contact=shared.contact, position=50, is_child=True, given_name="Tom", family_name="Hart", person=brother
    )
    alone_on = [alone.contact, referral.contact]
    given = ContactPerson.objects.filter(contact__in=alone_on).exclude(pk__in=[alone.pk, referral.contact_person_id])
    given.update(is_child=False)
    people.add_relationship(person=one, other=brother, kind="sibling", by=manager, at=AT)
    people.add_address(person=other, by=manager, at=AT, lines="1 Mill Lane", postcode="ZZ99 1AA")
    merge.apply(survivor=one, loser=other, by=manager, at=AT, reason="Ann and Anne are the same girl.")
    Referral.objects.filter(pk=referral.pk).update(ending="advice")
    Involvement.objects.filter(person=one).update(closed_at=CLOSED)
    run = ImportRun.objects.create(started_by=manager)
    for number, who in enumerate((one, brother)):
        source = SourceRecord.objects.create(
            run=run, system="carecase", file="cc_people.csv", identity=f"K{number}", row=number, raw=b"Ann;Hart",
            digest=f"d{number}", values={"name": "Hart"},
        )  # fmt: skip
        Origin.objects.create(file="cc_people.csv", identity=f"K{number}", reference=who.reference, source=source)
        Origin.objects.create(file="carecase_people.csv", identity=f"P{number}", reference=who.reference, source=source)
        SameEvent.objects.create(
            contact_no="C1", client_no=f"F{number}", episode_id=f"E{number}", person_id=f"P{number}"
        )
    own = PaperFile.objects.create(file_no="P1", surname="Hart", person=one)
    family = PaperFile.objects.create(file_no="P2", surname="Hart")
    for who in (one, brother):
        FamilyFileChild.objects.create(paper=family, person=who, matched_at=AT, matched_by=manager)
    return {"one": one, "other": other, "brother": brother, "referral": referral, "alone": alone.contact,
            "shared": shared.contact, "own": own, "family": family}  # fmt: skip


def as_owner(statement: str, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; SET LOCAL ROLE frontdoor; SET LOCAL session_replication_role = replica")
        cursor.execute(statement, [key])


def propose(person: Any, by: Any) -> Disposal:
    return disposal.propose(person=person, seen=disposal.preview(person, AT).print, by=by, at=AT)


def test_every_relation_to_a_person_has_a_disposal_policy() -> None:
    found = relations_to_a_person()
    declared = {(policy.model, policy.field) for policy in policies.policies}
    assert found - declared == set(), "say what disposal does to them: frontdoor.people.disposal.disposal_policy"
    assert declared - found == set(), "policies of relations that are not there"
    assert len(policies.policies) == len(declared)
    assert all(policy.why for policy in policies.policies)


def test_the_databases_functions_are_those_of_the_policies() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'disposal_%%'")
        for name, body in cursor.fetchall():
            assert body in functions_sql(), f"run 'manage.py migrate': {name} is of older policies"


def test_two_people_destroy_exactly_what_was_previewed(record: Any, manager: Any, second: Any) -> None:
    one, brother = record["one"], record["brother"]
    references = [one.reference, record["other"].reference, record["referral"].reference, record["alone"].reference]
    about_her = record["referral"].reference
    note = OversightNote.objects.create(reference=about_her, on=AT.date(), text="Ann.", at=AT, by=manager)
    OversightNote.objects.create(reference=about_her, on=AT.date(), text="Anne.", at=AT, by=manager, corrects=note)
    SignedFor.objects.create(reference=about_her, kind="ending", at=AT, by=manager, on_behalf_of=second)
    kept_note = OversightNote.objects.create(
        reference=record["shared"].reference, on=AT.date(), text="Tom.", at=AT, by=manager
    )
    names_of_brother = Name.objects.filter(person=brother).count()
    for about in (one.reference, record["referral"].reference, brother.reference):
        drafts.save(
            by=manager, draft_id=uuid4(), kind=drafts.FORM, body=b"reason=Ann", sending=drafts.Sending(), at=AT,
            place=drafts.Place(about=about),
        )  # fmt: skip
    seen = disposal.preview(one, AT)
    counted = {(table, how): number for table, how, number in seen.counts}
    assert counted["people_person", "destroy"] == 2
    assert counted["referrals_referral", "destroy"] == 1
    assert counted["exchange_sourcerecord", "blank"] == 1
    assert Entry.objects.exclude(reason="").filter(people__contains=[one.pk]).exists()
    done = disposal.approve(disposal=propose(one, manager), typed=one.reference.lower(), by=second, at=AT)
    assert (done.destroyed_at is not None, done.proposed_by, done.approved_by) == (True, manager, second)
    assert set(references) <= set(done.gone_references)
    assert list(Person.objects.values_list("pk", flat=True)) == [brother.pk]
    assert Name.objects.count() == Name.objects.filter(person=brother).count() == names_of_brother
    for gone in (Referral, Merge, Address, Relationship):
        assert not gone.objects.exists(), gone
    assert set(Contact.objects.values_list("pk", flat=True)) == {record["shared"].pk}
    assert list(OversightNote.objects.all()) == [kept_note], "what managers noted goes with the record it was of"
    assert not SignedFor.objects.exists()
    assert not ContactPerson.objects.filter(person_id=one.pk).exists()
    assert ContactPerson.objects.filter(person=brother).exists()
    assert list(Draft.objects.values_list("about", flat=True)) == [brother.reference], "typed about it and not sent"
    assert list(PaperFile.objects.values_list("file_no", flat=True)) == ["P2"]
    assert list(FamilyFileChild.objects.values_list("person_id", flat=True)) == [brother.pk]
    assert list(SameEvent.objects.values_list("person_id", flat=True)) == ["P1"]
    blanked, kept = SourceRecord.objects.order_by("row")
    assert (bytes(blanked.raw), blanked.values, blanked.digest) == (b"", {}, "d0")
    assert (bytes(kept.raw), kept.values) == (b"Ann;Hart", {"name": "Hart"})
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if is_history(model) and model._meta.app_label == "people":
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table} t WHERE t::text LIKE '%%Mill Lane%%'")
                assert cursor.fetchone() == (0,), model
    assert not Entry.objects.filter(reason__contains="same girl").exists()
    assert list(verify.faults()) == [], "the trail is whole, though words were taken out of it"


@pytest.mark.moment(datetime(2027, 7, 1, 23, 15, tzinfo=UTC))
def test_shortly_after_midnight_the_database_goes_by_londons_day_too(record: Any, manager: Any, second: Any) -> None:
    """A hold whose last day was yesterday in London, which in Greenwich it still is, stands in nobody's way."""
    one, at = record["one"], timezone.now()
    Hold.objects.create(
        person=one, kind="legal", reason="A claim.", until_on=date(2027, 7, 1), set_at=AT, set_by=manager
    )
    proposed = disposal.propose(person=one, seen=disposal.preview(one, at).print, by=manager, at=at)
    done = disposal.approve(disposal=proposed, typed=one.reference, by=second, at=at)
    assert done.destroyed_at is not None
    assert abs(done.destroyed_at - at) < timedelta(minutes=1)


def test_a_file_that_told_of_the_record_is_emptied_and_never_taken_in_again(
    record: Any, manager: Any, second: Any
) -> None:
    agency = Agency.objects.create(name="Exampleshire Police", code="police-x", kind="police")
    by_feed = {"agency": agency, "received_at": CLOSED, "received_by": manager, "finished_at": CLOSED}
    files = {
        name: FeedFile.objects.create(name=name, content=name.encode() + b" Hart", sha256=name, **by_feed)
        for name in ("whole", "corrected", "other")
    }
    for name, contact in (("whole", "shared"), ("whole", "alone"), ("corrected", "alone"), ("other", "shared")):
        FeedItem.objects.create(
            file=files[name], agency=agency, agency_reference=f"{name} {contact}", digest="d", contact=record[contact]
        )
    message = Quarantined.objects.create(
        file=files["other"], content=b"Ann Hart", code="x", message="x", corrected_as=files["corrected"],
        sent_on_at=CLOSED, sent_on_by=manager,
    )  # fmt: skip
    counted = {(table, how): number for table, how, number in disposal.preview(record["one"], AT).counts}
    assert counted["contacts_feedfile", "blank"] == 2
    done = disposal.approve(disposal=propose(record["one"], manager), typed=record["one"].reference, by=second, at=AT)
    assert done.destroyed_at is not None
    left = {file.name: (bytes(file.content), file.sha256) for file in FeedFile.objects.all()}
    assert left == {"whole": (b"", "whole"), "corrected": (b"", "corrected"), "other": (b"other Hart", "other")}
    message.refresh_from_db()
    assert bytes(message.content) == b""


def test_a_row_blanked_without_a_disposal_is_named(record: Any, manager: Any, second: Any) -> None:
    one = record["one"]
    disposal.approve(disposal=propose(one, manager), typed=one.reference, by=second, at=AT)
    blanked = Entry.objects.get(event="retention.destroyed").detail["blanked"]["audit_entry"]
    excused = int(next(iter(blanked)))
    other = write_audit("retention.held", by=manager, people=[record["brother"]], reason="Kept.")
    as_owner("UPDATE audit_entry SET path = '/elsewhere/' WHERE id = %s", excused)
    assert [(fault.table, fault.row) for fault in verify.faults()] == [("audit_entry", excused)]
    as_owner("UPDATE audit_entry SET reason = '' WHERE id = %s", other.pk)
    assert {fault.row for fault in verify.faults()} == {excused, other.pk}


def test_nothing_goes_by_one_person_or_past_a_hold_or_after_a_change(record: Any, manager: Any, second: Any) -> None:
    one = record["one"]
    proposed = propose(one, manager)

    def refused(match: str, by: Any = second, typed: str = one.reference) -> None:
        with pytest.raises(Refused, match=match), transaction.atomic():
            disposal.approve(disposal=proposed, typed=typed, by=by, at=AT)
        assert Person.objects.filter(pk=one.pk).exists()

    refused("Somebody else has to agree", by=manager)
    refused("Type the reference", typed="P-00000000")
    with pytest.raises(Refused, match="proposed already"), transaction.atomic():
        propose(one, second)
    hold = actions.hold(person=one, kind="legal", reason="Court.", by=manager, at=AT)
    refused("Hold: court or legal proceedings")
    actions.end_hold(held=hold, reason="It is over.", by=manager, at=AT)
    refused("changed since")
    Involvement.objects.filter(person=one, kind="contact").update(closed_at=None)
    refused("it is open")
    Involvement.objects.filter(person=one).update(closed_at=AT - timedelta(days=1))
    refused("long enough")
    disposal.withdraw(disposal=proposed, by=second, at=AT)
    refused("withdrawn")
    Involvement.objects.filter(person=one).update(closed_at=CLOSED)
    again = propose(one, second)
    people.add_address(person=one, by=manager, at=AT, lines="2 Mill Lane", postcode="ZZ99 1AA")
    with pytest.raises(Refused, match="changed since"), transaction.atomic():
        disposal.approve(disposal=again, typed=one.reference, by=manager, at=AT)
    assert not Disposal.objects.done().exists()


def test_a_question_that_is_also_about_a_contact_that_stays_stops_it(record: Any, manager: Any, second: Any) -> None:
    """A question asked of a contact that goes and of one that stays holds an answer about somebody else as well."""
    asked = InformationRequest.objects.create(
        contact=record["alone"], asked_of="The school", question="How are they?", why="A worry", lawful_basis="task",
        asked_at=AT, asked_by=manager,
    )  # fmt: skip
    asked.also_about.set([record["shared"]])
    with pytest.raises(Refused, match="contacts_informationrequest"), transaction.atomic():
        disposal.approve(disposal=propose(record["one"], manager), typed=record["one"].reference, by=second, at=AT)
    assert InformationRequest.objects.filter(pk=asked.pk).exists()


def test_the_database_destroys_nothing_that_two_people_have_not_agreed(record: Any, manager: Any, second: Any) -> None:
    proposed = propose(record["one"], manager)
    with pytest.raises(DatabaseError, match="two people"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT disposal_destroy(%s)", [proposed.pk])
    with pytest.raises(DatabaseError, match="disposal_needs_two_people"), transaction.atomic():
        Disposal.objects.filter(pk=proposed.pk).update(approved_at=AT, approved_by=manager)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_person")


def test_nobody_without_the_permission(record: Any, manager: User, make_user: MakeUser) -> None:
    worker = make_user("wendy", "social_worker")
    with pytest.raises(Denied), transaction.atomic():
        propose(record["one"], worker)
    proposed = propose(record["one"], manager)
    for act in (
        lambda: disposal.withdraw(disposal=proposed, by=worker, at=AT),
        lambda: disposal.approve(disposal=proposed, typed=proposed.reference, by=worker, at=AT),
    ):
        with pytest.raises(Denied), transaction.atomic():
            act()


def test_the_pages_from_what_would_go_to_what_is_left(
    record: Any, manager: Any, client: Any, django_assert_max_num_queries: Any
) -> None:
    one = record["one"]
    client.force_login(manager)
    path = f"/people/{one.reference}/disposal/"
    with django_assert_max_num_queries(30):
        shown = client.get(path).content.decode()
    assert "Propose to destroy this record" in shown
    assert client.post(path, {"seen": "stale"}).status_code == 422
    at = client.post(path, {"seen": disposal.preview(one, AT).print})["Location"]
    assert one.reference in client.get("/retention/disposals/").content.decode()
    assert client.post(at, {"typed": one.reference}).status_code == 422
    second = manager.__class__.objects.create_user("dee", "Dee", roles=["data_protection_officer"])
    client.force_login(second)
    assert "Agree, and destroy" in client.get(at).content.decode()
    assert client.post(at, {"typed": ""}).status_code == 422
    assert client.post(at, {"typed": "P-1"}).status_code == 422
    assert client.post(at, {"typed": one.reference}).status_code == 302
    left = client.get(at).content.decode()
    assert "Agreed by Dee" in left
    assert "Hart" not in without_drawn(left)
    assert one.reference in client.get("/retention/disposals/?view=done").content.decode()
    assert client.get(f"/people/{one.reference}/").status_code == 404
    assert client.get("/retention/disposals/99999/").status_code == 404
    entry = Entry.objects.get(event="retention.destroyed")
    assert (entry.actor, entry.reference) == (second, one.reference)


def test_the_file_of_a_paper_goes_unless_another_paper_is_the_same_file(
    record: Any, manager: Any, second: Any, settings: Any, tmp_path: Any
) -> None:
    settings.DOCUMENTS_DIR = tmp_path
    stored = [storage.put(text)[0] for text in (b"hers alone", b"shared")]
    for person, blob in ((record["one"], stored[0]), (record["one"], stored[1]), (record["brother"], stored[1])):
        Document.objects.create(
            person=person, title="Letter", kind="letter", added_at=AT, added_by=manager, file_name="a.txt",
            content_type="text/plain", size=1, sha256="0" * 64, blob=blob,
        )  # fmt: skip
    disposal.approve(disposal=propose(record["one"], manager), typed=record["one"].reference, by=second, at=AT)
    assert list(FileToRemove.objects.values_list("name", flat=True)) == [stored[0]]
    assert storage.path_of(stored[0]).exists()
    assert (disposal.remove_files(), disposal.remove_files()) == (1, 0)
    assert [storage.path_of(blob).exists() for blob in stored] == [False, True]
