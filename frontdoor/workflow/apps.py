from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "frontdoor.workflow"
    label = "workflow"
    verbose_name = "Workflow"
