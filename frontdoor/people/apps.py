from django.apps import AppConfig

from frontdoor import audit
from frontdoor.people.events import EVENTS


class PeopleConfig(AppConfig):
    name = "frontdoor.people"
    label = "people"
    verbose_name = "People"

    def ready(self) -> None:
        """Give the audit trail its words."""
        audit.register(EVENTS)
