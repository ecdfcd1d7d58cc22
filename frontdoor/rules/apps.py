from django.apps import AppConfig

from frontdoor import audit


class RulesConfig(AppConfig):
    name = "frontdoor.rules"
    label = "rules"
    verbose_name = "Rules"

    def ready(self) -> None:
        """Say the words of our audit events."""
        audit.register(
            {
                "rules.changed": "changed the rule",
                "rules.ended": "gave the rule a last day",
                "rules.taken_back": "cancelled a change of the rule that had not begun",
                "rules.exported": "exported the rules",
                "rules.imported": "imported the rules",
            }
        )
