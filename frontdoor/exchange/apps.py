from importlib import import_module

from django.apps import AppConfig

from frontdoor import audit


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
        disposal_policy("exchange.CaseNote", "person", "destroy", "what was noted of this child")
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
        if sources not in rows_behind:
            rows_behind.append(sources)
        declare(Source("note", readers.KINDS, readers.notes_of))
        declare(Source("strategy", readers.DISCUSSION_KINDS, readers.discussions_of))
