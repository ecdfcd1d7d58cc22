from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from frontdoor import audit


def bring_in_step(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: what each ending means for the returns stands in its table."""
    from referrals.shipped import load

    load()


class ReferralsConfig(AppConfig):
    name = "referrals"
    label = "referrals"
    verbose_name = "Referrals"

    def ready(self) -> None:
        """Say the words of our audit events; hear of taken alerts; load shipped rows after each migration."""
        from frontdoor.notifications import hooks
        from referrals.events import EVENTS
        from referrals.fast_track import alert_taken

        audit.register(EVENTS)
        if alert_taken not in hooks.on_taken:
            hooks.on_taken.append(alert_taken)
        post_migrate.connect(bring_in_step, sender=self)
