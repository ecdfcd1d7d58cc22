from django.apps import AppConfig

from frontdoor import audit


class StaffConfig(AppConfig):
    name = "frontdoor.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        """Say the words of our audit events, and what the outbox does for us."""
        from frontdoor.staff import mail  # noqa: F401 (registers its handler)

        audit.register(
            {
                "staff.added": "opened the account",
                "staff.changed": "changed the account",
                "staff.ended": "ended the account",
                "staff.restored": "opened the account again",
                "staff.unlocked": "unlocked the account",
                "staff.link_sent": "sent a link for a new password",
                "staff.factors_removed": "removed the second step of signing in",
                "team.added": "added the team",
                "team.changed": "changed the team",
            }
        )
