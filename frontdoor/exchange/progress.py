"""How far an import has come, told beside its transaction, so that a page sees it at once."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from django.db import connection

from frontdoor.exchange.models import ImportRun

#: The parts of an import, in their order, in the words they are shown in.
STEPS = (
    "Reading and checking every row",
    "Loading people and their relationships",
    "Finding who is the same person",
    "Loading contacts, referrals, assessments and notes",
    "Bringing the records of one person together",
    "Writing the report",
)


class Cancelled(Exception):
    """Somebody cancelled the import before anything was loaded."""


class Progress(AbstractContextManager["Progress"]):
    """Writes the progress row of a run on a connection of its own; nothing of it is rolled back with a step."""

    def __init__(self, run: ImportRun | None) -> None:
        self.run, self.number = run, 0
        self._own: Any = None

    def __enter__(self) -> Self:
        if self.run is not None:
            self._own = connection.copy()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own is not None:
            self._own.close()

    def step(self, number: int, rows: int = 0) -> None:
        """Say that this step (from 1) has begun and how many rows it has to do, when that is known."""
        self.number = number
        self._write(
            "UPDATE exchange_importprogress SET step = %s, steps = %s, words = %s, rows_done = 0, rows_total = %s"
            " WHERE run_id = %s",
            [number, len(STEPS), STEPS[number - 1], rows],
        )
        self.check()

    def rows(self, done: int) -> None:
        """Say how many rows of the step are done."""
        self._write(
            "UPDATE exchange_importprogress SET rows_done = %s, rows_total = greatest(rows_total, %s)"
            " WHERE run_id = %s",
            [done, done],
        )
        self.check()

    def check(self) -> None:
        """Raise Cancelled when somebody cancelled the run and nothing has been loaded yet."""
        if self._own is None or self.run is None or self.number > 1:
            return
        with self._own.cursor() as cursor:
            cursor.execute("SELECT state FROM exchange_importrun WHERE id = %s", [self.run.pk])
            found = cursor.fetchone()
        if found is not None and found[0] == ImportRun.State.CANCELLED:
            raise Cancelled

    def _write(self, sql: str, values: list[Any]) -> None:
        if self._own is not None and self.run is not None:
            with self._own.cursor() as cursor:
                cursor.execute(sql, [*values, self.run.pk])
