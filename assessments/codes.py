"""Which code lists assessments hold, for the preview of a change and so that no code in use is removed."""

from django.db.models import Q

from assessments.early_help.models import ENDED
from frontdoor.dated import Work, bears_on

ASSESSMENT, EARLY_HELP = "assessments.Assessment", "assessments.EarlyHelpAssessment"


def register_codes() -> None:
    """Say it. Called when the app is ready."""
    open_ = Q(status__in=["in_progress", "submitted"])
    bears_on("codes_assessment_outcome", Work(ASSESSMENT, "outcome", "open assessments with this outcome", open_))
    bears_on("codes_factor", Work(ASSESSMENT, "factors__code", "open assessments with this factor", open_))
    bears_on("codes_dimension", Work(ASSESSMENT, "dimensions__code", "open assessments with words on it", open_))
    active = ~Q(status__in=ENDED.split())
    bears_on("codes_consent_status", Work(EARLY_HELP, "consent", "early-help assessments with this answer", active))
    bears_on("codes_caf_heading", Work(EARLY_HELP, "findings__code", "early-help assessments with words on it", active))
    bears_on("codes_early_help_ending", Work(EARLY_HELP, "ending", "early help that ended so", active))
