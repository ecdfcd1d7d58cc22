from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from frontdoor import audit
from frontdoor.people.events import EVENTS


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: the limits of reading that the product ships stand in their table."""
    from frontdoor.dated import ship
    from frontdoor.people.models import ReadingLimit

    ship([ReadingLimit()])


class PeopleConfig(AppConfig):
    name = "frontdoor.people"
    label = "people"
    verbose_name = "People"

    def ready(self) -> None:
        """Give the audit trail its words; say what merging does to our own rows; load shipped limits."""
        # Models are only ready now, so this module cannot be imported at the top of this one.
        import_module("frontdoor.people.merging.policies").declare()
        import_module("frontdoor.people.disposal_policies").declare()
        audit.register(EVENTS)
        import_module("frontdoor.people.codes").register_codes()
        import_module("frontdoor.people.tables").register_limits()
        post_migrate.connect(bring_in_step, sender=self)
