from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    label = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        """Register the app's audit events and what an open assessment forbids its referral."""
        from assessments import chronology, events, hooks, leaving
        from assessments.codes import register_codes
        from assessments.early_help.drafted import said
        from assessments.early_help.passed_on import KEEPER
        from assessments.early_help.readers import children_given, confidential_addresses, origin, work_on
        from assessments.hidden import (
            early_help_of_contacts_taken_under_restriction,
            of_contacts_taken_under_restriction,
        )
        from assessments.keeping import care
        from assessments.models import Assessment
        from assessments.signatures import ASSESSMENT
        from contacts import hooks as of_contacts
        from contacts.screening.origins import origins
        from frontdoor import audit
        from frontdoor.access import Permission
        from frontdoor.drafts import kinds
        from frontdoor.people.access import kept_back
        from frontdoor.people.disposal import disposal_of, disposal_policy
        from frontdoor.people.hooks import addresses_given, merge_policy, named_as_given
        from frontdoor.people.record.said import tellers
        from frontdoor.retention.reckoning import count_too
        from frontdoor.signing.hooks import register
        from frontdoor.signing.oversight import OVERSEEN, Overseen
        from frontdoor.staff import hooks as of_staff
        from frontdoor.workflow import doors
        from frontdoor.workflow import hooks as workflow_hooks
        from referrals import hooks as of_referrals
        from referrals.models import Referral

        audit.register(events.EVENTS)
        tellers["assessment"] = chronology.TELLER
        doors.put(Assessment, "change_author", "assessments:author")
        doors.put(Referral, "start_assessment", "assessments:start")
        doors.put(Referral, "step_down", "assessments:early_help_step_down")
        register_codes()
        register(ASSESSMENT)
        OVERSEEN["A"] = Overseen(Assessment, "Assessment", Permission.ASSESSMENT_VIEW, "assessments:assessment")
        count_too(care)
        kinds.register("early_help", label="Early-help assessment", url_name="assessments:early_help_draft", said=said)
        merge_policy("assessments.EarlyHelpPerson", "person", "move", "early help is the one child's, or family's")
        disposal_policy(
            "assessments.EarlyHelpPerson", "person", "destroy", "who was given goes; an adult stays with a child's",
            stays_if="NOT t.is_child AND EXISTS (SELECT 1 FROM assessments_earlyhelpperson o"
            " WHERE o.assessment_id = t.assessment_id AND o.is_child"
            " AND (o.person_id IS NULL OR o.person_id NOT IN {people}))",
        )  # fmt: skip
        disposal_of(
            "assessments.EarlyHelpAssessment",
            "t.id IN (SELECT e.assessment_id FROM assessments_earlyhelpperson e WHERE e.person_id IN {people}) AND NOT"
            " EXISTS (SELECT 1 FROM assessments_earlyhelpperson o WHERE o.assessment_id = t.id AND o.is_child"
            " AND (o.person_id IS NULL OR o.person_id NOT IN {people}))",
            "early help goes with the last of the children it is about",
        )
        if leaving.held not in of_staff.holdings:
            of_staff.holdings.append(leaving.held)
            of_referrals.passed_on.append(leaving.passed_on)
        for kept in (of_contacts_taken_under_restriction, early_help_of_contacts_taken_under_restriction):
            if kept not in kept_back:
                kept_back.append(kept)
        if KEEPER not in of_referrals.keepers:
            of_referrals.keepers.append(KEEPER)
        if work_on not in of_contacts.open_work:
            of_contacts.open_work.append(work_on)
        if confidential_addresses not in addresses_given:
            addresses_given.append(confidential_addresses)
        if children_given not in named_as_given:
            named_as_given.append(children_given)
        if origin not in origins:
            origins.append(origin)
        if hooks.below not in of_referrals.open_below:
            of_referrals.open_below.append(hooks.below)
        if hooks.open_assessment not in workflow_hooks.blockers:
            workflow_hooks.blockers.append(hooks.open_assessment)
