from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from frontdoor import audit


def make_functions(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After each migration: the database's functions of disposal, as the policies have them now."""
    from frontdoor.retention.functions import install

    install(using)


class RetentionConfig(AppConfig):
    name = "frontdoor.retention"
    label = "retention"
    verbose_name = "Retention"

    def ready(self) -> None:
        """Say the words of our audit events, and what a merge does to our rows."""
        from frontdoor.dated import check_with
        from frontdoor.people.disposal import disposal_policy
        from frontdoor.people.hooks import merge_policy

        audit.register(
            {
                "retention.held": "put a hold on the disposal of the record",
                "retention.hold_ended": "ended a hold on the disposal of the record",
                "retention.disposal_proposed": "proposed the disposal of the record",
                "retention.disposal_withdrawn": "withdrew the proposal to dispose of the record",
                "retention.destroyed": "agreed the disposal of the record, which was destroyed",
            }
        )
        merge_policy("retention.Hold", "person", "move", "what must not be destroyed of either stays, whole")
        disposal_policy("retention.Hold", "person", "destroy", "an ended hold has nothing left to stop")
        from frontdoor.retention.reckoning import rules_can_be_counted

        check_with("codes_retention", rules_can_be_counted)
        post_migrate.connect(make_functions, sender=self)
