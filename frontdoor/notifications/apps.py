from django.apps import AppConfig

from frontdoor import audit


class NotificationsConfig(AppConfig):
    name = "frontdoor.notifications"
    label = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        """Say the words of our audit events."""
        audit.register({"alert.taken": "took the alert"})
