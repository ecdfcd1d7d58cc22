from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from frontdoor import audit


class StaffConfig(AppConfig):
    name = "frontdoor.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        """Say the words of our audit events, and what the outbox does for us."""
        from frontdoor.access import Role
        from frontdoor.accounts import hooks
        from frontdoor.staff import changes, mail, told  # noqa: F401 (changes registers its handlers)

        if unknown := set(settings.PASSKEY_ROLES) - {role.value for role in Role}:
            raise ImproperlyConfigured(f"PASSKEY_ROLES: there is no role {sorted(unknown)[0]}.")
        hooks.session_events.append(told.of_session)
        hooks.forgotten.append(mail.forgotten)

        audit.register(
            {
                "staff.added": "opened the account",
                "staff.changed": "changed the account",
                "staff.ended": "ended the account",
                "staff.restored": "opened the account again",
                "staff.unlocked": "unlocked the account",
                "staff.link_sent": "sent a link for a new password",
                "staff.change_asked": "asked for a change of how somebody signs in",
                "staff.change_confirmed": "said yes to a change of how somebody signs in",
                "staff.change_refused": "stopped a change of how somebody signs in",
                "staff.change_undone": "undid a change of how they sign in",
                "staff.email_changed": "changed the e-mail address",
                "staff.link_asked": "asked for a new password, having forgotten it",
                "staff.factors_removed": "removed the second step of signing in",
                "team.added": "added the team",
                "team.changed": "changed the team",
            }
        )
