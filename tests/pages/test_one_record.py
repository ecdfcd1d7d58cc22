"""The one record: its family, its chronology on screen and on paper, and where everything came from."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.merging import merge
from frontdoor.people.models import SignificantEvent
from frontdoor.people.protection import actions as protection
from frontdoor.workflow.models import StatusChange
from tests.reading import without_drawn

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOSTILE = '#read("/etc/passwd") $x$ *bold* <label> @ref \\ ] } "quoted" // end \u202e \x07 \U0001f600 \u0ba4'


def text(response):
    return " ".join(response.content.decode().split())


def person(by, given, family="O'Brien-Smith", born=None, **facts):
    return actions.create_person(by=by, at=AT, names=[GivenName(given, family)], date_of_birth=born, **facts)


def relate(by, one, other, kind, **more):
    return actions.add_relationship(person=one, other=other, kind=kind, by=by, at=AT, **more)


def happen(by, who, number, *, reason="", reference="", role="subject", days=0, kind="contact"):
    reference = reference or f"C-{number:08d}"
    at = AT - timedelta(days=days, minutes=number)
    actions.involve(person=who, reference=reference, kind=kind, at=at, worker=by, role=role)
    return StatusChange.objects.create(
        reference=reference, model="contacts.contact", move="decide", from_status="received", to_status="decided",
        by=by, reason=reason, happened_at=at,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def every_contact_is_seen(monkeypatch):
    """These contacts are only references: the contacts' own rules have nothing to say of them."""
    from frontdoor.people import hooks

    monkeypatch.setitem(hooks.visible_references, "contact", lambda references, user: set(references))


@pytest.fixture
def family(child, manager):
    mother = person(manager, "Mary", born=date(1990, 1, 1), sex="F")
    father = person(manager, "Frank", "Hidden", born=date(1988, 1, 1), sex="M")
    brother = person(manager, "Ben", born=date(2010, 1, 1), sex="M")
    for who in (child, brother):
        relate(manager, who, mother, "mother", lives_with=True, has_parental_responsibility=True)
        relate(manager, who, father, "father")
    return mother, father, brother


def test_the_family_is_a_picture_with_its_table(client, sign_in, child, family):
    sign_in("social_worker")
    page = text(client.get(f"/people/{child.reference}/"))
    svg = page[page.index('<svg class="app-genogram') : page.index("</svg>")]
    for given in ("Zoë", "Mary", "Frank", "Ben"):
        assert given in svg
    assert 'role="img"' in svg
    assert "<title id=" in svg
    assert "Child of Mary" in page
    assert "Lives here" in page
    row = Entry.objects.get(kind="opened")
    assert set(row.people) == {child.pk, *(one.pk for one in family)}


def test_nothing_tells_that_a_relative_is_restricted(client, sign_in, child, family, manager):
    sign_in("social_worker")
    _, father, _ = family
    protection.set_restriction(person=father, holders=[manager], by=manager, at=AT, reason="Threats")
    happen(manager, child, 1, reason="Seen by everybody")
    secret = happen(manager, child, 2, reason="About the hidden father")
    actions.involve(person=father, reference=secret.reference, kind="contact", at=AT, role="parent")
    page = text(client.get(f"/people/{child.reference}/"))
    assert "Frank" not in page
    assert "Hidden" not in page
    assert "2 relatives drawn" in page
    assert "1 open record" in page
    assert secret.reference not in page
    told = text(client.get(f"/people/{child.reference}/chronology/"))
    assert "Seen by everybody" in told
    assert "hidden father" not in told
    assert father.pk not in Entry.objects.filter(kind="opened").latest("id").people
    assert "Ben O&#39;Brien-Smith" in page


def test_the_record_and_its_chronology_cost_the_same_for_2_events_as_for_200(client, sign_in, child, family, manager):
    user = sign_in("service_manager")
    paths = [f"/people/{child.reference}/", f"/people/{child.reference}/chronology/"]
    for number in range(2):
        happen(manager, child, number)
    counts = []
    for number in range(2, 201):
        if number == 2 or number == 200:
            seen = []
            for path in paths:
                client.get(path)
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(path).status_code == 200
                seen.append(len([q for q in queries if "SAVEPOINT" not in q["sql"] and "UPDATE" not in q["sql"]]))
            counts.append(seen)
        happen(manager, child, number)
    assert user.pk
    assert counts[0] == counts[1]
    # Three of them are who lives there, and which warnings reach the child by it.
    assert counts[0][0] < 18


def test_the_chronology_goes_on_by_key_and_shows_each_event_once(client, sign_in, child, manager):
    sign_in("social_worker")
    for number in range(120):
        # Many at one moment: a page's mark must tell them apart.
        change = happen(manager, child, number, reason=f"Event number {number}.")
        StatusChange.objects.filter(pk=change.pk)
    path, seen = f"/people/{child.reference}/chronology/", []
    while path:
        page = text(client.get(path))
        seen += re.findall(r"Event number (\d+)\.", page)
        following = re.search(r'href="([^"]*after=[^"]*)" rel="next"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == [str(number) for number in range(120)]


def test_events_of_one_moment_are_told_apart(client, sign_in, child, manager):
    sign_in("social_worker")
    for number in range(70):
        actions.involve(person=child, reference=f"R-{number:08d}", kind="referral", at=AT, worker=manager)
    first = text(client.get(f"/people/{child.reference}/chronology/"))
    mark = re.findall(r'\?(after=[^"]*)" rel="next"', first)[0]
    second = text(client.get(f"/people/{child.reference}/chronology/?{mark}"))
    found = [set(re.findall(r"Referral (R-\d{8})", page)) for page in (first, second)]
    assert [len(each) for each in found] == [50, 20]
    assert not found[0] & found[1]


def test_the_chronology_is_filtered_and_searched(client, sign_in, child, manager):
    sign_in("social_worker")
    happen(manager, child, 1, reason="Bruise on the arm", days=400)
    happen(manager, child, 2, reason="School attendance", days=10)
    actions.involve(person=child, reference="R-00000001", kind="referral", at=AT, status_label="Allocated")
    base = f"/people/{child.reference}/chronology/"

    def shown(query):
        page = text(client.get(base + query))
        return [word for word in ("Bruise", "attendance", "Allocated") if word in page]

    assert shown("") == ["Bruise", "attendance", "Allocated"]
    assert shown("?kind=referral") == ["Allocated"]
    assert shown("?words=bruise") == ["Bruise"]
    assert shown("?since=2026-11-01") == ["attendance", "Allocated"]
    assert shown("?until=1/1/2026") == ["Bruise"]
    assert client.get(base + "?since=2026-11-01&until=2026-01-01").status_code == 422
    assert client.get(base + "?after=nonsense&kind=nonsense").status_code == 422
    assert "Nothing matches" in text(client.get(base + "?words=zebra"))


def test_an_event_is_marked_significant_with_a_reason_and_the_mark_taken_off(client, sign_in, child, manager):
    sign_in("social_worker")
    happen(manager, child, 1, reason="Ordinary day")
    event = happen(manager, child, 2, reason="First disclosure")
    path = f"/people/{child.reference}/chronology/status-{event.pk}/mark/"
    assert client.post(path, {"reason": " "}).status_code == 422
    assert client.post(path, {"reason": "The first time he told anybody."}).status_code == 302
    page = text(client.get(f"/people/{child.reference}/chronology/?significant=on"))
    assert "The first time he told anybody." in page
    assert "First disclosure" in page
    assert "Ordinary day" not in page
    assert client.get(f"/people/{child.reference}/chronology/status-999999/mark/").status_code == 404
    assert client.post(path, {"reason": "Marked by mistake."}).status_code == 302
    mark = SignificantEvent.objects.get()
    assert mark.ended_by is not None
    assert (mark.ended_reason, mark.ended_by.name) == ("Marked by mistake.", "Somebody")
    events = Entry.objects.filter(event__startswith="person.event_").order_by("id")
    assert [entry.event for entry in events] == ["person.event_marked", "person.event_unmarked"]


def test_opened_in_error_is_entered_in_error(client, sign_in, child, manager):
    sign_in("social_worker")
    happen(manager, child, 1, reason="Opened in error - duplicate")
    page = text(client.get(f"/people/{child.reference}/chronology/"))
    assert "C-00000001: entered in error" in page


def pdf_of(client, child, **filters):
    response = client.post(f"/people/{child.reference}/chronology/pdf/", filters)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return response, PdfReader(io.BytesIO(response.content))


def words_of(reader):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_the_pdf_is_tagged_numbered_and_audited_and_keeps_secrets(client, sign_in, child, family, manager):
    sign_in("social_worker")
    actions.add_address(
        person=family[0], by=manager, at=AT, lines="99 Hidden Street, Exampleton", postcode="ZZ99 3VZ",
        is_confidential=True, why="Refuge", review_on=date(2027, 1, 1),
    )  # fmt: skip
    stranger = person(manager, "Otto", "Neighbourly")
    event = happen(
        manager, child, 1,
        reason="Mary moved to 99 hidden street (ZZ993VZ). Otto Neighbourly saw it; Neighbourly told Ben.",
    )  # fmt: skip
    actions.involve(person=stranger, reference=event.reference, kind="contact", at=AT, role="other_adult")
    happen(manager, child, 2, reason=HOSTILE)
    response, reader = pdf_of(client, child)
    said = words_of(reader)
    assert "Mary moved to [confidential address] ([confidential address])." in said
    assert "[name of another family] saw it; [name of another family] told Ben." in said
    written = without_drawn(said)
    for secret in ("Hidden Street", "3VZ", "Otto", "Neighbourly", "root:"):
        assert secret.casefold() not in written.casefold().replace(" ", "") + written.casefold()
    assert '#read("/etc/passwd") $x$ *bold* <label> @ref' in said
    assert f"Page 1 of {len(reader.pages)}" in said
    assert "Printed by Somebody" in said
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB"
    name = re.findall(r'filename="([^"]+)"', response["Content-Disposition"])[0]
    assert re.fullmatch(r"chronology-[\d-]+\.pdf", name)
    entry = Entry.objects.get(event="person.chronology_printed")
    assert (entry.people, entry.detail["events"]) == ([child.pk], 2)
    assert client.get(f"/people/{child.reference}/chronology/pdf/").status_code == 405


def test_the_pdf_keeps_secrets_however_they_are_spelt(client, sign_in, child, family, manager):
    sign_in("social_worker")
    actions.add_address(
        person=family[0], by=manager, at=AT, lines="99 St Mary's Street, Exampleton", postcode="ZZ99 3VZ",
        is_confidential=True, why="Refuge", review_on=date(2027, 1, 1),
    )  # fmt: skip
    stranger = person(manager, "Zoë", "O'Farrell-Núñez")
    event = happen(
        manager, child, 1,
        reason="Mary moved to 99, St. Mary’s St (ZZ99-3VZ). Zoe O’Farrell–Nunez saw it; O`FARRELL NUNEZ told Ben.",
    )  # fmt: skip
    actions.involve(person=stranger, reference=event.reference, kind="contact", at=AT, role="other_adult")
    said = words_of(pdf_of(client, child, words="99, St. Mary’s St")[1])
    assert "Mary moved to [confidential address] ([confidential address])." in said
    assert "[name of another family] saw it; [name of another family] told Ben." in said
    assert "with the words “[confidential address]”" in said.casefold()
    for secret in ("Mary’s", "3VZ", "Farrell", "Nunez"):
        assert secret.casefold() not in without_drawn(said).casefold(), secret


def test_the_pdf_of_significant_events_only(client, sign_in, child, manager):
    sign_in("social_worker")
    happen(manager, child, 1, reason="Ordinary day")
    event = happen(manager, child, 2, reason="First disclosure")
    client.post(
        f"/people/{child.reference}/chronology/status-{event.pk}/mark/", {"reason": "The first he told anybody."}
    )
    said = words_of(pdf_of(client, child, significant="on")[1])
    assert "First disclosure" in said
    assert "The first he told anybody." in said
    assert "Ordinary day" not in said


def test_a_name_without_a_font_is_printed_as_boxes_and_says_so(client, sign_in, manager):
    sign_in("social_worker")
    child = person(manager, "\U00012000\U00012001", "Example")
    said = words_of(pdf_of(client, child)[1])
    assert "Example" in said
    assert "has no font for" in said


def test_each_value_says_where_it_came_from_and_what_else_is_known(client, sign_in, child, manager):
    sign_in("duty_manager")
    other = person(manager, "Zoe", "Smith", date(2015, 2, 4), school="Hill School", telephone="01632 960777")
    merge.apply(survivor=child, loser=other, by=manager, at=timezone.now(), reason="Same.")
    page = text(client.get(f"/people/{child.reference}/origins/"))
    assert "Hill School" in page
    school = page[page.index(">School<") :][:400]
    assert other.reference in school
    born = page[page.index(">Date of birth<") :][:600]
    assert {"3 February 2015", "4 February 2015"} <= set(re.findall(r"\d February 2015", born))
    assert "written last" in born
    phone = page[page.index("01632 960777") :][:200]
    assert other.reference in phone
    assert "Undo this" in page
    actions.amend_person(
        person=child, by=manager, at=timezone.now(), version=None, reason="Moved school", school="Dale School"
    )
    assert client.get(f"/people/{other.reference}/origins/").status_code == 302
