from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from frontdoor import audit


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: every role the product knows a target for has one."""
    from supervision.shipped import load

    load()


class SupervisionConfig(AppConfig):
    name = "supervision"
    label = "supervision"
    verbose_name = "Supervision"

    def ready(self) -> None:
        """Say the words of our audit events, and who sees a session on a child’s record."""
        from frontdoor.people import hooks
        from frontdoor.staff import hooks as of_staff
        from supervision import leaving
        from supervision.events import EVENTS
        from supervision.readers import seen
        from supervision.tables import register_rules

        audit.register(EVENTS)
        register_rules()
        hooks.visible_references["supervision"] = seen
        if leaving.held not in of_staff.holdings:
            of_staff.holdings.append(leaving.held)
        post_migrate.connect(bring_in_step, sender=self)
