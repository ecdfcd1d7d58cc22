"""Random extracts, edits, merges and unmerges: what was typed here is never lost, and nothing filled becomes empty."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from frontdoor.access import Refused
from frontdoor.accounts.models import User, system_user
from frontdoor.exchange.deciding import decide
from frontdoor.exchange.models import Difference
from frontdoor.people import actions
from frontdoor.people.merging import merge
from frontdoor.people.models import Merge, Person
from tests.exchange.newer import AT, CARECASE, CLIENT, FIRSTCALL, KEY, Borough, small, worker

FIELDS = ("date_of_birth", "sex", "ethnicity", "school")
SCHOOLS = st.sampled_from(["", "Larch Academy", "Testwick Primary School", "Quay School"])
BORN = st.sampled_from([None, date(2012, 3, 14), date(2012, 3, 15), date(2012, 4, 14)])
SEX = st.sampled_from(["", "zz", "M", "F", "U"])
SAYS = st.fixed_dictionaries({"school": SCHOOLS, "born": BORN, "sex": SEX, "older": st.sampled_from([0, 0, 0, 40])})

ACTS = st.sampled_from(["extract", "extract", "contradicts", "types", "joins", "parts", "keep", "take"])


class Extracts(RuleBasedStateMachine):
    """One child of both systems, a worker, and extracts that come in any order."""

    differed = 0

    @initialize()
    def a_child_of_both_systems(self) -> None:
        self.scope = transaction.atomic()
        self.scope.__enter__()
        self.folder = tempfile.TemporaryDirectory()
        self.borough = Borough(Path(self.folder.name), small())
        self.borough.imported(is_accepted=True)
        self.by = worker()
        self.officer = User.objects.create_user("perry", "Perry Figgis", roles=["performance_officer"])
        self.keys = {CARECASE: KEY, FIRSTCALL: CLIENT}
        self.turn = 0
        # What somebody typed, by record and field, until a person decides otherwise.
        self.typed: dict[tuple[int, str], Any] = {}
        self.held: dict[tuple[int, str], bool] = {}
        self.a_worker_puts_something_right(0, "sex", 0)
        self.extract(FIRSTCALL, {"school": "Quay School", "born": date(2012, 3, 14), "sex": "F", "older": 0})
        self.extract(FIRSTCALL, {"school": "Quay School", "born": date(2012, 3, 15), "sex": "M", "older": 0})

    def teardown(self) -> None:
        if hasattr(self, "scope"):
            transaction.set_rollback(True)
            self.scope.__exit__(None, None, None)
            self.folder.cleanup()

    def people(self) -> list[Person]:
        return [self.borough.record(file, key) for file, key in self.keys.items()]

    def moment(self) -> Any:
        self.turn += 1
        return AT + timedelta(hours=self.turn)

    # One rule for all: by itself Hypothesis leaves some of several rules out of an example, and these meet seldom then.
    @rule(act=ACTS, data=st.data())
    def something_happens(self, act: str, data: st.DataObject) -> None:
        file = data.draw(st.sampled_from([CARECASE, FIRSTCALL]))
        if act == "extract":
            self.extract(file, data.draw(SAYS))
        elif act == "contradicts":
            self.the_source_says_the_other_sex(file)
        elif act == "types":
            field = data.draw(st.sampled_from(["school", "sex"]))
            self.a_worker_puts_something_right(data.draw(st.integers(0, 1)), field, data.draw(st.integers(0, 2)))
        elif act == "joins":
            self.somebody_joins_them(data.draw(st.booleans()))
        elif act == "parts":
            self.somebody_parts_them()
        else:
            self.somebody_decides(act)

    def extract(self, file: str, says: dict[str, Any]) -> None:
        self.turn += 1
        day, born = date(2026, 7, 1) + timedelta(days=self.turn - says["older"]), says["born"]
        if file == CARECASE:
            self.borough.says(
                file, KEY, dob=born.isoformat() if born else "31/31/2012", gender=says["sex"],
                last_updated=day.isoformat(),
            )  # fmt: skip
        else:
            self.borough.says(
                file, CLIENT, DOB=f"{born:%d/%m/%Y}" if born else "", SEX=says["sex"], SCHOOL=says["school"],
                MODIFIED=f"{day:%d/%m/%Y}",
            )  # fmt: skip
        self.borough.imported(is_accepted=True)
        Extracts.differed += Difference.objects.open().count()

    def the_source_says_the_other_sex(self, file: str) -> None:
        person = self.borough.record(file, self.keys[file])
        other = "F" if (person.merged_into or person).sex == "M" else "M"
        self.extract(file, {"school": "Quay School", "born": date(2012, 3, 14), "sex": other, "older": 0})

    def a_worker_puts_something_right(self, which: int, field: str, turn: int) -> None:
        person = self.people()[which]
        one = person.merged_into or person
        value = ["F", "M", "F"][turn] if field == "sex" else f"Typed {turn}"
        if getattr(one, field) != value:
            facts: dict[str, Any] = {field: value}
            actions.amend_person(person=one, by=self.by, at=self.moment(), **facts)
            self.typed[one.pk, field] = value

    def somebody_joins_them(self, turned: bool) -> None:
        one, other = self.people()[:: -1 if turned else 1]
        try:
            merge.apply(
                survivor=one, loser=other, by=system_user(), at=self.moment(), reason="Same.", method="automatic"
            )
        except Refused:
            return
        one.refresh_from_db()
        for field in ("school", "sex"):
            # Two people typed here: the later stands on the one record, the other on its own row.
            if (one.pk, field) in self.typed and getattr(one, field) != self.typed[one.pk, field]:
                assert getattr(one, field) == self.typed[other.pk, field]
                del self.typed[one.pk, field]

    def somebody_parts_them(self) -> None:
        standing = Merge.objects.standing().order_by("-pk").first()
        if standing is not None:
            before = {(p.pk, f): getattr(p, f) for p in [standing.loser] for f in FIELDS}
            merge.undo(standing, by=system_user(), at=self.moment(), reason="Two.")
            for (key, field), value in before.items():
                assert getattr(Person.objects.get(pk=key), field) == value
            self.held.clear()

    def somebody_decides(self, answer: str) -> None:
        row = Difference.objects.open().order_by("pk").first()
        if row is not None and row.person is not None:
            one = row.person.merged_into or row.person
            decide(difference=row, answer=answer, by=self.officer, at=self.moment(), reason="Asked.")
            if answer == "take":
                for key in (one.pk, row.person.pk):
                    self.typed.pop((key, row.field), None)

    @invariant()
    def what_was_typed_stands(self) -> None:
        if hasattr(self, "typed"):
            for (key, field), value in self.typed.items():
                assert getattr(Person.objects.get(pk=key), field) == value, field

    @invariant()
    def nothing_filled_becomes_empty(self) -> None:
        if not hasattr(self, "held"):
            return
        for person in self.people():
            for field in FIELDS:
                is_filled = getattr(person, field) not in ("", None, "U", "NOBT")
                assert is_filled or not self.held.get((person.pk, field)), (field, person.reference)
                self.held[person.pk, field] = is_filled


@pytest.mark.django_db
def test_no_extract_loses_what_was_typed_or_empties_what_was_filled() -> None:
    run_state_machine_as_test(
        Extracts,
        settings=settings(
            max_examples=5,
            stateful_step_count=12,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # to make a failing run small takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Extracts.differed > 0
