from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: the shipped code lists are in the table."""
    from frontdoor.codelists.lists import load

    load()


class CodelistsConfig(AppConfig):
    name = "frontdoor.codelists"
    label = "codelists"
    verbose_name = "Code lists"

    def ready(self) -> None:
        """Load shipped lists after each migration; say that every list is a rule table."""
        from frontdoor.codelists.tables import register_lists

        register_lists()
        post_migrate.connect(bring_in_step, sender=self)
