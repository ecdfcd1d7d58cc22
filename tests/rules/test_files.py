"""The rules as one file: the same byte for byte after a round trip, and refused whole when one thing cannot stand."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.agencies.thresholds.models import ThresholdLevel
from contacts.models import ContactType, DecisionRule
from contacts.recording import actions as contacts
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import LocalRule
from frontdoor.codelists.models import Code
from frontdoor.dated import TABLES
from frontdoor.rules.actions import FileRefused, put_all
from frontdoor.rules.files import export, parse
from tests.contacts.conftest import some_facts
from tests.drawing import EACH_TIME
from tests.rules.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


def document() -> Any:
    return json.loads(export())


def put(wanted: Any, **more: Any) -> dict[str, int]:
    return put_all(wanted=parse(json.dumps(wanted).encode()), by=None, at=NOW, on=TODAY, **more)


def row_of(wanted: Any, table: str, **columns: Any) -> Any:
    return next(row for row in wanted["tables"][table] if columns.items() <= row.items())


def faults_of(wanted: Any) -> list[str]:
    before = export()
    with pytest.raises(FileRefused) as refused, transaction.atomic():
        put(wanted)
    assert export() == before, "refused whole"
    return [str(fault) for fault in refused.value.faults]


def test_every_table_of_rules_and_every_list_stands_in_the_file() -> None:
    tables = document()["tables"]
    assert list(tables) == sorted(TABLES)
    assert {"contact_types", "decision_rules", "clock_rules", "provisional_grades", "bundling", "ending_rules",
            "communal_addresses", "rank_weights", "thresholds", "shifts", "ending_together", "supervision_targets",
            "joining", "codes_contact_outcome", "codes_retention"} <= set(tables)  # fmt: skip
    assert len(tables["thresholds"][0]["parts"]) == 4


def test_what_is_exported_imported_and_exported_again_is_the_same_file(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    call_command("rules_export", str(first))
    call_command("rules_import", str(first))
    call_command("rules_export", str(second))
    assert first.read_bytes() == second.read_bytes()
    assert Code.objects.filter(shipped__isnull=True).count() == 0, "what is as shipped stays as shipped"
    assert Entry.objects.filter(event="rules.changed").count() == 0


def test_a_file_brings_another_council_s_rules_and_a_trial_keeps_nothing(tmp_path: Path, capsys: Any) -> None:
    wanted = document()
    row_of(wanted, "codes_contact_outcome", code="advice")["label"] = "Advice given"
    own = {**row_of(wanted, "codes_religion", code="none"), "code": "jedi", "label": "Another"}
    wanted["tables"]["codes_religion"].append(own)
    amber = row_of(wanted, "clock_rules", code="grade_amber")
    amber["valid_to"] = "2026-12-31"
    wanted["tables"]["clock_rules"].append({**amber, "amount": 600, "valid_from": "2027-01-01", "valid_to": None})
    row_of(wanted, "thresholds")["parts"][0]["name"] = "Everybody"
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(wanted))
    before = export()
    call_command("rules_import", str(file), "--dry-run")
    assert "Nothing was kept" in capsys.readouterr().out
    assert export() == before
    call_command("rules_import", str(file))
    assert Code.objects.get(list_name="contact_outcome", code="advice").label == "Advice given"
    assert LocalRule.objects.filter(code="grade_amber").count() == 2
    assert ThresholdLevel.objects.get(code="1").name == "Everybody"
    after = export()
    file.write_bytes(after)
    call_command("rules_import", str(file))
    assert export() == after
    # And back: what only the other council had goes, because nothing uses it.
    file.write_bytes(before)
    call_command("rules_import", str(file))
    assert export() == before


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda w: row_of(w, "contact_types", code="concern").update(colour="red"), "colour: There is no column"),
        (lambda w: row_of(w, "contact_types", code="concern").pop("label"), "column label: This column is missing"),
        (lambda w: w["tables"].update(spells=[]), "spells: There is no table"),
        (lambda w: w["tables"].pop("bundling"), "bundling: The file leaves this table out"),
        (
            lambda w: w["tables"]["clock_rules"].append(
                {**row_of(w, "clock_rules", code="grade_red"), "valid_from": "2026-01-01"}
            ),
            "clock_rules, grade_red from 2026-01-01, column valid_from: The dates overlap",
        ),
        (
            lambda w: row_of(w, "clock_rules", code="grade_red").update(amount="soon"),
            "clock_rules, grade_red from 2000-01-01, column amount: This is the wrong kind of value",
        ),
        (
            lambda w: row_of(w, "decision_rules", outcome="advice").update(social_worker="always"),
            "decision_rules, advice, column social_worker: “always” is not one of the answers",
        ),
        (
            lambda w: row_of(w, "ending_rules", ending="advice").update(valid_to="2027-01-31"),
            "ending_rules, advice, column valid_to: A referral that ends",
        ),
        (lambda w: row_of(w, "codes_sex", code="M").update(valid_from="soon"), "M from soon, column valid_from"),
        (lambda w: row_of(w, "codes_sex", code="M").update(label=""), "codes_sex, M, column label: This cannot be"),
        (lambda w: row_of(w, "contact_types", code="marac").update(clock_rule="nix"), "column clock_rule: There is no"),
        (lambda w: row_of(w, "rank_weights").update(red=0), "rank_weights, column red: Red cannot count for less"),
        (lambda w: row_of(w, "thresholds")["parts"].pop(), "column parts: An edition has the levels 1 to 4"),
        (lambda w: row_of(w, "thresholds")["parts"][0].update(name=5), "column parts: Each level has a name"),
        (lambda w: row_of(w, "thresholds")["parts"][0].update(indicators=[]), "column parts: What a level looks like"),
        (lambda w: row_of(w, "codes_sex", code="M").update(label="a\x00b"), "column label: It holds a character"),
        (lambda w: row_of(w, "codes_sex", code="M").update(label="\ud800"), "column label: It holds a character"),
        (lambda w: row_of(w, "codes_retention").update(attributes={"from": "now"}), "column attributes: Say from what"),
        (
            lambda w: row_of(w, "codes_contact_outcome", code="referral").update(attributes={"opens": "no"}),
            "codes_contact_outcome, referral, column attributes: “opens” is yes or no (true or false), not \"no\"",
        ),
        (
            lambda w: row_of(w, "codes_contact_outcome", code="advice").update(attributes={"outside": True}),
            "codes_contact_outcome, advice, column attributes: “outside” is a word, not true",
        ),
        (
            lambda w: row_of(w, "codes_retention", code="contact").update(
                attributes={"from": "birth", "years": 25, "least_after_closure": True}
            ),
            "codes_retention, contact, column attributes: “least_after_closure” is a whole number, not true",
        ),
        (
            lambda w: row_of(w, "codes_caf_heading", code="learning").update(attributes={"dimensions": "D1"}),
            "codes_caf_heading, learning, column attributes: “dimensions” is a list of codes, not \"D1\"",
        ),
        (
            lambda w: row_of(w, "codes_caf_heading", code="learning").update(attributes={"dimensions": [1]}),
            "codes_caf_heading, learning, column attributes: “dimensions” is a list of codes, not [1]",
        ),
        (
            lambda w: row_of(w, "codes_disability", code="NONE").update(attributes={"excludes_all": 1}),
            "codes_disability, NONE, column attributes: “excludes_all” is yes or no (true or false), not 1",
        ),
        (
            lambda w: row_of(w, "codes_retention", code="draft").update(attributes={"from": "typing", "days": 0}),
            "codes_retention, draft, column attributes: Say for how many days",
        ),
        (lambda w: row_of(w, "shifts").update(take_by="25:00"), "column take_by: "),
        (lambda w: row_of(w, "bundling").update(window_days=10**12), "column window_days: "),
    ],
)  # fmt: skip
def test_a_fault_refuses_the_whole_file_and_names_table_row_and_column(spoil: Any, said: str) -> None:
    wanted = document()
    row_of(wanted, "codes_contact_outcome", code="advice")["label"] = "Advice given"
    spoil(wanted)
    assert any(said in fault for fault in faults_of(wanted)), faults_of(wanted)


def test_a_code_in_use_is_never_removed(admin: User) -> None:
    Code.objects.create(list_name="referral_source", code="9Z", label="Another source")
    wanted = document()
    kept = [row for row in wanted["tables"]["codes_referral_source"] if row["code"] != "9Z"]
    wanted["tables"]["codes_referral_source"] = kept
    assert put(wanted, is_trial=True) == {"codes_referral_source": 1}
    officer = User.objects.create_user("olu", "Olu Officer", roles=["contact_officer"])
    made = contacts.record_contact(facts=some_facts(), by=officer, at=NOW)
    type(made).objects.filter(pk=made.pk).update(source="9Z")
    assert faults_of(wanted) == [
        "codes_referral_source, 9Z, column code: Records use it: give it a last day instead of leaving it out."
    ]
    wanted = document()
    wanted["tables"]["codes_religion"].pop(0)
    [fault] = faults_of(wanted)
    assert "It comes with the product" in fault


def test_a_timescale_under_which_a_clock_has_run_is_not_left_out(admin: User) -> None:
    LocalRule.objects.create(
        code="call_back", label="Call back", amount=60, unit="minutes", may_pause=False, valid_from=TODAY
    )
    wanted = document()
    kept = [row for row in wanted["tables"]["clock_rules"] if row["code"] != "call_back"]
    wanted["tables"]["clock_rules"] = kept
    assert put(wanted, is_trial=True) == {"clock_rules": 1}
    clock = clocks.start("call_back", reference="R-00000001", started_at=NOW, by=admin)
    assert clock is not None
    [fault] = faults_of(wanted)
    assert fault == (
        f"clock_rules, call_back from {TODAY.isoformat()}, column code: Records use it: give it a last day instead of "
        "leaving it out."
    )


def test_what_a_file_removes_stays_readable_in_its_audit_row(admin: User) -> None:
    Code.objects.create(list_name="referral_source", code="9Z", label="Another source")
    wanted = document()
    rows = wanted["tables"]["codes_referral_source"]
    wanted["tables"]["codes_referral_source"] = [row for row in rows if row["code"] != "9Z"]
    put_all(wanted=parse(json.dumps(wanted).encode()), by=admin, at=NOW, on=TODAY)
    entry = Entry.objects.get(event="rules.taken_back")
    assert (entry.actor, entry.reason) == (admin, "Read from a file")
    assert entry.detail["rule"] == ["9Z"]
    assert entry.detail["before"]["label"] == "Another source"
    assert entry.detail["after"]["label"] is None


def test_no_rule_leaves_an_open_contact_without_a_clock() -> None:
    wanted = document()
    row_of(wanted, "clock_rules", code="grade_amber")["valid_to"] = "2026-12-31"
    put(wanted, is_trial=True)
    officer = User.objects.create_user("olu", "Olu Officer", roles=["contact_officer"])
    contacts.record_contact(facts=some_facts(grade="amber", grade_reasons=["domestic_abuse"]), by=officer, at=NOW)
    [fault] = faults_of(wanted)
    assert fault == (
        "clock_rules, grade_amber from 2000-01-01, column valid_to: Open contacts need the timescale grade_amber: "
        "without it they would have no clock."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "it is not JSON"),
        (b"[1]", "not a file of rules"),
        (b'{"format": "front-door-rules", "version": 2}', "written by a later version of Front Door"),
        (b'{"format": "front-door-rules", "version": true}', "does not say which version"),
        (b'{"format": "front-door-rules", "version": 1, "tables": []}', "holds no tables"),
        (b'{"format": "front-door-rules", "format": "front-door-rules"}', "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b'{"format": NaN}', "it is not JSON"),
    ],
)
def test_what_is_no_file_of_ours_is_said_plainly(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("rules_import", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("rules_import", str(tmp_path / "none.json"))
    with pytest.raises(CommandError, match="directory"):
        call_command("rules_export", str(tmp_path))


def test_an_own_outcome_comes_with_its_decision_rule_in_one_file() -> None:
    wanted = document()
    advice = row_of(wanted, "codes_contact_outcome", code="advice")
    wanted["tables"]["codes_contact_outcome"].append({**advice, "code": "mediation", "label": "Mediation"})
    rule = row_of(wanted, "decision_rules", outcome="advice")
    wanted["tables"]["decision_rules"].append({**rule, "outcome": "mediation"})
    assert put(wanted) == {"codes_contact_outcome": 1, "decision_rules": 1}
    assert DecisionRule.objects.filter(outcome="mediation").exists()


LABELS: st.SearchStrategy[str] = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40
).filter(lambda t: t.strip())
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["codes_sex", "codes_contact_outcome", "decision_rules", "contact_types", "bundling"]),
        st.integers(0, 30), st.none() | st.dates().map(str), LABELS,
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=EACH_TIME)
@given(edits=EDITS)
def test_whatever_rules_a_file_brings_what_is_written_then_is_that_file(edits: Any) -> None:
    wanted = document()
    for table, place, day, words in edits:
        rows = wanted["tables"][table]
        row = rows[place % len(rows)]
        row["valid_from"] = day
        for name in ("label", "sentence"):
            if name in row:
                row[name] = words
    with transaction.atomic():
        try:
            put(wanted)
        except FileRefused as refused:
            named = [bool(fault.table and fault.message) for fault in refused.faults]
        else:
            named = [json.loads(export()) == wanted]
        assert all(named)
        transaction.set_rollback(True)


def test_a_file_may_bring_types_a_contact_holds_in_other_words() -> None:
    officer = User.objects.create_user("olu", "Olu Officer", roles=["contact_officer"])
    made = contacts.record_contact(facts=some_facts(), by=officer, at=NOW)
    wanted = document()
    row_of(wanted, "contact_types", code=made.type.code)["label"] = "Worry"
    put(copy.deepcopy(wanted))
    made.refresh_from_db()
    assert made.type.label == "Worry"
    assert ContactType.objects.filter(code=made.type.code).count() == 1
    assert DecisionRule.objects.exists()
