"""Changing rules: from a day on, with a last day, taken back before it begins, or all of them from a file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from frontdoor.access import Permission, Refused, Stale, require
from frontdoor.accounts.models import User
from frontdoor.audit import sentence
from frontdoor.audit.actions import record as write_audit
from frontdoor.audit.models import Entry
from frontdoor.codelists import lists
from frontdoor.dated import TABLES, Plain, Table, checked_at_the_end
from frontdoor.rules.checks import Fault, faults
from frontdoor.rules.readers import reference_of
from frontdoor.rules.versions import Key, Version, by_key, key_of, read, remove, seen_of, write

DAY = timedelta(days=1)
ONE_AT_A_TIME = 7316021


class FileRefused(Refused):
    """A file of rules that cannot stand: every fault with table, row and column."""

    def __init__(self, found: Sequence[Fault]) -> None:
        self.faults = tuple(found)
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        super().__init__(f"{found[0]}{more}", code="rules_file")


@contextmanager
def _alone() -> Iterator[None]:
    """Rules are changed one at a time: the second waits, and then sees what the first did."""
    with checked_at_the_end(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        yield
    transaction.on_commit(lists.refresh)


def _stale(reference: str) -> Stale:
    act = Entry.objects.filter(reference=reference).select_related("actor").order_by("-at", "-id").first()
    if act is None:
        return Stale(who="", when=None, what="it was changed")
    return Stale(who=str(act.actor or ""), when=act.at, what=sentence(act.event))


def _checked(table: Table, wanted: list[Version], on: date) -> None:
    """Raise Refused at the column when these versions of a table cannot stand."""
    found = faults({table.name: wanted}, on)
    if found:
        first = found[0]
        here = first.table == table.name
        raise Refused(
            first.message if here and first.column else str(first), code="rule", field=first.column if here else None
        )


def _keep(table: Table, before: Sequence[Version], wanted: Sequence[Version], *, by: User | None, at: datetime) -> None:
    """Make the table's rows the wanted ones."""
    was = {version.pk: version.values for version in before}
    kept = {version.pk for version in wanted if version.pk is not None}
    try:
        for pk in was.keys() - kept:
            if pk is not None:
                remove(table, pk)
        for version in wanted:
            is_new = version.pk is None
            if is_new or was.get(version.pk) != version.values:
                row = write(table, version)
                if is_new and by is not None and hasattr(row, "set_by_id"):
                    row.set_by, row.set_at = by, at
                    row.save()
        for deed in table.deeds:
            deed(at)
    except ProtectedError:
        raise Refused("A record uses a version that would go: give it a last day instead.", code="in_use") from None


def _audit(
    event: str, table: Table, key: Key, *, by: User | None, reason: str, was: Plain | None, now: Plain | None
) -> None:
    names = [name for name in {**(was or {}), **(now or {})} if (was or {}).get(name) != (now or {}).get(name)]
    write_audit(
        event, by=by, reference=reference_of(table, key), reason=reason,
        detail={
            "table": table.name, "rule": list(key),
            "before": {name: (was or {}).get(name) for name in names},
            "after": {name: (now or {}).get(name) for name in names},
        },
    )  # fmt: skip


def _covering(versions: Sequence[Version], day: date) -> Version | None:
    return next(
        (
            each
            for each in reversed(versions)
            if (each.valid_from is None or each.valid_from <= day) and (each.valid_to is None or each.valid_to >= day)
        ),
        None,
    )


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused("Say why the rule changes.", code="reason_required", field="reason")
    return reason.strip()


@transaction.atomic
def change(
    *,
    table: Table,
    values: Plain,
    begins_on: date,
    reason: str,
    seen: str,
    by: User,
    at: datetime,
    on: date,
    is_trial: bool = False,
) -> Version:
    """Give a rule other words or numbers from a day on, or add a rule that begins that day.

    What holds until the day before stays as it is. ``seen`` is the print of the versions the person had before them
    (:func:`seen_of`). With ``is_trial`` everything is checked and nothing written. Raises Stale when somebody has
    changed the rule since, Refused at the column that cannot stand.
    """
    require(by, Permission(table.permission))
    _reason(reason)
    if begins_on < on:
        raise Refused("Choose today or a later day: the past cannot be changed.", code="past", field="begins_on")
    key = key_of(table, values)
    with _alone():
        before = read(table)
        mine = by_key(table, before).get(key, [])
        if seen_of(mine) != seen:
            raise _stale(reference_of(table, key))
        if any(version.valid_from == begins_on for version in mine):
            raise Refused(
                "A change already begins on this day: cancel it first, or choose another day.", code="taken",
                field="begins_on",
            )  # fmt: skip
        new = Version({**values, "valid_from": begins_on.isoformat()})
        wanted = [Version(dict(version.values), version.pk) for version in before]
        own = by_key(table, wanted).get(key, [])
        was = _covering(own, begins_on)
        if table.has_end:
            later = [each.valid_from for each in own if each.valid_from is not None and each.valid_from > begins_on]
            new.values["valid_to"] = (
                was.values["valid_to"] if was else (min(later) - DAY).isoformat() if later else None
            )
            if was is not None:
                was.values["valid_to"] = (begins_on - DAY).isoformat()
        wanted.append(new)
        _checked(table, wanted, on)
        if is_trial:
            return new
        _keep(table, before, wanted, by=by, at=at)
        _audit(
            "rules.changed", table, key, by=by, reason=reason.strip(), was=was.values if was else None, now=new.values
        )
    return new


@transaction.atomic
def end(
    *,
    table: Table,
    key: Key,
    ends_on: date,
    reason: str,
    seen: str,
    by: User,
    at: datetime,
    on: date,
    is_trial: bool = False,
) -> Version:
    """Give a rule a last day. Old records keep what they hold; nothing new follows it after that day.

    With ``is_trial`` everything is checked and nothing written.
    """
    require(by, Permission(table.permission))
    _reason(reason)
    if ends_on < on:
        raise Refused("Choose today or a later day: the past cannot be changed.", code="past", field="ends_on")
    with _alone():
        before = read(table)
        mine = by_key(table, before).get(key, [])
        if seen_of(mine) != seen:
            raise _stale(reference_of(table, key))
        wanted = [Version(dict(version.values), version.pk) for version in before]
        own = by_key(table, wanted).get(key, [])
        last = _covering(own, ends_on)
        if last is None or not table.has_end:
            raise Refused("Nothing is in force on that day.", code="nothing", field="ends_on")
        if any(each.valid_from is not None and each.valid_from > ends_on for each in own):
            raise Refused("A change is planned after that day: cancel it first.", code="waiting", field="ends_on")
        was = dict(last.values)
        last.values["valid_to"] = ends_on.isoformat()
        _checked(table, wanted, on)
        if is_trial:
            return last
        _keep(table, before, wanted, by=by, at=at)
        _audit("rules.ended", table, key, by=by, reason=reason.strip(), was=was, now=last.values)
    return last


@transaction.atomic
def take_back(*, table: Table, key: Key, pk: int, seen: str, by: User, at: datetime, on: date) -> None:
    """Take back a version that has not begun, or a last day that has not passed.

    What the version had ended holds on; what had its last day already, before the version was made, keeps it.
    """
    require(by, Permission(table.permission))
    with _alone():
        before = read(table)
        mine = by_key(table, before).get(key, [])
        if seen_of(mine) != seen:
            raise _stale(reference_of(table, key))
        wanted = [Version(dict(version.values), version.pk) for version in before]
        own = by_key(table, wanted).get(key, [])
        chosen = next((each for each in own if each.pk == pk), None)
        if chosen is None:
            raise Refused("This change does not exist.", code="unknown")
        was = dict(chosen.values)
        now: Plain | None = None
        if chosen.valid_from is not None and chosen.valid_from > on:
            wanted.remove(chosen)
            day_before = (chosen.valid_from - DAY).isoformat()
            for each in own:
                if each.values.get("valid_to") == day_before and _has_ended_another(table, chosen, day_before):
                    each.values["valid_to"] = chosen.values["valid_to"]
        elif chosen.valid_to is not None and chosen.valid_to >= on and chosen is own[-1]:
            chosen.values["valid_to"] = None
            now = chosen.values
        else:
            raise Refused("This has begun: change it from a later date instead.", code="begun")
        _checked(table, wanted, on)
        _keep(table, before, wanted, by=by, at=at)
        _audit("rules.taken_back", table, key, by=by, reason="", was=was, now=now)


def _has_ended_another(table: Table, version: Version, day_before: str) -> bool:
    """Whether making this version gave the one before it its last day: so says the audit row of its making."""
    made = Entry.objects.filter(
        reference=reference_of(table, key_of(table, version.values)), event="rules.changed",
        detail__after__valid_from=version.values["valid_from"],
    ).order_by("-at", "-id").first()  # fmt: skip
    return made is not None and made.detail["before"].get("valid_to") == day_before


class _Trial(Exception):
    """Rolls back what was done for a trial."""


def put_all(
    *, wanted: Mapping[str, Sequence[Plain]], by: User | None, at: datetime, on: date, is_trial: bool = False
) -> dict[str, int]:
    """Make every table what a file says, or nothing of it; returns for each table how many versions changed.

    ``by`` is None for a command at the server. Raises :class:`FileRefused` with every fault. With ``is_trial`` all of
    it is done and nothing kept.
    """
    if by is not None:
        require(by, Permission.RULES_EDIT)
    changed: dict[str, int] = {}
    with suppress(_Trial), transaction.atomic():
        changed.update(_put_all(wanted, by=by, at=at, on=on))
        if is_trial:
            raise _Trial
    return changed


def _put_all(wanted: Mapping[str, Sequence[Plain]], *, by: User | None, at: datetime, on: date) -> dict[str, int]:
    changed: dict[str, int] = {}
    with _alone():
        standing = {name: read(TABLES[name]) for name in wanted}
        versions = {
            name: _matched(TABLES[name], standing[name], [Version(dict(row)) for row in rows])
            for name, rows in wanted.items()
        }
        found = faults(versions, on)
        if found:
            raise FileRefused(found)
        for name, rows in versions.items():
            was = {version.pk: version.values for version in standing[name]}
            kept = {version.pk for version in rows}
            count = sum(was.get(version.pk) != version.values for version in rows) + len(was.keys() - kept)
            if count:
                changed[name] = count
                try:
                    _keep(TABLES[name], standing[name], rows, by=by, at=at)
                except Refused as refused:
                    raise FileRefused([Fault(name, "", "", refused.message)]) from None
                except IntegrityError:
                    message = "A row breaks a rule of the database: compare it with an exported file."
                    raise FileRefused([Fault(name, "", "", message)]) from None
                for version in rows:
                    if version.pk is None or was.get(version.pk) != version.values:
                        key = key_of(TABLES[name], version.values)
                        _audit(
                            "rules.changed", TABLES[name], key, by=by, reason="Read from a file",
                            was=was.get(version.pk), now=version.values,
                        )  # fmt: skip
                for gone in standing[name]:
                    if gone.pk not in kept:
                        _audit(
                            "rules.taken_back", TABLES[name], key_of(TABLES[name], gone.values), by=by,
                            reason="Read from a file", was=gone.values, now=None,
                        )  # fmt: skip
        write_audit("rules.imported", by=by, detail={"changed": changed})
    return changed


def _matched(table: Table, standing: list[Version], wanted: list[Version]) -> list[Version]:
    """The wanted versions, each with the row it is to stand in: that of the same day, else the next of its rule."""
    if not all(all(name in version.values for name in (*table.key, "valid_from")) for version in wanted):
        return wanted
    rows = by_key_safely(table, standing)
    for key, versions in by_key_safely(table, wanted).items():
        free = list(rows.get(key, []))
        for version in versions:
            same = next((row for row in free if row.values["valid_from"] == version.values["valid_from"]), None)
            if same is not None:
                version.pk = same.pk
                free.remove(same)
        for version in versions:
            if version.pk is None and free:
                version.pk = free.pop(0).pk
    return wanted


def by_key_safely(table: Table, versions: Sequence[Version]) -> dict[Key, list[Version]]:
    """As :func:`by_key`, for values nobody has checked yet: by the text of the first day."""
    found: dict[Key, list[Version]] = {}
    for version in sorted(versions, key=lambda each: str(each.values["valid_from"] or "")):
        found.setdefault(key_of(table, version.values), []).append(version)
    return found


def exported(*, by: User) -> None:
    """Leave word that somebody took the rules away as a file."""
    require(by, Permission.RULES_EDIT)
    write_audit("rules.exported", by=by)
