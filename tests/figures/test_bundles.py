"""What bundles and ending together save is counted as the screens work, and by the truth."""

from datetime import UTC, date, datetime

from frontdoor.figures.bundles import acts, pairs, screened_on


def test_acts_are_counted_as_the_screen_works() -> None:
    # A family of three with one amber contact; two mild families of two and one; a mild one alone.
    bundles = [{1, 2, 3}, {4, 5}, {6}, {7}]
    mild = {2, 3, 4, 5, 6, 7}
    found = acts(bundles, mild, most=20)
    assert (found.alone, found.bundled, found.bulk, found.ended_together) == (7, 4, 2, 4)
    assert found.times_fewer == 3.5
    assert acts(bundles, mild, most=3).bulk == 3
    # One at a time, a bundle decided on its page is fewer acts than its contacts one by one.
    assert acts(bundles, mild, most=1).bulk == acts(bundles, mild, most=1).bundled == 4
    assert acts([], (), most=20).bulk == 0


def test_pairs_are_counted_by_the_truth() -> None:
    families = {1: [10], 2: [10], 3: [10, 11], 4: [11], 5: []}
    found = pairs(families, {1: "a", 2: "a", 3: "b", 4: "a", 5: "c"})
    assert found.same == {(1, 2), (1, 3), (2, 3), (3, 4)}
    assert found.together == {(1, 2), (1, 4), (2, 4)}
    assert (found.recall, found.wrong_share) == (0.25, 2 / 3)


def test_a_notification_of_the_night_is_screened_on_the_next_working_day() -> None:
    assert screened_on(datetime(2026, 11, 20, 16, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert screened_on(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert screened_on(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)) == date(2026, 11, 23)
