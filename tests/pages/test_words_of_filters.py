"""What is typed into the filter of a list is kept for the session, and stands in no address; the rest of it does."""

import re

import pytest

from frontdoor.people.protection import actions as protection
from tests.pages.conftest import AT
from tests.pages.test_finding import text
from tests.pages.test_one_record import every_contact_is_seen, happen

__all__ = ["every_contact_is_seen"]


def test_the_words_of_the_chronologys_filter_stand_in_no_address(client, sign_in, child, manager):
    sign_in("social_worker")
    for number in range(60):
        happen(manager, child, number, reason=f"Zabriskie came, {number}")
    happen(manager, child, 70, reason="School attendance")
    here = f"/people/{child.reference}/chronology/"
    sent = {"words": " zabriskie  came ", "since": "2000-01-01", "handling": "on", "csrfmiddlewaretoken": "x"}
    answer = client.post(here, sent)
    assert re.fullmatch(rf"{here}\?since=2000-01-01&handling=on&s=[0-9a-f]{{10}}", answer["Location"])
    shown = text(client.get(answer["Location"]))
    assert ("Zabriskie came, 3" in shown, "School attendance" in shown) == (True, False)
    assert 'name="words" value="zabriskie came"' in shown
    assert "zabriskie" not in "".join(re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', shown)).lower()
    following = re.search(r'href="([^"]*after=[^"]*)" rel="next"', shown)
    assert following
    assert "Zabriskie came, 59" in text(client.get(following[1].replace("&amp;", "&")))
    # Taken away, the other filters stay; a key of another session shows everything and says so.
    without = re.search(r'href="([^"]*)"\s*><span[^>]*>Remove this filter: </span>“zabriskie came”', shown)
    assert without
    assert without[1] == f"{here}?since=2000-01-01&amp;handling=on"
    lost = text(client.get(f"{here}?s=0123456789"))
    assert "What you looked for is no longer saved. Type it again." in lost
    assert "s=0123456789" not in lost


def test_words_written_by_hand_into_an_address_go_no_further(client, sign_in, child, manager):
    sign_in("social_worker")
    for number in range(60):
        happen(manager, child, number, reason=f"Zabriskie came, {number}")
    shown = text(client.get(f"/people/{child.reference}/chronology/?words=zabriskie"))
    assert "Zabriskie came, 3" in shown
    assert "zabriskie" not in "".join(re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', shown)).lower()


def test_a_filter_sent_to_a_hidden_record_is_answered_as_for_an_unknown_one(client, sign_in, child, manager):
    protection.set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Threats")
    sign_in("social_worker")
    for part, box in (("chronology", "words"), ("documents", "q")):
        for reference in (child.reference, "P-00000000"):
            assert client.post(f"/people/{reference}/{part}/", {box: "zabriskie"}).status_code == 404


@pytest.mark.parametrize(
    ("place", "chosen"),
    [
        ("/staff/", "role=social_worker"),
        ("/rules/codes_contact_outcome/", "on_0=1&on_1=2&on_2=2026"),
        ("/rules/", ""),
        ("/people/{}/documents/", "kind=letter"),
    ],
)
def test_words_of_every_other_filter_stand_in_no_address(client, sign_in, child, place, chosen):
    sign_in("administrator", "duty_manager")
    place = place.format(child.reference)
    answer = client.post(place, {"q": "zabriskie", **dict(part.split("=") for part in chosen.split("&") if part)})
    joined = f"{chosen}&" if chosen else ""
    assert re.fullmatch(rf"{place}\?{joined}s=[0-9a-f]{{10}}", answer["Location"])
    shown = text(client.get(answer["Location"]))
    assert 'value="zabriskie"' in shown
    assert "zabriskie" not in "".join(re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', shown))
    assert client.post(place, {"q": "  "})["Location"] == place
