"""The figures of agencies, counted by hand beside."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from contacts.screening import actions as contacts
from frontdoor.accounts.models import Agency, User
from frontdoor.clocks.models import Clock
from frontdoor.figures.partnership import readers
from frontdoor.figures.partnership.forms import PeriodForm, a_year_ago, periods
from tests.api.conftest import SMALL_BODY, Caller

PATH = "/agencies/figures/"


@pytest.fixture
def officer(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_user("perf", "Pip Performance", roles=["performance_officer"]))
    return client


def sent(caller: Caller, manager: User, **facts: Any) -> Contact:
    """A contact an agency's system has sent, put as work would leave it."""
    contact: Contact = Contact.objects.get(reference=caller.post("contacts", SMALL_BODY).json()["reference"])
    if facts.pop("acknowledged", None) is not None:
        contacts.acknowledge(contact=contact, by=manager, at=timezone.now())
    outcome = facts.pop("outcome", "")
    if outcome:
        moment = facts.pop("decided_at", timezone.now() - timedelta(minutes=2))
        facts |= {"status": "decided", "decided_at": moment, "decided_by": manager, "is_on_queue": False}
        facts |= {"outcome": outcome, "outcome_outside": outcome}
    if facts:
        Contact.objects.filter(pk=contact.pk).update(**facts)
    return contact


def test_the_counts(police: Caller, school: Caller, manager: User) -> None:
    sent(police, manager)
    sent(police, manager, agency_grade="green", grade="red", outcome="referral", acknowledged=True)
    sent(police, manager, agency_grade="red", grade="amber", level_by_agency="3", level_by_screening="2")
    sent(police, manager, agency_grade="blue", grade="blue", level_by_agency="2", level_by_screening="2")
    sent(police, manager, agency_grade="amber", grade="", level_by_agency="2", level_by_screening="4")
    sent(police, manager, level_by_agency="2", outcome="early_help", decided_at=timezone.now())
    late = sent(police, manager, acknowledged=True, outcome="signposted")
    Clock.objects.filter(reference=late.reference, rule="acknowledgement").update(
        due_at=timezone.now() - timedelta(hours=1)
    )
    forgotten = sent(police, manager)
    Clock.objects.filter(reference=forgotten.reference, rule="acknowledgement").update(
        due_at=timezone.now() - timedelta(hours=1)
    )
    sent(school, manager, outcome="no_further_action")
    today = timezone.localdate()
    rows = readers.figures(readers.agencies(), today, today, timezone.now())
    by_code = {row.agency.code: row for row in rows}
    found = {name: getattr(by_code["police"], name) for name in readers.COUNTS}
    assert found == {
        "contacts": 8, "without_grade": 4, "graded_by_both": 3, "grade_raised": 1, "grade_lowered": 1,
        "level_by_both": 3, "level_higher": 1, "level_lower": 1, "acknowledged_in_time": 1, "acknowledged_late": 2,
        "decided": 2, "referral": 1, "early_help": 0, "signposted": 1, "information_and_advice": 0,
        "no_further_action": 0,
    }  # fmt: skip
    assert by_code["police"].by_month == {today.replace(day=1): 8}
    assert (by_code["school"].contacts, by_code["school"].no_further_action) == (1, 1)
    assert readers.total(rows)["contacts"] == 9


def test_days_are_days_in_england(police: Caller, manager: User) -> None:
    """Half past midnight on 1 July in England is still June in UTC."""
    sent(police, manager, received_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    at = timezone.now()
    everyone = readers.agencies()
    (july,) = readers.figures(everyone, date(2026, 7, 1), date(2026, 7, 31), at)
    assert july.by_month == {date(2026, 7, 1): 1}
    assert readers.figures(everyone, date(2026, 6, 1), date(2026, 6, 30), at)[0].contacts == 0


def test_a_share_of_few_is_not_given() -> None:
    assert readers.share(3, 9) is None
    assert readers.share(1, 12) == 8.3


def test_the_page_its_filters_and_its_csv(police: Caller, school: Caller, manager: User, officer: Client) -> None:
    Agency.objects.filter(code="school").update(name="=HYPERLINK(1)")
    for _ in range(11):
        sent(police, manager, agency_grade="green", grade="red")
    sent(school, manager)
    page = officer.get(PATH).content.decode()
    assert "Kestrel Police" in page
    assert page.count('role="img"') == 6
    assert "Another level of need chosen by screening</strong>: too few" in page
    assert "100%" in page
    one = officer.get(PATH, {"agency": "police"}).content.decode()
    assert "11 of 11" in one
    assert "HYPERLINK" not in one.split("</form>")[-1]
    today = timezone.localdate()
    empty = officer.get(PATH, {"since": "2020-01-01", "until": "2020-03-31"})
    assert "No contact came from an agency" in empty.content.decode()
    for wrong in (
        {"since": "32/13/2026"}, {"agency": "nobody"}, {"since": "2026-02-01", "until": "2026-01-01"},
        {"since": "1990-01-01", "until": "2026-01-01"},
    ):  # fmt: skip
        assert officer.get(PATH, wrong).status_code == 422, wrong
    answer = officer.get(PATH, {"format": "csv", "since": "2026-01-01", "until": today.isoformat()})
    assert answer["Content-Disposition"] == f'attachment; filename="agencies-2026-01-01-to-{today}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["agency"]: row["contacts"] for row in rows} == {"Kestrel Police": "11", "'=HYPERLINK(1)": "1"}
    assert rows[-1 if rows[0]["agency"].startswith("'") else 0]["grade_raised"] == "11"


def test_only_who_sees_the_whole_service_may_open_it(client: Client, manager: User) -> None:
    client.force_login(manager)
    assert client.get(PATH).status_code == 403


def test_periods() -> None:
    assert periods(date(2026, 11, 25)) == [
        ("Last 12 months", date(2025, 11, 26), date(2026, 11, 25)),
        ("This quarter", date(2026, 10, 1), date(2026, 11, 25)),
        ("Last quarter", date(2026, 7, 1), date(2026, 9, 30)),
    ]
    assert a_year_ago(date(2028, 2, 29)) == date(2027, 3, 1)
    assert a_year_ago(date(2026, 12, 31)) == date(2026, 1, 1)
    form = PeriodForm(QueryDict("until=2026-03-31"), agencies=[], today=date(2026, 11, 25))
    assert form.is_valid()
    assert form.cleaned_data["since"] == date(2025, 4, 1)
    assert readers.months(date(2025, 12, 31), date(2026, 2, 1)) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_the_index_of_agency_and_receipt_serves_it(police: Caller) -> None:
    facts: dict[str, Any] = {
        "agencies": [police.agency.pk], "at": timezone.now(), "told": timezone.now(),
        "since": timezone.now() - timedelta(days=90), "until": timezone.now(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for question in (readers.FIGURES, readers.MONTHS):
            cursor.execute("EXPLAIN " + question, facts)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "contact_agency_received" in plan
            assert "Seq Scan" not in plan
