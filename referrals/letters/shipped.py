"""The letters the product ships, and what keeps one from the home."""

from frontdoor.dated import ship
from referrals.letters.models import LetterGuard, LetterTemplate

SIGNED = (
    "If anything in this letter is not clear, or you would like it in another language, please call us.\n\n"
    "Yours sincerely"
)
TEMPLATES: tuple[tuple[str, str, str], ...] = (
    (
        "referral_received",
        "Referral received, and who the worker is",
        "Dear {recipient}\n\n"
        "We have been asked to look at whether {child} and your family need help.\n\n"
        "{worker} of the {team} is the worker. {worker} will get in touch with you to arrange to meet, to hear what "
        "you think and to tell you what happens next.",
    ),
    (
        "assessment_begins",
        "Assessment begins",
        "Dear {recipient}\n\n"
        "We have begun an assessment of what {child} needs. {worker} of the {team} carries it out.\n\n"
        "{worker} will talk with you and with {child}, and with your agreement with others who know {child} well. You "
        "will get a copy of what is written and can say where you disagree with it.",
    ),
    (
        "section_47_outcome",
        "Outcome of a section 47 enquiry",
        "Dear {recipient}\n\n"
        "We have made enquiries about whether {child} is safe. They have ended with this result: {outcome}.\n\n"
        "{support}\n\n"
        "{worker} of the {team} will talk with you about what this means and what happens next.",
    ),
    (
        "case_closed",
        "Case closed",
        "Dear {recipient}\n\n"
        "We are no longer working with {child}. The reason is: {closing_reason}.\n\n"
        "If you are worried about {child} or need help later on, please get in touch with us again.",
    ),
    (
        "moved_team",
        "Moved to another team",
        "Dear {recipient}\n\n"
        "Another team now works with {child}: the {team}. The new worker is {worker}, who will get in touch with you.",
    ),
)
GUARDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "fgm",
        "Female genital mutilation",
        "fgm",
        "FGM\nfemale genital\ngenital mutilation\ngenital cutting\ncut at home",
    ),
    (
        "forced_marriage",
        "Forced marriage",
        "",
        "forced marriage\nforced into marriage\nforced to marry\nforce her to marry\nforce him to marry\n"
        "made to marry\nmarried off\nforced engagement",
    ),
    (
        "honour",
        "So-called honour-based abuse",
        "",
        "honour based\nhonor based\nso called honour\nhonour abuse\nhonour violence\nhonour killing\nfamily honour\n"
        "family’s honour\nbrought shame\nbringing shame\ndishonour\ndishonoured\nizzat",
    ),
)


def load() -> None:
    """Ship them (:func:`frontdoor.dated.ship`)."""
    ship(
        LetterTemplate(code=code, name=name, wording=f"{wording}\n\n{SIGNED}", position=place)
        for place, (code, name, wording) in enumerate(TEMPLATES)
    )
    ship(LetterGuard(code=code, label=label, contact_type=kind, words=words) for code, label, kind, words in GUARDS)
