"""``manage.py unmerge REFERENCE``: undo the latest merge of a record."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from frontdoor.access import Refused
from frontdoor.accounts.models import system_user
from frontdoor.people.merging import merge
from frontdoor.people.merging.sql import model_of
from frontdoor.people.record.overview import for_reference


class Command(BaseCommand):
    """Prints what went back to which record, and every edit made since, which stays."""

    help = "Undo the latest merge of a person's record: every column of every row as before; edits since are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """The reference of either record; why."""
        parser.add_argument("reference", help="reference of a person (P-…), of either record of the merge")
        parser.add_argument("--reason", default="Undone by manage.py unmerge", help="why, for the audit trail")

    def handle(self, *args: Any, reference: str, reason: str, **options: Any) -> None:
        """Undo; a person who is unknown or was never merged is refused with one line."""
        person = for_reference(reference)
        if person is None:
            raise CommandError(f"There is no person with the reference {reference.strip()[:40]!r}.")
        latest = merge.latest_merge(person)
        if latest is None:
            raise CommandError(f"{person.reference} is not joined to any other record: there is nothing to undo.")
        try:
            undone = merge.undo(latest, by=system_user(), at=timezone.now(), reason=reason)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        survivor, loser = undone.merge.survivor, undone.merge.loser
        self.stdout.write(f"{loser.reference} and {survivor.reference} are two records again.")
        for label, count in sorted(undone.restored.items()):
            words = model_of(label)._meta
            self.stdout.write(f"  restored  {count} {words.verbose_name if count == 1 else words.verbose_name_plural}")
        if not undone.edits:
            self.stdout.write("  edits     none since the merge")
        for edit in undone.edits:
            self.stdout.write(f"  edit      {edit.reference or '-'}: {edit.sentence}")
