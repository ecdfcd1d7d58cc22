from django.apps import AppConfig

from frontdoor import audit


class NotificationsConfig(AppConfig):
    name = "frontdoor.notifications"
    label = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        """Say the words of our audit events, and what disposal does to notices and alerts."""
        from frontdoor.notifications import heads  # noqa: F401  registers its outbox handler
        from frontdoor.people.disposal import disposal_of

        for label in ("notifications.Notice", "notifications.Alert"):
            disposal_of(label, "t.reference IN {references}", "what a record that goes raised goes with it")
        audit.register({"alert.taken": "took the alert"})
