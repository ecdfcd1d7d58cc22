"""A newer extract never does harm to what is known: whose value stands, field by field, for every type of record."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment, Factor
from contacts.models import Contact
from frontdoor.access import Refused
from frontdoor.accounts.models import User, system_user
from frontdoor.audit.models import Entry
from frontdoor.exchange.deciding import decide, take_back
from frontdoor.exchange.differences import lines
from frontdoor.exchange.legacy import amending_people
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.models import CaseNote, Difference, Origin
from frontdoor.people import actions
from frontdoor.people.merging import merge
from frontdoor.people.models import Identifier, Merge, Person
from frontdoor.ui.formats import moment
from referrals.models import Referral
from tests.exchange.extract import nhs
from tests.exchange.newer import ALONE, AT, CARECASE, CLIENT, FIRSTCALL, KEY, Borough, small, worker

LATER = AT + timedelta(days=30)


@pytest.fixture
def borough(db: None, tmp_path: Path) -> Borough:
    made = Borough(tmp_path / "in", small())
    made.imported()
    return made


@pytest.fixture
def wanda(db: None) -> User:
    return worker()


def facts(person: Person) -> dict[str, Any]:
    return (
        Person.objects.filter(pk=person.pk).values("date_of_birth", "dob_precision", "sex", "ethnicity", "school").get()
    )


def test_an_empty_or_unusable_value_never_replaces_a_filled_one(borough: Borough) -> None:
    mother = borough.record(CARECASE, ALONE)
    before = facts(mother), set(mother.names.values_list("kind", "full")), mother.addresses.count()
    borough.says(
        CARECASE, ALONE, dob="30/01/1980", gender="U", ethnicity="zzCodeError", forename="", postcode="",
        last_updated="2026-09-02",
    )  # fmt: skip
    borough.imported()
    assert (facts(mother), set(mother.names.values_list("kind", "full")), mother.addresses.count()) == before
    borough.says(CARECASE, ALONE, dob="", address="", ethnicity="Blue parrot", last_updated="2026-09-03")
    borough.imported()
    assert (facts(mother), set(mother.names.values_list("kind", "full")), mother.addresses.count()) == before
    # The next usable value is the source's own correction, not a difference.
    borough.says(CARECASE, ALONE, dob="1981-06-06", forename="Mother", last_updated="2026-09-04")
    borough.imported()
    assert facts(mother)["date_of_birth"] == date(1981, 6, 6)
    assert not Difference.objects.exists()


def test_what_was_corrected_here_stands_and_the_difference_is_put_before_a_person(
    borough: Borough, wanda: User
) -> None:
    mother = borough.record(CARECASE, ALONE)
    actions.amend_person(person=mother, by=wanda, at=AT, date_of_birth=date(1980, 5, 15), reason="Her passport.")
    borough.says(CARECASE, ALONE, dob="1980-05-25", ethnicity="WIRI", last_updated="2026-09-25")
    borough.imported()
    assert facts(mother)["date_of_birth"] == date(1980, 5, 15)
    assert facts(mother)["ethnicity"] == "WIRI", "what nobody changed here follows the source"
    told = Difference.objects.get()
    assert (told.field, told.person, told.theirs["date_of_birth"]) == ("date_of_birth", mother, "1980-05-25")
    assert (told.said_on, told.changed_by, told.changed_at) == (date(2026, 9, 25), wanda, AT)
    borough.says(CARECASE, ALONE, telephone="01632 960199", last_updated="2026-09-26")
    borough.imported()
    assert Difference.objects.count() == 1, "saying the same again adds nothing"
    borough.says(CARECASE, ALONE, dob="1980-05-15", last_updated="2026-09-27")
    borough.imported()
    told.refresh_from_db()
    assert (told.state, told.decided_at) == ("agreed", None)
    assert told.agreed_at is not None
    # What was typed here goes on standing against what the source says next.
    borough.says(CARECASE, ALONE, dob="1980-05-16", last_updated="2026-09-28")
    borough.imported()
    assert facts(mother)["date_of_birth"] == date(1980, 5, 15)
    assert Difference.objects.open().count() == 1


def test_deciding_keeps_ours_or_takes_theirs_as_an_edit_and_can_be_taken_back(borough: Borough, wanda: User) -> None:
    by = User.objects.create_user("perry", "Perry Figgis", roles=["performance_officer"])
    mother = borough.record(CARECASE, ALONE)
    actions.amend_person(person=mother, by=wanda, at=AT, school="Night school", ethnicity="WIRI")
    borough.says(CARECASE, ALONE, ethnicity="WOTH", last_updated="2026-09-25")
    borough.imported()
    told = Difference.objects.get()
    with pytest.raises(Refused, match="Say why"):
        decide(difference=told, answer="keep", by=by, at=LATER, reason=" ")
    decide(difference=told, answer="keep", by=by, at=LATER, reason="She said so.")
    borough.says(CARECASE, ALONE, address="", last_updated="2026-09-26")
    borough.imported()
    assert not Difference.objects.open().exists(), "what was decided is not asked again"
    take_back(difference=told, by=by, at=LATER, reason="Asked again.")
    decide(difference=told, answer="take", by=by, at=LATER, reason="The form she signed.")
    assert facts(mother)["ethnicity"] == "WOTH"
    assert Entry.objects.filter(event="person.amended", reference=mother.reference).count() == 2
    with pytest.raises(Refused, match="already"):
        decide(difference=told, answer="keep", by=by, at=LATER, reason="No.")
    take_back(difference=told, by=by, at=LATER, reason="Wrong form.")
    assert facts(mother)["ethnicity"] == "WIRI"
    assert Difference.objects.open().count() == 1
    assert [e.event for e in Entry.objects.filter(event__startswith="import.difference").order_by("pk")] == [
        "import.difference_kept", "import.difference_reopened", "import.difference_taken", "import.difference_reopened",
    ]  # fmt: skip


def test_a_difference_closes_itself_when_somebody_here_comes_round(borough: Borough, wanda: User) -> None:
    mother = borough.record(CARECASE, ALONE)
    actions.amend_person(person=mother, by=wanda, at=AT, ethnicity="WIRI")
    borough.says(CARECASE, ALONE, ethnicity="WOTH", last_updated="2026-09-25")
    borough.imported()
    actions.amend_person(person=mother, by=wanda, at=LATER, ethnicity="WOTH")
    borough.imported()
    assert Difference.objects.get().state == "agreed"


def test_names_numbers_and_addresses_given_here_stand_too(borough: Borough, wanda: User) -> None:
    by = User.objects.create_user("perry", "Perry Figgis", roles=["performance_officer"])
    mother = borough.record(CARECASE, ALONE)
    actions.add_name(person=mother, by=wanda, at=AT, given="Morag", family="Abernethy")
    actions.add_identifier(person=mother, by=wanda, at=AT, kind="nhs", value=nhs(11))
    actions.add_address(person=mother, by=wanda, at=AT, lines="1 Here Street", postcode="ZZ99 1HH")
    borough.says(
        CARECASE, ALONE, forename="Maura", nhs_no=nhs(12), address="9 There Road", postcode="ZZ99 9TH",
        last_updated="2026-09-25",
    )  # fmt: skip
    borough.imported()
    assert [name.full for name in mother.names.filter(kind="primary")] == ["Morag Abernethy"]
    assert [n.value for n in mother.identifiers.filter(kind="nhs")] == [nhs(11)]
    assert not mother.addresses.filter(postcode="ZZ99 9TH").exists()
    told = {row.field: row for row in Difference.objects.open()}
    assert set(told) == {"name", "nhs", "address"}
    for row in told.values():
        decide(difference=row, answer="take", by=by, at=LATER, reason="She brought papers.")
    assert [name.full for name in mother.names.filter(kind="primary")] == ["Maura Abernethy"]
    assert [n.value for n in mother.identifiers.filter(kind="nhs", valid_to__isnull=True)] == [nhs(12)]
    for row in told.values():
        take_back(difference=row, by=by, at=LATER, reason="The papers were somebody else's.")
    assert [name.full for name in mother.names.filter(kind="primary")] == ["Morag Abernethy"]
    assert [n.value for n in mother.identifiers.filter(kind="nhs", valid_to__isnull=True)] == [nhs(11)]
    current = mother.addresses.filter(ended_on__isnull=True)
    assert [row.postcode for row in current] == ["ZZ99 1HH"]


def test_a_correction_in_a_joined_record_reaches_the_one_record(borough: Borough) -> None:
    one, other = borough.record(CARECASE, KEY), borough.record(FIRSTCALL, CLIENT)
    assert other.merged_into == one
    assert facts(one)["school"] == "Testwick Primary School"
    borough.says(FIRSTCALL, CLIENT, SCHOOL="Larch Academy", DOB="15/03/2012", MODIFIED="20/09/2026")
    borough.imported()
    assert facts(one)["school"] == "Larch Academy"
    assert facts(one)["date_of_birth"] == date(2012, 3, 15)
    borough.says(FIRSTCALL, CLIENT, SCHOOL="", DOB="", MODIFIED="21/09/2026")
    borough.imported()
    assert facts(one)["school"] == "Larch Academy", "a blank of the other hides nothing"
    merge.undo(Merge.objects.get(loser=other), by=system_user(), at=LATER, reason="Two.")
    assert facts(one) == {
        "date_of_birth": date(2012, 3, 14), "dob_precision": "exact", "sex": "M", "ethnicity": "WBRI", "school": "",
    }  # fmt: skip
    assert facts(other)["school"] == "Larch Academy"
    assert facts(other)["date_of_birth"] == date(2012, 3, 15)


def test_what_was_typed_on_the_one_record_stands_against_the_joined_one(borough: Borough, wanda: User) -> None:
    one, other = borough.record(CARECASE, KEY), borough.record(FIRSTCALL, CLIENT)
    actions.amend_person(person=one, by=wanda, at=LATER + timedelta(days=365), school="Home taught")
    borough.says(FIRSTCALL, CLIENT, SCHOOL="Larch Academy", MODIFIED="20/09/2026")
    borough.imported()
    assert facts(one)["school"] == "Home taught"
    told = Difference.objects.get()
    assert (told.person, told.field, told.theirs) == (other, "school", {"school": "Larch Academy"})
    merge.undo(Merge.objects.get(loser=other), by=system_user(), at=LATER + timedelta(days=400), reason="Two.")
    assert facts(one)["school"] == "Home taught"
    assert facts(other)["school"] == "Larch Academy"


def test_what_was_typed_before_it_was_kept_who_did_stands_too(borough: Borough, wanda: User) -> None:
    one, other = borough.record(CARECASE, KEY), borough.record(FIRSTCALL, CLIENT)
    actions.amend_person(person=one, by=wanda, at=AT, school="Home taught")
    Person.objects.update(said_here={})  # as a database of the release before has it
    borough.says(FIRSTCALL, CLIENT, SCHOOL="Larch Academy", MODIFIED="20/09/2026")
    borough.imported()
    assert facts(one)["school"] == "Home taught"
    assert (Difference.objects.get().person, Difference.objects.get().field) == (other, "school")


def test_written_last_is_the_sources_own_date_of_change(db: None, tmp_path: Path) -> None:
    made = Borough(tmp_path / "in", small())
    # FirstCall is loaded second, but it was CareCase whose row was changed last.
    made.says(CARECASE, KEY, dob="2012-03-15", last_updated="2026-08-30")
    made.says(FIRSTCALL, CLIENT, DOB="14/03/2012", MODIFIED="01/06/2026")
    made.imported()
    one, other = made.record(CARECASE, KEY), made.record(FIRSTCALL, CLIENT)
    if other.merged_into is None:
        merge.apply(survivor=other, loser=one, by=system_user(), at=AT, reason="Same.", method="automatic")
    shown = Person.objects.standing().get(pk__in=[one.pk, other.pk])
    assert shown.date_of_birth == date(2012, 3, 15)


@pytest.mark.parametrize(("carecase", "firstcall", "born"), [
    ("2026-05-01", "01/06/2026", date(2012, 3, 16)),
    ("2026-07-01", "01/06/2026", date(2012, 3, 15)),
    ("2026-06-01", "01/06/2026", date(2012, 3, 15)),  # a tie: the record that stays
    ("", "01/06/2026", date(2012, 3, 16)),  # without a date: the oldest
])  # fmt: skip
def test_ties_and_missing_dates(db: None, tmp_path: Path, carecase: str, firstcall: str, born: date) -> None:
    made = Borough(tmp_path / "in", small())
    made.says(CARECASE, KEY, dob="2012-03-15", last_updated=carecase)
    made.says(FIRSTCALL, CLIENT, DOB="16/03/2012", MODIFIED=firstcall)
    made.imported()
    one, other = made.record(CARECASE, KEY), made.record(FIRSTCALL, CLIENT)
    if other.merged_into is None:
        merge.apply(survivor=one, loser=other, by=system_user(), at=AT, reason="Same.", method="automatic")
    assert facts(one)["date_of_birth"] == born


def test_an_older_extract_never_wins_by_being_loaded_later(db: None, tmp_path: Path) -> None:
    made = Borough(tmp_path / "in")
    old = {name: [list(row) for row in rows] for name, rows in made.made.rows.items()}
    made.says(CARECASE, ALONE, dob="1980-05-06", last_updated="2026-08-01")
    made.says("firstcall_contacts.csv", "C0400002", REASON="Domestic abuse", CALLER_NAME="PC 13 Invented")
    made.says("carecase_notes.csv", "N00000001", text="Visit. Put right.")
    made.says(FIRSTCALL, "00200002", SCHOOL="Larch Academy", MODIFIED="01/08/2026")
    made.imported()
    mother = made.record(CARECASE, ALONE)
    contact = Contact.objects.get(reference=Origin.objects.get(identity="C0400002").reference)
    made.made.rows = old
    report = made.imported(is_accepted=True)
    assert any("is older than" in question for question in report["questions"])
    assert facts(mother)["date_of_birth"] == date(1980, 5, 6)
    contact.refresh_from_db()
    assert (contact.summary, contact.referrer_name) == ("Domestic abuse", "PC 13 Invented")
    assert CaseNote.objects.filter(text="Visit. Put right.").exists()
    assert not Difference.objects.exists()


def test_two_children_exchanged_between_extracts_are_left_to_a_person(borough: Borough) -> None:
    mother = borough.record(CARECASE, ALONE)
    borough.says(CARECASE, ALONE, nhs_no=nhs(21), last_updated="2026-05-02")
    borough.imported()
    before = facts(mother), set(mother.names.values_list("full", flat=True))
    borough.says(
        CARECASE, ALONE, forename="Zebedee", surname="Quill", dob="2015-01-01", gender="M", nhs_no=nhs(22),
        last_updated="2026-09-02",
    )  # fmt: skip
    borough.imported()
    borough.imported()
    assert (facts(mother), set(mother.names.values_list("full", flat=True))) == before
    told = Difference.objects.get()
    assert (told.field, told.theirs["name"]) == ("row", "Zebedee Quill")
    by = User.objects.create_user("perry", "Perry Figgis", roles=["performance_officer"])
    decide(difference=told, answer="take", by=by, at=LATER, reason="The row had been typed over the wrong one.")
    assert facts(mother)["date_of_birth"] == date(2015, 1, 1)
    assert [name.full for name in mother.names.filter(kind="primary")] == ["Zebedee Quill"]


@pytest.fixture
def whole(db: None, tmp_path: Path) -> Borough:
    made = Borough(tmp_path / "in")
    made.imported()
    return made


def test_work_of_every_type_keeps_what_was_put_right_here(whole: Borough) -> None:
    def record(model: Any, identity: str) -> Any:
        return model.objects.get(reference=Origin.objects.get(identity=identity).reference)

    contact, referral = record(Contact, "C0400002"), record(Referral, "EP0100002")
    assessment = record(Assessment, "AS0500002")
    note = CaseNote.objects.get(text__contains="Isla")
    Contact.objects.filter(pk=contact.pk).update(summary="Put right here", grade="red")
    Referral.objects.filter(pk=referral.pk).update(primary_need="N4")
    CaseNote.objects.filter(pk=note.pk).update(text="Put right here")
    Factor.objects.filter(assessment=assessment, code="3B").update(ended_at=AT)
    whole.says("firstcall_contacts.csv", "C0400002", REASON="Domestic abuse", RISK="GREEN", CALLER_NAME="", NOTES="")
    whole.says("carecase_episodes.csv", "EP0100002", primary_need="N5", closure_date="", closure_reason="")
    whole.says("carecase_assessments.csv", "AS0500002", factors="3B;1A", outcome="")
    whole.says("carecase_notes.csv", "N00000002", text="Visit. Said otherwise.")
    closed = referral.status, referral.closed_at
    whole.imported()
    for each in (contact, referral, assessment, note):
        each.refresh_from_db()
    assert (contact.summary, contact.grade, contact.referrer_name) == ("Put right here", "red", "PC 12 Invented")
    assert contact.text.concerns.startswith("Officers attended.")
    assert (referral.primary_need, referral.status, referral.closed_at) == ("N4", *closed)
    assert assessment.outcome == "child_in_need"
    standing = Factor.objects.filter(assessment=assessment, ended_at=None)
    assert set(standing.values_list("code", flat=True)) == {"16A", "1A"}
    assert note.text == "Put right here"
    told = {(row.file.split("_")[1].removesuffix(".csv"), row.field) for row in Difference.objects.open()}
    assert told == {("contacts", "summary"), ("contacts", "grade"), ("episodes", "primary_need"), ("notes", "text")}
    by = User.objects.create_user("perry", "Perry Figgis", roles=["performance_officer"])
    for row in Difference.objects.open():
        decide(difference=row, answer="take", by=by, at=LATER, reason="They knew better.")
        take_back(difference=row, by=by, at=LATER, reason="No.")
        decide(difference=row, answer="take", by=by, at=LATER, reason="They did.")
    for each in (contact, referral, note):
        each.refresh_from_db()
    assert (contact.summary, contact.grade, referral.primary_need) == ("Domestic abuse", "green", "N5")
    assert note.text == "Visit. Said otherwise."


def test_the_time_and_the_kind_of_a_note_are_put_right_there_or_asked_about(whole: Borough) -> None:
    notes = "carecase_notes.csv"
    theirs, ours = (CaseNote.objects.get(text__contains=name) for name in ("Isla", "Rowan"))
    CaseNote.objects.filter(pk=ours.pk).update(kind="OV", happened_at=AT)
    for key in ("N00000001", "N00000002"):
        whole.says(notes, key, note_datetime="2024-07-03T10:30", note_type="TC")
    whole.imported()
    moved = datetime(2024, 7, 3, 9, 30, tzinfo=UTC)
    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert (theirs.happened_at, theirs.kind) == (moved, "TC")
    assert (ours.happened_at, ours.kind) == (AT, "OV")
    when, kind = Difference.objects.open().order_by("field")
    assert [line.ours for line in lines([when, kind])] == [moment(AT), "OV"]
    assert lines([when])[0].theirs == "3 July 2024 at 10:30am"
    by = User.objects.create_user("perry", "Perry Figgis", roles=["performance_officer"])
    decide(difference=when, answer="take", by=by, at=LATER, reason="They knew better.")
    take_back(difference=when, by=by, at=LATER, reason="No.")
    decide(difference=when, answer="take", by=by, at=LATER, reason="They did.")
    decide(difference=kind, answer="keep", by=by, at=LATER, reason="It was at the office.")
    ours.refresh_from_db()
    assert (ours.happened_at, ours.kind) == (moved, "OV")
    whole.made.rows[notes] = [row for row in whole.made.rows[notes] if row[0] != "N00000002"]
    whole.imported()
    theirs.refresh_from_db()
    assert theirs.ended_on is not None, "it is found by its new time"


def test_work_without_the_file_of_assessments_does_not_go_back(whole: Borough) -> None:
    referral = Referral.objects.get(reference=Origin.objects.get(identity="EP0100003").reference)
    assert referral.status == "assessed"
    whole.made.rows["carecase_assessments.csv"] = []
    whole.says("carecase_episodes.csv", "EP0100003", primary_need="N5")
    whole.imported(is_accepted=True)
    referral.refresh_from_db()
    assert (referral.status, referral.primary_need) == ("assessed", "N5")


def test_a_number_said_again_is_not_doubled(borough: Borough, wanda: User) -> None:
    mother = borough.record(CARECASE, ALONE)
    actions.add_identifier(person=mother, by=wanda, at=AT, kind="nhs", value=nhs(11))
    borough.says(CARECASE, ALONE, nhs_no=nhs(11), last_updated="2026-09-25")
    borough.imported()
    assert Identifier.objects.filter(person=mother, kind="nhs").count() == 1
    assert not Difference.objects.exists()


def test_a_merge_made_while_an_import_runs_stands(borough: Borough, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = borough.record(CARECASE, KEY), borough.record(FIRSTCALL, CLIENT)
    merge.undo(Merge.objects.get(loser=other), by=system_user(), at=AT, reason="Two.")

    def somebody_joins_them_meanwhile(file: str, rows: Any, meanings: Any) -> Any:
        if not Merge.objects.standing().exists():
            merge.apply(survivor=one, loser=other, by=system_user(), at=LATER, reason="Same.", method="automatic")
        return as_held(file, rows, meanings)

    monkeypatch.setattr(amending_people, "as_held", somebody_joins_them_meanwhile)
    borough.says(FIRSTCALL, CLIENT, SCHOOL="Larch Academy", CARER_TEL="01632960555", MODIFIED="20/09/2026")
    borough.imported()
    other.refresh_from_db()
    assert other.merged_into == one
    assert facts(one)["school"] == "Larch Academy"
    assert one.telephones.filter(number_key__endswith="960555").count() == 1


def test_people_whose_rows_change_are_held_until_the_step_is_done(borough: Borough) -> None:
    one, other = borough.record(CARECASE, KEY), borough.record(FIRSTCALL, CLIENT)
    with CaptureQueriesContext(connection) as asked:
        found = amending_people.locked([str(other.reference)])
    assert set(found) == {one.reference, other.reference}, "the record it is joined to as well"
    assert any("FOR UPDATE" in query["sql"] for query in asked)
