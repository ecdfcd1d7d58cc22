"""No test fails by luck: a short word is looked for where nothing drawn at random can hold it."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client

from frontdoor.db import Record
from tests.conftest import ROOT
from tests.factories import StaffFactory
from tests.reading import without_drawn

#: Letters and digits from which on a word is long enough: five drawn alike come once in a hundred million.
LONG = 5
#: Short words looked for in what is no text of a page or message, each with what it is.
ELSEWHERE = {
    ("tests/assessments/test_filler.py", "0"): "names of questions",
    ("tests/contacts/test_ranking.py", "red"): "two grades",
    ("tests/documents/test_words.py", "near"): "words of a question",
    ("tests/people/test_fairness.py", "102"): "a line of figures",
    ("tests/people/test_fairness.py", "LOW"): "a line of figures",
    ("tests/people/test_linkage.py", "A1"): "keys of rows",
    ("tests/ui/test_forms.py", "told"): "names of fields",
}


def _is_short(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) < LONG
        and node.value.isalnum()
    )


def _in_turn(loop: ast.AST) -> tuple[str, list[str]]:
    """The name a loop or comprehension gives to words written out, and the short ones among them."""
    if isinstance(loop, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        loop = loop.generators[0]
    if not isinstance(loop, ast.For | ast.comprehension) or not isinstance(loop.target, ast.Name):
        return "", []
    words = loop.iter.elts if isinstance(loop.iter, ast.Tuple | ast.List | ast.Set) else []
    return loop.target.id, [ast.literal_eval(word) for word in words if _is_short(word)]


def _short_words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and word of every short word that is looked for as absent in a text as it came.

    Said as ``assert word not in page``, or as ``[word for word in words if word in page] == []``.
    """
    for each in ast.walk(tree):
        name, words = _in_turn(each)
        is_picked = not isinstance(each, ast.For)
        looked = [each] if isinstance(each, ast.Compare) else ast.walk(each) if words else []
        for one in looked:
            if not isinstance(one, ast.Compare) or "without_drawn(" in ast.unparse(one.comparators[0]):
                continue
            is_absent = isinstance(one.ops[0], ast.NotIn)
            if isinstance(one.left, ast.Name) and one.left.id == name and (is_absent or is_picked):
                yield from ((one.lineno, word) for word in words)
            elif one is each and is_absent and _is_short(one.left):
                yield one.lineno, ast.literal_eval(one.left)


def test_a_short_word_is_looked_for_in_what_is_not_drawn() -> None:
    found = {
        f"{name}:{line} looks for {word!r}: put without_drawn() around the text"
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in [str(path.relative_to(ROOT))]
        for line, word in _short_words(ast.parse(path.read_text(encoding="utf-8")))
        if (name, word) not in ELSEWHERE
    }
    assert not found, "\n".join(sorted(found))


def test_references_of_every_kind_and_tokens_are_left_out() -> None:
    prefixes = {model.PREFIX for model in apps.get_models() if issubclass(model, Record)}
    assert len(prefixes) >= 8
    for prefix in prefixes | {"I"}:
        page = f'<a id="card-{prefix}-PZ439ZZ3" href="/x/{prefix}-9ZZ30000/">{prefix}-0000P9ZZ</a> ZZ99 9XX'
        assert "9ZZ" not in without_drawn(page)
        assert without_drawn(page).endswith("</a> ZZ99 9XX"), "what was written stands"
    for drawn in (
        "Quote this reference: <strong>9ZZ0000000</strong>",
        'name="csrfmiddlewaretoken" value="abcSam9ZZ"',
        """hx-headers='{"X-CSRFToken": "abcSam9ZZ"}'""",
        "https://x.example/partner/outcome/a-b_Sam9ZZ.c-d_Sam/ ",
        "fd_Sam9ZZ",
        "whsec_a/b+Sam9ZZ=",
    ):
        assert not re.search("Sam|9ZZ", without_drawn(drawn)), drawn
    assert "5e5" not in without_drawn('href="?s=00005e5000&amp;page=2" name="s" value="00005e5000"')
    assert "5e5" not in without_drawn("/drafts/00005e50-0000-4000-8000-000000005e50/")


@pytest.mark.django_db
def test_every_token_on_a_page_of_ours_is_known(client: Client) -> None:
    client.force_login(StaffFactory.create(role="duty_manager"))
    page = client.get("/").content.decode()
    assert len(re.findall("[A-Za-z0-9]{40,}", page)) >= 2, "of the forms, and of what a script sends"
    assert re.findall("[A-Za-z0-9]{40,}", without_drawn(page)) == []


def test_no_example_is_refused_because_the_machine_is_busy() -> None:
    """A test's own list of what Hypothesis is not to mind takes the place of the house's, where "too slow" stands."""
    said = re.compile(r"suppress_health_check" r"=(?!ANY_SPEED|EACH_TIME|list\(HealthCheck\))")
    found = [path for path in (ROOT / "tests").rglob("test_*.py") if said.search(path.read_text(encoding="utf-8"))]
    assert found == []
