from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from frontdoor import audit


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: the rule the product ships stands in the table."""
    from frontdoor.exchange.joining import load

    load()


class ExchangeConfig(AppConfig):
    name = "frontdoor.exchange"
    label = "exchange"
    verbose_name = "Exchange"

    def ready(self) -> None:
        """Say the words of our audit events, what a merge does to our rows, and what the chronology shows of them."""
        from frontdoor.exchange import readers, sources
        from frontdoor.exchange.events import EVENTS
        from frontdoor.people.disposal import disposal_of, disposal_policy
        from frontdoor.people.hooks import merge_policy
        from frontdoor.people.record.chronology import Source, declare
        from frontdoor.people.record.provenance import rows_behind

        audit.register(EVENTS)
        papers = import_module("frontdoor.documents.hooks").paper_files
        lines_of = import_module("frontdoor.exchange.paper").lines_of
        if lines_of not in papers:
            papers.append(lines_of)
        merge_policy("exchange.CaseNote", "person", "move", "what was noted of either is the history of the one")
        merge_policy("exchange.PaperFile", "person", "move", "every file in the records store is listed on the one")
        merge_policy(
            "exchange.FamilyFileChild", "person", "move", "a family's file is listed once on the one",
            once=("paper_id",), when="{row}.ended_at IS NULL",
        )  # fmt: skip
        merge_policy(
            "exchange.Difference", "person", "keep", "what a row says otherwise is told of the row's own record"
        )
        for end in ("from_person", "to_person"):
            merge_policy("exchange.Refiling", end, "move", "a record filed under another child is told on the one")
            disposal_policy(
                "exchange.Refiling", end, "destroy", "that a record was filed under another child", others=True
            )
        disposal_policy("exchange.CaseNote", "person", "destroy", "what was noted of this child")
        disposal_policy("exchange.Difference", "person", "destroy", "what an old system says otherwise of this child")
        disposal_of(
            "exchange.Difference", "t.reference IN {references}", "what an old system says otherwise of the record"
        )
        disposal_policy(
            "exchange.PaperFile", "person", "destroy", "a child's own file; a family's stays for the others",
            stays_if="EXISTS (SELECT 1 FROM exchange_familyfilechild o WHERE o.paper_id = t.id"
            " AND o.person_id NOT IN {people})",
        )  # fmt: skip
        disposal_policy("exchange.FamilyFileChild", "person", "destroy", "that a family's file is this child's too")
        disposal_of(
            "exchange.SourceRecord",
            "EXISTS (SELECT 1 FROM exchange_origin o WHERE o.file = t.file AND o.identity = t.identity"
            " AND o.reference IN {references})",
            "that a row was received, when and its hash stay; what it said does not",
            blank="raw = ''::bytea, values = '{}', findings = '[]'",
        )
        disposal_of(
            "exchange.SameEvent",
            "EXISTS (SELECT 1 FROM exchange_origin o WHERE o.reference IN {references} AND (o.file, o.identity) IN"
            " (('firstcall_contacts.csv', t.contact_no), ('firstcall_people.csv', t.client_no),"
            " ('carecase_episodes.csv', t.episode_id), ('carecase_people.csv', t.person_id)))",
            "that a contact and a referral of this child are, or may be, one event",
        )
        heard = import_module("frontdoor.people.hooks").joined_or_parted
        asks = import_module("frontdoor.exchange.twice").people_joined_or_parted
        if asks not in heard:
            heard.append(asks)
        joining = import_module("frontdoor.exchange.joining")
        joining.register_rule()
        post_migrate.connect(bring_in_step, sender=self)
        if sources not in rows_behind:
            rows_behind.append(sources)
        declare(Source("note", readers.KINDS, readers.notes_of))
        declare(Source("refiled", readers.REFILED_KINDS, readers.refiled_of))
