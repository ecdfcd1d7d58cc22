"""``manage.py clock_explain REFERENCE``: why each deadline on a record is what it is."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from frontdoor.clocks import reading
from frontdoor.clocks.explain import Explanation, Line, moment_words
from frontdoor.clocks.management.at import moment
from frontdoor.clocks.models import Clock
from frontdoor.db import tidy_reference


class Command(BaseCommand):
    """Prints rule, edition, start, each day counted or skipped and why, due and verdict of every clock."""

    help = "Explain every clock on a record."

    def add_arguments(self, parser: CommandParser) -> None:
        """The reference; ``--at`` a moment other than now; ``--json`` for machines."""
        parser.add_argument("reference")
        parser.add_argument("--at", default="", help="as it stood at this moment (ISO 8601), default now")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, reference: str, at: str, **options: Any) -> None:
        """Print the explanations; an unknown reference is refused in one line."""
        when = moment(at)
        wanted = tidy_reference(reference).replace("\x00", "")
        if not reading.is_known(wanted):
            raise CommandError(f"There is no record with the reference {reference.strip()[:40]!r}.")
        told = reading.explanations(Clock.objects.of(wanted), when)
        if options["json"]:
            found = {
                "reference": wanted,
                "at": reading.utc(when),
                "clocks": [reading.as_json(clock, explanation) for clock, explanation in told],
            }
            self.stdout.write(json.dumps(found, indent=1, ensure_ascii=False))
            return
        self.stdout.write(f"{wanted}: {len(told)} clock{'' if len(told) == 1 else 's'}, at {moment_words(when)}")
        for _, explanation in told:
            self._print(explanation)

    def _print(self, told: Explanation) -> None:
        rule = told.clock.rule
        kind = "statutory" if rule.statutory else "local"
        self.stdout.write(f"\n{rule.label}: {rule.words()} from {rule.starts}")
        self.stdout.write(f"  rule     {rule.code} ({kind}), edition {rule.edition}")
        self.stdout.write(f"  started  {moment_words(told.clock.started_at)}; day 0 is {told.day_0:%a %d %b %Y}")
        for line in told.lines:
            self.stdout.write(f"    {line.day:%a %d %b %Y}  {_counted(line)}".rstrip())
        for pause in told.pauses:
            end = moment_words(pause.to_at) if pause.to_at else "still standing"
            self.stdout.write(f"  paused   {moment_words(pause.from_at)} to {end}: {pause.reason}")
        self.stdout.write(f"  due      {moment_words(told.due_at)}")
        if told.recounted_at != told.due_at:
            self.stdout.write(
                f"  recount  {moment_words(told.recounted_at)}: the calendar or the rule has changed since"
            )
        self.stdout.write(f"  verdict  {told.verdict.value}: {told.sentence}")


def _counted(line: Line) -> str:
    if line.counted is not None:
        hours, minutes = divmod(int(line.counted.total_seconds()) // 60, 60)
        return f"{hours} h {minutes:02} min  {line.why}" if line.counted else f"skipped  {line.why}"
    return f"skipped  {line.why}" if line.number is None else f"{line.number:>7}  {line.why}"
