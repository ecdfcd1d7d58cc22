"""The list of pairs, two records side by side, joining, taking back, and the reference that leads on."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.merging import merge, pairs
from frontdoor.people.models import Merge, NotSamePeople, PairToReview
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection.warnings import add_warning
from referrals import actions as referrals
from referrals.models import Referral
from tests.pages.conftest import AT
from tests.people.conftest import make_user
from tests.people.test_one_episode import episode_of
from tests.reading import without_drawn

__all__ = ["make_user"]


def text(response):
    return " ".join(response.content.decode().split())


def person(manager, given, **facts):
    return actions.create_person(
        by=manager, at=AT, names=[GivenName(given, "Hart")], date_of_birth=date(2015, 2, 3), **facts
    )


def pair_of(left, right, probability=0.9):
    pairs.offer_many([pairs.FoundPair(left.pk, right.pk, 6.2, probability, [("the same date of birth", 4.1)])], at=AT)
    return PairToReview.objects.get(left=left, right=right)


@pytest.fixture
def two(manager):
    left = person(manager, "Ann", school="Dale", address={"lines": "1 Mill Lane", "postcode": "KX1 2AB"})
    right = person(manager, "Anne", school="Hill", telephone="01632 960001")
    return left, right


@pytest.fixture
def pair(two):
    return pair_of(*two)


def test_the_list_shows_pairs_and_leaves_one_row(client, sign_in, pair, two):
    sign_in("duty_manager")
    answer = client.get("/merge/")
    assert "Ann Hart and Anne Hart" in text(answer)
    assert "90.0% likely" in text(answer)
    assert Entry.objects.get(kind="listed").people == sorted(p.pk for p in two)
    assert "No pairs here" in text(client.get("/merge/?least=0.95"))
    assert "No pairs here" in text(client.get("/merge/?state=later"))
    for odd in ("?after=x", "?after=nan:1", "?state=%00&least=z&merged=x", "?after=1:99999999999999999999999"):
        assert client.get("/merge/" + odd).status_code == 200, odd


def test_two_records_side_by_side_with_what_differs_marked(client, sign_in, pair, two):
    sign_in("duty_manager")
    shown = text(client.get(f"/merge/{pair.pk}/"))
    for words in ("Dale", "Hill", "Different", "Only one", "the same date of birth", "1 Mill Lane"):
        assert words in shown
    entry = Entry.objects.get(kind="opened")
    assert (entry.people, entry.reason) == (sorted(p.pk for p in two), "review of a pair")


def test_what_protects_somebody_is_shown_on_both_sides_and_stays(client, sign_in, pair, two, manager):
    left, right = two
    actions.add_address(
        person=right, by=manager, at=AT, lines="99 Hidden Street", is_confidential=True, why="Refuge",
        confidential_from="father", review_on=date(2027, 1, 1),
    )  # fmt: skip
    add_warning(person=left, by=manager, at=AT, kind="dogs", text="Two", review_on=date(2027, 1, 1))
    user = sign_in("duty_manager")
    protection.set_restriction(person=right, holders=[manager, user], by=manager, at=AT, reason="Threats")
    shown = text(client.get(f"/merge/{pair.pk}/"))
    for words in ("One, kept from father", "Dogs: Two", "only named colleagues may see it", "keeps the stricter"):
        assert words in shown
    assert "Hidden Street" not in shown
    client.post(f"/merge/{pair.pk}/", {"decision": "same", "survivor": left.reference})
    left.refresh_from_db()
    assert left.warnings.in_force().count() == 1
    assert left.restrictions.in_force().count() == 1
    assert left.addresses.filter(is_confidential=True).count() == 1


def test_two_open_referrals_stop_the_merge_and_ask_which_goes_on(client, sign_in, pair, two, manager, make_user):
    officer = make_user("olive", "contact_officer")
    ours, theirs = (episode_of(who, officer, manager) for who in two)
    sign_in("duty_manager")
    shown = text(client.get(f"/merge/{pair.pk}/"))
    assert "Which one goes on, if they are one?" in shown
    answer = client.post(f"/merge/{pair.pk}/", {"decision": "same", "survivor": two[1].reference})
    assert answer.status_code == 422
    assert f'value="{two[1].reference}" checked' in text(answer), "what was chosen stays"
    assert "Choose which one goes on: the other is kept as a contact on it." in text(answer)
    assert not Merge.objects.exists()
    answer = client.post(f"/merge/{pair.pk}/", {"decision": "same", "goes_on": theirs.reference})
    assert answer.status_code == 302
    done = Merge.objects.get()
    assert list(Referral.objects.open().values_list("reference", "child")) == [(theirs.reference, done.survivor_id)]
    ours.refresh_from_db()
    assert (ours.status, ours.ending, ours.joined_reference) == ("no_further_action", "joined", theirs.reference)
    assert not ours.is_nfa
    assert list(theirs.news.values_list("contact__reference", flat=True)) == [ours.contact.reference]


def test_what_has_begun_goes_on_or_is_closed_first(client, sign_in, pair, two, manager, team, make_user):
    officer = make_user("olive", "contact_officer")
    worker = make_user("sol", "social_worker")
    ours, theirs = (episode_of(who, officer, manager) for who in two)
    referrals.allocate(referral=theirs, by=manager, at=AT, team=team, worker=worker)
    sign_in("duty_manager")
    answer = client.post(f"/merge/{pair.pk}/", {"decision": "same", "goes_on": ours.reference})
    assert answer.status_code == 422
    assert f"Work has begun on {theirs.reference}: keep it open, or close it first." in text(answer)
    referrals.allocate(referral=ours, by=manager, at=AT, team=team, worker=worker)
    assert "Work has begun on both open referrals" in text(client.get(f"/merge/{pair.pk}/"))
    for goes_on in ("", ours.reference, theirs.reference):
        answer = client.post(f"/merge/{pair.pk}/", {"decision": "same", "goes_on": goes_on})
        assert answer.status_code == 422
    assert not Merge.objects.exists()
    assert Referral.objects.open().count() == 2


def test_joined_next_pair_and_taken_back(client, sign_in, pair, two, manager):
    sign_in("duty_manager")
    other = pair_of(person(manager, "Bea"), person(manager, "Beatrice"), 0.8)
    left, right = two
    answer = client.post(
        f"/merge/{pair.pk}/",
        {"decision": "same", "survivor": right.reference, "left_version": left.version, "right_version": right.version},
    )
    done = Merge.objects.get()
    assert (done.survivor, done.loser, done.method) == (right, left, "reviewed")
    assert answer["Location"] == f"/merge/{other.pk}/?merged={done.pk}"
    assert f"/merge/done/{done.pk}/undo/" in text(client.get(answer["Location"]))
    pair.refresh_from_db()
    assert pair.decision == "same"
    assert client.get(f"/people/{left.reference}/")["Location"] == f"/people/{right.reference}/"
    assert f"/merge/done/{done.pk}/undo/" in text(one(client, right))
    undo = f"/merge/done/{done.pk}/undo/"
    assert "Undo a merge" in text(client.get(undo))
    assert client.post(undo, {"reason": ""}).status_code == 422
    answer = client.post(undo, {"reason": "Cousins.", "not_same": "on"}, follow=True)
    assert "two records again" in text(answer)
    assert NotSamePeople.objects.count() == 1
    pair.refresh_from_db()
    assert pair.decision == "not_same"
    assert client.post(undo, {"reason": "Again."}).status_code == 422


def one(client, who):
    client.post(f"/people/{who.reference}/why/", {"reason": "I am reviewing the pair."})
    return client.get(f"/people/{who.reference}/")


def test_without_a_choice_the_record_made_first_stays(client, sign_in, pair, two):
    sign_in("duty_manager")
    client.post(f"/merge/{pair.pk}/", {"decision": "same"})
    assert Merge.objects.get().survivor == two[0]


@pytest.mark.parametrize(("decision", "state"), [("not_same", "not_same"), ("later", "later")])
def test_different_people_and_later(client, sign_in, pair, two, decision, state):
    sign_in("duty_manager")
    assert client.post(f"/merge/{pair.pk}/", {"decision": decision})["Location"] == "/merge/"
    assert not Merge.objects.exists()
    assert NotSamePeople.objects.exists() == (decision == "not_same")
    assert "Ann Hart and Anne Hart" in text(client.get(f"/merge/?state={state}"))
    assert "Ann Hart and Anne Hart" not in text(client.get("/merge/"))


def test_a_stale_form_an_answered_pair_and_no_answer_are_refused(client, sign_in, pair, two, manager):
    sign_in("duty_manager")
    actions.amend_person(person=two[0], by=manager, at=AT, religion="X")
    answer = client.post(f"/merge/{pair.pk}/", {"decision": "same", "left_version": two[0].version})
    assert (answer.status_code, Merge.objects.count()) == (409, 0)
    assert "Mary Manager changed this record" in text(answer)
    assert client.post(f"/merge/{pair.pk}/", {}).status_code == 422
    client.post(f"/merge/{pair.pk}/", {"decision": "not_same"})
    assert "already decided this pair" in text(client.post(f"/merge/{pair.pk}/", {"decision": "same"}))
    assert Entry.objects.filter(event="act.refused").count() == 3


def test_who_may_look_and_who_may_join(client, sign_in, pair):
    sign_in("social_worker", username="worker")
    assert client.get("/merge/").status_code == 403
    sign_in("data_protection_officer", username="officer")
    assert client.get(f"/merge/{pair.pk}/").status_code == 200
    assert client.post(f"/merge/{pair.pk}/", {"decision": "same"}).status_code == 403
    assert not Merge.objects.exists()


def test_a_pair_with_somebody_hidden_is_not_there(client, sign_in, pair, two, manager):
    sign_in("duty_manager")
    protection.set_restriction(person=two[1], holders=[manager], by=manager, at=AT, reason="Threats")
    assert client.get(f"/merge/{pair.pk}/").status_code == 404
    assert "Ann" not in without_drawn(text(client.get("/merge/")))


def test_the_old_reference_of_somebody_hidden_leads_nowhere(client, sign_in, two, manager):
    done = merge.apply(survivor=two[0], loser=two[1], by=manager, at=AT, reason="Same.")
    sign_in("duty_manager")
    assert client.get(f"/people/{two[1].reference}/").status_code == 302
    entry = Entry.objects.get(kind="opened")
    assert (entry.people, entry.reference) == ([two[0].pk], two[0].reference)
    protection.set_restriction(person=two[0], holders=[manager], by=manager, at=AT, reason="Threats")
    for path in (f"/people/{two[1].reference}/", f"/people/{two[0].reference}/", f"/merge/done/{done.pk}/undo/"):
        assert client.get(path).status_code == 404, path


def test_the_one_record_tells_what_it_is_one_with(client, sign_in, two, manager):
    left, right = two
    for who in two:
        actions.add_telephone(person=who, by=manager, at=AT, number="01632 960777")
    third = person(manager, "Anna", notes="Likes horses.")
    merge.apply(survivor=right, loser=third, by=manager, at=AT, reason="Same.")
    merge.apply(survivor=left, loser=right, by=manager, at=AT, reason="Same.")
    sign_in("duty_manager")
    shown = text(one(client, left))
    assert f"{right.reference} joined" in shown
    assert f"{third.reference} joined to {right.reference}" in shown
    assert shown.count("01632 960777") == 1
    assert "Likes horses." in shown
    assert f"From {third.reference}" in shown


def test_the_list_asks_as_much_for_2_as_for_20(client, sign_in, manager):
    sign_in("duty_manager")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/merge/").status_code == 200
        return len(queries)

    def more(number):
        for n in range(number):
            pair_of(person(manager, f"L{n}"), person(manager, f"R{n}"), 0.5 + n / 100)

    more(2)
    asked(), asked()
    few = asked()
    more(18)
    assert asked() == few


def test_pages_by_key_show_every_pair_once(client, sign_in, manager, monkeypatch):
    sign_in("duty_manager")
    monkeypatch.setattr(pairs, "PAGE", 3)
    wanted = {pair_of(person(manager, f"L{n}"), person(manager, f"R{n}"), 0.5 + n // 2 / 10).pk for n in range(7)}
    user, after, seen = User.objects.get(username="somebody"), "", []
    while True:
        found = pairs.listed(user, after=after)
        seen += [p.pk for p in found.pairs]
        after = found.next_after
        if not after:
            break
    assert (set(seen), len(seen)) == (wanted, 7)
