"""Several pairs accepted in one act: a result for each row, and one refused row stops no other."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.merging import bulk as pairs_bulk
from frontdoor.people.merging import merge
from frontdoor.people.merging.bulk import Chosen
from frontdoor.people.models import Merge, PairToReview
from frontdoor.people.protection import actions as protection
from tests.pages.conftest import AT
from tests.pages.test_merging import pair_of, person, text
from tests.reading import without_drawn

PATH = "/merge/accept/"


def value(pair):
    pair.refresh_from_db()
    return f"{pair.pk}.{pair.left.version}.{pair.right.version}"


def some(manager, number, start=0):
    return [
        pair_of(person(manager, f"Ann{n}"), person(manager, f"Anne{n}"), 0.9 + n / 1000)
        for n in range(start, start + number)
    ]


def codes(rows):
    return [row.code for row in rows]


def test_ticked_pairs_are_looked_over_joined_and_each_taken_back(client, sign_in, manager):
    sign_in("duty_manager")
    made = some(manager, 3)
    listed = text(client.get("/merge/"))
    assert f'value="{value(made[0])}"' in listed
    chosen = [value(pair) for pair in made[:2]]
    looked = text(client.post(PATH, {"pair": chosen}))
    assert "2 pairs will become one record each" in looked
    assert not Merge.objects.exists()
    answer = client.post(PATH, {"pair": chosen, "sure": "yes", "reason": ""})
    assert (answer.status_code, Merge.objects.count()) == (422, 0)
    answer = text(client.post(PATH, {"pair": chosen, "sure": "yes", "reason": "Seen on both paper files."}))
    assert "2 pairs joined, 0 left as they were" in answer
    assert {m.reason for m in Merge.objects.all()} == {"Seen on both paper files."}
    assert {m.survivor for m in Merge.objects.all()} == {pair.left for pair in made[:2]}
    entry = Entry.objects.get(event="person.pairs_accepted")
    assert entry.people == sorted(p.pk for pair in made[:2] for p in (pair.left, pair.right))
    assert entry.detail["merges"] == [m.pk for m in Merge.objects.order_by("pk")]
    assert "Ann" not in without_drawn(str(entry.detail))
    done = Merge.objects.earliest("pk")
    client.post(f"/merge/done/{done.pk}/undo/", {"reason": "Cousins."})
    assert Merge.objects.standing().count() == 1
    assert PairToReview.objects.get(pk=made[0].pk).decision == ""


def test_all_shown_at_least_so_likely_and_no_more(client, sign_in, manager):
    sign_in("duty_manager")
    sure = [pair_of(person(manager, f"B{n}"), person(manager, f"C{n}"), 0.995) for n in range(2)]
    less = some(manager, 1)
    shown = [value(pair) for pair in [*sure, *less]]
    looked = text(client.post(PATH, {"shown": shown, "from": "0.99"}))
    assert "2 pairs will become one record each" in looked
    assert "Ann0" not in without_drawn(looked)
    assert client.post(PATH, {"shown": shown, "from": "0.1"}).status_code == 422
    assert client.post(PATH, {"pair": ["x", "1.2", "9.9.x", "\x00"]}).status_code == 422


def test_one_refused_row_stops_no_other(client, sign_in, manager):
    user = sign_in("duty_manager")
    sound, decided, confidential, restricted, open_both, hidden, known, stale, different = some(manager, 9)
    actions.add_address(
        person=confidential.right, by=manager, at=AT, lines="99 Hidden Street", is_confidential=True, why="Refuge",
        confidential_from="father", review_on=date(2027, 1, 1),
    )  # fmt: skip
    protection.set_restriction(person=restricted.left, holders=[manager, user], by=manager, at=AT, reason="Threats")
    for number, who in enumerate((open_both.left, open_both.right)):
        actions.involve(person=who, reference=f"R-0000000{number}", kind="referral", at=AT, worker=manager)
    protection.declare_conflict(user=user, person=known.left, by=user, at=AT)
    third = person(manager, "Third")
    chain = pair_of(sound.right, third, 0.99)
    ticked = [sound, chain, decided, confidential, restricted, open_both, hidden, known, stale, different]
    chosen = [Chosen(p.pk, *(int(x) for x in value(p).split(".")[1:])) for p in ticked]
    PairToReview.objects.filter(pk=decided.pk).update(decision="not_same", decided_at=AT, decided_by=manager)
    protection.set_restriction(person=hidden.left, holders=[manager], by=manager, at=AT, reason="Threats")
    actions.amend_person(person=stale.right, by=manager, at=AT, religion="X")
    merge.remember_not_same(different.left, different.right, by=manager, at=AT, reason="Twins")
    chosen.append(Chosen(10**9))
    rows = pairs_bulk.accept_many(chosen=chosen, by=user, at=AT, reason="Seen on paper.")
    assert codes(rows) == [
        "", "circular", "decided", "confidential", "restricted", "both_open", "no_pair", "conflict", "stale",
        "not_same", "no_pair",
    ]  # fmt: skip
    assert [m.loser for m in Merge.objects.all()] == [sound.right]
    assert rows[6].why == rows[10].why
    waiting = PairToReview.objects.filter(decision="").count()
    assert waiting == len(ticked) - 2


def test_a_row_that_the_merge_itself_refuses_is_told_like_the_others(client, sign_in, manager, monkeypatch):
    user = sign_in("duty_manager")
    first, second = some(manager, 2)
    judged = pairs_bulk.judge([Chosen(first.pk), Chosen(second.pk)], user)
    merge.apply(survivor=first.left, loser=person(manager, "Z"), by=manager, at=AT, reason="Same.")
    monkeypatch.setattr(pairs_bulk, "judge", lambda chosen, by: judged)
    rows = pairs_bulk.accept_many(chosen=[Chosen(first.pk), Chosen(second.pk)], by=user, at=AT, reason="Same.")
    assert codes(rows) == ["stale", ""]
    assert Merge.objects.filter(loser=second.right).exists()


def test_who_may_and_how_many(client, sign_in, manager, monkeypatch):
    made = some(manager, 3)
    sign_in("data_protection_officer", username="officer")
    assert client.post(PATH, {"pair": [value(made[0])]}).status_code == 403
    assert "accept-from" not in text(client.get("/merge/"))
    sign_in("duty_manager")
    monkeypatch.setattr(pairs_bulk, "MOST", 2)
    answer = client.post(PATH, {"pair": [value(p) for p in made], "sure": "yes", "reason": "Same."})
    assert (answer.status_code, Merge.objects.count()) == (422, 0)
    assert "at most 2 pairs" in text(answer)
    assert client.get(PATH)["Location"] == "/merge/"


def test_looking_over_asks_as_much_for_2_as_for_20(sign_in, manager):
    user = sign_in("duty_manager")

    def asked(made):
        with CaptureQueriesContext(connection) as queries:
            assert codes(pairs_bulk.judge([Chosen(p.pk) for p in made], user)) == [""] * len(made)
        return len(queries)

    few = asked(some(manager, 2))
    assert asked(some(manager, 18, 2)) == few


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_joined(sign_in, manager, reason):
    user = sign_in("duty_manager")
    (made,) = some(manager, 1)
    with pytest.raises(Exception, match="Say why"):
        pairs_bulk.accept_many(chosen=[Chosen(made.pk)], by=user, at=AT, reason=reason)
    assert not Merge.objects.exists()
