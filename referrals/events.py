"""The audit events of referrals, in the words they are shown in."""

EVENTS = {
    "referral.recorded": "opened the referral",
    "referral.accepted": "accepted the referral",
    "referral.allocated": "allocated the referral",
    "referral.reallocated": "reallocated the referral",
    "referral.sent_to_team": "sent the referral to a team",
    "referral.child_confirmed": "confirmed who the child is",
    "referral.assessment_started": "started an assessment on the referral",
    "referral.assessed": "finished the assessment on the referral",
    "referral.assessment_abandoned": "abandoned the assessment on the referral",
    "referral.service_started": "began a service on the referral",
    "referral.ended_at_decision": "ended the referral at the decision",
    "referral.closed": "closed the referral",
    "referral.reopened": "reopened the referral as closed in error",
    "referral.strategy_discussion": "recorded a strategy discussion",
    "referral.news": "joined a contact to the open referral",
    "referral.news_taken": "took the news on the open referral",
    "referral.need_set": "set the primary need",
    "contact.agreed_by_telephone": "acted on what a manager agreed by telephone",
    "contact.telephone_confirmed": "confirmed what was agreed by telephone",
    "contact.fast_track_call": "recorded who was told of the fast track",
}
