"""Abstract bases and constraint builders that every record is built on."""

import random
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pghistory
import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models.functions import Now
from pghistory.trigger import Event as PghEvent
from pgtrigger import compiler

if TYPE_CHECKING:
    # AUTH_USER_MODEL, as the stubs call it: accounts stand above this module, which may not import them.
    from django.contrib.auth.models import _User

# Crockford's base 32: no I, L, O or U, so a reference survives being read out over a telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 8


_SEEDED: ContextVar[random.Random | None] = ContextVar("seeded", default=None)


@contextmanager
def references_from(rng: random.Random) -> Iterator[None]:
    """Inside this block new references come from ``rng``: only for the demonstration borough, the same each time."""
    token = _SEEDED.set(rng)
    try:
        yield
    finally:
        _SEEDED.reset(token)


def new_reference(prefix: str) -> str:
    """Return a new reference: kind prefix, hyphen and eight random characters (``C-7K3M9Q2D``)."""
    rng = _SEEDED.get()
    choose = rng.choice if rng is not None else secrets.choice
    return f"{prefix}-" + "".join(choose(ALPHABET) for _ in range(REFERENCE_LENGTH))


def is_unseen(character: str) -> bool:
    """Whether nobody sees this character: zero-width and direction marks, soft hyphens, variation selectors."""
    return unicodedata.category(character) == "Cf" or character == "\u034f" or "\ufe00" <= character <= "\ufe0f"


def as_seen(text: str) -> str:
    """A typed or pasted number or code as whoever reads it sees it, in plain characters.

    What is not seen goes, every kind of space and control character is a space, digits and letters of other widths and
    digits of other scripts are the ordinary ones. For identifiers, never for names.
    """
    if text.isascii() and text.isprintable():
        return text  # nothing in it looks like another character
    text = unicodedata.normalize("NFKC", "".join(c for c in text if not is_unseen(c)))
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else " " if unicodedata.category(c) in ("Cc", "Zs") else c
        for c in text
    )


def tidy_reference(text: str) -> str:
    """Return a typed or dictated reference as stored: upper case, O read as 0, I and L read as 1.

    The text comes back as it is seen (stripped) when it does not look like a reference at all.
    """
    text = as_seen(text)
    raw = text.strip().upper().replace(" ", "")
    prefix, hyphen, rest = raw.partition("-")
    if not hyphen or len(rest) != REFERENCE_LENGTH:
        return text.strip()
    return f"{prefix}-{rest.translate(str.maketrans('OIL', '011'))}"


def shortened(text: str, longest: int) -> str:
    """A text as a label of at most so many characters, which says that it goes on: its whole words stand elsewhere.

    For what stands for something, never for what somebody said (:func:`frontdoor.access.whole`).
    """
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


class ByName(models.Func):
    """Names as people look for them in a list: capital or not, accent or not, apostrophe or not.

    Spelt out, because a database may know no collation but its own: not every server is built with one of ICU.
    """

    output_field = models.TextField()
    template = (
        "translate(lower(regexp_replace(normalize(%(expressions)s, NFKD), "
        "'[\u0300-\u036f''’‘ʼ`]', '', 'g')), 'łøđðæœıħ-‐‑', 'lodðaoih   ') COLLATE \"C\""
    )


def by_name(*fields: str) -> tuple[ByName | str, ...]:
    """What to order rows by so that these names, and among equal ones the very spelling, stand as people expect."""
    return (*(ByName(field) for field in fields), *fields)


class VisibleQuerySet(models.QuerySet[Any]):
    """A queryset that knows which of its rows somebody may see.

    Every model holding facts about people has a manager made from a subclass of this.
    """

    def visible_to(self, user: "_User") -> Self:
        """Rows this user may see; what is left out looks exactly as if it did not exist."""
        raise NotImplementedError(f"{type(self).__name__} must say who sees its rows")

    def named(self, reference: str) -> Self:
        """The row that answers to this reference."""
        return self.filter(reference=reference)


class Record(models.Model):
    """A record people refer to by name: it has a reference, a version and an origin, and is never deleted."""

    PREFIX: ClassVar[str]

    reference = models.CharField(max_length=10, unique=True, editable=False)
    # Raised by every action; forms carry it, so that a stale form is refused with who, when and what.
    version = models.PositiveIntegerField(default=1, editable=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    origin = models.CharField(max_length=20, default="frontdoor", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, giving a new record its reference."""
        if not self.reference:
            self.reference = new_reference(self.PREFIX)
        super().save(*args, **kwargs)


def all_or_none(*fields: str, name: str) -> models.CheckConstraint:
    """Constraint: these columns are all filled or all empty (a time never without who did it)."""
    none = models.Q(**{f"{field}__isnull": True for field in fields})
    every = models.Q(**{f"{field}__isnull": False for field in fields})
    return models.CheckConstraint(condition=none | every, name=name)


def one_of(field: str, values: Iterable[str], *, name: str) -> models.CheckConstraint:
    """Constraint: the column holds one of these values, whoever writes it."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": sorted(values)}), name=name)


class OwnersTriggerSql(compiler.UpsertTriggerSql):
    """Installs a trigger whose function works with the rights of the tables' owner, and which only that owner puts
    on a table: nobody else can have it do its work for them."""

    def get_template(self) -> str:
        """The library's own, with the rights said."""
        before, language, after = str(super().get_template()).rpartition(" LANGUAGE plpgsql")
        rights = " SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
        revoked = "\n            REVOKE EXECUTE ON FUNCTION {pgid}() FROM PUBLIC;\n        "
        return f"{before}{language}{rights}{after}{revoked}"


class OwnersTrigger(pgtrigger.Trigger):
    """A trigger that writes where the application's role may not: it does so whoever caused it."""

    def compile(self, model: Any) -> compiler.Trigger:
        """As any trigger, installed with its owner's rights."""
        made = super().compile(model)
        return compiler.Trigger(name=made.name, sql=OwnersTriggerSql(**made.sql.kwargs))


class _HistoryTrigger(PghEvent):
    """History of inserts written once for each statement, however many rows it writes; the context stands in the rows.

    The library's trigger for statements also fills its table of contexts, which we do not use.
    """

    def get_func(self, model: Any) -> Any:
        """The trigger's function without that table."""
        written: Any = super()
        text = str(written.get_func(model).func)
        text = text.removeprefix("WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) ")
        function: Any = pgtrigger.Func
        return function(text.replace(", _pgh_attached_context;", ";"))


class _Inserted(pghistory.InsertEvent):
    """Rows as they were first written.

    Updates are followed row by row: for a statement the old and the new rows have to be joined, and PostgreSQL keeps
    the plan it made for the first, perhaps with one row, for the next with thousands.
    """

    def add_event_trigger(self, event_model: Any) -> None:
        """Put the trigger on the model whose history this is."""
        trigger: Any = _HistoryTrigger
        made = trigger(
            event_model=event_model, label=self.label, name=self.trigger_name, row=self.row, operation=self.operation,
            condition=self.condition, level=pgtrigger.Statement,
        )  # fmt: skip
        pgtrigger.register(made)(event_model.pgh_tracked_model)


def tracked(*, exclude: Iterable[str] = ()) -> Callable[[type[models.Model]], type[models.Model]]:
    """Class decorator: every insert and update of a row is kept in an append-only history table.

    Who and why are in the history row itself, so one table tells the whole story of a value.
    """
    decorator: Callable[[type[models.Model]], type[models.Model]] = pghistory.track(
        _Inserted(),
        pghistory.UpdateEvent(),
        exclude=list(exclude) or None,
        append_only=True,
    )
    return decorator


def history_of(model: type[models.Model]) -> Any:
    """The model of a model's history table; None where no history is kept (:func:`tracked`)."""
    return next((each for each in apps.get_models() if getattr(each, "pgh_tracked_model", None) is model), None)


def sql_beside(module: str, name: str) -> str:
    """The statement in ``name.sql`` beside a module (its ``__file__``), read once when the module is loaded."""
    return Path(module).with_name(f"{name}.sql").read_text(encoding="utf-8")
