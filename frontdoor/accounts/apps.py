from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "frontdoor.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Have triggers and the application's rights set after each migration, and checked before deployment."""
        from frontdoor import grants, ownership, triggers  # noqa: F401 (the check of ownership is registered)

        post_migrate.connect(triggers.after_migrate, dispatch_uid="frontdoor.triggers")
        post_migrate.connect(grants.after_migrate, dispatch_uid="frontdoor.grants")
