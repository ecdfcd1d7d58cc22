"""The council's own timescales as a rule table."""

from django.db.models import Q

from frontdoor.clocks.models import UNITS, LocalRule
from frontdoor.dated import Column, Table, Work, bears_on, register

CLOCK_RULES = "clock_rules"


def register_timescales() -> None:
    """Local clock rules, and the running clocks they bear on."""
    register(
        Table(
            name=CLOCK_RULES,
            label="Local timescales",
            about="Deadlines the council sets itself. A clock keeps the timescale it started with.",
            model=LocalRule,
            columns=(
                Column("code", "Code", hint="What the system calls it. It cannot be changed later."),
                Column("agency", "For one agency alone", "agency", required=False),
                Column("label", "Words"),
                Column("amount", "How many", "number"),
                Column("unit", "Of what", "choice", lambda: UNITS),
                Column("may_pause", "May be paused", "flag"),
                Column("warn_minutes", "Warn this many minutes before", "number", required=False),
                Column("escalate_minutes", "Tell the next manager this many minutes after", "number", required=False),
            ),
            permission="rules.edit",
            title="label",
        )
    )
    bears_on(
        CLOCK_RULES,
        Work(
            "clocks.Clock", "rule", "clocks that run under this timescale", Q(stopped_at__isnull=True),
            "They keep the deadline they started with.", column="code",
        ),
    )  # fmt: skip
