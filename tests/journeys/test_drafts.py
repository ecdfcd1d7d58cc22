"""What is typed is never lost: half a form, the server killed, the session gone, another browser."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Route

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
Sit = Callable[[str], Desk]
#: Every kind of trouble a text can hold; line ends as a browser sends them.
TYPED = "“Half a thought” — naïve <b>&amp; \\ 'quoted'\n=1+1\tزينب 王明 👧🏽 \u202eabc  two spaces "


def test_half_a_form_survives_a_killed_server_and_a_lost_session(
    desk: Sit, sql: Sql, served: Served, chromium: Browser
) -> None:
    officer = desk("contact.officer")
    officer.go("/contacts/new/")
    address = officer.page.url
    officer.fill(concerns=TYPED, child_location="At sc")
    officer.fill(
        **{"children-0-given_name": "Zoë-Ł", "children-0-date_of_birth_day": "31", "children-0-about_age": TYPED[:9]}
    )
    officer.page.locator("[name='children-0-date_of_birth_month']").fill("2")
    # Saved means all of it: what was typed since the last answer takes the word away again.
    officer.page.locator("[data-state=saved]").wait_for()
    before = officer.page.evaluate(VALUES)
    served.kill()
    served.start()
    sql("DELETE FROM django_session RETURNING 1")
    other = Desk(chromium, served, "contact.officer")
    try:
        other.page.goto(address)
        after = other.page.evaluate(VALUES)
        assert {name: value for name, value in after.items() if value} == {
            name: value for name, value in before.items() if value
        }
        assert after["concerns"] == TYPED
        kept = sql("SELECT body FROM drafts_draft WHERE id::text = %s", address.rstrip("/").split("/")[-1])[0][0]
        assert parse_qs(bytes(kept).decode(), keep_blank_values=True)["concerns"] == [TYPED]
        other.go("/drafts/")
        assert address.removeprefix(served.url) in other.page.content()
    finally:
        other.context.close()


VALUES = """() => Object.fromEntries([...document.querySelectorAll('main form [name]')]
    .filter(e => !['hidden', 'submit', 'button'].includes(e.type))
    .filter(e => (e.type !== 'radio' && e.type !== 'checkbox') || e.checked)
    .map(e => [e.name, e.value]))"""


def test_what_the_page_puts_in_while_it_is_saving_is_saved_too(desk: Sit, sql: Sql) -> None:
    """People who may be meant come with a choice of their own: "Saved" is never left standing open over it."""
    officer = desk("contact.officer")
    given, family, born = sql(
        "SELECT n.given, n.family, p.date_of_birth FROM people_person p"
        " JOIN people_name n ON n.person_id = p.id JOIN people_address a ON a.person_id = p.id"
        " WHERE p.date_of_birth > '2012-01-01' AND n.given <> '' AND n.family <> ''"
        " AND p.merged_into_id IS NULL AND NOT p.is_adoption_protected"
        " AND NOT EXISTS (SELECT FROM people_restriction r WHERE r.person_id = p.id) ORDER BY p.id LIMIT 1"
    )[0]
    officer.go("/contacts/new/")
    held: list[Route] = []
    may_pass = False

    def save(route: Route) -> None:
        if may_pass:
            route.continue_()
        else:
            held.append(route)

    officer.page.route(re.compile(r"/drafts/.+/contact/"), save)
    # All at once, so that nothing is typed any more after the saving began: what follows is the page's own doing.
    officer.page.evaluate(
        """typed => {
            const fields = document.querySelector('main form [name=children-0-given_name]').form.elements;
            for (const [name, value] of Object.entries(typed)) fields[`children-0-${name}`].value = value;
            fields['children-0-family_name'].dispatchEvent(new Event('input', {bubbles: true}));
        }""",
        {
            "given_name": given,
            "family_name": family,
            "date_of_birth_day": str(born.day),
            "date_of_birth_month": str(born.month),
            "date_of_birth_year": str(born.year),
        },
    )
    officer.page.locator("[name='children-0-suggested_reference'][value^='P-']").first.wait_for(state="attached")
    assert held
    may_pass = True
    for each in held:
        each.continue_()
    officer.page.locator("[data-state=saved]").wait_for()


def test_an_ended_session_says_so_and_the_text_stays(desk: Sit, sql: Sql) -> None:
    officer = desk("contact.officer")
    officer.go("/contacts/new/")
    sql("DELETE FROM django_session RETURNING 1")
    officer.fill(concerns="She said that he would come back tonight.")
    officer.page.get_by_text("sign in", exact=False).first.wait_for()
    assert officer.page.input_value("[name=concerns]") == "She said that he would come back tonight."
    again = officer.context.new_page()
    again.goto("/accounts/login/")
    again.fill("[name=login]", "contact.officer")
    again.fill("[name=password]", "front-door-demo")
    again.click("form button[type=submit]")
    again.wait_for_url(lambda url: "/accounts/login/" not in url)
    officer.page.bring_to_front()
    officer.fill(child_location="With a neighbour")
    officer.page.locator("[data-state=saved]").wait_for()


def test_a_double_click_makes_one_record(desk: Sit, sql: Sql) -> None:
    officer = desk("contact.officer")
    officer.go("/contacts/new/")
    sentence = "A double click is one record and no more."
    officer.fill(concerns=sentence, referrer_name="Doris Dubbel", kind="concern", child_location="At home")
    officer.fill(**{"children-0-given_name": "Twyce"})
    button = officer.page.get_by_role("button", name="Record the contact")
    button.dblclick()
    officer.page.wait_for_url("**/contacts/C-*/**")
    found = sql(
        "SELECT count(*) FROM contacts_contact c JOIN contacts_contacttext t ON t.contact_id = c.id"
        " WHERE t.concerns = %s",
        sentence,
    )
    assert found == [(1,)]
