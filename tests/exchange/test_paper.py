"""Paper files: on the record, matched by hand and taken back, never past a restriction."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from frontdoor.audit.models import Entry
from frontdoor.exchange.legacy import covers
from frontdoor.exchange.models import FamilyFileChild, PaperFile
from frontdoor.exchange.paper import all_matches
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.merging import merge
from frontdoor.people.protection.actions import set_restriction
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


@pytest.fixture
def family(paper: PaperFile, child: Any, manager: Any) -> Any:
    """The file of a family, the child, a brother by their mother, and somebody of the same name elsewhere."""
    PaperFile.objects.update(forename="FAMILY", born="")
    paper.refresh_from_db()
    others = [
        actions.create_person(by=manager, at=AT, names=[GivenName(given, family)], date_of_birth=date(year, 5, 4))
        for given, family, year in (("Finn", "Quayle", 2012), ("Mara", "Quayle", 1985), ("Ada", "O'Brien-Smith", 2001))
    ]
    for one in (child, others[0]):
        actions.add_relationship(person=one, other=others[1], kind="mother", by=manager, at=AT)
    return SimpleNamespace(paper=paper, brother=others[0], stranger=others[2])


def documents_of(client: Any, person: Any) -> str:
    return str(client.get(f"/people/{person.reference}/documents/").content.decode())


def test_a_familys_file_belongs_to_each_of_its_children(family: Any, child: Any, sign_in: Any, client: Any) -> None:
    sign_in("duty_manager", "contact_officer")
    address = f"/paper/{family.paper.pk}/"
    assert client.post(address, {"reference": child.reference}).status_code == 302
    page = client.get(address).content.decode()
    assert f'value="{family.brother.reference}"' in page, "a brother of another surname is offered"
    assert client.post(address, {"reference": family.brother.reference}).status_code == 302
    assert client.post(address, {"reference": child.reference}).status_code == 422, "said once of each"
    for one in (child, family.brother):
        assert "One file for the children of the family" in documents_of(client, one)
    assert "PF/001002" not in documents_of(client, family.stranger)
    assert "PF/001002" not in client.get("/paper/").content.decode(), "no longer among those that are nobody's"
    assert "Finn Quayle" in client.get("/paper/?view=matched").content.decode()
    both = sorted([("PF/001002", child.reference), ("PF/001002", family.brother.reference)])
    assert sorted(all_matches()) == both

    assert client.post(address, {"undo": "on", "reference": child.reference}).status_code == 302
    assert client.post(address, {"undo": "on", "reference": child.reference}).status_code == 422
    assert list(all_matches()) == [("PF/001002", family.brother.reference)], "the other child's stays"
    assert FamilyFileChild.objects.count() == 2, "what was taken back is not forgotten"
    acts = Entry.objects.filter(event__startswith="paper.").order_by("id").values_list("event", "people")
    assert list(acts) == [
        ("paper.matched", [child.pk]), ("paper.matched", [family.brother.pk]), ("paper.unmatched", [child.pk]),
    ]  # fmt: skip


def test_a_familys_file_is_hidden_with_the_child_of_it_that_is(
    family: Any, child: Any, manager: Any, sign_in: Any, client: Any
) -> None:
    user = sign_in("duty_manager", "contact_officer", username="duty")
    for one in (child, family.brother):
        FamilyFileChild.objects.create(paper=family.paper, person=one, matched_at=AT, matched_by=user)
    set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Family of staff.")
    assert client.get(f"/paper/{family.paper.pk}/").status_code == 404
    assert "PF/001002" not in client.get("/paper/?view=all").content.decode()
    assert "PF/001002" not in documents_of(client, family.brother)


def test_a_familys_file_of_two_records_joined_is_listed_once_and_goes_back(
    family: Any, child: Any, manager: Any, sign_in: Any, client: Any
) -> None:
    for one in (child, family.stranger):
        FamilyFileChild.objects.create(paper=family.paper, person=one, matched_at=AT, matched_by=manager)
    before = sorted(all_matches())
    sign_in("duty_manager", "contact_officer")
    done = merge.apply(survivor=child, loser=family.stranger, by=manager, at=AT, reason="One child.")
    assert documents_of(client, child).count("PF/001002</") == 1
    page = client.get(f"/paper/{family.paper.pk}/").content.decode()
    assert page.count("Undo this<") == 1
    merge.undo(done, by=manager, at=AT, reason="Two children.")
    assert sorted(all_matches()) == before


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
