"""Choosing a webhook, dead letters and the figures of agencies in a real browser, wide and narrow."""

import json
import urllib.request

import psycopg
import pytest
from playwright.sync_api import Page

from tests.api.conftest import SMALL_BODY
from tests.api.receiver import receiver
from tests.browsing import page, width
from tests.conftest import Served, url_for
from tests.contacts.test_browser import accessible, sign_in

__all__ = ["page"]
pytestmark = pytest.mark.browser


def acknowledged(served: Served) -> None:
    """The school sends a contact, and somebody has claimed it: one event more."""
    token = served.manage("agency_token", "school").strip()
    sent = urllib.request.Request(
        f"{served.url}/api/v1/contacts", json.dumps(SMALL_BODY).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": token[-20:]},
    )  # fmt: skip
    with urllib.request.urlopen(sent) as answer:
        reference = json.load(answer)["reference"]
    with psycopg.connect(url_for(served.database)) as connection:
        connection.execute(
            "UPDATE contacts_contact SET acknowledged_at = now(),"
            " acknowledged_by_id = (SELECT min(id) FROM accounts_user) WHERE reference = %s",
            [reference],
        )
        connection.execute(
            "INSERT INTO notifications_outbox (kind, payload, available_at, attempts, last_error)"
            " VALUES ('agency.event', %s, now(), 0, '')",
            [json.dumps({"contact": reference, "type": "contact.acknowledged"})],
        )


def test_a_webhook_from_its_choice_to_its_dead_letter(
    served: Served, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(page, served, "admin")
    served.manage("deliver")  # what others did before tells nobody: no webhook was there yet
    with receiver() as there:
        there.answer = 500
        page.goto(f"{served.url}/agencies/")
        accessible(page, width(page))
        page.get_by_role("link", name="Webhooks of Exampleton Schools Trust").click()
        accessible(page, width(page))
        page.get_by_label("Address of the agency’s receiver").fill("http://127.0.0.1/hook")
        page.get_by_role("button", name="Add the webhook").click()
        page.get_by_role("alert").get_by_text("https://").wait_for()
        accessible(page, width(page))
        page.get_by_label("Address of the agency’s receiver").fill(f"https://agency.example/hook-{there.port}")
        page.get_by_role("button", name="Add the webhook").click()
        assert page.locator("#webhook-secret").inner_text().startswith("whsec_")
        accessible(page, width(page))
        # Chosen for a public address; the test's own receiver stands in for it.
        with psycopg.connect(url_for(served.database)) as connection:
            connection.execute(
                "UPDATE api_webhookendpoint SET url = %s WHERE url = %s",
                [there.url, f"https://agency.example/hook-{there.port}"],
            )
        acknowledged(served)
        monkeypatch.setitem(served.env, "WEBHOOK_NETWORKS", "127.0.0.0/8")
        assert "failed=1" in served.manage("deliver")
        with psycopg.connect(url_for(served.database)) as connection:
            connection.execute(
                "UPDATE api_webhookdelivery SET waiting_since = now() - interval '4 days' WHERE delivered_at IS NULL"
            )
            connection.execute("UPDATE api_webhookendpoint SET next_attempt_at = NULL")
        assert "given_up=" in served.manage("deliver")
        page.goto(f"{served.url}/agencies/school/webhooks/")
        page.get_by_role("link", name=there.url).click()
        page.get_by_text("Answered with an error (500)").first.wait_for()
        accessible(page, width(page))
        page.get_by_role("button", name="Send all again, in order").click()
        page.get_by_text("sent again within seconds").wait_for()
        there.answer = 200
        served.manage("deliver")
        page.reload()
        page.get_by_text("No messages were given up on.").wait_for()
        assert {json.loads(got.body)["type"] for got in there.got} == {"contact.acknowledged"}
        page.get_by_role("button", name="Stop this webhook").click()
        page.get_by_text("Nothing is sent to this address any more.").wait_for()
        accessible(page, width(page))


def test_the_figures_of_agencies(served: Served, page: Page) -> None:
    sign_in(page, served, "performance.officer")
    page.goto(f"{served.url}/agencies/figures/")
    page.get_by_role("heading", name="Partner report").wait_for()
    accessible(page, width(page))
    page.get_by_label("Agency", exact=True).select_option("police")
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**agency=police**")
    accessible(page, width(page))
    page.get_by_label("Received from").fill("32/13/2026")
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_role("alert").get_by_text("Enter a real date").wait_for()
    accessible(page, width(page))
