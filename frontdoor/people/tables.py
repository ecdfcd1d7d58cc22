"""The rules of people as a rule table."""

from frontdoor.dated import Column, Table, register
from frontdoor.people.models import ReadingLimit


def register_limits() -> None:
    """Say that the limits of reading are rules. Called when the app is ready."""
    register(
        Table(
            "reading_limits", "Unusual runs of reading",
            "How many records somebody may open that their own work does not lead to before it is told.", ReadingLimit,
            (
                Column("in_hour", "Records within an hour, at most", "number"),
                Column("in_day", "Records within a day, at most", "number"),
            ),
            "rules.edit",
        )
    )  # fmt: skip
