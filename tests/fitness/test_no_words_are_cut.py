"""No text is cut on its way to a column: whatever writes keeps it whole, refuses it by name, or says that it goes on.

Read from the code: a value given to a keyword, a key or an attribute that is the beginning of something, up to a
length that is a number or a constant. What may stand so is on the list, with its reason.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Modules that write: every act, and what loads the old systems' rows.
WRITERS = sorted(
    path
    for room in ("frontdoor", "contacts", "referrals", "assessments", "supervision")
    for path in (ROOT / room).rglob("*.py")
    if path.name == "actions.py"
    or "legacy" in path.parts
    or path.parent.name in ("referrals", "assessments", "grading")
    if "migrations" not in path.parts
)
#: Where it stands, what is given there, and why it is no cut of anybody's words.
MAY = {
    ("frontdoor/audit/actions.py", "path"): "an address of ours, told to nobody but the administrator",
    ("frontdoor/api/actions.py", "client"): "the beginning of an identifier, as it is shown",
}
#: A shorter beginning is a mark, a year or a code, never words.
WORDS = 20


def is_cut(value: ast.expr) -> bool:
    """Whether a value is the beginning of a text, or of one of several that are chosen between."""
    if isinstance(value, ast.IfExp):
        return is_cut(value.body) or is_cut(value.orelse)
    if isinstance(value, ast.BoolOp):
        return any(map(is_cut, value.values))
    if isinstance(value, ast.List | ast.Tuple):
        return any(map(is_cut, value.elts))
    if isinstance(value, ast.ListComp):
        return is_cut(value.elt)
    if not isinstance(value, ast.Subscript) or not isinstance(value.slice, ast.Slice):
        return False
    upper = value.slice.upper
    if value.slice.lower is not None or upper is None:
        return False
    return not isinstance(upper, ast.Constant) or (isinstance(upper.value, int) and upper.value >= WORDS)


def given(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What is given under a name anywhere in a module: a keyword, a key of a dictionary, an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            yield node.arg, node.value
        elif isinstance(node, ast.Dict):
            yield from (
                (str(key.value), value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            )
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                values = node.value.elts if several and isinstance(node.value, ast.Tuple) else [node.value] * len(names)
                yield from (
                    (name.attr, value)
                    for name, value in zip(names, values, strict=True)
                    if isinstance(name, ast.Attribute)
                )


def test_no_text_is_cut_on_its_way_to_a_column() -> None:
    cut = {
        (str(path.relative_to(ROOT)), name)
        for path in WRITERS
        for name, value in given(ast.parse(path.read_text("utf-8")))
        if is_cut(value)
    }
    assert cut <= set(MAY), sorted(cut - set(MAY))


def test_a_cut_is_seen() -> None:
    found = given(
        ast.parse('make(a=text[:200], b=[w[:60] for w in ws], c=x[:4])\nrow.d, row.e = x[:MOST], y\n{"f": z[:99]}')
    )
    assert sorted(name for name, value in found if is_cut(value)) == ["a", "b", "d", "f"]
