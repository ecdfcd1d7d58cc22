"""Append-only evidence: who looked, who acted, who was refused; chained so that tampering shows."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

CHAINS = 64


class ChainHead(models.Model):
    """The last link of one of the 64 chains. Printed by ``verify_audit`` to be kept elsewhere."""

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


def chain_trigger(fields: tuple[str, ...]) -> pgtrigger.Trigger:
    """Trigger that links a new row to a free chain.

    1. Try the 64 heads, starting at one that depends on the backend, and take the first nobody else holds
       (a writer keeps its chain to the end of its transaction, and never waits for another).
    2. Only when all 64 are held at once, wait for one.
    3. Hash the named columns together with the head's hash, store position and both hashes in the row, move the head.
    """
    return pgtrigger.Trigger(
        name="chain",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("head", "audit_chainhead%ROWTYPE")],
        func=f"""
            SELECT * INTO head FROM audit_chainhead ORDER BY (chain + pg_backend_pid()) % {CHAINS}
                LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                SELECT * INTO STRICT head FROM audit_chainhead
                    WHERE chain = pg_backend_pid() % {CHAINS} FOR UPDATE;
            END IF;
            NEW.chain := head.chain;
            NEW.position := head.position + 1;
            NEW.previous_hash := head.hash;
            NEW.hash := {hash_sql("head.hash", payload_sql(fields, "NEW"))};
            UPDATE audit_chainhead SET position = NEW.position, hash = NEW.hash WHERE chain = head.chain;
            RETURN NEW;
        """,
    )


class Chained(models.Model):
    """A row of evidence. ``EVIDENCE`` names the columns its hash covers; the database fills the link."""

    EVIDENCE: ClassVar[tuple[str, ...]]

    chain = models.PositiveSmallIntegerField(default=0, editable=False)
    position = models.BigIntegerField(default=0, editable=False)
    previous_hash = models.BinaryField(default=b"", editable=False)
    hash = models.BinaryField(default=b"", editable=False)

    class Meta:
        abstract = True


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
        ]
        triggers: ClassVar = [chain_trigger(ENTRY_EVIDENCE)]

    def __str__(self) -> str:
        return f"{self.kind} {self.event} {self.reference}"
