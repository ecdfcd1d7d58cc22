"""Changing a rule from a day on: what was stays, what waits can be taken back, and two people see each other."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from contacts.agencies.thresholds.models import ThresholdEdition, ThresholdLevel
from contacts.models import BundlingRule, ContactType, DecisionRule
from contacts.recording import actions as contacts
from frontdoor.access import Denied, Refused, Stale
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.models import Entry
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock, LocalRule
from frontdoor.clocks.reading import explanations
from frontdoor.codelists.models import Code
from frontdoor.dated import TABLES
from frontdoor.rules import actions
from frontdoor.rules.readers import done_to, effects, rule_at, rules_of
from frontdoor.rules.versions import by_key, read, seen_of
from referrals.models import BulkRule, bulk_rule
from tests.contacts.conftest import some_facts
from tests.rules.conftest import NEW_YEAR, NOW, TODAY

pytestmark = pytest.mark.django_db
LAST_DAY = NEW_YEAR - timedelta(days=1)
OUTCOMES = "codes_contact_outcome"


def rule(table: str, *key: str) -> Any:
    return next(found for found in rules_of(TABLES[table], TODAY) if found.key == key)


def change(table: str, *key: str, by: User, begins_on: date = NEW_YEAR, seen: str = "", **columns: Any) -> Any:
    found = rule(table, *key)
    values = {name: value for name, value in found.now.values.items() if not name.startswith("valid_")}
    return actions.change(
        table=TABLES[table], values={**values, **columns}, begins_on=begins_on, reason="The board decided it",
        seen=seen or seen_of(found.versions), by=by, at=NOW, on=TODAY,
    )  # fmt: skip


def test_a_change_begins_on_its_day_and_what_was_stays(admin: User) -> None:
    change(OUTCOMES, "advice", by=admin, label="Advice given")
    rows = Code.objects.filter(list_name="contact_outcome", code="advice")
    assert rows.in_force(LAST_DAY).get().label == "Information and advice"
    assert rows.in_force(NEW_YEAR).get().label == "Advice given"
    entry = Entry.objects.get(event="rules.changed")
    assert (entry.actor, entry.reason) == (admin, "The board decided it")
    assert entry.detail["before"]["label"] == "Information and advice"
    assert done_to(rule(OUTCOMES, "advice")) == [entry]


def test_a_change_may_stand_before_one_that_waits(admin: User) -> None:
    change(OUTCOMES, "advice", by=admin, label="Later")
    change(OUTCOMES, "advice", by=admin, label="Sooner", begins_on=date(2026, 12, 10))
    days = [(each.values["label"], each.valid_from, each.valid_to) for each in rule(OUTCOMES, "advice").versions]
    assert days == [
        ("Information and advice", None, date(2026, 12, 9)), ("Sooner", date(2026, 12, 10), LAST_DAY),
        ("Later", NEW_YEAR, None),
    ]  # fmt: skip


def test_what_waits_can_be_taken_back_and_what_held_before_holds_on(admin: User) -> None:
    made = change(OUTCOMES, "advice", by=admin, label="Advice given")
    found = rule(OUTCOMES, "advice")
    facts: dict[str, Any] = {"table": TABLES[OUTCOMES], "key": ("advice",), "by": admin, "at": NOW}
    actions.take_back(pk=made.pk, seen=seen_of(found.versions), on=TODAY, **facts)
    found = rule(OUTCOMES, "advice")
    assert [(each.values["label"], each.valid_to) for each in found.versions] == [("Information and advice", None)]
    assert Code.objects.get(list_name="contact_outcome", code="advice").shipped is not None
    with pytest.raises(Refused, match="has begun"):
        actions.take_back(pk=found.versions[0].pk, seen=seen_of(found.versions), on=TODAY, **facts)
    actions.end(ends_on=LAST_DAY, reason="No longer given", seen=seen_of(found.versions), on=TODAY, **facts)
    found = rule(OUTCOMES, "advice")
    assert found.last_day(TODAY) == LAST_DAY
    actions.take_back(pk=found.versions[0].pk, seen=seen_of(found.versions), on=TODAY, **facts)
    assert rule(OUTCOMES, "advice").last_day(TODAY) is None


def test_taking_back_a_change_revives_nothing_that_had_its_last_day_before(admin: User) -> None:
    facts: dict[str, Any] = {"table": TABLES[OUTCOMES], "key": ("advice",), "by": admin, "at": NOW, "on": TODAY}
    actions.end(ends_on=LAST_DAY, reason="No longer given", seen=seen_of(rule(OUTCOMES, "advice").versions), **facts)
    made = change(OUTCOMES, "advice", by=admin, label="Another thing of this name")
    actions.take_back(pk=made.pk, seen=seen_of(rule(OUTCOMES, "advice").versions), **facts)
    assert [each.valid_to for each in rule(OUTCOMES, "advice").versions] == [LAST_DAY]


def test_of_two_people_the_second_sees_what_the_first_did(admin: User) -> None:
    seen = seen_of(rule(OUTCOMES, "advice").versions)
    change(OUTCOMES, "advice", by=admin, label="Advice given")
    other = User.objects.create_user("bo", "Bo Bell", roles=["administrator"])
    with pytest.raises(Stale) as stale:
        change(OUTCOMES, "advice", by=other, label="Talked to", seen=seen)
    assert (stale.value.who, stale.value.what) == ("Ada Minns", "changed the rule")
    assert [each.values["label"] for each in rule(OUTCOMES, "advice").versions][-1] == "Advice given"


@pytest.mark.parametrize(
    ("columns", "field", "said"),
    [
        ({"begins_on": TODAY - timedelta(days=1)}, "begins_on", "the past cannot be changed"),
        ({"label": ""}, "label", "cannot be empty"),
        ({"label": "x" * 251}, "label", "at most 250"),
        ({"attributes": {"outside": "nowhere"}}, "attributes", "Say what the agency is told"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(admin: User, columns: Any, field: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        change(OUTCOMES, "advice", by=admin, **columns)
    assert refused.value.field == field
    assert Code.objects.filter(list_name="contact_outcome", code="advice").count() == 1


def test_a_second_change_on_one_day_and_one_without_a_reason_are_refused(admin: User) -> None:
    change(OUTCOMES, "advice", by=admin, label="Advice given")
    with pytest.raises(Refused, match="already begins on this day"):
        change(OUTCOMES, "advice", by=admin, label="Again")
    with pytest.raises(Refused, match="Say why"):
        actions.change(
            table=TABLES[OUTCOMES], values={}, begins_on=NEW_YEAR, reason=" ", seen="", by=admin, at=NOW, on=TODAY
        )


def test_who_may_change_what(admin: User, service_manager: User) -> None:
    with pytest.raises(Denied):
        change(OUTCOMES, "advice", by=service_manager, label="Advice given")
    change("rank_weights", by=service_manager, red=900)
    change("rank_weights", by=admin, red=901, begins_on=date(2027, 2, 1))
    with pytest.raises(Denied):
        change("rank_weights", by=User.objects.create_user("mo", "Mo", roles=["team_manager"]), red=902)


def test_a_rule_that_holds_until_the_next_begins_is_changed_and_taken_back_alike(admin: User) -> None:
    change("ending_together", by=admin, most=5)
    assert (bulk_rule(LAST_DAY).most, bulk_rule(NEW_YEAR).most) == (20, 5)
    found = rule("ending_together")
    actions.take_back(
        table=TABLES["ending_together"], key=(), pk=found.versions[-1].pk, seen=seen_of(found.versions), by=admin,
        at=NOW, on=TODAY,
    )  # fmt: skip
    assert BulkRule.objects.count() == 1
    change("ending_together", by=admin, most=5)
    with pytest.raises(Refused, match="already begins on this day"):
        change("ending_together", by=admin, most=6)
    change("bundling", by=admin, window_days=14)
    assert BundlingRule.objects.in_force(NEW_YEAR).get().window_days == 14


def test_an_edition_of_the_levels_of_need_is_taken_back_with_its_levels(service_manager: User) -> None:
    found = rule("thresholds")
    values = {name: value for name, value in found.now.values.items() if not name.startswith("valid_")}
    made = actions.change(
        table=TABLES["thresholds"], values={**values, "title": "New"}, begins_on=NEW_YEAR, reason="Agreed",
        seen=seen_of(found.versions), by=service_manager, at=NOW, on=TODAY,
    )  # fmt: skip
    assert made.pk is not None
    assert ThresholdEdition.objects.get(pk=made.pk).levels.count() == 4
    actions.take_back(
        table=TABLES["thresholds"], key=(), pk=made.pk, seen=seen_of(rule("thresholds").versions), by=service_manager,
        at=NOW, on=TODAY,
    )  # fmt: skip
    assert ThresholdEdition.objects.count() == 1
    assert ThresholdLevel.objects.count() == 4


def test_something_new_is_added_from_a_day(admin: User) -> None:
    table = TABLES["clock_rules"]
    agency = Agency.objects.create(code="police_x", name="Police X", kind="police", default_source="6")
    values = {**rule("clock_rules", "grade_red", "").now.values, "agency": agency.code, "amount": 60}
    del values["valid_from"], values["valid_to"]
    actions.change(
        table=table, values=values, begins_on=TODAY, reason="Agreed with them", seen=seen_of([]), by=admin, at=NOW,
        on=TODAY,
    )  # fmt: skip
    assert LocalRule.objects.get(agency=agency).amount == 60
    assert set(by_key(table, read(table))) >= {("grade_red", ""), ("grade_red", "police_x")}


def test_the_preview_counts_open_work_and_names_the_first(admin: User) -> None:
    officer = User.objects.create_user("olu", "Olu Officer", roles=["contact_officer"])
    made = [contacts.record_contact(facts=some_facts(), by=officer, at=NOW) for _ in range(7)]
    kind = ContactType.objects.get(pk=made[0].type_id)
    [effect] = effects(TABLES["contact_types"], (kind.code,), admin)
    assert effect.count == 7
    assert effect.references == tuple(sorted(each.reference for each in made)[:5])
    assert rule_at(TABLES["contact_types"], kind.pk, TODAY) is not None
    assert DecisionRule.objects.in_force(TODAY).exists()


def test_the_preview_of_a_timescale_counts_the_clocks_that_run_under_it(admin: User) -> None:
    officer = User.objects.create_user("olu", "Olu Officer", roles=["contact_officer"])
    made = contacts.record_contact(
        facts=some_facts(grade="amber", grade_reasons=["domestic_abuse"]), by=officer, at=NOW
    )
    [effect] = effects(TABLES["clock_rules"], ("grade_amber", ""), admin)
    assert (effect.count, effect.references) == (1, (made.reference,))
    [effect] = effects(TABLES["clock_rules"], ("grade_red", ""), admin)
    assert effect.count == 0


# --- Clocks stay provable --------------------------------------------------------------------------------------------


def test_a_changed_timescale_never_alters_a_clock_that_has_started(admin: User) -> None:
    officer = User.objects.create_user("olu", "Olu Officer", roles=["contact_officer"])
    facts = some_facts(grade="amber", grade_reasons=["domestic_abuse"])
    made = contacts.record_contact(facts=facts, by=officer, at=NOW)
    columns = [field.attname for field in Clock._meta.concrete_fields]
    before = list(Clock.objects.order_by("pk").values(*columns))
    told = [(e.due_at, e.sentence, e.lines) for _, e in explanations(Clock.objects.of(made.reference), NOW)]
    change("clock_rules", "grade_amber", "", by=admin, begins_on=TODAY, amount=60, unit="working_minutes")
    change("clock_rules", "acknowledgement", "", by=admin, amount=9)
    assert list(Clock.objects.order_by("pk").values(*columns)) == before
    after = [(e.due_at, e.sentence, e.lines) for _, e in explanations(Clock.objects.of(made.reference), NOW)]
    assert after == told
    later = contacts.record_contact(facts=facts, by=officer, at=NOW + timedelta(hours=1))
    clock = Clock.objects.get(reference=later.reference, rule="grade_amber")
    assert (clock.amount, clock.unit, clock.edition) == (60, "working_minutes", f"local from {TODAY.isoformat()}")
    ack = Clock.objects.get(reference=later.reference, rule="acknowledgement")
    assert ack.amount == 1


def test_a_clock_taken_up_again_follows_the_rule_of_the_day_it_began(admin: User) -> None:
    change("clock_rules", "allocation", "", by=admin, amount=60)
    old = clocks.start("allocation", reference="R-00000001", started_at=NOW, by=admin)
    new = clocks.start("allocation", reference="R-00000002", started_at=NOW + timedelta(days=60), by=admin)
    assert old is not None
    assert new is not None
    assert (old.amount, new.amount) == (1440, 60)
    assert timezone.is_aware(old.due_at)
