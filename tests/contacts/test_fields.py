"""One list of what can be known: every way in has it from there, with the same limits, and it fits where it is kept."""

import uuid
from dataclasses import fields as attributes
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from assessments.early_help.models import EarlyHelpPerson
from contacts import facts, fields
from contacts.agencies.feeds import reading
from contacts.fields import Fact, Kind
from contacts.given import sought
from contacts.recording.actions import record_contact
from contacts.recording.forms import AdultForm, ChildForm, ContactForm, FamilyForm
from contacts.screening.readers import words
from frontdoor.accounts.models import User
from frontdoor.api import bodies
from frontdoor.api.schema import document
from tests.contacts.conftest import NOW, some_facts

GROUPS = {
    facts.ContactFacts: fields.CONTACT,
    facts.ReferrerFacts: fields.REFERRER,
    facts.AddressFacts: fields.ADDRESS,
    facts.FamilyFacts: fields.FAMILY,
    facts.PersonFacts: fields.PERSON,
}
FORMS = {"contact": ContactForm, "child": ChildForm, "adult": AdultForm, "family": FamilyForm}
OBJECTS = {
    "contact": "Contact", "referrer": "Referrer", "address": "Address", "consent": "Consent",
    "family_told": "FamilyTold", "risk": "Risk", "dash": "Dash", "child_location": "ChildLocation",
    "incident": "Incident", "child": "Child", "adult": "Adult", "member": "FamilyMember",
}  # fmt: skip
TEXTS = [fact for fact in fields.EVERY if fact.kind in (Kind.LINE, Kind.TEXT)]


def named(fact: Fact) -> str:
    return f"{fact.name}-{fact.column}"


#: As long as on record, from where some come: the old systems' first and middle names, and a household's children.
AS_ON_RECORD = {"ContactPerson.given_name": 150, "ContactPerson.family_name": 150}


@pytest.mark.parametrize("fact", fields.EVERY, ids=named)
def test_a_fact_fits_where_it_is_kept(fact: Fact) -> None:
    model, _, column = fact.column.partition(".")
    kept = apps.get_model("contacts", model)._meta.get_field(column)
    if isinstance(kept, models.CharField):
        longest = fields.LONGEST_ADDRESS if fact.name == "lines" else fact.longest or kept.max_length
        assert kept.max_length == AS_ON_RECORD.get(fact.column, longest)


def test_a_person_on_an_early_help_assessment_has_the_same_columns() -> None:
    columns = {field.name for field in EarlyHelpPerson._meta.get_fields()}
    assert set(fields.PERSON_COLUMNS) <= columns


@pytest.mark.parametrize("of", GROUPS)
def test_code_reads_every_fact_by_its_name(of: type) -> None:
    assert {fact.name for fact in GROUPS[of]} <= {each.name for each in attributes(of)}


@pytest.mark.parametrize("where", FORMS)
def test_the_page_asks_them_with_their_limits(where: str) -> None:
    form: dict[str, Any] = FORMS[where].base_fields
    for name, fact in fields.asked("page", where).items():
        assert name in form, name
        if fact in TEXTS and not fact.code_list:
            assert form[name].max_length == fact.longest, name
    contact: dict[str, Any] = ContactForm.base_fields
    assert contact["dash_ticks"].max_value == fields.OF_CONTACT["dash_ticks"].longest


def test_the_api_describes_them_with_their_limits() -> None:
    described = document()["components"]["schemas"]
    for where, name in OBJECTS.items():
        for called, fact in fields.asked("api", where).items():
            told = described[name]["properties"][called]
            if fact in TEXTS:
                assert told["maxLength"] == fact.longest, (name, called)
    assert bodies.Contact.model_fields.keys() >= {"injuries", "police_told", "can_it_wait"}


@pytest.mark.parametrize(("known", "where"), [(reading.FIELDS, "contact"), (reading.CHILD, "child")])
def test_a_file_holds_them_by_their_names(known: dict[str, Fact], where: str) -> None:
    assert known == fields.asked("feed", where)


def test_the_names_of_a_way_in_are_told_apart() -> None:
    """Two facts under one name in one place would be one question for two things."""
    for way in ("page", "api", "feed"):
        places = {
            place for fact in fields.EVERY for place in {"page": fact.page, "api": fact.api, "feed": fact.feed}[way]
        }
        for place in places:
            asked = [
                fact for fact in fields.EVERY if place in {"page": fact.page, "api": fact.api, "feed": fact.feed}[way]
            ]
            assert len(asked) == len(fields.asked(way, place)), (way, place)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ticks", "said"), [(27, []), (28, ["DASH ticks: 28, more than the 27 there are. Kept as received"])]
)
def test_more_than_there_can_be_is_kept_and_marked(officer: User, ticks: int, said: list[str]) -> None:
    contact = record_contact(facts=some_facts(dash_ticks=ticks), by=officer, at=NOW)
    assert contact.dash_ticks == ticks
    assert [text for label, text in words(contact) if label == "To be checked"] == said


def test_no_reason_for_a_grade_is_lost_from_a_file() -> None:
    reasons = " ".join([*(f"reason_{number}" for number in range(22)), "x" * 61])
    found = reading.read(f"reference,concerns,grade_reasons\nPPN/1,Shouting,{reasons}\n".encode(), NOW)[0].facts
    assert found is not None
    assert found.grade_reasons == [f"reason_{number}" for number in range(20)]
    assert found.concerns == f"Shouting\n\nFurther reasons for the grade: reason_20; reason_21; {'x' * 61}"


@pytest.mark.parametrize("name", ["Unknown", "N/K", "tbc", "?", "not known"])
def test_no_name_is_no_name_wherever_it_is_told(name: str) -> None:
    assert facts.PersonFacts(given_name=name).name == ""
    assert sought(facts.PersonFacts(given_name=name)).name == ""


@pytest.mark.django_db
def test_an_address_has_to_fit_as_one_text() -> None:
    lines = "\n".join(["x" * 20] * 14)  # 293 characters as typed, 306 as one text
    form = ContactForm({"address_lines": lines})
    assert "address_lines" in form.errors
    assert "address_lines" not in ContactForm({"address_lines": lines[:272]}).errors


@pytest.mark.django_db
def test_every_question_stands_on_the_page(client: Client, officer: User) -> None:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/contacts/new/{uuid.uuid4()}/").content.decode()
    for where, prefix in (("contact", ""), ("child", "children-0-"), ("adult", "adults-0-"), ("family", "families-0-")):
        for name in fields.asked("page", where):
            if f"{prefix}{name}" != "families-0-label":  # asked where there is more than one family
                assert f'name="{prefix}{name}' in page, (where, name)
