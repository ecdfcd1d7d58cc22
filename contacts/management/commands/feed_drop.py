"""``feed_drop DIR --agency CODE``: take in every file of a folder, each once."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contacts.agencies.feeds import reading
from contacts.agencies.feeds.actions import drop, take
from frontdoor.accounts.models import Agency, system_user


class Command(BaseCommand):
    """Takes the files of a folder in, in the order of their names; one taken before, or of another kind, is left."""

    help = f"Take in the notification files ({', '.join(reading.FORMAT_NAMES)}) of a folder. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder and whose files they are."""
        parser.add_argument("directory", metavar="DIR")
        parser.add_argument("--agency", default="police", help="code of the agency that sent them (default: police)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take every file in."""
        folder = Path(options["directory"])
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        agency = Agency.objects.filter(code=options["agency"], is_active=True).first()
        if agency is None:
            raise CommandError(f"There is no agency with the code {options['agency']}.")
        total = {"taken": 0, "updates": 0, "known": 0, "unread": 0}
        suffixes = {each.suffix for each in reading.FORMATS}
        paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in suffixes]
        left = 0
        for path in paths:
            if not path.is_file():
                continue
            now = timezone.now()
            try:
                file = drop(agency=agency, name=path.name, content=path.read_bytes(), by=system_user(), at=now)
                file = take(file=file, at=now)
            except Exception as problem:
                left += 1
                self.stderr.write(f"{path.name!a}: {type(problem).__name__}")
                continue
            for name in total:
                total[name] += getattr(file, name)
        self.stdout.write(" ".join(f"{name}={count}" for name, count in total.items()))
        if left:
            raise CommandError(f"{left} could not be taken in, named above; the others were.")
