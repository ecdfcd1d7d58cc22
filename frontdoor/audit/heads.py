"""The heads of the chains as they are kept elsewhere: written down, signed, read again and compared with the trail.

Whoever owns the tables can shorten a chain and wind its head back, take a whole chain out, empty the tables or write
a chain anew, and each time leave a trail that is whole in itself. Only a head that stood somewhere else shows it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer
from django.db import connection

from frontdoor.audit.models import ChainHead
from frontdoor.audit.verify import evidence

LINE = re.compile(r"\s*(\d{1,2})\s+(\d{1,18})\s+([0-9a-f]{64})\s*")
#: What else may stand in a file: remarks, nothing, and the last line ``verify_audit`` prints.
BESIDE = re.compile(r"\s*(#.*|links=\d+ faults=\d+)?\s*")
SIGNATURE = "signature="


@dataclass(frozen=True)
class Head:
    """Where one chain ended: the position of its last link, and that link's hash."""

    chain: int
    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.chain:2} {self.position} {self.hash.hex()}"


@dataclass(frozen=True)
class Difference:
    """A chain that no longer holds what its kept head says, and in what way. ``chain`` None: all of them."""

    chain: int | None
    what: str

    def __str__(self) -> str:
        return f"chain {self.chain} {self.what}" if self.chain is not None else self.what


def current() -> list[Head]:
    """The heads of the chains that hold anything, all of one moment."""
    rows = ChainHead.objects.filter(position__gt=0).order_by("chain")
    return [Head(row.chain, row.position, bytes(row.hash)) for row in rows]


def _signer() -> Signer:
    return Signer(salt="frontdoor.audit.heads")


def written(heads: list[Head], *, at: datetime) -> str:
    """A file of these heads, signed with the service's secret key, which whoever owns the database need not have."""
    lines = [f"# Front Door: heads of the audit trail at {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", *map(str, heads)]
    text = "".join(f"{line}\n" for line in lines)
    return f"{text}{SIGNATURE}{_signer().signature(text)}\n"


def read(text: str) -> list[Head]:
    """The heads in a file: one of ours, or what ``verify_audit`` printed.

    Raises ValueError, in a sentence, for a line that is neither, for a signature that does not fit, and for a file
    without any head that nobody signed: it would be compared with nothing and found whole.
    """
    found, above, is_signed = [], "", False
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if line.startswith(SIGNATURE):
            _check(above, line.strip().removeprefix(SIGNATURE))
            above, is_signed = "", True
            continue
        above += line
        if head := LINE.fullmatch(line):
            found.append(Head(int(head[1]), int(head[2]), bytes.fromhex(head[3])))
        elif not BESIDE.fullmatch(line):
            raise ValueError(f"line {number} is not the head of a chain")
    if is_signed and any(LINE.fullmatch(line) for line in above.splitlines()):
        raise ValueError("heads stand below the signature, which does not cover them")
    if not found and not is_signed:
        raise ValueError("there is no head of a chain in it")
    return found


def _check(text: str, signature: str) -> None:
    try:
        _signer().unsign(f"{text}:{signature}")
    except BadSignature as wrong:
        raise ValueError("its signature does not fit: it was altered, or signed with another secret key") from wrong


def differences(kept: list[Head]) -> Iterator[Difference]:
    """What the chains no longer hold of these heads; nothing while every one stands where it stood."""
    links = " UNION ALL ".join(f"SELECT chain, position, hash FROM {model._meta.db_table}" for model in evidence())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH links AS ({links}), ends AS (SELECT chain, max(position) AS position FROM links GROUP BY chain)
            SELECT k.chain, k.position, coalesce(max(e.position), 0), count(l.hash) = 0, bool_or(l.hash = k.hash)
            FROM unnest(%s::int[], %s::bigint[], %s::bytea[]) k (chain, position, hash)
            LEFT JOIN ends e ON e.chain = k.chain
            LEFT JOIN links l ON l.chain = k.chain AND l.position = k.position
            GROUP BY k.chain, k.position, k.hash ORDER BY k.chain, k.position
            """,
            [[head.chain for head in kept], [head.position for head in kept], [head.hash for head in kept]],
        )
        rows = cursor.fetchall()
    if rows and all(end == 0 for _, _, end, _, _ in rows):
        chains = len({chain for chain, *_ in rows})
        yield Difference(None, f"the tables of evidence were emptied: nothing is left of the {chains} chains kept")
        return
    for chain, position, end, is_gone, stands in rows:
        if end == 0:
            yield Difference(chain, f"was removed: all {position} rows up to the head that was kept are gone")
        elif end < position:
            yield Difference(
                chain, f"was cut: it ends at position {end}, the rows from {end + 1} to {position} are gone"
            )
        elif is_gone:
            yield Difference(chain, f"lacks the row at position {position}, whose head was kept")
        elif not stands:
            yield Difference(chain, f"was rewritten: at position {position} stands another row than was kept")
