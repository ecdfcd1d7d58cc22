"""Declaring a record's state machine: read by people, django-fsm, PostgreSQL, the pages and the documentation alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pgtrigger
from django.db import models
from django_fsm import TransitionNotAllowed
from django_fsm import transition as fsm_transition

from frontdoor.access import Permission

MARK = "frontdoor.restate"

Guard = Callable[..., str | None]
Method = TypeVar("Method", bound=Callable[..., Any])
Model = TypeVar("Model", bound=type[models.Model])


@dataclass(frozen=True)
class Move:
    """One declared move of a machine."""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    permission: Permission
    event: str
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False


#: Every machine declared with :func:`machine`: model class to its moves by name.
MACHINES: dict[type[models.Model], dict[str, Move]] = {}


def transition(
    *,
    source: str | Sequence[str],
    target: str,
    permission: Permission,
    label: str,
    event: str,
    guards: Sequence[Guard] = (),
    needs_reason: bool = False,
    field: str = "status",
) -> Callable[[Method], Method]:
    """Declare a move of the machine on a method that sets the record's own columns and nothing else.

    ``event`` is the audit event in the past tense (``referral.accepted``); a guard gets the locked record and
    ``by, at`` and the move's facts, and returns a whole sentence when it refuses; ``needs_reason`` refuses
    an empty reason.
    """
    sources = (source,) if isinstance(source, str) else tuple(source)

    def decorate(method: Method) -> Method:
        move = Move(method.__name__, label, sources, target, permission, event, tuple(guards), needs_reason)
        wrapped = fsm_transition(field=field, source=list(sources), target=target)(method)
        wrapped.move = move
        return wrapped  # type: ignore[no-any-return]

    return decorate


def machine(cls: Model) -> Model:
    """Class decorator: read the declared moves and have PostgreSQL refuse every other change of status.

    Registers a trigger that lets through only declared pairs (and anything under :func:`restate`'s
    transaction-local mark), beside the CHECK on the column's values that the model states itself.
    """
    moves: dict[str, Move] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            declared = getattr(value, "move", None)
            if isinstance(declared, Move):
                moves[name] = declared
    MACHINES[cls] = moves
    pairs = sorted({(source, move.target) for move in moves.values() for source in move.sources})
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


__all__ = ["MACHINES", "MARK", "Move", "TransitionNotAllowed", "machine", "transition"]
