"""Form fields of our own and their rendering as GOV.UK components."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from frontdoor.ui.dates import DateField, DateTimeField, parse_day, parse_time
from frontdoor.ui.forms import UiForm, error_summary, field
from frontdoor.ui.gallery import ChildFormSet, EveryWidget


class Dates(UiForm):
    born = DateField(label="Date of birth", latest="today")
    at = DateTimeField(label="When", required=False)


@pytest.mark.parametrize(
    "sent",
    [
        "born_day=3&born_month=3&born_year=2022",
        "born=2022-03-03",
        "born=3/3/2022",
        "born_day=3&born_month=Mar&born_year=22",
    ],
)
def test_a_date_may_come_in_three_fields_or_whole(sent: str) -> None:
    form = Dates(QueryDict(sent))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == date(2022, 3, 3)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ("", "Enter the date of birth"),
        ("born_day=31&born_month=2&born_year=2022", "Enter a real date"),
        ("born_day=3&born_month=&born_year=2022", "Date of birth must include a month"),
        ("born=tomorrow", "must include a month and a year"),
        ("born=2090-01-01", "Date of birth must be today or in the past"),
    ],
)
def test_a_wrong_date_is_refused_with_what_to_do(sent: str, message: str) -> None:
    assert message in Dates(QueryDict(sent)).errors["born"][0]


def test_a_date_and_time_are_taken_as_english_time() -> None:
    form = Dates(QueryDict("born=2022-03-03&at_day=1&at_month=7&at_year=2026&at_time=2.05pm"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"].astimezone(UTC) == datetime(2026, 7, 1, 13, 5, tzinfo=UTC)


def test_a_time_left_out_is_asked_for() -> None:
    form = Dates(QueryDict("born=2022-03-03&at_day=1&at_month=7&at_year=2026"))
    assert "must include a time" in form.errors["at"][0]


@pytest.mark.parametrize("text", ["14:05", "1405", "2.05pm", "2:05 PM"])
def test_times_people_type(text: str) -> None:
    found = parse_time(text)
    assert found is not None
    assert (found.hour, found.minute) == (14, 5)


@pytest.mark.parametrize("text", ["25:00", "13pm", "soon", "7"])
def test_what_is_not_a_time(text: str) -> None:
    assert parse_time(text) is None


def test_what_is_not_a_date() -> None:
    assert parse_day("2026-02-30") is None
    assert parse_day("Tuesday") is None


def test_an_answer_that_was_hidden_is_dropped_and_one_that_was_shown_is_asked_for() -> None:
    hidden = EveryWidget(QueryDict("told=yes&why_not=left over"))
    assert "told" not in hidden.errors
    hidden.is_valid()
    assert hidden.cleaned_data["why_not"] == ""
    shown = EveryWidget(QueryDict("told=no"))
    assert shown.errors["why_not"] == ["Say why the family has not been told"]


def test_every_error_links_to_its_field() -> None:
    form = EveryWidget(QueryDict("told=no"))
    html = str(error_summary(form))
    for target in ("id_name", "id_born-day", "id_why_not", "id_source", "id_concerns"):
        assert f'href="#{target}"' in html
        assert f'id="{target}"' in "".join(str(field(form[n])) for n in form.fields)


def test_no_error_summary_without_errors() -> None:
    assert str(error_summary(EveryWidget())) == ""


def test_decisions_are_never_preselected() -> None:
    assert "checked" not in str(field(EveryWidget()["told"]))


def test_every_widget_shows_what_was_typed_escaped() -> None:
    form = EveryWidget(QueryDict("name=<b>Sam</b>&born_day=<i>&told=no&why_not=%22because%22&source=6&children=3"))
    html = "".join(str(field(form[n])) for n in form.fields)
    assert "&lt;b&gt;Sam&lt;/b&gt;" in html
    assert "<b>Sam" not in html
    assert "<i>" not in html
    assert '<option value="6" selected>' in html
    assert 'value="3"' in html


def test_a_field_named_in_a_reveal_is_rendered_inside_it() -> None:
    html = str(field(EveryWidget()["told"]))
    assert 'class="govuk-radios__conditional' in html
    assert 'name="why_not"' in html


def test_errors_of_a_formset_link_to_the_child() -> None:
    data = QueryDict("children-TOTAL_FORMS=2&children-INITIAL_FORMS=0&children-1-born_day=31&children-1-born_month=2")
    children = ChildFormSet(data, prefix="children")
    assert not children.is_valid()
    assert 'href="#id_children-1-born-day"' in str(error_summary(children))


def test_missing_answers_are_asked_for_in_words() -> None:
    class Question(UiForm):
        told = forms.ChoiceField(label="Does the family know?", choices=[("yes", "Yes")])
        source = forms.ChoiceField(label="Source", choices=[("1", "One")])

        roles = forms.MultipleChoiceField(label="Roles", choices=[("1", "One")])
        name = forms.CharField(label="Name of the caller")
        whose = forms.CharField(label="Their organisation")
        sure = forms.BooleanField(label="I have rung 999")

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.fields["team"] = forms.ChoiceField(label="Team", choices=[("1", "One")])

    errors = Question({}).errors
    assert errors["told"] == ["Answer the question “Does the family know?”"]
    assert errors["source"] == ["Choose a source"]
    assert errors["roles"] == ["Choose the roles"]
    assert errors["name"] == ["Enter the name of the caller"]
    assert errors["whose"] == ["Enter their organisation"]
    assert errors["sure"] == ["Tick “I have rung 999”"]
    assert errors["team"] == ["Choose a team"]


def test_a_form_of_a_library_says_what_to_enter_too() -> None:
    class Login(forms.Form):
        login = forms.CharField(label="Username")

    form = Login({})
    shown = str(error_summary(form)) + str(field(form["login"]))
    assert shown.count("Enter the username") == 2
    assert "This field is required" not in shown
