"""How many pages and presses the frequent tasks take: an upper bound for each, so that none grows unnoticed.

A load is a page the browser opens, the first one and the one that shows the result among them. A press is a click, or a
key besides what is typed; a choice from a list counts as two. What is typed is not counted. The fifth frequent task,
ending a mild notification about a known child, is counted in ``test_identity``.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sit = Callable[[str], Desk]
#: Somebody of their own team, so that their home shows nothing of other tests; a family told of and decided.
TELL = """
from datetime import date, timedelta
from django.utils import timezone
from assessments.actions import start
from contacts.facts import ContactFacts, PersonFacts, ReferrerFacts
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.accounts.models import Team, User
from referrals import actions as referrals
now = timezone.now()
officer, manager = (User.objects.get(username=name) for name in ("contact.officer", "duty.manager"))
family, wanted, names, born = {family!r}, {wanted!r}, {names!r}, date({year}, 5, 3)
team = Team.objects.create(code=f"of_{{family.lower()}}", name=f"Team for {{family}}", kind="assessment")
worker = User.objects.create_user(
    f"{{family.lower()}}.worker", f"Wendeline {{family}}", "front-door-demo", roles=["social_worker"], team=team,
)
def told(at, grade, concerns):
    return record_contact(by=officer, at=at, facts=ContactFacts(
        concerns=concerns, grade=grade, referrer=ReferrerFacts(name="Jean Ford", role="Aunt"), child_location="At home",
        people=[PersonFacts(given_name=name, family_name=family, date_of_birth=born + timedelta(days=500 * number))
                for number, name in enumerate(names)],
    ))
def all_of(contact, outcome):
    return [referrals.ChildDecision(child=row.pk, outcome=outcome, reason="Needed.", response_type="assessment",
                                    is_new_record=outcome == "referral") for row in contact.people.all()]
if wanted == "received":
    found = told(now, "amber", "Both came to school without food again.").reference
else:
    before = told(now - timedelta(days=2), "amber", "She is often late.")
    (opened,) = referrals.decide_contact(
        contact=before, by=manager, at=now - timedelta(days=2), team=team, worker=worker,
        decisions=all_of(before, "referral"),
    ).referrals
    found = opened.reference
if wanted == "assessment":
    found = start(referral=opened, by=worker, at=now - timedelta(days=1)).reference
if wanted == "news":
    again = told(now - timedelta(hours=1), "red", "She has a new bruise on her cheek.")
    again = screening.link_person(on_contact=again.people.get(), person=opened.child, by=manager, at=now).contact
    again.refresh_from_db()
    referrals.decide_contact(contact=again, by=manager, at=now, decisions=all_of(again, "open_work"))
    found = again.reference
print(found, worker.username)
"""


def tell(served: Served, wanted: str, family: str, *names: str, year: int) -> tuple[str, str]:
    """The reference of what is ``wanted`` (received, assessment, news), and the user name of the family's worker.

    Each test has a family unlike any other, born from ``year`` on: a possible match would have to be answered first.
    """
    code = TELL.format(family=family, wanted=wanted, names=names, year=year)
    reference, worker = served.manage("shell", "-v", "0", "-c", code).split()[-2:]
    return reference, worker


class Count:
    """The acts of somebody at a desk, counted from the page that is open now."""

    def __init__(self, at: Desk) -> None:
        self.page = at.page
        self.pages = [at.page.url]
        self.presses = 0
        self.page.on("load", lambda loaded: self.pages.append(loaded.url))

    @property
    def loads(self) -> int:
        """How many pages were opened."""
        return len(self.pages)

    def click(self, target: Locator) -> None:
        """Press what stays on the page."""
        target.click()
        self.presses += 1

    def follow(self, target: Locator) -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation():
            self.click(target)

    def key(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)
        self.presses += 1

    def write(self, name: str, text: str) -> None:
        """Go into a field and type."""
        self.click(self.page.locator(f"[name='{name}']"))
        self.page.keyboard.type(text)

    def tick(self, name: str, value: str) -> None:
        """Press a radio button or a box."""
        self.page.locator(f"[name='{name}'][value='{value}']").check()
        self.presses += 1

    def choose(self, name: str, option: str | None) -> None:
        """Choose from a list: open it, press the choice."""
        self.page.locator(f"[name='{name}']").select_option(option)
        self.presses += 2

    def worker(self, name: str) -> None:
        """Choose a worker by name."""
        option = self.page.locator("[name=worker] option").filter(has_text=name)
        self.choose("worker", option.get_attribute("value"))

    def at_most(self, *, loads: int, presses: int) -> None:
        """It took no more than this."""
        assert self.loads <= loads, self.pages
        assert self.presses <= presses, self.presses


def test_the_least_contact_is_logged_with_two_pages_and_six_presses(desk: Sit) -> None:
    officer = desk("contact.officer")
    officer.page.goto("/contacts/new/")
    count = Count(officer)
    count.write("referrer_name", "Jean Ford")
    count.choose("kind", "concern")
    count.write("children-0-given_name", "Peregrine")
    count.write("concerns", "He waits alone in the yard until it is dark.")
    count.follow(officer.page.get_by_role("button", name="Record the contact"))
    expect(officer.page.get_by_role("heading", name="Contact recorded")).to_be_visible()
    count.at_most(loads=2, presses=6)


def test_two_children_are_referred_from_the_queue_and_allocated_together(desk: Sit, served: Served) -> None:
    reference, _ = tell(served, "received", "Tregarthen", "Orla", "Piran", year=2014)
    manager = desk("duty.manager")
    page = manager.page
    page.goto("/contacts/queue/?grade=amber")
    while not page.locator(f"#line-{reference}").count():
        manager.press("More contacts", exact=False)
    count = Count(manager)
    page.locator(f"#line-{reference} [data-queue-open]").focus()
    with page.expect_navigation():
        count.key("d")
    outcome = page.locator("input[name=outcome][value=referral]").get_attribute("data-key")
    assert outcome is not None
    count.key(outcome)
    count.choose("response_type", "assessment")
    count.write("reason", "Both may be in need.")
    with page.expect_navigation():
        count.key("Control+Enter")
    expect(page.get_by_text("Decided", exact=True)).to_be_visible()
    count.follow(page.locator("#results a[href*='/referrals/R-']").first)
    count.follow(page.get_by_role("button", name="Allocate").or_(page.get_by_role("link", name="Allocate")).first)
    count.click(page.get_by_label("Piran Tregarthen"))
    count.worker("Wendeline Tregarthen")
    count.follow(page.get_by_role("button", name="Allocate"))
    expect(page.get_by_text("allocated to Wendeline Tregarthen")).to_be_visible()
    count.at_most(loads=6, presses=12)


def test_two_children_are_referred_and_their_worker_is_named_in_one_act(desk: Sit, served: Served) -> None:
    reference, _ = tell(served, "received", "Bickerstaffe", "Hester", "Jocelyn", year=2011)
    manager = desk("duty.manager")
    page = manager.page
    page.goto(f"/contacts/{reference}/")
    count = Count(manager)
    count.follow(page.get_by_role("link", name="Decide").or_(page.get_by_role("button", name="Decide")).first)
    count.tick("outcome", "referral")
    count.choose("response_type", "assessment")
    count.click(page.get_by_text("Who will work on a referral"))
    count.worker("Wendeline Bickerstaffe")
    count.write("reason", "Both may be in need.")
    count.follow(page.get_by_role("button", name="Decide this contact"))
    expect(page.get_by_text("Decided", exact=True)).to_be_visible()
    count.at_most(loads=3, presses=9)


def test_a_visit_is_recorded_from_home(desk: Sit, served: Served) -> None:
    assessment, username = tell(served, "assessment", "Quennell", "Saskia", year=2016)
    worker = desk(username)
    page = worker.page
    page.goto("/")
    count = Count(worker)
    count.follow(page.get_by_role("link", name=assessment))
    count.follow(page.get_by_role("link", name="Record a visit"))
    today = datetime.now(ZoneInfo("Europe/London"))
    count.write("happened_at_day", str(today.day))
    for text in (str(today.month), str(today.year), "00:00"):
        count.key("Tab")
        page.keyboard.type(text)
    count.tick("mode", "in_person")
    count.choose("place", "home")
    count.tick("is_seen", "yes")
    count.tick("seen_alone", "yes")
    count.write("observed", "Friendly, and careful of the little one.")
    count.follow(page.get_by_role("button", name="Record the visit"))
    expect(page.locator("#state-visits")).to_have_text("Child seen")
    count.at_most(loads=4, presses=13)


def test_news_of_an_open_child_is_taken_on_home(desk: Sit, served: Served) -> None:
    contact, username = tell(served, "news", "Lovibond", "Ottilie", year=2018)
    worker = desk(username)
    page = worker.page
    page.goto("/")
    count = Count(worker)
    card = page.locator(f"#news-{contact}")
    count.click(card.locator("textarea"))
    page.keyboard.type("I see her at school at ten.")
    count.follow(card.get_by_role("button", name="I have read it"))
    expect(page.get_by_text(f"You have read {contact}.")).to_be_visible()
    count.at_most(loads=2, presses=2)
