"""The one box in the header: references open their record, all else is looked for, and no name is in an address."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions as assessments
from contacts.recording.actions import record_contact
from frontdoor.access import Role
from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.protection import actions as protection
from referrals import actions as referrals
from tests.contacts.conftest import some_facts
from tests.factories import NOW, StaffFactory, TeamFactory
from tests.pages.conftest import AT
from tests.referrals.conftest import LATER, each

UNSURE = r'(FToken": |value=)"\w{64}"|<strong>[0-9A-Z]{10}</strong>|s=[0-9a-f]{10}'


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def records(db):
    """One record of every kind, by the letter of its reference, about one child."""
    officer, manager = StaffFactory.create(role="contact_officer"), StaffFactory.create(role="duty_manager")
    worker = StaffFactory.create(role="social_worker")
    contact = record_contact(facts=some_facts(), by=officer, at=NOW)
    decided = referrals.decide_contact(
        contact=contact,
        decisions=each(contact, "referral"),
        by=manager,
        at=LATER,
        team=TeamFactory.create(),
        worker=worker,
    )
    referral = decided.referrals[0]
    return {
        "P": referral.child, "C": contact, "R": referral,
        "A": assessments.start(referral=referral, by=worker, at=LATER),
    }  # fmt: skip


PAGES = {"P": "pages:person", "C": "contacts:contact", "R": "referrals:referral", "A": "assessments:assessment"}


@pytest.mark.parametrize("kind", "PCRA")
@pytest.mark.parametrize("way", ["{0}", "{0.lower}", "plain", "spaced"])
def test_any_reference_opens_its_record(client, sign_in, records, kind, way):
    sign_in("social_worker")
    reference = records[kind].reference
    typed = {
        "{0}": reference, "{0.lower}": f"  {reference.lower()} ", "plain": reference.replace("-", "").lower(),
        "spaced": f"{reference[0]} {reference[2:6]} {reference[6:]}",
    }[way]  # fmt: skip
    answer = client.post("/find/", {"q": typed})
    assert (answer.status_code, answer["Location"]) == (302, reverse(PAGES[kind], args=[reference]))
    assert client.get(answer["Location"]).status_code == 200


def test_opening_by_reference_leaves_the_row_that_the_page_leaves(client, sign_in, records):
    sign_in("social_worker")
    answer = client.post("/find/", {"q": records["R"].reference}, follow=True)
    assert answer.status_code == 200
    row = Entry.objects.filter(kind="opened").latest("id")
    assert (row.reference, row.people) == (records["R"].reference, [records["P"].pk])


def test_unknown_hidden_and_forbidden_references_answer_the_same_words(client, sign_in, records, manager):
    protection.set_restriction(person=records["P"], holders=[manager], by=manager, at=AT, reason="Threats")
    sign_in("social_worker")
    before = Entry.objects.count()
    said = {}
    for kind in "PCRA":
        for reference in (records[kind].reference, f"{kind}-00000000"):
            answer = client.post("/find/", {"q": reference}, follow=True)
            assert answer.status_code == 200
            said[reference] = re.sub(UNSURE, "", text(answer)).replace(reference, "X")
            assert "No record that you can view has the reference X" in said[reference]
    assert len(set(said.values())) == 1
    assert Entry.objects.count() == before


def test_a_role_that_may_not_open_a_kind_is_told_the_same_of_it_as_of_an_unknown_one(client, sign_in, records):
    sign_in("performance_officer")
    assert client.post("/find/", {"q": records["R"].reference})["Location"].startswith("/referrals/")
    said = [
        text(client.post("/find/", {"q": reference})).replace(reference, "X")
        for reference in (records["C"].reference, "C-00000000")
    ]
    said = [re.sub(UNSURE, "", each_) for each_ in said]
    assert "No record that you can view has the reference X" in said[0]
    assert said[0] == said[1]
    assert "Type the reference of a record" in text(client.post("/find/", {"q": "Sam Example"}))


def test_anything_else_is_looked_for_and_stands_in_no_address(client, sign_in, child):
    sign_in("contact_officer")
    answer = client.post("/find/", {"q": "zoe mill lane"})
    place = answer["Location"]
    assert re.fullmatch(r"/people/\?s=[0-9a-f]{10}", place)
    shown = client.get(place)
    assert child.reference in text(shown)
    assert 'value="zoe mill lane"' in text(shown)
    # Again, as at "reload" and "back"; somebody else's session knows nothing of it.
    assert child.reference in text(client.get(place))
    client.logout()
    sign_in("contact_officer", username="another")
    assert child.reference not in text(client.get(place))


def test_the_next_page_of_people_has_no_name_in_its_address(client, sign_in, manager):
    for number in range(23):
        actions.create_person(by=manager, at=AT, names=[GivenName(f"Ann{number}", "Zabriskie")])
    sign_in("contact_officer")
    first = client.post("/find/", {"q": "zabriskie"}, follow=True)
    assert "zabriskie" not in "".join(re.findall(r'(?:href|action|hx-get)="([^"]*)"', text(first))).lower()
    after = re.search(r'name="after" value="(\d+)"', text(first))
    assert after
    second = client.post("/find/", {"q": "zabriskie", "after": after[1]})
    assert "zabriskie" not in second["Location"]
    assert len(re.findall(r"P-[0-9A-Z]{8}</span>", text(client.get(second["Location"])))) == 3


def test_the_box_stands_on_every_page_of_whoever_may_open_something(client, sign_in, child):
    sign_in("contact_officer")
    for path in ("/", "/people/", "/contacts/queue/", "/drafts/", "/nowhere/", f"/people/{child.reference}/"):
        assert 'id="find-q"' in text(client.get(path)), path
    client.logout()
    assert 'id="find-q"' not in text(client.get("/accounts/login/"))
    sign_in("administrator", username="admin")
    assert 'id="find-q"' not in text(client.get("/"))


def test_only_so_many_searches_are_kept_in_a_session(client, sign_in):
    sign_in("contact_officer")
    for number in range(35):
        client.post("/find/", {"q": f"qqq{number}"})
    client.post("/find/", {"q": "qqq34"})
    assert len(client.session["asked"]) == 30


@pytest.mark.parametrize("place", ["/people/", "/documents/", "/contacts/queue/"])
def test_a_search_that_was_not_kept_is_asked_for_again_in_words(client, sign_in, place):
    # Two searches at once each save the session whole: of one the key is lost.
    sign_in("duty_manager")
    client.post("/find/", {"q": "zabriskie"})
    kept = next(iter(client.session["asked"]))
    assert "Type it again" not in text(client.get(place, {"s": kept}))
    assert "What you looked for is no longer saved. Type it again." in text(client.get(place, {"s": "0123456789"}))
    assert "Type it again" not in text(client.get(place)), "it is said once"


@pytest.mark.parametrize("typed", ["zabriskie 2015", "zabriskie", "mill lane zabriskie", "zabriskie 2009"])
def test_a_search_costs_the_same_for_two_people_as_for_many(client, sign_in, manager, typed):
    def make(numbers):
        for number in numbers:
            actions.create_person(
                by=manager, at=AT, names=[GivenName(f"Ann{number}", "Zabriskie")],
                date_of_birth=date(2015, 1, 1 + number),
                address={"lines": f"{number} Mill Lane", "postcode": "ZZ99 1AA"},
            )  # fmt: skip

    sign_in("contact_officer")
    make(range(2))
    client.post("/people/found/", {"q": typed})
    with CaptureQueriesContext(connection) as few:
        client.post("/people/found/", {"q": typed})
    make(range(2, 22))
    with CaptureQueriesContext(connection) as many:
        client.post("/people/found/", {"q": typed})
    assert len(many) <= len(few)


def test_every_role_with_a_record_to_open_has_the_box():
    from frontdoor.access import ROLES
    from frontdoor.pages.finding import RECORDS

    without = [role for role in Role if not ROLES[role] & {permission for permission, _, _ in RECORDS.values()}]
    assert without == [Role.ADMINISTRATOR]


def test_words_looked_for_in_documents_and_paper_files_stand_in_no_address_either(client, sign_in):
    sign_in("team_manager")
    for where, page in (("documents", "/documents/"), ("paper", "/paper/")):
        form = text(client.get(page))
        assert '<form method="get"' not in form
        assert f'name="where" value="{where}"' in form
        answer = client.post("/find/", {"where": where, "q": "zabriskie", "view": "all" if where == "paper" else ""})
        assert re.fullmatch(rf"{page}\?s=[0-9a-f]{{10}}(&view=all)?", answer["Location"])
        shown = text(client.get(answer["Location"]))
        assert 'value="zabriskie"' in shown
        assert "zabriskie" not in "".join(re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', shown))
