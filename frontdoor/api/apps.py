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
                "agency.token_issued": "was given a token for the API",
                "agency.client_issued": "was given an OAuth client for the API",
            }
        )
