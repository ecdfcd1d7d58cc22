from importlib import import_module

from django.apps import AppConfig

from frontdoor import audit
from frontdoor.people.events import EVENTS


class PeopleConfig(AppConfig):
    name = "frontdoor.people"
    label = "people"
    verbose_name = "People"

    def ready(self) -> None:
        """Give the audit trail its words; say what merging does to our own rows."""
        # Models are only ready now, so this module cannot be imported at the top of this one.
        import_module("frontdoor.people.merging.policies").declare()
        import_module("frontdoor.people.disposal_policies").declare()
        audit.register(EVENTS)
        import_module("frontdoor.people.codes").register_codes()
