"""Paper files: on the record, matched by hand and taken back, never past a restriction."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from frontdoor.audit.models import Entry
from frontdoor.exchange.legacy import covers
from frontdoor.exchange.models import PaperFile
from frontdoor.people.protection import set_restriction
from frontdoor.people.words import words
from tests.pages.conftest import AT, child, manager, sign_in

__all__ = ["child", "manager", "sign_in"]


@pytest.fixture
def paper(db: None) -> PaperFile:
    return PaperFile.objects.create(
        file_no="PF/001002", surname="OBRIEN-SMITH", forename="Z.", born="3/2/2015",
        location="Off-site store, box 7404", volumes="2 vols", date_from="2016", date_to="02/2018",
    )  # fmt: skip


def test_a_file_is_matched_by_hand_shown_on_the_record_and_taken_back(
    paper: PaperFile, child: Any, sign_in: Any, client: Any
) -> None:
    user = sign_in("duty_manager", "contact_officer")
    assert "PF/001002" in client.get("/paper/?q=smith").content.decode()
    page = client.get(f"/paper/{paper.pk}/").content.decode()
    assert f'value="{child.reference}"' in page, "whom the cover may mean is offered"
    wrong = client.post(f"/paper/{paper.pk}/", {"reference": "P-00000000"})
    assert (wrong.status_code, "no person with this reference" in wrong.content.decode()) == (422, True)
    assert client.post(f"/paper/{paper.pk}/", {"reference": child.reference}).status_code == 302
    documents = client.get(f"/people/{child.reference}/documents/").content.decode()
    for said in ("PF/001002", "Off-site store, box 7404", "2 vols", "2016 to 02/2018", f"Matched by {user.name}"):
        assert said in documents, said
    assert "PF/001002" not in client.get("/paper/").content.decode(), "no longer among those that are nobody's"
    assert client.post(f"/paper/{paper.pk}/", {"reference": child.reference}).status_code == 422
    assert client.post(f"/paper/{paper.pk}/", {"undo": "on"}).status_code == 302
    paper.refresh_from_db()
    assert (paper.person, paper.matched_by, paper.matched_at) == (None, None, None)
    acts = Entry.objects.filter(event__startswith="paper.").order_by("id").values_list("event", "people")
    assert list(acts) == [("paper.matched", [child.pk]), ("paper.unmatched", [child.pk])]


def test_a_file_of_somebody_hidden_is_not_there_at_all(
    paper: PaperFile, child: Any, manager: Any, sign_in: Any, client: Any
) -> None:
    set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Family of staff.")
    sign_in("duty_manager", "contact_officer", username="duty")
    page = client.get(f"/paper/{paper.pk}/").content.decode()
    assert child.reference not in page
    assert client.post(f"/paper/{paper.pk}/", {"reference": child.reference}).status_code == 422
    PaperFile.objects.update(person=child)
    assert client.get(f"/paper/{paper.pk}/").status_code == 404
    assert "PF/001002" not in client.get("/paper/?view=all").content.decode()


@pytest.mark.parametrize(
    ("surname", "forename", "is_one"),
    [
        ("FAIRBY", "Layla", True),  # a slip in one name
        ("Farby", "Layla", True),  # and in the other
        ("Lyla", "Fairby", True),  # the wrong way round
        ("Fairby", "L", False),  # an initial is no evidence beside a slip
        ("Fairby", "Lydia", False),
        ("Fairby", "Fairby", False),  # one word of the record answers for one of the cover
        ("Fairburn", "Lyla", False),
    ],
)
def test_a_cover_typed_with_a_slip_is_still_that_childs(surname: str, forename: str, is_one: bool) -> None:
    child: Any = SimpleNamespace(given="Lyla", middle="Rose", known_as="", family="Fairby", former="")
    assert covers.fits(words(surname), words(forename), child) is is_one


def test_day_and_month_are_changed_over_only_where_that_is_a_day() -> None:
    assert covers.swapped(date(2013, 10, 4)) == date(2013, 4, 10)
    assert covers.swapped(date(2013, 10, 14)) is covers.swapped(date(2013, 10, 10)) is None
