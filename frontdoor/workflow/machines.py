"""Declaring a record's state machine: read by people, django-fsm, PostgreSQL, the pages and the documentation alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pgtrigger
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django_fsm import TransitionNotAllowed
from django_fsm import transition as fsm_transition

from frontdoor.access import Permission
from frontdoor.accounts.models import User

MARK = "frontdoor.restate"

Guard = Callable[..., str | None]
#: Whether something is offered on a record's page; asked after status and permission, and cheap.
Offered = Callable[[Any, User], bool]
Method = TypeVar("Method", bound=Callable[..., Any])
Model = TypeVar("Model", bound=type[models.Model])


@dataclass(frozen=True)
class Act:
    """Something done to a record in some of its statuses that moves it nowhere: a grade given, a worker changed."""

    name: str
    label: str
    sources: tuple[str, ...]
    permission: Permission
    offered: Offered | None = None


@dataclass(frozen=True)
class Move(Act):
    """One declared move of a machine."""

    target: str = ""
    event: str = ""
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False


def move(
    name: str,
    label: str,
    sources: str,
    target: str,
    who: Permission,
    event: str,
    *guards: Guard,
    needs_reason: bool = False,
    offered: Offered | None = None,
) -> Move:
    """A row of a machine's table: a move, from which statuses (parted by spaces) to which, and who may make it.

    ``event`` is the audit event in the past tense (``referral.accepted``); a guard gets the locked record and
    ``by, at`` and the move's facts, and returns a whole sentence when it refuses; ``needs_reason`` refuses an empty
    reason; ``offered`` says whether a page shows it, beyond status and permission.
    """
    return Move(name, label, tuple(sources.split()), who, offered, target, event, guards, needs_reason)


def act(name: str, label: str, sources: str, who: Permission, *, offered: Offered | None = None) -> Act:
    """A row of a machine's table: something that can be done in these statuses and changes none."""
    return Act(name, label, tuple(sources.split()), who, offered)


#: Every machine declared: model class to its moves by name.
MACHINES: dict[type[models.Model], dict[str, Move]] = {}
#: Moves and acts of each model by name, in the order of its table: the order of the buttons on its page.
TABLES: dict[type[models.Model], dict[str, Act]] = {}


class Machine:
    """The table of a record's moves and acts, in the order in which a page offers them.

    Decorates the model (``@MACHINE``) and the method of each move (``@MACHINE.step``), which sets the record's own
    columns and nothing else.
    """

    def __init__(self, *rows: Act) -> None:
        self.rows = {row.name: row for row in rows}
        if len(self.rows) != len(rows):
            raise ImproperlyConfigured("Two rows of a machine have one name.")

    def step(self, method: Method) -> Method:
        """Declare a method as the move of its name; raises ImproperlyConfigured when the table has no such move."""
        row = self.rows.get(method.__name__)
        if not isinstance(row, Move):
            raise ImproperlyConfigured(f"{method.__qualname__} is no move of its machine's table.")
        wrapped: Method = fsm_transition(field="status", source=list(row.sources), target=row.target)(method)
        return wrapped

    def __call__(self, cls: Model) -> Model:
        """Take the model's machine up, and have PostgreSQL refuse every other change of status.

        Registers a trigger that lets through only declared pairs (and anything under :func:`restate`'s
        transaction-local mark), beside the CHECK on the column's values that the model states itself.
        """
        moves = {name: row for name, row in self.rows.items() if isinstance(row, Move)}
        for name in moves:
            if not hasattr(getattr(cls, name, None), "_django_fsm"):
                raise ImproperlyConfigured(f"{cls.__name__} has no step for its move {name}.")
        MACHINES[cls], TABLES[cls] = moves, self.rows
        # What leaves the status as it is (a move that changes something else) is no change the trigger sees.
        pairs = sorted(
            {(source, row.target) for row in moves.values() for source in row.sources if source != row.target}
        )
        listed = ", ".join(f"('{source}', '{target}')" for source, target in pairs)
        pgtrigger.register(
            pgtrigger.Trigger(
                name="declared_moves_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.status IS DISTINCT FROM NEW.status"),
                func=f"""
                IF current_setting('{MARK}', true) = 'on' OR (OLD.status, NEW.status) IN ({listed}) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'no move leads from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
            """,
            )
        )(cls)
        return cls


__all__ = ["MACHINES", "MARK", "TABLES", "Act", "Machine", "Move", "TransitionNotAllowed", "act", "move"]
