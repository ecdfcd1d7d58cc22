"""Words that code writes and another list explains: a forgotten half is found here, not by whoever does the deed."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from contacts.shipped import DATA
from frontdoor.access import Role
from frontdoor.audit.events import EVENTS
from frontdoor.clocks.editions import STATUTORY_CODES
from frontdoor.clocks.rules import SHIPPED
from frontdoor.codelists import lists
from frontdoor.workflow.machines import MACHINES
from tests.fitness.test_rules_of_the_house import ROOT, our_models, sources

#: Stands where a text has a gap: ``grade_…``.
GAP = "…"


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The names of a module that stand for one text, also ``A, B = "a", "b"``."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Name):
                found[target.id] = value
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                names = [each.id if isinstance(each, ast.Name) else "" for each in target.elts]
                found |= dict(zip(names, value.elts, strict=False))
    return found


def texts(given: ast.expr, known: dict[str, ast.expr]) -> set[str]:
    """The texts an argument may be, as far as they stand in its module."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return {given.value}
    if isinstance(given, ast.JoinedStr) and isinstance(given.values[0], ast.Constant):
        return {str(given.values[0].value) + GAP}
    if isinstance(given, ast.IfExp):
        return texts(given.body, known) | texts(given.orelse, known)
    if isinstance(given, ast.BoolOp):
        return set().union(*(texts(part, known) for part in given.values))
    if isinstance(given, ast.Name) and given.id in known:
        return texts(known[given.id], {})
    return set()


def called_with(path: Path, *names: str) -> Iterator[str]:
    """The texts given, not by name, in a call of these names in a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            for given in node.args:
                yield from texts(given, constants(tree))


def test_every_audit_event_has_its_sentence() -> None:
    """Without one the deed itself fails. Registered when the app is ready: every process has to know the words."""
    moves = {row.event for table in MACHINES.values() for row in table.values()}
    born = {f"{model._meta.model_name}.recorded" for model in MACHINES}
    deeds = {
        event
        for path in sources()
        if "frontdoor.audit.actions import record" in path.read_text(encoding="utf-8")
        for event in called_with(path, "write_audit", "record", "_write")
        if "." in event and GAP not in event
    }
    assert len(deeds) > 100
    assert (moves | born | deeds) - set(EVENTS) == set()


def test_every_timescale_an_action_starts_is_shipped() -> None:
    """A clock without a rule is never started, and nobody would miss it."""
    known = set(STATUTORY_CODES) | {row["code"] for row in json.loads(SHIPPED.read_text(encoding="utf-8"))}
    started = {rule for path in sources() for rule in called_with(path, "clocks.start")}
    assert len(started) > 10
    assert {rule for rule in started if GAP not in rule} - known == set()
    beginnings = {rule.removesuffix(GAP) for rule in started if GAP in rule}
    assert {each for each in beginnings if not any(code.startswith(each) for code in known)} == set()


def test_every_outcome_we_ship_can_be_decided_by_somebody_and_told() -> None:
    """An outcome without a decision rule stands on the page, and is refused to everybody who chooses it."""
    shipped = lists.shipped()
    outcomes = {row["code"]: row["attributes"] for row in shipped["contact_outcome"]}
    ruled = {row["outcome"] for row in json.loads((DATA / "decision_rules.json").read_text(encoding="utf-8"))}
    assert set(outcomes) == ruled
    told = {row["code"] for row in shipped["outcome_outside"]} | {"same"}
    assert {code for code, needs in outcomes.items() if needs["outside"] not in told} == set()


def test_a_new_role_needs_no_change_of_a_column() -> None:
    """A list of roles copied into a model's choices would ask for a migration in another app with every new role."""
    roles = {role.value for role in Role}
    copied = [
        f"{model._meta.label}.{each.name}"
        for model in our_models()
        for each in model._meta.fields
        if roles & {code for code, _ in each.flatchoices}
    ]
    assert copied == []


def test_what_contributing_names_is_there() -> None:
    """A newcomer goes where it sends them: each file it names is there, each name it gives stands in that file."""
    section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Where a change goes")[2]
    named = set(re.findall(r"`([a-z_]+/[a-z_/]+\.[a-z]+)`", section))
    assert len(named) > 25
    assert {path for path in named if not (ROOT / path).is_file()} == set()
    inside = re.findall(r"`([A-Za-z_]+)` (?:in|of) `([a-z_/]+\.(?:py|html))`", section)
    assert len(inside) > 6
    assert {pair for pair in inside if pair[0] not in (ROOT / pair[1]).read_text(encoding="utf-8")} == set()
