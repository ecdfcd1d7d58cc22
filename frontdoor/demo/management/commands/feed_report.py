"""``manage.py feed_report``: what bundles and ending together save on a month of invented notifications."""

import sys
from argparse import ArgumentParser
from collections import Counter
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from frontdoor.accounts.models import Agency, User
from frontdoor.clocks.management.at import moment
from frontdoor.db import references_from
from frontdoor.demo import feed
from frontdoor.demo.feed_figures import measure, planted
from frontdoor.demo.models import DemoMark, FeedTruth
from frontdoor.figures.bundles import Acts, Figures

SCREENER = "duty.manager"


class Command(BaseCommand):
    """Measures the last feed of a demonstration; ``--write`` writes a month of one first."""

    help = "Count what bundles and ending together save on a feed of invented notifications, and how right they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of the command."""
        parser.add_argument("--write", type=int, default=0, metavar="N", help="write a month of N notifications first")
        parser.add_argument("--seed", type=int, default=1, help="the same number writes the same month")
        parser.add_argument("--days", type=int, default=30, help="over how many days the notifications come")
        parser.add_argument("--at", default="", help="the end of the month (ISO 8601), default now")
        parser.add_argument("--pairs", action="store_true", help="list the pairs missed and wrongly put together")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write if asked to, measure, and print."""
        if settings.FRONTDOOR_ENV == "production" or not DemoMark.objects.exists():
            raise CommandError("This database is not marked as a demonstration: no invented notifications here.")
        count, days = options["write"], options["days"]
        if count and not 40 <= count <= 20_000:
            raise CommandError("--write must be from 40 to 20,000.")
        if not 1 <= days <= 60:
            raise CommandError("--days must be from 1 to 60.")
        at = moment(options["at"])
        if count:
            rng = Random(options["seed"])  # noqa: S311 (invented people, the same each time)
            agencies = {agency.code: agency for agency in Agency.objects.all()}
            with references_from(rng):
                feed.write(rng=rng, agencies=agencies, count=count, until=at, days=days, progress=self._bar)
        run = FeedTruth.objects.order_by("-run").values_list("run", flat=True).first()
        if run is None:
            raise CommandError("There is no feed in this demonstration yet; write one with --write 1000.")
        figures = measure(run, by=User.objects.get(username=SCREENER), at=at)
        self._print(figures, planted(run))
        if options["pairs"]:
            told = figures.pairs
            for title, rows in (("missed", told.same - told.together), ("wrongly together", told.wrong)):
                for pair in sorted(rows):
                    self.stdout.write(f"{title}: {' '.join(figures.references[key] for key in pair)}")

    def _print(self, found: Figures, plants: Counter[str]) -> None:
        pairs = found.pairs
        lines = [
            ("notifications", f"{found.notifications:,}"),
            ("bundles", f"{found.bundles:,}"),
            (
                "pairs of one family put together",
                f"{len(pairs.found):,} of {len(pairs.same):,} ({pairs.recall:.3f}; aim 0.950 or more)",
            ),
            (
                "pairs wrongly put together",
                f"{len(pairs.wrong):,} of {len(pairs.together):,} ({pairs.wrong_share:.4f}; aim 0.0100 or less)",
            ),
            ("acts, the month screened at once", self._acts(found.at_once)),
            (f"acts, screened on each of {found.days} working days", self._acts(found.by_day)),
        ]
        width = max(len(name) for name, _ in lines)
        for name, value in lines:
            self.stdout.write(f"{name:<{width}}  {value}")
        self.stdout.write("planted: " + ", ".join(f"{name} {n:,}" for name, n in sorted(plants.items())))
        self.stdout.write("not to be closed in bulk, by reason (a notification may have several):")
        for reason, n in found.kept_out.most_common():
            self.stdout.write(f"  {n:>6,}  {reason}")

    def _acts(self, acts: Acts) -> str:
        return (
            f"{acts.alone:,} one by one; {acts.bundled:,} with bundles; {acts.bulk:,} with bundles and ending together "
            f"({acts.ended_together:,} of them so): {acts.times_fewer:.1f} times fewer (aim 4.0)"
        )

    def _bar(self, done: int, whole: int) -> None:
        if done == whole or done % max(1, whole // 10) == 0:
            print(f"  notifications {done:,}/{whole:,}", file=sys.stderr)
