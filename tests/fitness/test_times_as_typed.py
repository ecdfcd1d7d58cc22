"""Every time somebody types is London's, one the clock showed, and said which where it showed it twice."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django import forms

from contacts.handover.forms import QUESTIONS
from frontdoor.ui.dates import DateTimeField
from tests.fitness.test_every_form_keeps_its_draft import every_form, ours
from tests.fitness.test_rules_of_the_house import ROOT, sources

#: After both changes of the clocks that are typed.
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
BARE = ("DateTimeField", "TimeField", "SplitDateTimeField", "SplitDateTimeWidget")
#: Who makes an instant of a time on the clocks of London, and why nobody has to be asked which of two.
WALL_CLOCK = {
    "frontdoor/clocks/working_days.py": "office hours and ends of days: never between 1am and 2am",
    "frontdoor/exchange/legacy/writing.py": "what an old system wrote long ago: there is nobody to ask",
    "frontdoor/figures/partnership/readers.py": "midnights",
    "frontdoor/people/record/chronology.py": "midnights",
    "frontdoor/people/record/looked.py": "midnights",
    "frontdoor/ui/dates.py": "the field",
}
#: Who reads a time of the day that is of no day.
OF_NO_DAY = {
    "contacts/handover/forms.py": "hours of the shifts: for one the clock skips stands the moment after (shifts.py)",
    "frontdoor/rules/versions.py": "the same hours, as a rule",
    "frontdoor/ui/dates.py": "the field",
}
LONDON = re.compile(r"tzinfo=LONDON|combine\([^\n]*LONDON\)|make_aware\(")


def fields_of_forms() -> Iterator[tuple[str, forms.Field]]:
    """Every field that a form of ours has from its class, and those of the items of a handover."""
    for kind in every_form():
        if ours(kind):
            for name, field in kind.base_fields.items():
                yield f"{kind.__qualname__}.{name}", field
    for of_kind, questions in QUESTIONS.items():
        for name, make in questions.items():
            yield f"{of_kind}.{name}", make()


def test_no_form_and_no_serializer_takes_a_time_by_a_library_s_field() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in BARE
        and isinstance(node.value, ast.Name)
        and node.value.id in ("forms", "serializers", "fields", "drf")
    ]
    assert bare == [], "use frontdoor.ui.dates.DateTimeField, or frontdoor.api.validation.moment"
    library = (forms.DateTimeField, forms.TimeField, forms.SplitDateTimeField)
    assert [name for name, field in fields_of_forms() if isinstance(field, library)] == []


def found_by(pattern: re.Pattern[str]) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in sources() if pattern.search(path.read_text(encoding="utf-8"))}


def test_a_time_on_the_clocks_becomes_an_instant_in_these_places_alone() -> None:
    assert found_by(LONDON) == set(WALL_CLOCK)


def test_a_time_of_the_day_is_read_in_these_places_alone() -> None:
    assert found_by(re.compile(r"\bparse_time\(")) == set(OF_NO_DAY)


def test_every_field_for_a_time_refuses_what_the_clock_skipped_and_asks_which_of_two() -> None:
    asked = [(name, field) for name, field in fields_of_forms() if isinstance(field, DateTimeField)]
    assert len(asked) > 10
    for name, field in asked:
        with pytest.raises(forms.ValidationError, match="There was no 1:30am on 29 March 2026"):
            field.clean(["29", "3", "2026", "1:30am"])
        with pytest.raises(forms.ValidationError, match="twice on 25 October 2026"):
            field.clean(["25", "10", "2026", "1:30am"])
        second = field.clean(["25", "10", "2026", "1:30am GMT"])
        assert second == datetime(2026, 10, 25, 1, 30, tzinfo=UTC), name
