"""Which warnings reach somebody is asked in one place: a page with a question of its own would forget the household."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.fitness.test_rules_of_the_house import ROOT, sources

#: The reader; the acts on one warning; what was ever proposed from which contact; the legacy and merging of rows.
MAY_ASK = {
    "frontdoor/people/protection/reach.py": "the reader",
    "frontdoor/people/protection/warnings.py": "acts on one warning",
    "frontdoor/people/models/safety.py": "the model",
    "frontdoor/people/birth.py": "what stands on the first twin's own record is copied to the other's",
    "frontdoor/pages/people.py": "the one that is reviewed, by its key",
    "contacts/screening/readers.py": "whether this contact's warning was answered once, in force or not",
}


def asked(path: Path) -> Iterator[int]:
    """Lines that ask for warnings: through the model, however it is called there, or from a person."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("frontdoor.people.models")
        for alias in node.names
        if alias.name == "Warning"
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        through_model = node.attr == "objects" and isinstance(node.value, ast.Name) and node.value.id in names
        from_person = node.attr in ("filter", "in_force", "all", "exclude", "exists", "values_list") and (
            isinstance(node.value, ast.Attribute) and node.value.attr == "warnings"
        )
        if through_model or from_person:
            yield node.lineno


def test_warnings_have_one_reader() -> None:
    found = {str(path.relative_to(ROOT)): list(asked(path)) for path in sources()}
    asking = {name: lines for name, lines in found.items() if lines}
    assert MAY_ASK["frontdoor/people/protection/reach.py"]
    assert "frontdoor/people/protection/reach.py" in asking, "the walk finds what it looks for"
    assert {name: lines for name, lines in asking.items() if name not in MAY_ASK} == {}
