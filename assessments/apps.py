from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    label = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        """Register the app's audit events and what an open assessment forbids its referral."""
        from assessments import events, hooks
        from frontdoor import audit
        from frontdoor.drafts import kinds
        from frontdoor.workflow import hooks as workflow_hooks

        audit.register(events.EVENTS)
        kinds.register("assessment", label="Section of an assessment", url_name="assessments:assessment")
        if hooks.open_assessment not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(hooks.open_assessment)
