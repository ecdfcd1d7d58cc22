"""``python3 dev.py screens``: pictures of each role's pages for the documentation, of invented people only."""

import os
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
from tests import conftest

django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

FOLDER = conftest.ROOT / "docs" / "screens"
#: Name of the picture, who sees it, address, width.
PICTURES = (
    ("queue", "duty.manager", "/contacts/queue/", 1280),
    ("home-duty-manager", "duty.manager", "/", 1280),
    ("new-contact", "contact.officer", "/contacts/new/", 1280),
    ("new-contact-phone", "contact.officer", "/contacts/new/", 375),
    ("home-contact-officer", "contact.officer", "/", 1280),
    ("referrals", "team.manager", "/referrals/queue/?view=open", 1280),
    ("home-team-manager", "team.manager", "/", 1280),
    ("home-social-worker", "social.worker", "/", 1280),
    ("assessments", "social.worker", "/assessments/?view=open", 1280),
    ("home-senior-practitioner", "senior.practitioner", "/", 1280),
    ("home-edt-worker", "edt.worker", "/", 1280),
    ("deadlines", "service.manager", "/breaches/", 1280),
    ("home-quality-officer", "quality.officer", "/", 1280),
    ("home-performance-officer", "performance.officer", "/", 1280),
    ("home-data-protection-officer", "dpo", "/", 1280),
    ("home-administrator", "admin", "/", 1280),
)


def main() -> None:
    """Serve a small demonstration borough and photograph it."""
    conftest.pytest_configure(None)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with conftest.clone("screens") as name, tempfile.TemporaryDirectory() as folder:
        server = conftest.Served(name, Path(folder))
        server.manage("collectstatic", "--no-input", "-v", "0")
        server.manage("demo", "--people", "120", "--seed", "7")
        server.start()
        try:
            _photograph(server.url)
        finally:
            server.kill()


def _photograph(address: str) -> None:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=conftest.chromium_path(), args=arguments)
        for picture, username, path, width in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": 800}, base_url=address)
            page = context.new_page()
            page.goto("/accounts/login/")
            page.fill("[name=login]", username)
            page.fill("[name=password]", "front-door-demo")
            page.click("form button[type=submit]")
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, (username, path, answer.status)
            page.screenshot(path=FOLDER / f"{picture}.png")
            print(f"· {picture}", flush=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
