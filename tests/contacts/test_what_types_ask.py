"""What a type of contact asks beside what every contact asks is kept as given and read; a court's date is due."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from contacts.families.parts import TEXTS
from contacts.fields import OF_A_TYPE, Kind
from contacts.models import Contact, ContactType
from contacts.recording.actions import record_contact
from contacts.recording.forms import ContactForm
from contacts.screening.readers import of_its_type, words
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from tests.contacts.conftest import NOW, some_facts


def taken(kind: str, by: User, **told: Any) -> Contact:
    return record_contact(facts=some_facts(kind=kind, **told), by=by, at=NOW)


def typed(kind: str, **told: str) -> ContactForm:
    return ContactForm({"kind": kind, "concerns": "A report is asked for.", "referrer_name": "The court", **told})


def test_every_type_named_is_one_there_is(db: None) -> None:
    known = set(ContactType.objects.values_list("code", flat=True))
    assert {code for fact in OF_A_TYPE for code in fact.kinds} <= known


def test_it_is_kept_and_read_with_the_contact(officer: User) -> None:
    contact = taken(
        "missing", officer, last_seen_at=NOW, last_seen="At the bus station, with Kit Otherly", found_at=None,
        interview_offered_by="Sol Worker",
    )  # fmt: skip
    said = dict(words(Contact.objects.get(pk=contact.pk)))
    assert said["Last seen"] == "23 November 2026 at 10:00am"
    assert said["Where last seen"] == "At the bus station, with Kit Otherly"
    assert "Found or back" not in said
    fgm = taken("fgm", officer, reported_to_police=False)
    assert dict(words(fgm))["Reported to the police by the professional"] == "No"
    plan = taken("transfer_in", officer, plan_category="NEG", plan_started_on=date(2026, 3, 2))
    assert ("Category of the plan", "Neglect") in words(plan)
    assert ("Plan since", "2 March 2026") in words(plan)


def test_words_of_it_that_may_name_another_family_are_separated_as_all_others() -> None:
    texts = {fact.name for fact in OF_A_TYPE if fact.kind in (Kind.LINE, Kind.TEXT)}
    assert texts <= TEXTS.keys()
    assert "last_seen_at" not in TEXTS


@pytest.mark.parametrize("kind", ["court_s7", "court_s37"])
def test_a_report_is_due_on_the_day_the_court_directed(kind: str, officer: User) -> None:
    contact = taken(kind, officer, report_due_on=date(2026, 12, 18))
    clock = Clock.objects.get(reference=contact.reference, rule=kind)
    assert clock.due_at.astimezone(UTC).date() == date(2026, 12, 18)
    plain = Clock.objects.get(reference=taken(kind, officer).reference, rule=kind)
    assert plain.due_at == datetime(2027, 1, 18, 23, 59, 59, tzinfo=UTC), "eight weeks from 23 November"


def test_a_section_7_report_has_a_date_and_none_before_its_request(db: None) -> None:
    assert "needed for" in str(typed("court_s7").errors["report_due_on"])
    day = {"report_due_on_day": "1", "report_due_on_month": "2"}
    assert "report_due_on" not in typed("court_s7", **day, report_due_on_year="2099").errors
    early = typed("court_s37", **day, report_due_on_year="2020").errors["report_due_on"]
    assert "before the request reached us" in str(early)


def test_the_page_of_a_call_asks_it_under_the_types_that_do(client: Client, officer: User) -> None:
    client.force_login(officer)
    page = client.get(client.get("/contacts/new/").headers["Location"]).content.decode()
    assert "Court request: section 7 or Court request: section 37" in page
    assert 'name="last_seen"' in page


def test_a_young_person_who_refused_section_20_without_advice_has_not_refused(officer: User) -> None:
    told: dict[str, Any] = {"section_20": "refused", "housing_told": "Ana Housing", "safe_tonight": "At an aunt’s"}
    said = dict(words(taken("homeless_16_17", officer, **told)))
    assert said["Accommodation under section 20"] == "Offered and refused"
    assert said["Joint assessment with housing"] == "Ana Housing"
    assert "does not count as refused" in said["To be checked"]
    advised = words(taken("homeless_16_17", officer, **told, section_20_advice="Jo Advocate, in person"))
    assert "To be checked" not in dict(advised)


def test_a_child_alone_brings_what_was_said_of_the_journey(officer: User) -> None:
    contact = taken(
        "unaccompanied_child", officer, arrived_on=date(2026, 11, 20), arrival_place="Dover", dialect="Kurdish: Sorani",
        home_office_reference="HO-1", section_20="accepted",
    )  # fmt: skip
    rows = of_its_type(Contact.objects.get(pk=contact.pk))
    assert ("dialect", "Language and dialect", "Kurdish: Sorani") in rows
    assert ("arrived_on", "Arrived", "20 November 2026") in rows
    assert "section_20" not in {name for name, _, _ in rows}, "the type does not ask it"
    clock = Clock.objects.get(reference=contact.reference, rule="transfer_scheme")
    assert clock.due_at.astimezone(UTC).date() == date(2026, 12, 7), "ten working days from 23 November"


def test_a_complaint_has_its_holding_letter_and_ranks_with_no_concern(officer: User) -> None:
    contact = taken("complaint", officer, complaint_of="The duty team", complaint_wish="Somebody rings back")
    assert (contact.type.ranks_with_concerns, contact.type.may_become_referral) == (False, False)
    clock = Clock.objects.get(reference=contact.reference, rule="complaint_holding_letter")
    assert clock.due_at.astimezone(UTC).date() == date(2026, 11, 26)
    assert ("What they want to happen", "Somebody rings back") in words(contact)
