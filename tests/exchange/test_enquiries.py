"""Section 47 enquiries of the old system are enquiries here: open, owing a conference, or ended. All invented."""

from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import end_of_office_day
from frontdoor.exchange.legacy import loading_enquiries
from frontdoor.exchange.legacy.enquiring import Stands, stands
from frontdoor.exchange.models import Difference
from frontdoor.workflow.models import StatusChange
from referrals.models import Enquiry, StrategyDiscussion
from referrals.protection import enquiries
from tests.exchange.extract import Extract, sound
from tests.exchange.test_again import EPISODES, again, put
from tests.exchange.test_import import imported

FILE = "carecase_s47.csv"
#: An episode that is open, of a child without an enquiry in the extract; and one that has been closed.
OPEN, CHILD, CLOSED, FORMER = "EP0100003", "A0100003", "EP0100002", "A0100002"

pytestmark = pytest.mark.django_db


def enquiry(made: Extract, key: str, episode: str = OPEN, person: str = CHILD, **values: str) -> None:
    facts = {"strategy_date": "2026-04-01", "icpc_required": "0", "icpc_date": "", "outcome": "", **values}
    made.add(FILE, s47_id=key, episode_id=episode, person_id=person, **facts)


def of(key: str) -> Enquiry:
    found: Enquiry = Enquiry.objects.select_related("referral", "discussion").get(discussion__decision__contains=key)
    return found


def clock_of(each: Enquiry) -> Clock | None:
    rows = Clock.objects.of(each.referral.reference).filter(started_at=each.discussion.held_at)
    found: Clock | None = rows.filter(rule="section47_conference").first()
    return found


@pytest.mark.parametrize(
    ("code", "required", "values", "expected"),
    [
        ("", False, {}, ("open", "", None)),
        ("", True, {}, ("open", "", None)),
        ("NFA", False, {"outcome": "NFA"}, ("concluded", "not_substantiated", None)),
        ("CIN", True, {"outcome": "CIN"}, ("concluded", "no_continuing_risk", None)),
        ("CP", True, {"outcome": "ICPC"}, ("conference_due", "continuing_risk", None)),
        ("", True, {"outcome": "Something else"}, ("conference_due", "", None)),
        ("", False, {"outcome": "Something else"}, ("concluded", "", None)),
        ("CP", True, {"outcome": "ICPC", "icpc_date": "2026-04-10"}, ("concluded", "continuing_risk", "10")),
        ("", True, {"icpc_date": "2026-04-10"}, ("concluded", "continuing_risk", "10")),
        ("CIN", True, {"outcome": "CIN", "icpc_date": "2026-04-10"}, ("concluded", "no_continuing_risk", "10")),
    ],
)
def test_how_one_stands_by_what_its_row_says(
    code: str, required: bool, values: dict[str, str], expected: tuple[str, str, str | None]
) -> None:
    status, outcome, held = expected
    found = stands(values, code, is_required=required, may_be_open=True)
    assert found == Stands(status, outcome, date(2026, 4, 10) if held else None)
    closed = stands(values, code, is_required=required, may_be_open=False)
    assert closed.status == ("discontinued" if found.is_open else status)


def test_rows_become_enquiries_with_origin_lead_dates_outcome_and_conference(tmp_path: Path) -> None:
    made = sound()
    enquiry(made, "S47-000101", strategy_date="2026-01-05")
    enquiry(made, "S47-000102")
    enquiry(made, "S47-000103", CLOSED, FORMER, strategy_date="2025-11-03", outcome="CP conference", icpc_required="1")
    report = imported(made.write(tmp_path / "in"))
    counts = report["files"][FILE]
    assert (counts["rows"], counts["rejected"]) == (len(made.rows[FILE]), 0)
    assert Enquiry.objects.count() == counts["loaded"] == counts["rows"]

    held = of("S47-000004")
    assert (held.status, held.outcome, held.origin) == ("concluded", "continuing_risk", "carecase")
    assert (held.child, held.lead, held.lead_name) == (held.referral.child, None, "H Ridley")
    assert held.findings == "As recorded in CareCase: Concerns substantiated - ICPC"
    assert held.authorised_at is None, "nobody says who authorised it, nor when"
    conference = held.conference
    assert (conference.result, conference.category) == ("not_recorded", "")
    ran = clock_of(held)
    assert ran is not None
    assert ran.stopped_at == end_of_office_day(conference.held_on)

    runs = of("S47-000102")
    assert (runs.status, runs.started_on, runs.outcome) == ("open", date(2026, 4, 1), "")
    due = clock_of(runs)
    assert due is not None
    assert (due.stopped_at, due.due_at.date()) == (None, date(2026, 4, 24)), "over Easter"
    earlier, ended = of("S47-000101"), of("S47-000103")
    assert (earlier.status, earlier.ending, earlier.is_open) == ("discontinued", "not_recorded", False)
    assert (ended.status, ended.outcome) == ("discontinued", "continuing_risk"), "its work has ended"
    assert clock_of(earlier) is clock_of(ended) is None
    moves = StatusChange.objects.filter(reference=held.reference).order_by("pk").values_list("move", "to_status")
    assert list(moves) == [("born", "open"), ("hold_conference", "concluded")]
    assert imported(tmp_path / "in")["changes"][FILE]["unchanged"] == counts["rows"]
    assert Enquiry.objects.count() == counts["rows"]


@pytest.fixture
def running(tmp_path: Path) -> tuple[Extract, Path]:
    made, folder = sound(), tmp_path / "in"
    enquiry(made, "S47-000102", icpc_required="1")
    again(made, folder)
    return made, folder


def test_a_newer_extract_brings_the_outcome_then_the_conference_and_never_goes_back(
    running: tuple[Extract, Path],
) -> None:
    made, folder = running
    put(made, FILE, "S47-000102", outcome="Child protection conference")
    again(made, folder)
    due = of("S47-000102")
    assert (due.status, due.outcome) == ("conference_due", "continuing_risk")
    ticking = clock_of(due)
    assert ticking is not None
    assert ticking.stopped_at is None
    put(made, FILE, "S47-000102", icpc_date="2026-04-20")
    again(made, folder)
    held = of("S47-000102")
    assert (held.status, held.conference.held_on) == ("concluded", date(2026, 4, 20))
    ticking.refresh_from_db()
    assert ticking.stopped_at == datetime(2026, 4, 20, 16, tzinfo=UTC)
    put(made, FILE, "S47-000102", icpc_date="2026-04-21", outcome="NFA")
    again(made, folder)
    held = of("S47-000102")
    assert (held.status, held.outcome, held.conference.held_on) == (
        "concluded", "not_substantiated", date(2026, 4, 21)
    )  # fmt: skip
    put(made, FILE, "S47-000102", icpc_date="", outcome="")
    again(made, folder)
    assert of("S47-000102").outcome == "not_substantiated", "an empty value says nothing"


def test_one_that_somebody_works_on_here_is_left_to_them_and_told(running: tuple[Extract, Path]) -> None:
    made, folder = running
    worker = User.objects.create_user("worker", "Wendy Worker", roles=["social_worker"])
    now = timezone.now()
    enquiries.record_seen(enquiry=of("S47-000102"), by=worker, at=now, not_seen_reason="Away.")
    put(made, FILE, "S47-000102", outcome="NFA")
    again(made, folder)
    mine = of("S47-000102")
    assert (mine.status, mine.outcome) == ("open", "")
    told = Difference.objects.open().get(file=FILE, field="status")
    assert (told.theirs, told.changed_by) == ({"status": "concluded"}, worker)
    assert "NFA" in mine.discussion.decision, "what the old system says is kept in its own words"
    proposed = enquiries.propose(enquiry=mine, by=worker, at=now, outcome="not_substantiated", findings="A fall.")
    manager = User.objects.create_user("manager", "Mary Manager", roles=["duty_manager"])
    enquiries.authorise(enquiry=proposed, by=manager, at=now)
    again(made, folder)
    told.refresh_from_db()
    assert told.state == "agreed"


def test_work_that_ends_in_the_old_system_leaves_no_enquiry_open(running: tuple[Extract, Path]) -> None:
    made, folder = running
    put(made, EPISODES, OPEN, closure_date="2026-05-20", closure_reason="RC8")
    again(made, folder)
    ended = of("S47-000102")
    assert (ended.status, ended.ending) == ("discontinued", "not_recorded")
    clock = clock_of(ended)
    assert clock is not None
    assert clock.stopped_at == ended.ended_at == ended.referral.closed_at


def test_its_page_says_who_led_it_there_and_nobody_can_choose_what_only_an_old_system_says(
    running: tuple[Extract, Path], client: Client
) -> None:
    manager = User.objects.create_user("manager", "Mary Manager", roles=["duty_manager"])
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    mine = of("S47-000102")
    page = client.get(f"/section-47/{mine.reference}/").content.decode()
    assert "H Ridley, as recorded in the old system" in page
    form = client.get(f"/section-47/{mine.reference}/do/end/").content.decode()
    assert "Entered in error" in form
    assert "Not recorded in the old system" not in form


def test_rows_loaded_by_an_earlier_release_become_enquiries_at_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sound()
    enquiry(made, "S47-000101", strategy_date="2026-01-05")
    enquiry(made, "S47-000102")
    enquiry(made, "S47-000104", CLOSED, FORMER, strategy_date="2025-11-03", outcome="CIN")
    with monkeypatch.context() as before:
        # As it was: the discussion, and nothing else.
        for name in ("bulk", "born_rows"):
            kept = getattr(loading_enquiries, name)
            before.setattr(
                loading_enquiries,
                name,
                lambda model, rows, *more, kept=kept: kept(model, rows) if model is StrategyDiscussion else rows,
            )
        imported(made.write(tmp_path / "in"))
    assert not Enquiry.objects.exists()
    upgrade = import_module("frontdoor.exchange.migrations.0006_enquiries_of_rows_loaded_before")
    for _ in range(2):
        upgrade.begin(apps, None)
    assert Enquiry.objects.count() == len(made.rows[FILE]), "and no more when it is run again"
    held, runs, earlier, ended = (of(f"S47-{number:06d}") for number in (4, 102, 101, 104))
    assert (held.status, held.lead_name, held.conference.result) == ("concluded", "H Ridley", "not_recorded")
    assert (runs.status, earlier.status, ended.status) == ("open", "discontinued", "concluded")
    assert ended.outcome == "no_continuing_risk"
    stopped, running = clock_of(held), clock_of(runs)
    assert stopped is not None
    assert stopped.stopped_at == end_of_office_day(held.conference.held_on)
    assert running is not None
    assert running.stopped_at is None
    put(made, FILE, "S47-000102", outcome="NFA")
    again(made, tmp_path / "in")
    assert of("S47-000102").status == "concluded", "and a newer extract amends it as any other"
