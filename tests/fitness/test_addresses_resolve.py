"""Every name of a page written anywhere leads somewhere: nothing in a menu is dead, and nobody swallows the error."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLResolver, get_resolver

from tests.fitness.test_rules_of_the_house import ROOT, sources

#: ``namespace:name`` as it is written for a page.
NAME = re.compile(r"[a-z_]+:[a-z_]+")
#: What is written so and is no page.
NO_PAGE: set[str] = set()
#: A whole name; one put together from parts is walked by the tests of its own page.
IN_TEMPLATE = re.compile(r"""\burl\(\s*["']([^"']+)["']\s*[,)]""")
CALLS = {"reverse", "redirect", "url"}


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield prefix + entry.name


def written_in(path: Path) -> Iterator[str]:
    """Names in code: any text of the form, and what is handed to reverse and redirect."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            yield node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and "/" not in first.value:
                yield first.value


def test_every_name_of_a_page_in_code_and_templates_is_one() -> None:
    known = set(names(get_resolver())) | NO_PAGE
    dead = [f"{path.relative_to(ROOT)}: {name}" for path in sources() for name in written_in(path) if name not in known]
    for path in sorted((ROOT / "templates").rglob("*.html")):
        found = IN_TEMPLATE.findall(path.read_text(encoding="utf-8"))
        dead += [f"{path.relative_to(ROOT)}: {name}" for name in found if name not in known]
    assert dead == []


def test_a_name_that_leads_nowhere_is_an_error_and_never_an_empty_link() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and node.type is not None and "NoReverseMatch" in ast.unparse(node.type)
    ]
    assert silent == []
