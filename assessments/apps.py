from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    label = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        """Register the app's audit events and what an open assessment forbids its referral."""
        from assessments import events, hooks
        from assessments.early_help.readers import origin
        from assessments.keeping import care
        from contacts.origins import origins
        from frontdoor import audit
        from frontdoor.drafts import kinds
        from frontdoor.people.hooks import merge_policy
        from frontdoor.retention.reckoning import count_too
        from frontdoor.workflow import hooks as workflow_hooks

        audit.register(events.EVENTS)
        count_too(care)
        kinds.register("assessment", label="Section of an assessment", url_name="assessments:assessment")
        kinds.register("early_help", label="Early-help assessment", url_name="assessments:early_help_draft")
        merge_policy("assessments.EarlyHelpPerson", "person", "move", "early help is the one child's, or family's")
        if origin not in origins:
            origins.append(origin)
        if hooks.open_assessment not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(hooks.open_assessment)
