"""How often supervision is to be held, as a rule table."""

from django.db.models import Q

from frontdoor.access import ROLE_LABELS
from frontdoor.dated import Column, Table, Work, bears_on, register
from supervision.models import SupervisionTarget


def register_rules() -> None:
    """Say which table of supervision is a rule, and what it bears on. Called when the app is ready."""
    register(
        Table(
            "supervision_targets", "How often supervision is held", "For each role, how many days apart sessions are.",
            SupervisionTarget,
            (
                Column("role", "Role", "choice", lambda: [(role.value, label) for role, label in ROLE_LABELS.items()]),
                Column("every_days", "Days between sessions", "number"),
            ),
            "rules.edit",
        )
    )  # fmt: skip
    planned = Q(status="planned")
    bears_on(
        "supervision_targets",
        Work("supervision.Session", "", "sessions planned", planned, "They keep their due date."),
    )
