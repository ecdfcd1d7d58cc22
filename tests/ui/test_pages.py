"""The frame, the status of forms with errors, the error pages and their htmx fragments."""

import json
from pathlib import Path

import pytest
from django.test import RequestFactory

from frontdoor.ui import gallery, responses, vendor

ROOT = Path(__file__).resolve().parents[2]


def test_a_form_with_errors_is_422_and_a_clean_one_200(rf: RequestFactory) -> None:
    assert gallery.every_widget(rf.get("/")).status_code == 200
    sent = rf.post("/", {"told": "no", "children-TOTAL_FORMS": "1", "children-INITIAL_FORMS": "0"})
    answer = gallery.every_widget(sent)
    assert answer.status_code == 422
    assert b"<title>Error: Every widget" in answer.content


def test_adding_and_removing_a_child_works_without_javascript(rf: RequestFactory) -> None:
    sent = {"name": "Sam", "children-TOTAL_FORMS": "1", "children-INITIAL_FORMS": "0", "children-0-given": "Robin"}
    answer = gallery.every_widget(rf.post("/", {**sent, "add_child": "1"}))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="children-1-given"' in html
    assert 'value="Robin"' in html
    assert 'value="Sam"' in html


def test_every_component_is_drawn_without_inline_script_or_style(rf: RequestFactory) -> None:
    html = gallery.components(rf.get("/")).content.decode()
    assert "style=" not in html
    assert "<style" not in html
    assert html.count("<script") == html.count("<script src=") + html.count('<script type="module" src=') + html.count(
        "<script data-"
    )
    assert "onclick" not in html


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429, 500])
def test_each_status_has_a_page_and_a_fragment(rf: RequestFactory, status: int) -> None:
    whole = responses.error(rf.get("/"), status, "Somebody changed it.")
    assert whole.status_code == status
    assert b"</html>" in whole.content
    part = responses.error(rf.get("/", headers={"HX-Request": "true"}), status, "Somebody <changed> it.")
    assert part.status_code == status
    assert b"<html" not in part.content
    assert b"&lt;changed&gt;" in part.content


def test_the_500_page_needs_no_request() -> None:
    assert b"Sorry, there is a problem" in responses.error(None, 500).content


def test_vendored_files_carry_no_crown_font_and_no_crest(tmp_path: Path) -> None:
    css = (
        "@font-face{font-family:GDS Transport;src:url(/assets/fonts/x.woff2)}"
        "a{font-family:GDS Transport,arial;background:url(/assets/images/govuk-crest.svg)}"
    )
    files = {
        "govuk-frontend/dist/govuk/govuk-frontend.min.css": css,
        "govuk-frontend/dist/govuk/govuk-frontend.min.js": "x//# sourceMappingURL=y",
        "govuk-frontend/package.json": "{}",
        "@ministryofjustice/frontend/moj/moj-frontend.min.css": "b{background:url(/assets/images/icon.svg)}",
        "@ministryofjustice/frontend/moj/moj-frontend.min.js": "x",
        "@ministryofjustice/frontend/moj/assets/images/icon.svg": "<svg/>",
        "@ministryofjustice/frontend/package.json": "{}",
    }
    for name, text in files.items():
        path = tmp_path / "modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    out = tmp_path / "out"
    assert vendor.main([str(tmp_path / "modules"), str(out)]) == 0
    assert (out / "govuk/govuk-frontend.min.css").read_text() == "a{font-family:arial;background:none}"
    assert (out / "govuk/govuk-frontend.min.js").read_text() == "x"
    assert (out / "moj/images/icon.svg").exists()
    assert vendor.main([]) == 2


def test_every_template_inherits_the_frame_or_is_a_part() -> None:
    parts = {
        "base.html", "ui.html", "forms.html", "fragment.html", "cancel.html", "keys.html", "another_way.html",
        "_interpreter.html", "_results.html", "_warnings.html", "reference.html",
    }  # fmt: skip
    for folder in ("account", "mfa", "socialaccount", "errors", "components"):
        for path in (ROOT / "templates" / folder).rglob("*.html"):
            assert path.name in parts or "{% extends " in path.read_text(), path


def test_a_program_that_asked_the_api_is_answered_with_a_problem_when_something_broke(rf: RequestFactory) -> None:
    answer = responses.server_error(rf.get("/api/v1/contacts"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert json.loads(answer.content)["code"] == "server_error"
    assert responses.server_error(rf.get("/people/"))["Content-Type"].startswith("text/html")
