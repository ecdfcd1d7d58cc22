from django.apps import AppConfig

from frontdoor import audit


class RetentionConfig(AppConfig):
    name = "frontdoor.retention"
    label = "retention"
    verbose_name = "Retention"

    def ready(self) -> None:
        """Say the words of our audit events, and what a merge does to our rows."""
        from frontdoor.people.hooks import merge_policy

        audit.register(
            {
                "retention.held": "put a hold on the disposal of the record",
                "retention.hold_ended": "ended a hold on the disposal of the record",
            }
        )
        merge_policy("retention.Hold", "person", "move", "what must not be destroyed of either stays, whole")
