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
        from frontdoor.clocks.models import hidden as hidden_from_clocks
        from frontdoor.notifications import hooks
        from referrals.events import EVENTS
        from referrals.fast_track import alert_taken
        from referrals.hidden import from_contacts_taken_under_restriction

        audit.register(EVENTS)
        if alert_taken not in hooks.on_taken:
            hooks.on_taken.append(alert_taken)
        if from_contacts_taken_under_restriction not in hidden_from_clocks:
            hidden_from_clocks.append(from_contacts_taken_under_restriction)
        post_migrate.connect(bring_in_step, sender=self)
