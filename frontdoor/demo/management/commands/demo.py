"""``manage.py demo``: the synthetic borough."""

import sys
from argparse import ArgumentParser
from datetime import datetime
from random import Random
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from frontdoor.accounts.models import User
from frontdoor.clocks.management.at import moment
from frontdoor.clocks.sweep import sweep
from frontdoor.clocks.working_days import london_date
from frontdoor.db import references_from
from frontdoor.demo import best_parts, feed, stories
from frontdoor.demo.borough import people_of
from frontdoor.demo.early_help import early_help
from frontdoor.demo.handover import handed_over
from frontdoor.demo.models import DemoMark
from frontdoor.demo.staff import hire
from frontdoor.people.models import Person

#: Rows the product itself ships or keeps, which emptying a demonstration leaves alone.
KEPT_APPS = {"contenttypes", "codelists"}
KEPT_TABLES = {"django_migrations"}


class Command(BaseCommand):
    """Fill a database with an invented borough, deterministic by size, seed and moment."""

    help = "Load the demonstration borough: invented people, sign-ins for every role, cases at every step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of the command."""
        parser.add_argument("--people", type=int, required=True, help="how many people, from 20")
        parser.add_argument("--seed", type=int, required=True, help="the same number makes the same borough")
        parser.add_argument("--reset", action="store_true", help="empty a demonstration database first")
        parser.add_argument("--at", default="", help="the moment everything leads up to (ISO 8601), default now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check that it may, then do all of it in one transaction."""
        if settings.FRONTDOOR_ENV == "production":
            raise CommandError("This is a production installation: no invented people are loaded here.")
        people, seed = options["people"], options["seed"]
        if not 20 <= people <= 5_000_000:
            raise CommandError("--people must be from 20 to 5,000,000.")
        at = moment(options["at"])
        if options["reset"]:
            self._reset()
        elif Person.objects.exists() or User.objects.filter(is_machine=False).exists():
            raise CommandError("This database holds people already. Only --reset on a demonstration empties it.")
        with transaction.atomic(), references_from(Random(seed)):  # noqa: S311
            self._fill(people, seed, at)
        found = sweep(at)
        self.stdout.write(
            f"{people:,} people, seed {seed}. {found.running} deadlines run, {found.flagged} of them late."
        )

    def _reset(self) -> None:
        if not DemoMark.objects.exists():
            raise CommandError("This database is not marked as a demonstration: it is not emptied.")
        keep = KEPT_TABLES | {model._meta.db_table for model in apps.get_models() if model._meta.app_label in KEPT_APPS}
        with connection.cursor() as cursor:
            tables = [name for name in connection.introspection.table_names(cursor) if name not in keep]
            quoted = ", ".join(connection.ops.quote_name(name) for name in tables)
            cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
        call_command("migrate", verbosity=0)

    def _fill(self, people: int, seed: int, at: datetime) -> None:
        rng = Random(seed)  # noqa: S311 (invented people, the same each time)
        staff = hire(at)
        self._say("Staff, teams and agencies")
        families = people_of(rng, people, london_date(at))
        self._say(f"{people:,} people")
        told = [family for family in families if family.children]
        if len(told) > 2000:
            told = rng.sample(told, 2000)
        tell = stories.Teller(staff, told, at, rng)
        acts = [(story, number) for story, times in stories.plan(people) for number in range(times)]
        acts += [(early_help, number) for number in range(6 if people < 500 else 18)]
        acts.append((handed_over, 0))
        for done, (story, number) in enumerate(acts, start=1):
            try:
                story(tell, number)
            except stories.RanOut:
                break
            self._bar(done, len(acts))
        # Dice of its own: how many notifications come changes no story.
        told_by = Random(seed + 1)  # noqa: S311
        feed.write(rng=told_by, agencies=staff.agencies, count=40 if people < 500 else 80, until=at, days=3)
        self._say("Notifications of the last days")
        best_parts.show(tell)
        DemoMark.objects.create(people=people, seed=seed, made_for=at)

    def _say(self, text: str) -> None:
        self.stderr.write(f"· {text}")

    def _bar(self, done: int, whole: int) -> None:
        width = 40
        filled = width * done // whole
        if sys.stderr.isatty():
            end = "\n" if done == whole else ""
            self.stderr.write(f"\r  cases [{'#' * filled}{' ' * (width - filled)}] {done}/{whole}", ending=end)
            self.stderr.flush()
        elif done == whole or done % max(1, whole // 10) == 0:
            self.stderr.write(f"  cases {done}/{whole}")
