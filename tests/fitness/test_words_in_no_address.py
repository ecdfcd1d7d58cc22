"""Search text never enters an address: no form that is sent by GET has a box to type words into."""

import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.test import Client
from django.urls import get_resolver

from frontdoor.access import Role
from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from tests.fitness.test_every_form_keeps_its_draft import IN_THE_ADDRESS, every_form, ours
from tests.fitness.test_rules_of_the_house import ROOT, patterns
from tests.pages.conftest import child, manager

__all__ = ["child", "manager"]
#: The address of a page without a record in it; signing in and the gallery of components have no lists.
PLAIN = re.compile(r"(?!accounts/|api/|gallery/)[a-z/-]*")
#: Boxes of a form that nobody types words into.
NO_WORDS = {"hidden", "checkbox", "radio", "submit", "button", "date", "month", "number"}
#: Boxes for a day typed whole; the three parts of a date are numbers and say so.
DAYS = {"since", "until"}


class Boxes(HTMLParser):
    """The names of the boxes for words in the forms of a page that are sent by GET."""

    def __init__(self) -> None:
        super().__init__()
        self.is_inside = False
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, and a box in it."""
        said = dict(attrs)
        if tag == "form":
            self.is_inside = (said.get("method") or "get").lower() == "get"
        is_words = tag == "textarea" or (tag == "input" and (said.get("type") or "text") not in NO_WORDS)
        if self.is_inside and is_words and said.get("inputmode") != "numeric" and said.get("name") not in DAYS:
            self.found.append(said.get("name") or "a box without a name")

    def handle_endtag(self, tag: str) -> None:
        """Note where a form ends."""
        self.is_inside = self.is_inside and tag != "form"


def boxes_in(text: str) -> list[str]:
    page = Boxes()
    page.feed(text)
    return page.found


def test_a_box_for_words_in_a_form_sent_by_get_is_found() -> None:
    assert boxes_in('<form><input name="q"></form>') == ["q"]
    assert boxes_in('<form method="get"><input type="search" name="q"><textarea name="t"></textarea></form>') == [
        "q",
        "t",
    ]
    assert (
        boxes_in('<form method="get"><input type="hidden" name="s"></form><form method="post"><input name="q">') == []
    )


def test_no_filter_that_stands_in_the_address_has_a_box_for_words() -> None:
    words = [
        f"{kind.__qualname__}.{name}"
        for kind in every_form()
        if ours(kind) and kind.keeps_no_draft == IN_THE_ADDRESS
        for name, field in kind.base_fields.items()
        if type(field) is forms.CharField and not field.widget.is_hidden
    ]
    assert words == []


def test_no_template_writes_a_box_for_words_into_a_form_sent_by_get() -> None:
    found = {
        str(path.relative_to(ROOT)): boxes
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if (boxes := boxes_in(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.django_db
def test_no_page_has_a_form_sent_by_get_with_a_box_for_words(child: Person, client: Client) -> None:
    """Every page without a record in its address, and the lists of a person, as whoever may open them all."""
    everybody = User.objects.create_user("every.role", "Every Role", roles=[role.value for role in Role])
    client.force_login(everybody, backend="django.contrib.auth.backends.ModelBackend")
    paths = [f"/{route}" for route, _ in patterns(get_resolver()) if PLAIN.fullmatch(route)]
    paths += [f"/people/{child.reference}/{part}" for part in ("", "chronology/", "documents/")]
    found, opened = {}, 0
    for path in paths:
        answer = client.get(path)
        if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
            opened += 1
            if boxes := boxes_in(answer.content.decode()):
                found[path] = boxes
    assert found == {}
    assert opened > 30
