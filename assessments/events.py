"""Audit events of assessments and the words they are shown as."""

EVENTS: dict[str, str] = {
    "assessment.recorded": "started the assessment",
    "assessment.section_saved": "wrote a section of the assessment",
    "assessment.visit_recorded": "recorded a visit",
    "assessment.visit_withdrawn": "withdrew a visit entered in error",
    "assessment.author_changed": "took over writing the assessment",
    "assessment.submitted": "submitted the assessment",
    "assessment.returned": "returned the assessment with comments",
    "assessment.authorised": "authorised the assessment",
    "assessment.abandoned": "abandoned the assessment",
    "assessment.addendum_added": "added a note to the authorised assessment",
}
