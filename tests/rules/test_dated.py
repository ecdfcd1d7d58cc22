"""Rows with dates: what is in force on a day, never two at once, and shipped rows a council has or has not touched."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts.agencies.thresholds.models import ThresholdEdition, ThresholdLevel
from contacts.models import BundlingRule, ContactType, RankWeights, contact_type
from contacts.shipped import load as load_contacts
from frontdoor.codelists import lists
from frontdoor.codelists.models import Code
from frontdoor.dated import Dated, Kept, Shipped, is_untouched, ship
from frontdoor.people.models import Identifier

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2027, 1, 1)
LAST_DAY = NEW_YEAR - timedelta(days=1)


@pytest.fixture(autouse=True)
def _lists_read_anew() -> Any:
    yield
    lists.refresh()


def outcome(code: str, **columns: Any) -> Code:
    return Code(list_name="contact_outcome", code=code, label=columns.pop("label", code.title()), **columns)


def labels(code: str) -> list[str]:
    rows = Code.objects.filter(list_name="contact_outcome", code=code).order_by("valid_from")
    return list(rows.values_list("label", flat=True))


def test_a_day_finds_the_version_that_holds_then_first_and_last_day_included() -> None:
    Code.objects.filter(list_name="contact_outcome", code="advice").update(valid_to=LAST_DAY)
    outcome("advice", label="Advice given", valid_from=NEW_YEAR).save()
    advice = Code.objects.of("contact_outcome").filter(code="advice")
    assert advice.in_force(LAST_DAY).get().label == "Information and advice"
    assert advice.in_force(NEW_YEAR).get().label == "Advice given"
    lists.refresh()
    assert ("advice", "Advice given") in lists.choices("contact_outcome", on=NEW_YEAR)
    assert ("advice", "Information and advice") in lists.choices("contact_outcome", on=LAST_DAY)
    assert [row.code for row in lists.rows("contact_outcome")].count("advice") == 1


def test_a_list_changed_elsewhere_is_read_anew_at_the_next_request(client: Any) -> None:
    assert lists.label("sex", "M") == "Male"
    Code.objects.filter(list_name="sex", code="M").update(label="Boy")
    assert lists.label("sex", "M") == "Male", "asked once a request"
    client.get("/health/live")
    assert lists.label("sex", "M") == "Boy"


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Code, {"list_name": "sex", "code": "M", "label": "Man"}),
        (ContactType, {"code": "concern", "label": "Worry"}),
        (BundlingRule, {"window_days": 5}),
    ],
)
def test_the_database_refuses_two_versions_of_one_thing_on_one_day(model: Any, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(valid_from=NEW_YEAR, **columns)


def test_what_holds_until_the_next_begins_needs_no_end() -> None:
    first = RankWeights.objects.get()
    later = RankWeights.objects.get()
    later.pk, later.valid_from, later.red = None, NEW_YEAR, 999
    later.save()
    assert [row.pk for row in RankWeights.objects.in_force(LAST_DAY)] == [first.pk]
    assert [row.red for row in RankWeights.objects.in_force(NEW_YEAR)] == [999]


def test_a_contact_keeps_the_type_it_came_under_and_an_ended_type_is_still_understood() -> None:
    ContactType.objects.filter(code="prevent").update(valid_to=LAST_DAY)
    assert contact_type("prevent", NEW_YEAR).label == "Prevent"
    made = ContactType.objects.create(code="prevent", label="Prevent duty", valid_from=NEW_YEAR + timedelta(days=9))
    assert contact_type("prevent", NEW_YEAR).label == "Prevent"
    assert contact_type("prevent", NEW_YEAR + timedelta(days=9)) == made
    with pytest.raises(ContactType.DoesNotExist):
        contact_type("nothing", NEW_YEAR)


def test_every_table_with_first_and_last_days_is_dated() -> None:
    from django.apps import apps

    loose = [
        model._meta.label
        for model in apps.get_models()
        if {"valid_from", "valid_to"} <= {field.name for field in model._meta.fields}
        and not issubclass(model, Dated)
        and not hasattr(model, "pgh_tracked_model")
    ]
    assert loose == []
    assert issubclass(Identifier, Dated)
    assert not issubclass(Identifier, Shipped)


# --- Shipped unless the council changed it ---------------------------------------------------------------------------


def test_a_correction_reaches_what_nobody_touched_and_ships_once() -> None:
    assert ship([outcome("new_one", label="As frist shipped")]) == 1
    assert ship([outcome("new_one", label="As frist shipped")]) == 0
    assert ship([outcome("new_one", label="As first shipped")]) == 1
    assert labels("new_one") == ["As first shipped"]


def test_a_council_s_own_row_and_own_change_always_stand() -> None:
    outcome("ours", label="Ours").save()
    ship([outcome("ours", label="Theirs")])
    assert labels("ours") == ["Ours"]
    ship([outcome("changed", label="Theirs"), outcome("split", label="Theirs")])
    Code.objects.filter(code="changed").update(label="Ours")
    Code.objects.filter(code="split").update(valid_to=LAST_DAY)
    outcome("split", label="Ours", valid_from=NEW_YEAR).save()
    ship([outcome("changed", label="Theirs, corrected"), outcome("split", label="Theirs, corrected")])
    assert labels("changed") == ["Ours"]
    assert sorted(labels("split")) == ["Ours", "Theirs"]


def test_a_release_may_split_a_row_it_ships_at_a_day() -> None:
    ship([outcome("parted", label="Before")])
    before = Code.objects.get(code="parted").pk
    ship([outcome("parted", label="Before", valid_to=LAST_DAY), outcome("parted", label="After", valid_from=NEW_YEAR)])
    assert Code.objects.get(code="parted", valid_to=LAST_DAY).pk == before
    assert Code.objects.in_force(NEW_YEAR).get(code="parted").label == "After"


def test_what_every_app_ships_is_in_step_and_shipping_again_writes_nothing() -> None:
    edition = ThresholdEdition.objects.get()
    assert edition.levels.count() == 4
    assert set(Code.objects.filter(shipped__isnull=True).values_list("code")) == set()
    stamps = list(ContactType.objects.order_by("pk").values_list("pk", "label"))
    load_contacts()
    lists.load()
    assert list(ContactType.objects.order_by("pk").values_list("pk", "label")) == stamps
    ThresholdLevel.objects.filter(edition=edition, code="2").update(name="Ours")
    load_contacts()
    assert ThresholdLevel.objects.get(edition=edition, code="2").name == "Ours"


WORDS = st.sampled_from(["a", "b", "c"])
#: What happens to one key, in turn: a release ships words, or the council writes words of its own.
STEPS = st.lists(st.tuples(st.sampled_from(["ship", "council"]), WORDS), min_size=1, max_size=8)


@given(steps=STEPS)
def test_shipped_unless_the_council_changed_it(steps: list[tuple[str, str]]) -> None:
    """In any order of releases and changes, the words that stand are the council's last, else the last shipped."""
    with transaction.atomic():
        touched, expected = False, ""
        for who, words in steps:
            if who == "ship":
                ship([outcome("tried", label=words)])
                if not touched:
                    expected = words
            else:
                found = Code.objects.filter(code="tried").first()
                if found is None:
                    outcome("tried", label=words).save()
                    touched, expected = True, words
                else:
                    Code.objects.filter(pk=found.pk).update(label=words)
                    # Words that are again exactly those last shipped say nothing of the council's own.
                    last = found.shipped["label"] if found.shipped else None
                    touched, expected = (touched and found.shipped is None) or words != last, words
            assert labels("tried") == [expected]
        transaction.set_rollback(True)


@given(now=st.dictionaries(WORDS, WORDS), shipped=st.none() | st.dictionaries(WORDS, WORDS))
def test_a_row_is_untouched_only_while_it_is_as_last_shipped(now: Any, shipped: Any) -> None:
    assert is_untouched([Kept(now, shipped)]) == (shipped is not None and now == shipped)
    assert is_untouched([])
    assert not is_untouched([Kept(now, shipped), Kept(now, None)])
