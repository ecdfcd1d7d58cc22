"""Every form keeps what is typed into it, or says why it does not."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from contacts.screening.forms import ActForm
from frontdoor.ui.forms import UiForm, VersionForm
from tests.fitness.test_rules_of_the_house import ROOT, sources

#: Rooms whose pages do not carry out their actions through ``frontdoor.acting`` yet: empty at the end of issue 12.
NOT_YET: tuple[str, ...] = ()
#: Bases that are never opened themselves, and the gallery of components, which has no records.
BASES = {UiForm, VersionForm, ActForm}
GALLERY = "frontdoor.ui.gallery"


def is_converted(path: Path) -> bool:
    return not str(path.relative_to(ROOT)).startswith(NOT_YET)


def every_form() -> Iterator[type[UiForm]]:
    """Every form class of ours, wherever it stands."""
    for path in sources():
        if "Form" in path.read_text(encoding="utf-8"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    waiting: list[type[UiForm]] = [UiForm]
    seen: set[type[UiForm]] = set()
    while waiting:
        kind = waiting.pop()
        if kind not in seen:
            seen.add(kind)
            waiting += kind.__subclasses__()
    yield from sorted(seen - BASES, key=lambda kind: (kind.__module__, kind.__qualname__))


def room_of(kind: type[UiForm]) -> Path:
    return ROOT / (kind.__module__.replace(".", "/") + ".py")


def ours(kind: type[UiForm]) -> bool:
    return not kind.__module__.startswith("tests.") and kind.__module__ != GALLERY


def test_every_form_has_a_name_in_the_list_of_drafts_or_a_reason_to_keep_none() -> None:
    silent = [
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in every_form()
        if ours(kind) and is_converted(room_of(kind)) and not (kind.called or kind.keeps_no_draft)
    ]
    assert silent == [], "say what its draft is called, or why it keeps none"


def test_no_page_opens_a_form_or_answers_a_refusal_by_itself() -> None:
    """What every page does alike stands in ``frontdoor.acting`` alone."""
    alone = []
    for path in sources():
        if not is_converted(path) or path.parent.name in ("ui", "drafts") or path.name == "acting.py":
            continue
        text = path.read_text(encoding="utf-8")
        alone += [
            f"{path.relative_to(ROOT)}: {ast.unparse(node)[:60]}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call)
            and (
                (isinstance(node.func, ast.Name) and node.func.id == "posted")
                or (
                    isinstance(node.func, ast.Attribute)
                    and node.func.attr == "add_error"
                    and "refused" in ast.unparse(node)
                )
            )
        ]
    assert alone == []


def test_the_forms_that_keep_no_draft_are_these() -> None:
    """Read this list when a form joins it: what is typed into it is gone when the session is."""
    found = {kind.__qualname__: kind.keeps_no_draft for kind in every_form() if ours(kind) and kind.keeps_no_draft}
    assert found == {
        "AcceptForm": "its page is made by what was chosen on the list: it has no address to come back to",
        "AdultForm": "kept with the call it is part of",
        "AdultLater": "kept with the words it is sent with",
        "AnswerForm": "choices and a button, nothing typed",
        "ApproveForm": "the reference is typed afresh each time: nobody agrees by what a page remembered",
        "ButtonForm": "one button, nothing typed",
        "CallForm": "kept with the call it is part of",
        "ChildForm": "kept with the decision it is part of",
        "ChildLater": "kept with the words it is sent with",
        "ChronologyFilter": "a filter: it stands in the address",
        "ContactForm": "kept with the call it is part of",
        "DisagreeForm": "kept behind the link it was opened with",
        "DropForm": "a file: the browser gives it once",
        "EarlyHelpFilter": "a filter: it stands in the address",
        "FamilyForm": "kept with the call it is part of",
        "FamilyMemberForm": "kept with the assessment it is part of",
        "FileForm": "a file: the browser gives it once",
        "FilterForm": "a filter: it stands in the address",
        "GivenForm": "kept with the decision it is part of",
        "HouseholdForm": "a choice for each child, nothing typed",
        "LookedForm": "a filter: it stands in the address",
        "MissingForm": "kept with the call it is part of",
        "PairFilter": "a filter: it stands in the address",
        "PartnerReplyForm": "kept behind the link it was opened with",
        "PeriodForm": "a filter: it stands in the address",
        "PersonForm": "kept with the call it is part of",
        "PlaceForm": "kept with the call it is part of",
        "ProposeForm": "one button, nothing typed",
        "QueueFilter": "a filter: it stands in the address",
        "RowForm": "kept with the decision it is part of",
        "StaffFilterForm": "a filter: it stands in the address",
        "TableFilterForm": "a filter: it stands in the address",
        "TakeForm": "one button, nothing typed",
        "WithoutChildForm": "kept with the decision it is part of",
    }
