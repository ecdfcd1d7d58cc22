from django.apps import AppConfig

from frontdoor import audit


class ApiConfig(AppConfig):
    name = "frontdoor.api"
    label = "api"
    verbose_name = "Agency API"

    def ready(self) -> None:
        """Say the words of our audit events; take the outbox rows that become an agency's events."""
        from frontdoor.api import numbering  # noqa: F401  registers its outbox handler

        audit.register(
            {
                "agency.added": "added the agency",
                "agency.closed": "closed the agency’s access",
                "agency.opened": "opened the agency’s access again",
                "agency.token_revoked": "revoked a token of the agency",
                "agency.client_revoked": "revoked an OAuth client of the agency",
                "agency.token_issued": "was given a token for the API",
                "agency.client_issued": "was given an OAuth client for the API",
                "webhook.added": "chose an address an agency’s events are sent to",
                "webhook.secret_rotated": "gave a webhook a new secret",
                "webhook.stopped": "stopped sending an agency’s events to an address",
                "webhook.tried_now": "sent a webhook’s waiting messages at once",
                "webhook.sent_again": "had an agency’s messages sent again",
            }
        )
