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
        from frontdoor.people.chronology import Source, declare
        from frontdoor.people.hooks import merge_policy
        from frontdoor.people.provenance import rows_behind

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
        if sources not in rows_behind:
            rows_behind.append(sources)
        declare(Source("note", readers.KINDS, readers.notes_of))
        declare(Source("strategy", readers.DISCUSSION_KINDS, readers.discussions_of))
