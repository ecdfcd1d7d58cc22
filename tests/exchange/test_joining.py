"""From how likely on an import joins records: the rule, what an import proposes, and its acceptance. All invented."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User, system_user
from frontdoor.audit.models import Entry
from frontdoor.dated import TABLES
from frontdoor.exchange import joining
from frontdoor.exchange.legacy.running import run_import
from frontdoor.exchange.legacy.writing import now
from frontdoor.exchange.models import ImportRun, JoinThreshold
from frontdoor.people.matching.linkage import Linked, Pair
from frontdoor.people.models import Merge, PairToReview
from frontdoor.rules import actions as rules
from frontdoor.rules.versions import read, seen_of
from tests.bench import invented
from tests.exchange.extract import sound
from tests.people.conftest import MakeUser, make_user

__all__ = ["make_user"]

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)


@pytest.fixture
def admin(make_user: MakeUser) -> User:
    return make_user("ada", "administrator")


def set_rule(join_from: int, floor: int, *, by: User, on: date = TODAY) -> None:
    table = TABLES[joining.TABLE]
    rules.change(
        table=table, values={"join_from": join_from, "floor": floor, "reason": "Said by the board"}, begins_on=on,
        reason="Said by the board", seen=seen_of(read(table)), by=by,
        at=datetime(on.year, on.month, on.day, tzinfo=UTC), on=on,
    )  # fmt: skip


def an_import(by: User, **differs: float) -> ImportRun:
    told = {"ruled": 980, "used": 980, "proposed": 950, "floor": 950, "joined": 900, "wrong": 0.4, "more": 31,
            "more_wrong": 1.1}  # fmt: skip
    return ImportRun.objects.create(
        started_by=by, state=ImportRun.State.DONE, step=ImportRun.Step.DONE, report={"joining": {**told, **differs}}
    )


def test_what_is_kept_of_a_comparison_counts_the_errors_to_expect() -> None:
    def pair(key: str, probability: float, *doubts: str) -> Pair:
        return Pair(f"A{key}", f"B{key}", 20.0, probability, (), not doubts, doubts)

    unsettled = "The evidence alone does not settle it."
    linked = Linked(
        (
            pair("1", 0.999), pair("2", 0.99), pair("3", 0.97, unsettled), pair("4", 0.94, unsettled),
            pair("5", 0.97, unsettled, "Their first names are different."),
        ),
        (), 9, threshold=0.98, chosen=0.95,
    )  # fmt: skip
    assert joining.proposal(linked, JoinThreshold(join_from=980, floor=950)) == {
        "ruled": 980, "used": 980, "proposed": 950, "floor": 950, "joined": 2, "wrong": 0.0, "more": 1,
        "more_wrong": 0.0,
    }  # fmt: skip
    assert linked.expected_wrong == pytest.approx(0.011)
    assert linked.more_from(0.95)[1] == pytest.approx(0.03)


@pytest.mark.django_db
def test_the_rule_ships_and_a_council_sets_its_own_but_nothing_under_its_floor(admin: User) -> None:
    assert (joining.in_force(TODAY).join_from, joining.in_force(TODAY).floor) == (980, 950)
    set_rule(995, 985, by=admin)
    assert (joining.in_force(TODAY).join_from, joining.in_force(TODAY).floor) == (995, 985)
    assert joining.in_force(date(2026, 11, 30)).join_from == 980
    with pytest.raises(IntegrityError), transaction.atomic():
        JoinThreshold.objects.create(join_from=970, floor=985)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("join_from", "floor", "column"), [(970, 985, "join_from"), (980, 500, "floor"), (1000, 950, "join_from")]
)
def test_a_rule_under_its_floor_or_out_of_all_bounds_is_refused(
    admin: User, join_from: int, floor: int, column: str
) -> None:
    with pytest.raises(Refused) as refused:
        set_rule(join_from, floor, by=admin)
    assert refused.value.field == column


@pytest.mark.django_db
def test_a_proposal_accepted_holds_from_that_day_with_who_and_why(admin: User) -> None:
    run = an_import(admin)
    joining.accept(run=run, by=admin, at=NOW)
    rule = joining.in_force(TODAY)
    assert (rule.join_from, rule.floor, rule.set_by) == (950, 950, admin)
    assert rule.reason == f"Proposed by import {run.pk}: of 31 more pairs 1.1 are expected to be wrong"
    assert Entry.objects.filter(event="rules.changed", actor=admin).count() == 1
    with pytest.raises(Refused, match="no longer"):
        joining.accept(run=run, by=admin, at=NOW)


@pytest.mark.django_db
def test_a_proposal_accepted_on_a_day_the_rule_has_changed_holds_from_the_next(admin: User) -> None:
    set_rule(985, 950, by=admin)
    run = an_import(admin, ruled=985)
    assert joining.accept(run=run, by=admin, at=NOW).valid_from == date(2026, 12, 2)
    assert joining.in_force(TODAY).join_from == 985
    assert not joining.is_open(run, TODAY), "what waits for its day is not asked for again"


@pytest.mark.django_db
def test_a_proposal_is_not_accepted_after_a_later_one_another_rule_or_by_anybody(
    admin: User, make_user: MakeUser
) -> None:
    older, newer = an_import(admin), an_import(admin)
    for run, by, error in ((older, admin, Refused), (newer, make_user("olive", "performance_officer"), Denied)):
        with pytest.raises(error):
            joining.accept(run=run, by=by, at=NOW)
    set_rule(985, 980, by=admin)
    with pytest.raises(Refused, match="no longer"):
        joining.accept(run=newer, by=admin, at=NOW)
    assert joining.in_force(TODAY).join_from == 985
    same = an_import(admin, ruled=985, floor=980, proposed=985)
    assert not joining.is_open(same, TODAY)


@pytest.mark.django_db
def test_the_page_of_an_import_says_what_it_proposes_and_takes_the_answer(client: Client, admin: User) -> None:
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    run = an_import(admin)
    run.report["files"] = {"carecase_people.csv": {"rows": 1, "loaded": 1, "rejected": 0}}
    run.report |= {"people": {"records": 1, "carecase": 1, "firstcall": 0, "merged_automatically": 0, "to_review": 0},
                   "events": {"loaded": 0, "recognised_as_same": 0}, "to_map": []}  # fmt: skip
    run.save()
    shown = " ".join(client.get(f"/imports/{run.pk}/").content.decode().split())
    assert "98 in 100 or more; of 900 pairs 0.4 expected to be wrong" in shown
    assert "95 in 100: 31 more, of which 1.1 are expected to be wrong" in shown
    assert "Join from 95 in 100" in shown
    assert client.post(f"/imports/{run.pk}/joining/").status_code == 302
    after = " ".join(client.get(f"/imports/{run.pk}/").content.decode().split())
    assert "records are joined from 95 in 100. Run the import again" in after
    assert "Join from 95 in 100" not in after


@pytest.mark.django_db
def test_an_import_goes_by_the_rule_and_the_next_joins_what_an_accepted_proposal_lets_it(
    admin: User, tmp_path: Path
) -> None:
    set_rule(999, 950, by=admin, on=date(2026, 11, 1))
    invented.make(tmp_path / "people", count=130, seed=4, noise=3)
    for file in ("truth_people.csv", "truth_people_detail.csv", "within_carecase.csv", "within_firstcall.csv"):
        (tmp_path / "people" / file).unlink()
    run_import(tmp_path / "people", by=system_user())
    first = ImportRun.objects.get()
    found = joining.proposed_by(first)
    assert found is not None
    assert (found.ruled, found.used) == (999, 999)
    assert 950 <= found.proposed < 999
    assert found.more > 0
    merged, waiting = Merge.objects.standing().count(), PairToReview.objects.waiting().count()
    assert 0 < merged <= found.joined, "of three records that are one person, three pairs make two joins"
    run_import(tmp_path / "people", by=system_user())
    assert "joining" not in ImportRun.objects.latest("pk").report, "nothing has changed, so nothing was compared"
    joining.accept(run=first, by=admin, at=now() + timedelta(seconds=1))
    run_import(tmp_path / "people", by=system_user())
    again = joining.proposed_by(ImportRun.objects.latest("pk"))
    assert again is not None
    assert again.used == again.ruled == found.proposed
    assert Merge.objects.standing().count() > merged
    assert PairToReview.objects.waiting().count() < waiting


@pytest.mark.django_db
def test_too_few_records_say_nothing_of_the_rule(tmp_path: Path) -> None:
    run_import(sound().write(tmp_path / "in"), by=system_user())
    found = joining.proposed_by(ImportRun.objects.get())
    assert found is not None
    assert found.used == found.proposed == found.ruled == 980
