"""Append-only evidence: who looked, who acted, who was refused; chained so that tampering shows."""

from collections.abc import Callable
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Now

from frontdoor.db import OwnersTrigger

CHAINS = 64


class ChainHead(models.Model):
    """The last link of one of the 64 chains. Printed by ``verify_audit`` to be kept elsewhere.

    The application's role reads it and no more: only the triggers that append to a chain move its head.
    """

    chain = models.PositiveSmallIntegerField(primary_key=True)
    position = models.BigIntegerField(default=0)
    hash = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return f"chain {self.chain} at {self.position}"


def payload_sql(fields: tuple[str, ...], row: str) -> str:
    """SQL for the text a link's hash is made over: the named columns in order, as one JSON array.

    The columns are named, not taken from the table, so that adding a column later leaves old hashes true.
    Times go in as microseconds since 1970, which no session setting can render differently.
    """
    parts = ", ".join(
        f"(extract(epoch from {row}.{field}) * 1000000)::bigint"
        if field.endswith("_at") or field == "at"
        else f"{row}.{field}"
        for field in fields
    )
    return f"jsonb_build_array({parts})::text"


def hash_sql(previous: str, payload: str) -> str:
    """SQL for a link's hash: SHA-256 over the previous hash and the payload."""
    return f"sha256({previous} || convert_to({payload}, 'UTF8'))"


#: What a statement that writes evidence holds while it writes: statements under way, chain, position and hash.
STATE = "frontdoor.chain"
#: The rows of a statement under a name; the library says no types.
_referencing: Callable[..., pgtrigger.Referencing] = pgtrigger.Referencing
_READ = f"state := string_to_array(nullif(current_setting('{STATE}', true), ''), ' ');"


def _write(under_way: str, chain: str, position: str, link: str) -> str:
    state = f"concat({under_way}, ' ', {chain}, ' ', {position}, ' ', encode({link}, 'hex'))"
    return f"PERFORM set_config('{STATE}', {state}, true);"


def chain_triggers(fields: tuple[str, ...]) -> list[pgtrigger.Trigger]:
    """Triggers that link new rows to a free chain, however many rows one statement writes.

    1. Before the statement: try the 64 heads, starting at one that depends on the backend, and take the first nobody
       else holds (a writer keeps its chain to the end of its transaction, and never waits for another). Only when all
       64 are held at once, wait for one.
    2. Each row: hash the named columns together with the hash before it, and store position and both hashes in the row.
    3. After the statement: move the head once. A head moved at each row would leave a dead version of itself behind
       each time, and every further row would have to read past all of them.

    The first and the last step work with the rights of the tables' owner, for nobody else may touch a head. A head goes
    nowhere but to a row the statement added: a setting somebody wrote for themselves moves none.

    Between the steps the end of the chain stands in a setting of the transaction; a statement that fails takes it back
    with everything else. A statement within a statement goes on from where the outer one stands.
    """
    begin = OwnersTrigger(
        name="chain_begin",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("head", "audit_chainhead%ROWTYPE"), ("state", "text[]")],
        func=f"""
            {_READ}
            IF state IS NOT NULL THEN
                PERFORM set_config('{STATE}', concat_ws(' ', state[1]::int + 1, state[2], state[3], state[4]), true);
                RETURN NULL;
            END IF;
            SELECT * INTO head FROM audit_chainhead ORDER BY (chain + pg_backend_pid()) % {CHAINS}
                LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                SELECT * INTO STRICT head FROM audit_chainhead
                    WHERE chain = pg_backend_pid() % {CHAINS} FOR UPDATE;
            END IF;
            {_write("1", "head.chain", "head.position", "head.hash")}
            RETURN NULL;
        """,
    )
    link = pgtrigger.Trigger(
        name="chain",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("state", "text[]")],
        func=f"""
            {_READ}
            NEW.chain := state[2]::smallint;
            NEW.position := state[3]::bigint + 1;
            NEW.previous_hash := decode(state[4], 'hex');
            NEW.hash := {hash_sql("NEW.previous_hash", payload_sql(fields, "NEW"))};
            {_write("state[1]", "NEW.chain", "NEW.position", "NEW.hash")}
            RETURN NEW;
        """,
    )
    end = OwnersTrigger(
        name="chain_end",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=_referencing(new="added"),
        declare=[("state", "text[]")],
        func=f"""
            {_READ}
            IF EXISTS (SELECT 1 FROM added WHERE chain = state[2]::smallint AND position = state[3]::bigint
                       AND hash = decode(state[4], 'hex')) THEN
                UPDATE audit_chainhead SET position = state[3]::bigint, hash = decode(state[4], 'hex')
                    WHERE chain = state[2]::smallint AND position < state[3]::bigint;
            END IF;
            IF state[1]::int > 1 THEN
                PERFORM set_config('{STATE}', concat_ws(' ', state[1]::int - 1, state[2], state[3], state[4]), true);
                RETURN NULL;
            END IF;
            IF NOT EXISTS (SELECT 1 FROM audit_chainhead WHERE chain = state[2]::smallint
                           AND position = state[3]::bigint AND hash = decode(state[4], 'hex')) THEN
                RAISE EXCEPTION 'chain % has no head that could go to %', state[2], state[3];
            END IF;
            PERFORM set_config('{STATE}', '', true);
            RETURN NULL;
        """,
    )
    return [begin, link, end]


class Chained(models.Model):
    """A row of evidence. ``EVIDENCE`` names the columns its hash covers; the database fills the link."""

    EVIDENCE: ClassVar[tuple[str, ...]]

    chain = models.PositiveSmallIntegerField(default=0, editable=False)
    position = models.BigIntegerField(default=0, editable=False)
    previous_hash = models.BinaryField(default=b"", editable=False)
    hash = models.BinaryField(default=b"", editable=False)

    class Meta:
        abstract = True


#: Events by which somebody outside was shown something: an agency over the API, the holder of a secure link.
READ_OUTSIDE = ("agency.read", "link.read")
#: Events of asking for a restricted record in an emergency.
BREAK_GLASS = ("person.glass_broken", "person.glass_not_broken")

#: Somebody opened unusually many records for words of their own.
UNUSUAL = "reading.run_unusual"

ENTRY_EVIDENCE = ("at", "kind", "event", "actor_id", "agency_id", "reference", "people", "reason", "detail", "path")


class Entry(Chained):
    """One thing that happened: a read of people, an act, a refusal, a sign-in."""

    class Kind(models.TextChoices):
        LISTED = "listed", "Seen in a list"
        OPENED = "opened", "Opened"
        ACTED = "acted", "Acted"
        REFUSED = "refused", "Refused"
        DENIED = "denied", "Not allowed"
        SIGNED_IN = "signed_in", "Signed in"
        SIGNED_OUT = "signed_out", "Signed out"
        EXPORTED = "exported", "Exported"

    EVIDENCE = ENTRY_EVIDENCE

    at = models.DateTimeField(db_default=Now(), editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    event = models.CharField(max_length=60)
    actor = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("accounts.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=10, blank=True, default="")
    people = ArrayField(models.BigIntegerField(), default=list)
    reason = models.TextField(blank=True, default="")
    detail = models.JSONField(default=dict)
    # The path alone: never a query string, which may hold a search term.
    path = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name_plural = "entries"
        indexes: ClassVar = [
            GinIndex(fields=["people"], name="audit_people", fastupdate=True),
            models.Index(fields=["reference", "-at"], name="audit_reference", condition=~models.Q(reference="")),
            models.Index(fields=["actor", "-at"], name="audit_actor"),
            # Who looked: contacts on which somebody not yet confirmed was shown, the whole by days, and its lists.
            GinIndex(
                KeyTransform("given_on", "detail"),
                name="audit_given_on",
                condition=models.Q(detail__has_key="given_on"),
            ),
            models.Index(fields=["-at", "-id"], name="audit_at"),
            models.Index(
                fields=["-at", "-id"], name="audit_refusals", condition=models.Q(kind__in=["refused", "denied"])
            ),
            models.Index(
                fields=["-at", "-id"],
                name="audit_few",
                condition=models.Q(event__in=[*READ_OUTSIDE, *BREAK_GLASS]),
            ),
            models.Index(fields=["-at", "-id"], name="audit_runs", condition=models.Q(event=UNUSUAL)),
        ]
        triggers: ClassVar = chain_triggers(ENTRY_EVIDENCE)

    def __str__(self) -> str:
        return f"{self.kind} {self.event} {self.reference}"
