from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def make_heads(sender: Any, using: str = "default", **kwargs: Any) -> None:
    """After a migration: the chains have their heads."""
    from frontdoor.audit.models import CHAINS, ChainHead

    ChainHead.objects.using(using).bulk_create(
        [ChainHead(chain=number) for number in range(CHAINS)], ignore_conflicts=True
    )


class AuditConfig(AppConfig):
    name = "frontdoor.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        """Keep each sign-in as evidence; make the chain heads after each migration."""
        from frontdoor.accounts import hooks
        from frontdoor.audit.sessions import keep

        hooks.session_events.append(keep)
        post_migrate.connect(make_heads, sender=self)
