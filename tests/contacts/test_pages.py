"""The page of a call, through Django's client."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact
from contacts.recording.forms import bind, facts_leniently
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.drafts.models import Draft
from frontdoor.people import actions as people
from frontdoor.people.actions import GivenName
from frontdoor.people.ages import born_about
from frontdoor.people.models import Person
from frontdoor.people.protection import actions as protection
from tests.factories import StaffFactory

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def sent(children=1, adults=1, families=1, **given):
    """What the browser sends for a page filled in, with these many rows."""
    data = {
        "how": "telephone",
        "kind": "concern",
        "referrer_name": "Ms Teach",
        "referrer_telephone": "01632 960001",
        "referrer_role": "Head teacher",
        "caller_is": ["professional"],
        "source": "2A",
        "child_location": "At school",
        "concerns": "Sam had no coat again. He says there is no food.",
        "address_lines": "1 Example Street",
        "postcode": "ZZ99 1AA",
    }
    for prefix, total in (("children", children), ("adults", adults), ("families", families)):
        data[f"{prefix}-TOTAL_FORMS"] = str(total)
        data[f"{prefix}-INITIAL_FORMS"] = "0"
    for number in range(children):
        data[f"children-{number}-family_group"] = "1"
        data[f"children-{number}-role"] = "subject"
    if children:
        data |= {"children-0-given_name": "Sam", "children-0-family_name": "Example"}
    return {key.replace("__", "-"): value for key, value in (data | given).items() if value is not None}


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def head(db: None) -> User:
    return StaffFactory.create(role="service_manager")


@pytest.fixture
def address() -> str:
    return f"/contacts/new/{uuid.uuid4()}/"


def body(response):
    return " ".join(response.content.decode().split())


def a_child(manager: User, given: str = "Zoë", family: str = "Examplewood", **facts) -> Person:
    facts.setdefault("date_of_birth", date(2017, 3, 3))
    return people.create_person(
        by=manager,
        at=AT,
        names=[GivenName(given, family)],
        address={"lines": "1 Example Street", "postcode": "ZZ99 1AA"},
        **facts,
    )


def test_a_call_about_two_children_is_recorded_from_an_empty_page(signed_in: Client) -> None:
    start = signed_in.get("/contacts/new/")
    assert start.status_code == 302
    page = signed_in.get(start["Location"])
    assert page.status_code == 200
    assert "Never confirm to the caller that a child is known to us" in body(page)
    assert "Ring 999" in body(page)
    response = signed_in.post(
        start["Location"],
        sent(
            2, 1, 1,
            **{
                "children-1-given_name": "Zoë", "children-1-about_age": "about 4", "children-1-family_group": "1",
                "adults-0-given_name": "Alex", "adults-0-relationship": "mother",
                "adults-0-parental_responsibility": "yes", "families-0-told": "no",
                "families-0-told_reason": "It would raise the risk", "families-0-agreement": "not_sought",
            },
        ),
    )  # fmt: skip
    contact = Contact.objects.get()
    assert response["Location"] == f"/contacts/{contact.reference}/recorded/"
    receipt = body(signed_in.get(response["Location"]))
    assert contact.reference in receipt
    assert "Example Street" not in receipt
    rows = list(contact.people.order_by("position"))
    assert [row.name for row in rows] == ["Sam Example", "Zoë", "Alex"]
    assert rows[1].dob_is_estimated
    assert rows[1].postcode == "ZZ99 1AA"
    assert rows[2].parental_responsibility is True
    assert all(row.person_id is None for row in rows)
    family = contact.families.get()
    assert (family.told, family.told_reason, family.agreement) == ("no", "It would raise the risk", "not_sought")
    assert contact.is_professional


def test_sent_twice_it_lands_on_the_one_record(signed_in: Client, address: str) -> None:
    signed_in.post(address, sent())
    again = signed_in.post(address, sent())
    contact = Contact.objects.get()
    assert again.status_code == 302
    assert again["Location"] == f"/contacts/{contact.reference}/"
    assert signed_in.get(address)["Location"] == f"/contacts/{contact.reference}/"
    assert signed_in.post(address, sent(keep="1"))["Location"] == f"/contacts/{contact.reference}/"


def test_what_is_missing_is_named_at_its_field_and_the_text_stays(signed_in: Client, address: str) -> None:
    response = signed_in.post(
        address,
        sent(referrer_name="", kind="", concerns="", child_said="Mummy was sleeping"),
    )
    assert response.status_code == 422
    page = body(response)
    assert "Enter the caller’s name, or tick that they will not give it" in page
    assert 'href="#id_referrer_name"' in page
    assert "Enter what happened, in the caller’s words" in page
    assert "Mummy was sleeping" in page
    assert not Contact.objects.exists()
    assert b"Mummy" in bytes(Draft.objects.get().body)


def test_a_type_asks_for_what_its_rows_say(signed_in: Client, address: str) -> None:
    response = signed_in.post(address, sent(kind="police_notification"))
    page = body(response)
    assert response.status_code == 422
    for name in ("agency_reference", "grade", "grade_reasons"):
        assert f'href="#id_{name}"' in page


@pytest.mark.parametrize("name", ["Unknown", "not known", "N/K", ""])
def test_unknown_is_no_name_and_something_else_must_tell_the_child(signed_in: Client, address: str, name: str) -> None:
    refused = signed_in.post(address, sent(**{"children-0-given_name": name, "children-0-family_name": ""}))
    assert refused.status_code == 422
    assert 'href="#id_children-0-given_name"' in body(refused)
    taken = signed_in.post(
        address,
        sent(
            **{"children-0-given_name": name, "children-0-family_name": "",
               "children-0-sex": "F", "children-0-about_age": "4"}
        ),
    )  # fmt: skip
    assert taken.status_code == 302


def test_adults_only_needs_a_tick_and_no_child(signed_in: Client, address: str) -> None:
    data = sent(**{"children-0-given_name": "", "children-0-family_name": "", "adults-0-given_name": "Alex"})
    assert signed_in.post(address, data).status_code == 422
    assert signed_in.post(address, data | {"no_child_identified": "on", "kind": "adults_only"}).status_code == 302
    contact = Contact.objects.get()
    assert contact.no_child_identified
    assert [row.is_child for row in contact.people.all()] == [False]


def test_an_anonymous_caller_and_a_child_calling_need_no_name(signed_in: Client) -> None:
    for who in ("anonymous", "child"):
        response = signed_in.post(
            f"/contacts/new/{uuid.uuid4()}/", sent(referrer_name="", caller_is=[who], source="", safe_way="At school")
        )
        assert response.status_code == 302
    anonymous, child = Contact.objects.order_by("pk")
    assert (anonymous.is_anonymous, anonymous.source, anonymous.safe_way) == (True, "9", "")
    assert (child.is_the_child, child.safe_way) == (True, "At school")


def test_hostile_input_is_refused_or_kept_as_text(signed_in: Client, address: str) -> None:
    long = signed_in.post(address, sent(concerns="x" * 20_001))
    assert long.status_code == 422
    assert "20,000 characters or fewer" in body(long)
    assert "x" * 20_001 in body(long)
    assert signed_in.post(address, sent(referrer_name="a\x00b")).status_code == 422
    assert signed_in.post(address, sent(**{"children-TOTAL_FORMS": "99999"})).status_code == 422
    assert signed_in.post(address, {"children-TOTAL_FORMS": "nonsense"}).status_code == 422
    names = {"children-0-given_name": "<script>alert(1)</script>", "children-0-family_name": "محمد 李 Ọládélé"}
    shown = signed_in.post(address, sent(kind="", **names))
    assert "<script>alert(1)" not in body(shown)
    assert "محمد 李 Ọládélé" in body(shown)
    assert signed_in.post(address, sent(**names)).status_code == 302
    assert Contact.objects.get().people.get(position=1).name == "<script>alert(1)</script> محمد 李 Ọládélé"


def test_a_draft_comes_back_without_any_error(signed_in: Client, address: str) -> None:
    half = {
        "referrer_name": "Half a na", "concerns": "Half a sen", "safe_until_day": "23",
        "children-TOTAL_FORMS": "2", "children-INITIAL_FORMS": "0", "children-1-given_name": "Zoë",
        "children-1-date_of_birth_day": "31", "children-1-date_of_birth_month": "2",
    }  # fmt: skip
    saved = signed_in.put(
        f"/drafts/{address.split('/')[3]}/contact/",
        "&".join(f"{key}={value}" for key, value in half.items()),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Draft-Sequence": "7", "X-Draft-Version": "0", "X-Draft-Page": "tab1"},
    )
    assert saved.status_code == 204
    version = f'data-draft-version="{saved["X-Draft-Version"]}"'
    page = signed_in.get(address)
    assert page.status_code == 200
    for typed in ("Half a na", "Half a sen", 'value="Zoë"', 'value="31"', version):
        assert typed in body(page)
    assert "There is a problem" not in body(page)
    assert address in body(signed_in.get("/drafts/"))


def test_rows_are_added_and_removed_without_a_script_and_the_page_is_kept(signed_in: Client, address: str) -> None:
    added = signed_in.post(address, sent(2, **{"children-1-given_name": "Zoë", "add_child": "1"}))
    assert added.status_code == 200
    assert 'name="children-2-given_name"' in body(added)
    assert "There is a problem" not in body(added)
    removed = signed_in.post(address, sent(2, **{"children-1-given_name": "Zoë", "remove_child": "0"}))
    assert 'value="Zoë"' in body(removed)
    assert 'value="Sam"' not in body(removed)
    assert 'name="children-1-given_name"' not in body(removed)
    later = signed_in.post(address, sent(later="1", kind=""))
    assert later["Location"] == "/drafts/"
    assert b"Ms+Teach" in bytes(Draft.objects.get().body)
    assert not Contact.objects.exists()


def test_known_children_are_offered_as_they_are_typed(signed_in: Client, manager: User) -> None:
    child = a_child(manager)
    response = signed_in.post(
        "/contacts/new/known/",
        sent(**{"children-0-given_name": "Zoe", "children-0-family_name": "Examplewood"}),
        headers={"HX-Request": "true", "HX-Trigger": "id_children-0-lookup"},
    )
    assert response.status_code == 200
    assert "<html" not in body(response)
    assert "Zoë Examplewood" in body(response)
    assert "1 Example Street" in body(response)
    assert f'name="children-0-suggested_reference" value="{child.reference}"' in body(response)
    row = Entry.objects.get(kind="listed")
    assert (row.people, row.reason) == ([child.pk], "search from a call")
    assert signed_in.get("/contacts/new/known/").status_code == 405
    assert signed_in.post("/contacts/new/known/", sent()).status_code == 404


def test_a_number_pasted_with_what_nobody_sees_finds_the_child_and_a_wrong_one_is_told(
    signed_in: Client, manager: User
) -> None:
    child = a_child(manager)
    people.add_identifier(person=child, by=manager, at=AT, kind="nhs", value="9434765919")

    def told(number: str) -> str:
        answer: str = body(
            signed_in.post(
                "/contacts/new/known/",
                sent(**{"children-0-given_name": "", "children-0-family_name": "", "children-0-nhs_number": number}),
                headers={"HX-Request": "true", "HX-Trigger": "id_children-0-lookup"},
            )
        )
        return answer

    for number in ("943 476 5919", "943\u200b476\u200b5919", "９４３４７６５９１９", "943\u00a0476‑5919\ufeff"):
        assert child.reference in told(number), ascii(number)
        assert "check digit" not in told(number)
    assert "The check digit of this NHS number is wrong" in told("943\u200b4765918")
    assert "An NHS number has 10 digits" in told("943 476")


def test_grown_ups_of_a_large_family_do_not_crowd_out_the_child(signed_in: Client, manager: User) -> None:
    for year in range(1950, 1962):
        a_child(manager, date_of_birth=date(year, 1, 1))
    child = a_child(manager, "Zoë", "Examplewoods")
    response = signed_in.post(
        "/contacts/new/known/",
        sent(**{"children-0-given_name": "Zoe", "children-0-family_name": "Examplewood"}),
        headers={"HX-Request": "true", "HX-Trigger": "id_children-0-lookup"},
    )
    assert f'value="{child.reference}"' in body(response)
    assert "1 person who" in body(response)


def test_a_restricted_child_is_never_offered(signed_in: Client, head: User) -> None:
    child = a_child(head)
    protection.set_restriction(person=child, holders=[head], by=head, at=AT, reason="Threats")
    response = signed_in.post(
        "/contacts/new/known/",
        sent(**{"children-0-given_name": "Zoe", "children-0-family_name": "Examplewood"}),
        headers={"HX-Request": "true", "HX-Trigger": "id_children-0-lookup"},
    )
    assert child.reference not in body(response)
    assert not Entry.objects.filter(kind="listed").exists()


def test_a_chosen_suggestion_comes_back_and_links_nothing(signed_in: Client, address: str, manager: User) -> None:
    child = a_child(manager)
    picked = {"children-0-suggested_reference": child.reference}
    assert (
        "checked" in body(signed_in.post(address, sent(kind="", **picked))).split(f'value="{child.reference}"')[2][:20]
    )
    signed_in.post(address, sent(**picked))
    row = Contact.objects.get().people.get(position=1)
    assert (row.suggested_reference, row.person_id) == (child.reference, None)
    without = signed_in.post(address, sent(find_person="children-0"))
    assert without.status_code == 302


def test_without_a_script_a_button_looks_for_the_child(signed_in: Client, address: str, manager: User) -> None:
    child = a_child(manager, "Sam", "Example")
    found = signed_in.post(address, sent(kind="", find_person="children-0"))
    assert found.status_code == 200
    assert child.reference in body(found)


def test_only_those_who_record_contacts_get_in(client: Client, db: None) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    client.force_login(dpo, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/contacts/new/").status_code == 403


@pytest.mark.parametrize(
    ("typed", "days"), [("4", 1461), ("about 6 months", 184), ("3 weeks", 21), ("10 days old", 10), ("12yrs", 4383)]
)
def test_ages_in_words_give_an_estimated_birth(typed: str, days: int) -> None:
    on = date(2026, 11, 23)
    born = born_about(typed, on)
    assert born is not None
    assert (on - born).days == days


@pytest.mark.parametrize("typed", ["", "young", "-4", "4 and 5", "4000"])
def test_other_words_are_no_age(typed: str) -> None:
    assert born_about(typed, date(2026, 11, 23)) is None


def test_the_fast_track_refuses_nothing_and_loses_nothing(db: None) -> None:
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    data.update(
        {
            "concerns": "Baby brought in blue", "child_location": "not known", "kind": "no such kind",
            "referrer_email": "not an address", "children-TOTAL_FORMS": "1", "children-INITIAL_FORMS": "0",
            "children-0-date_of_birth_day": "31", "children-0-date_of_birth_month": "2",
            "children-0-date_of_birth_year": "2026", "children-0-family_name": "N" * 200,
        }
    )  # fmt: skip
    facts = facts_leniently(data)
    assert facts.kind == "concern"
    assert facts.concerns.startswith("Baby brought in blue")
    for typed in ("not an address", "31 2 2026", "N" * 200):
        assert typed in facts.concerns
    assert len(facts.children) == 1
    assert bind(data, "fast_track").is_valid()
    data["child_location"] = ""
    screen = bind(data, "fast_track")
    assert not screen.is_valid()
    assert list(screen.form.errors) == ["child_location"]


def test_a_name_that_may_be_none_is_asked_about_and_kept_or_left_out(signed_in: Client) -> None:
    def record(**given: str) -> Any:
        data = sent(**{"children-0-given_name": "Na", "children-0-family_name": "", "children-0-sex": "F", **given})
        return signed_in.post(f"/contacts/new/{uuid.uuid4()}/", data)

    asked = record()
    assert asked.status_code == 422
    assert "Say whether “Na” is their name" in body(asked)
    assert 'name="children-0-name_is"' in body(asked)
    assert record(**{"children-0-name_is": "name"}).status_code == 302
    assert record(**{"children-0-name_is": "none"}).status_code == 302
    assert record(**{"children-0-family_name": "Kimtrial"}).status_code == 302
    names = [row.name for contact in Contact.objects.order_by("pk") for row in contact.people.all()]
    assert names == ["Na", "", "Na Kimtrial"]


def test_whoever_is_grown_up_among_the_children_is_asked_about(signed_in: Client, manager: User) -> None:
    def record(**given: str) -> Any:
        return signed_in.post(f"/contacts/new/{uuid.uuid4()}/", sent(**{"children-0-date_of_birth": "", **given}))

    for age in ({"children-0-date_of_birth": "2005-03-03"}, {"children-0-about_age": "21"}):
        asked = record(**age)
        assert asked.status_code == 422
        assert "21: say whether this person is a child on this contact" in body(asked)
    assert record(**{"children-0-about_age": "17"}).status_code == 302
    assert record(**{"children-0-about_age": "21", "children-0-stands_as": "child"}).status_code == 302
    contact = Contact.objects.latest("pk")
    assert contact.people.get().is_child
    assert "21 years old: is this person a child on this contact?" in body(
        signed_in.get(f"/contacts/{contact.reference}/")
    )
    adult = {"children-0-about_age": "21", "children-0-stands_as": "adult"}
    assert record(**adult).status_code == 422
    assert record(**adult, no_child_identified="on", kind="adults_only").status_code == 302
    row = Contact.objects.latest("pk").people.get()
    assert (row.is_child, row.role, row.given_name) == (False, "", "Sam")


def test_an_age_counts_from_the_day_it_was_said(signed_in: Client, address: str) -> None:
    signed_in.post(address, sent(received_at="2026-11-01T10:00", **{
        "children-0-date_of_birth": "", "children-0-about_age": "6 months",
    }))  # fmt: skip
    row = Contact.objects.get().people.get()
    assert (row.date_of_birth, row.dob_is_estimated) == (date(2026, 5, 1), True)
