from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from frontdoor import audit


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: every local rule the product ships stands in the table."""
    from frontdoor.clocks.rules import load

    load()


class ClocksConfig(AppConfig):
    name = "frontdoor.clocks"
    label = "clocks"
    verbose_name = "Clocks"

    def ready(self) -> None:
        """Say the words of our audit events and what disposal does to clocks; load shipped rules after migrations."""
        from frontdoor.people.disposal import disposal_of

        disposal_of("clocks.Clock", "t.reference IN {references}", "a record that goes leaves no deadline behind")
        audit.register(
            {
                "clock.paused": "paused the deadline",
                "clock.resumed": "resumed the deadline",
                "clock.explained": "recorded why it was late",
            }
        )
        from frontdoor.clocks.tables import register_timescales

        register_timescales()
        post_migrate.connect(bring_in_step, sender=self)
