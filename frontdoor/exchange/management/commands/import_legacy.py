"""``manage.py import_legacy``: the extracts of the two old systems and the paper index."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from frontdoor.accounts.models import system_user
from frontdoor.exchange.legacy.running import AlreadyRunning, NeedsYes, UnreadableFile, run_import

#: How the command ends when somebody has to accept the files first.
NOT_ACCEPTED = 3


class Command(BaseCommand):
    """Import the extracts found in a folder; safe to run again, and after a kill."""

    help = "Import the extracts of CareCase, FirstCall and the paper index from a folder. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, a trial, whether unlike files are meant, and where the report goes."""
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="do everything and keep nothing")
        parser.add_argument(
            "--accept",
            action="store_true",
            help="import files that lost many rows, of which many cannot be used, or that are older than those before"
            f" (without it the command changes nothing and ends with {NOT_ACCEPTED}); nothing is ended by such a file",
        )
        parser.add_argument("--report", type=Path, help="write the report (JSON) to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it, print the counts, and say where the rest stands."""
        report_file: Path | None = options["report"]
        if report_file is not None and not report_file.parent.is_dir():
            raise CommandError(f"The folder of the report does not exist: {report_file.parent}")
        try:
            report = run_import(
                options["folder"],
                by=system_user(),
                is_trial=options["dry_run"],
                is_accepted=options["accept"],
                say=lambda text: self.stderr.write(f"· {text}"),
            )
        except (UnreadableFile, AlreadyRunning) as refused:
            raise CommandError(str(refused)) from None
        except NeedsYes as asked:
            told = f"{asked} Nothing was changed. If these files are meant, run the command again with --accept."
            raise CommandError(told, returncode=NOT_ACCEPTED) from None
        except OSError as refused:
            raise CommandError(f"{refused.filename}: {refused.strerror}.") from None
        if report_file is not None:
            report_file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for name, counts in report["files"].items():
            self.stdout.write(
                f"{name:34} {counts['rows']:>9,} rows {counts['loaded']:>9,} loaded {counts['rejected']:>6,} rejected"
            )
            said = report["changes"][name]
            self.stdout.write(
                f"{'':34} {said['new']:>9,} new {said['changed']:>9,} changed {said['ended']:>9,} ended"
                f" {said['unchanged']:>9,} unchanged {said['left']:>6,} left for a person"
            )
        people, events = report["people"], report["events"]
        self.stdout.write(
            f"{people['records']:,} people from {people['carecase']:,} + {people['firstcall']:,} rows; "
            f"{people['merged_automatically']:,} merged automatically, {people['to_review']:,} pairs to review. "
            f"{events['recognised_as_same']:,} events recognised as entered twice. "
            f"{len(report['rejects']):,} rejects, {len(report['warnings']):,} warnings, "
            f"{len(report['to_map']):,} wordings to map."
        )
        for question in report["questions"]:
            self.stderr.write(f"· {question}")
        if options["dry_run"]:
            if report["questions"] and not options["accept"]:
                self.stdout.write("These files are only imported with --accept.")
            self.stdout.write("Nothing was kept: this was a trial.")
