from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "frontdoor.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Have the application's database rights set after each migration, and checked before deployment."""
        from frontdoor import grants, ownership  # noqa: F401 (its check is registered)

        post_migrate.connect(grants.after_migrate, dispatch_uid="frontdoor.grants")
