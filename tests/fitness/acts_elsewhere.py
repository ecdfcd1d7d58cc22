"""Acts that ``test_restricted_act_by_act`` does not walk, by why; a new act stands here or in the walk."""

#: Offices and doors: about nobody's record.
OF_OFFICES = (
    "agency.", "duty.", "feed.", "import.", "link.", "paper.", "queue.", "rules.", "session.",
    "signing.", "staff.", "team.", "thresholds.", "webhook.", "wording.",
)  # fmt: skip
READ = {
    "clock.explained", "contact.address_shown", "contact.text_opened", "document.downloaded", "document.viewed",
    "handover.place_shown", "handover.printed", "looked.exported", "page.listed", "page.opened",
    "person.address_shown", "person.chronology_printed", "person.source_shown", "reading.reason_said",
    "reading.run_explained", "reading.run_unusual",
}  # fmt: skip
#: Whoever only reads; and what is written of an attempt, of an office, by a machine about all there is, or by no code.
NO_ACTS = READ | {"act.denied", "act.refused", "handover.shifts_set", "record.restated", "referral.news"}
#: Done to several records at once, from lists that are opened after each act.
OF_SEVERAL = {
    "bulk.ended", "bulk.looked_over", "bulk.sampled", "bundle.attention", "bundle.joined", "bundle.seen",
    "bundle.split", "person.pair_put_off", "person.pairs_accepted", "retention.destroyed",
    "retention.disposal_proposed", "retention.disposal_withdrawn",
}  # fmt: skip
#: By it somebody comes to see her who did not, or sees her no more who did.
OF_THE_RESTRICTION = {
    "contact.opened_up", "person.conflict_declared", "person.conflict_met", "person.glass_broken",
    "person.glass_not_broken", "referral.worker_left",
}  # fmt: skip
#: What an agency or a referrer does, or is told.
OF_OTHERS = {
    "contact.acknowledged", "contact.disagreed", "contact.disagreement_answered", "contact.referrer_told",
    "contact.updated", "early_help.acknowledged", "early_help.returned",
}  # fmt: skip
#: One more fact on a page of hers that a walked act fills as well, and that is opened after each act.
ON_PAGES_OF_HERS = {
    "clock.paused", "clock.resumed", "contact.address_decided", "contact.agreed_by_telephone", "contact.claim_extended",
    "contact.details_settled", "contact.families_separated", "contact.household_answered",
    "contact.information_approved", "contact.match_unsure", "contact.owed_done", "contact.owed_not",
    "contact.owed_passed_on", "contact.owed_still", "contact.owed_taken_back", "contact.reply_approved",
    "contact.reply_written", "contact.sent_declined", "contact.sent_put_right", "contact.sent_taken",
    "contact.sent_to_worker", "contact.telephone_confirmed",
    "early_help.stepped_up", "early_help.written",
    "oversight.corrected", "oversight.noted", "handover.passed_acknowledged", "person.address_taken_back",
    "person.born", "person.event_marked", "person.event_unmarked", "person.not_same", "referral.child_confirmed",
    "referral.decision_undone", "referral.ending_proposed",
}  # fmt: skip
#: What a newer extract files under another child: test_refiling restricts either, and looks at who finds it waiting
#: and at what the records of both say. Whether two are one event: test_twice restricts a child of either.
OF_EXTRACTS = {"event.one", "event.reopened", "event.two", "record.refiled", "refiling.left"}
#: What screening passes on to early help: test_passed_on has a restricted family, and who finds them on its list.
PASSED_ON = {"early_help.declined", "early_help.sent_again", "early_help.taken_on", "early_help.withdrawn"}
ELSEWHERE = OF_SEVERAL | OF_THE_RESTRICTION | OF_OTHERS | ON_PAGES_OF_HERS | OF_EXTRACTS | PASSED_ON
MOVES_ELSEWHERE = {
    ("assessments.earlyhelpassessment", "decline"),
    ("assessments.earlyhelpassessment", "send_again"),
    ("assessments.earlyhelpassessment", "send_back"),
    ("assessments.earlyhelpassessment", "step_up"),
    ("assessments.earlyhelpassessment", "take_on"),
    ("assessments.earlyhelpassessment", "withdraw"),
    ("referrals.referral", "abandon_assessment"),
    ("referrals.referral", "undo"),
}
