"""Every form keeps what is typed into it, or says why it does not."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from contacts.screening.forms import ActForm
from frontdoor.ui.forms import UiForm, VersionForm
from tests.fitness.test_rules_of_the_house import ROOT, sources
from tests.unkept import unkept_forms

#: Rooms whose pages do not carry out their actions through ``frontdoor.acting`` yet: empty at the end of issue 12.
NOT_YET: tuple[str, ...] = ()
#: Bases that are never opened themselves, and the gallery of components, which has no records.
BASES = {UiForm, VersionForm, ActForm}
GALLERY = "frontdoor.ui.gallery"
IN_THE_ADDRESS = "a filter: it stands in the address"
WORDS_KEPT = "a filter: its words are kept for the session, the rest stands in the address"


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
        "BeginRecordForm": "one button, nothing typed",
        "AdultForm": "kept with the call it is part of",
        "AdultLater": "kept with the words it is sent with",
        "AnswerForm": "choices and a button, nothing typed",
        "ApproveForm": "the reference is typed afresh each time: nobody agrees by what a page remembered",
        "ApproveReplyForm": "one button, nothing typed",
        "ButtonForm": "one button, nothing typed",
        "CallForm": "kept with the call it is part of",
        "ChildForm": "kept with the call it is part of",
        "ChildLater": "kept with the words it is sent with",
        "ChronologyFilter": WORDS_KEPT,
        "ContactForm": "kept with the call it is part of",
        "DisagreeForm": "kept behind the link it was opened with",
        "DocumentFilter": WORDS_KEPT,
        "DropForm": "a file: the browser gives it once",
        "EarlyHelpFilter": IN_THE_ADDRESS,
        "EventBackForm": "one button, nothing typed",
        "FamilyForm": "kept with the call it is part of",
        "FamilyMemberForm": "kept with the assessment it is part of",
        "FileForm": "a file: the browser gives it once",
        "FilterForm": IN_THE_ADDRESS,
        "GivenForm": "kept with the decision it is part of",
        "HouseholdForm": "a choice for each child, nothing typed",
        "LookedForm": IN_THE_ADDRESS,
        "MissingForm": "kept with the call it is part of",
        "OutsideForm": "kept behind the link it was opened with",
        "PairFilter": IN_THE_ADDRESS,
        "PlanFilter": IN_THE_ADDRESS,
        "PartnerReplyForm": "kept behind the link it was opened with",
        "PeriodForm": IN_THE_ADDRESS,
        "PersonForm": "kept with the call it is part of",
        "PlaceForm": "kept with the call it is part of",
        "ProposeForm": "one button, nothing typed",
        "BoardFilter": IN_THE_ADDRESS,
        "QueueFilter": IN_THE_ADDRESS,
        "TransferFilter": IN_THE_ADDRESS,
        "RowForm": "kept with the decision it is part of",
        "SameEventForm": "one choice and a button, nothing typed",
        "StaffFilterForm": WORDS_KEPT,
        "StoodDownForm": IN_THE_ADDRESS,
        "TableFilterForm": WORDS_KEPT,
        "TakeForm": "one button, nothing typed",
        "WebAdultForm": "kept behind the link it was opened with",
        "WebChildForm": "kept behind the link it was opened with",
        "WebContactForm": "kept behind the link it was opened with",
        "WebPersonForm": "kept behind the link it was opened with",
    }


def test_a_page_whose_form_says_nowhere_where_it_is_kept_is_found() -> None:
    """Every page that any test opens is read for such a form (``tests/conftest.py``)."""
    typed, mark = "<textarea name='a'></textarea>", "<input type='hidden' name='draft' data-draft-url='/drafts/1/'>"
    button = '<form method="post"><input type="hidden" name="a"><button>Claim</button></form>'
    search = '<form method="post" role="search"><input name="q" type="search"></form>'
    kept = f'<form method="post">{mark}{typed}</form>'
    lost = f'<form method="post" action="/x/">{typed}</form>'
    line = '<form method="post"><input class="govuk-input" name="a" type="text"></form>'
    assert unkept_forms("a.html", f'{button}{search}{kept}<form method="get">{typed}</form>') == []
    assert unkept_forms("a.html", f"{kept}{lost}{line}") == [
        '<form method="post" action="/x/">',
        '<form method="post">',
    ]
    assert unkept_forms("partner/reply.html", lost) == []
