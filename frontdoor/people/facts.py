"""The facts of a person: which columns say one thing together, and who changed one here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

# These three are one fact: a date without how sure it is says nothing.
BIRTH = ("date_of_birth", "dob_precision", "expected_on")
SINGLE = (
    "description", "sex", "self_described_gender", "first_language", "religion", "communication_needs", "school",
    "upn_unknown", "ethnicity", "died_on", "interpreter_needed", "disabilities",
)  # fmt: skip
#: Columns that are said together, by the one they are called after (the key in ``Person.said_here``).
TOGETHER: dict[str, tuple[str, ...]] = {**{column: (column,) for column in SINGLE}, BIRTH[0]: BIRTH}
CALLED = {column: name for name, columns in TOGETHER.items() for column in columns}


def said_by(columns: Iterable[str], *, by: int, at: datetime) -> dict[str, dict[str, Any]]:
    """What ``said_here`` of a person says of facts somebody has just changed."""
    return {CALLED[column]: {"at": at.isoformat(), "by": by} for column in columns if column in CALLED}
