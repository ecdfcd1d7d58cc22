"""How long a record is kept: the longest of its parts, also after a merge and its undoing; nothing past a hold."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contacts.recording import actions as contacts
from frontdoor.access import Refused
from frontdoor.people.merging import merge
from frontdoor.people.models import Involvement
from frontdoor.people.protection.actions import set_restriction
from frontdoor.retention import actions, reckoning
from frontdoor.retention.models import Hold
from frontdoor.retention.reckoning import Part
from referrals import actions as referrals
from tests.pages.conftest import AT, sign_in
from tests.people.conftest import make_person, make_user, manager
from tests.referrals.conftest import LATER, NOW, each, some_facts
from tests.referrals.discussions import discussed

__all__ = ["make_person", "make_user", "manager", "sign_in"]
CLOSED = datetime(2010, 5, 4, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)


def work(person: Any, kind: str, closed_at: datetime | None = CLOSED, number: int = 1) -> None:
    Involvement.objects.create(
        person=person, reference=f"{kind[0].upper()}-{person.pk:07d}{number}", kind=kind, opened_at=CLOSED,
        closed_at=closed_at,
    )  # fmt: skip


def until(person: Any) -> date | None:
    return reckoning.reckon([person], TODAY)[0].until


@pytest.fixture
def protected(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the apps above say of these people: protection that ended on the day."""

    def say(person: Any, ended: date | None) -> None:
        part = Part(person.pk, "protection", "Child protection", ended)
        monkeypatch.setattr(reckoning, "more_parts", [lambda keys: [part] if part.person_id in keys else []])

    return say


def test_the_longest_of_its_parts_keeps_a_record(make_person: Any, protected: Any) -> None:
    child = make_person("Ann", "Hart", date(1990, 2, 28))
    assert until(child) is None, "there is nothing to count from"
    work(child, "contact")
    assert until(child) == date(2016, 5, 4), "25 years from birth, but six from its end at the least"
    work(child, "referral", number=2)
    assert until(child) == date(2020, 2, 28)
    protected(child, date(2004, 2, 29))
    assert until(child) == date(2039, 3, 1)
    protected(child, None)
    assert until(child) is None
    assert reckoning.reckon([child], TODAY)[0].stops == ["Child protection: it is open"]


def test_a_merge_takes_the_longest_of_both_and_its_undoing_gives_back_each(make_person: Any, manager: Any) -> None:
    one, other = make_person("Ann", "Hart", date(1980, 1, 1)), make_person("Anne", "Hart", date(1980, 1, 1))
    work(one, "contact")
    work(other, "referral", closed_at=datetime(2008, 5, 4, 12, 0, tzinfo=UTC))
    before = until(one), until(other)
    assert before == (date(2016, 5, 4), date(2014, 5, 4))
    work(other, "contact", closed_at=datetime(2025, 1, 1, 12, 0, tzinfo=UTC), number=3)
    assert until(other) == date(2031, 1, 1)
    done = merge.apply(survivor=one, loser=other, by=manager, at=AT, reason="The same.")
    assert until(one) == date(2031, 1, 1)
    merge.undo(merge=done, by=manager, at=AT, reason="Not the same.")
    assert (until(one), until(other)) == (date(2016, 5, 4), date(2031, 1, 1))


def test_the_list_holds_only_what_nothing_stands_in_the_way_of(
    make_person: Any, manager: Any, sign_in: Any, client: Any
) -> None:
    names = ("Due", "Held", "Open", "Young", "Unborn")
    people = {name: make_person(name, "Hart", None if name == "Unborn" else date(1980, 1, 1)) for name in names}
    for name, person in people.items():
        work(person, "referral", closed_at=None if name == "Open" else CLOSED)
    work(people["Young"], "contact", closed_at=AT, number=2)
    hold = actions.hold(person=people["Held"], kind="inquiry", reason="The inquiry asked.", by=manager, at=AT)
    sign_in("data_protection_officer", username="dpo")
    assert shown(client, "") == {"Due"}
    assert shown(client, "?view=held") == {"Held"}
    page = client.get(f"/people/{people['Held'].reference}/retention/").content.decode()
    assert "hold: public inquiry or review" in page
    path = f"/people/{people['Due'].reference}/retention/"
    assert client.post(path, {"kind": "legal", "reason": ""}).status_code == 422
    assert client.post(path, {"kind": "legal", "reason": "Court order."}).status_code == 302
    ended = client.post(f"/people/{people['Held'].reference}/holds/{hold.pk}/end/", {"reason": "It reported."})
    assert ended.status_code == 302
    assert (shown(client, ""), shown(client, "?view=held")) == ({"Held"}, {"Due"})
    with pytest.raises(Refused, match="already"):
        actions.end_hold(held=hold, reason="Again.", by=manager, at=AT)
    set_restriction(person=people["Held"], holders=[manager], by=manager, at=AT, reason="Family of staff.")
    assert shown(client, "") == set(), "a list never names somebody hidden"
    assert Hold.objects.in_force(TODAY).count() == 1


def shown(client: Any, query: str) -> set[str]:
    text = client.get(f"/retention/{query}").content.decode()
    return {name for name in ("Due", "Held", "Open", "Young", "Unborn") if f">{name} Hart<" in text}


def test_a_section_47_enquiry_asks_for_the_longest_keeping(manager: Any) -> None:
    contact = contacts.record_contact(facts=some_facts(), by=manager, at=NOW)
    decided = referrals.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    referral = decided.referrals[0]
    assert referral.child is not None
    assert "Child protection" not in " ".join(reckoning.reckon([referral.child], TODAY)[0].stops)
    discussed(referral, by=manager, at=LATER)
    one = reckoning.reckon([referral.child], TODAY)[0]
    assert f"Child protection, referral {referral.reference}: it is open" in one.stops
    assert [kept.label.partition(":")[0] for kept in one.kept][-1] == "Child protection"
