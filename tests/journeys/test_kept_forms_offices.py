"""What is typed in early help, supervision, a person's record and its documents is there on another device.

The session is gone while the form is open, and somebody else was faster: the form comes back filled each time.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.documents.files import pdf
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
Sit = Callable[[str], Desk]
TYPED = "She sleeps through the night again — “at last”, says her grandmother. زينب"


def signed_out_and_in_again(desk: Sit, sql: Sql, address: str, field: str, **also: str) -> Desk:
    """Type at one device, lose the session, and sign in at another: what was typed is there, and nothing is said of it
    but that it is."""
    first = desk("duty.manager")
    first.go(address)
    first.fill(**{field: TYPED}, **also)
    first.page.locator("body").click()
    first.page.locator("[data-state=saved]").wait_for()
    sql("DELETE FROM django_session RETURNING 1")
    other = desk("duty.manager")
    other.go(address)
    holds(other, field)
    assert other.page.get_by_text("what you typed is here").is_visible()
    assert "There is a problem" not in other.page.content()
    return other


def holds(one: Desk, field: str) -> None:
    assert one.page.input_value(f"[name={field}]") == TYPED


def overtaken(one: Desk, button: str, field: str) -> None:
    """Send it: somebody else was first, and it is still filled."""
    one.press(button)
    assert one.page.get_by_text("changed this record while you had it open").first.is_visible()
    holds(one, field)
    one.look()


def somebody(sql: Sql) -> str:
    """A child on record whom no restriction hides."""
    return str(
        sql(
            "SELECT p.reference FROM people_person p WHERE p.merged_into_id IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM people_restriction x WHERE x.person_id = p.id) ORDER BY p.id LIMIT 1"
        )[0][0]
    )


def test_early_help(desk: Sit, sql: Sql) -> None:
    manager = desk("duty.manager")
    manager.go("/early-help/new/")
    manager.fill(child_given_name="Wilfred", child_family_name="Thistlewood", situation="He comes without a coat.")
    manager.fill(lead_name="Hattie Headley", consent="given")
    manager.press("Record and begin")
    reference = manager.page.url.rstrip("/").rpartition("/")[2]
    address = f"/early-help/{reference}/do/close/"
    mine = signed_out_and_in_again(desk, sql, address, "reason", ending="outcomes_met")
    colleague = desk("team.manager")
    colleague.go(f"/early-help/{reference}/do/lead/")
    colleague.fill(name="Hattie Headley", reason="Mr Hale has moved on.")
    colleague.press("Save")
    overtaken(mine, "Close", "reason")
    mine.press("Close")
    assert sql("SELECT status FROM assessments_earlyhelpassessment WHERE reference = %s", reference) == [("closed",)]
    mine.go("/drafts/")
    assert reference not in mine.page.content()


def test_supervision(desk: Sit, sql: Sql) -> None:
    manager = desk("duty.manager")
    manager.go("/supervision/plan/")
    worker = manager.page.locator("[name=worker] option").nth(1).get_attribute("value") or ""
    manager.fill(worker=worker, planned_for_day="1", planned_for_month="12", planned_for_year="2031")
    manager.fill(planned_for_time="10:00")
    manager.press("Plan the session")
    reference = manager.page.url.rstrip("/").rpartition("/")[2]
    address = f"/supervision/{reference}/record/"
    held = {"held_at_day": "2", "held_at_month": "1", "held_at_year": "2026", "held_at_time": "ten"}
    mine = signed_out_and_in_again(desk, sql, address, "decisions", **held)
    assert mine.page.input_value("[name=held_at_time]") == "ten"
    colleague = desk("service.manager")
    colleague.go(f"/supervision/{reference}/move/")
    colleague.fill(planned_for_day="3")
    colleague.fill(planned_for_month="12", planned_for_year="2031", planned_for_time="11:00")
    colleague.press("Move it")
    mine.fill(held_at_time="10:00")
    overtaken(mine, "Record the session", "decisions")
    mine.press("Record the session")
    assert sql("SELECT status FROM supervision_session WHERE reference = %s", reference) == [("held",)]


def test_a_persons_record(desk: Sit, sql: Sql) -> None:
    reference = somebody(sql)
    address = f"/people/{reference}/change/"
    mine = signed_out_and_in_again(desk, sql, address, "communication_needs")
    colleague = desk("team.manager")
    colleague.go(address)
    assert TYPED not in colleague.page.content()
    colleague.fill(school="Exampleton Primary School")
    colleague.press("Save")
    overtaken(mine, "Save", "communication_needs")
    mine.press("Save")
    assert sql("SELECT communication_needs FROM people_person WHERE reference = %s", reference) == [(TYPED,)]


def test_documents(desk: Sit, sql: Sql) -> None:
    reference = somebody(sql)
    manager = desk("duty.manager")
    manager.go(f"/people/{reference}/documents/")
    manager.page.set_input_files(
        "[name=documents]", {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": pdf("Dear all")}
    )
    manager.page.locator("form[data-upload] [name=kind]").select_option("report")  # the list's filter has one too
    manager.page.get_by_role("button", name="Add", exact=True).click()
    manager.page.get_by_text("letter was added").first.wait_for()
    ((document,),) = sql("SELECT reference FROM documents_document ORDER BY id DESC LIMIT 1")
    address = f"/documents/{document}/describe/"
    mine = signed_out_and_in_again(desk, sql, address, "title")
    colleague = desk("team.manager")
    colleague.go(address)
    colleague.fill(source="The school")
    colleague.press("Save")
    overtaken(mine, "Save", "title")
    mine.press("Save")
    assert sql("SELECT title FROM documents_document WHERE reference = %s", document) == [(TYPED,)]
