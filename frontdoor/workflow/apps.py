from django.apps import AppConfig

from frontdoor import audit


class WorkflowConfig(AppConfig):
    name = "frontdoor.workflow"
    label = "workflow"
    verbose_name = "Workflow"

    def ready(self) -> None:
        """Say the words of our audit event: every process has to know them, not only the one that wrote it."""
        audit.register({"record.restated": "set the status again"})
