"""A checked letter as a tagged PDF: every letter of every script, or a refusal that names what cannot be printed."""

import re

from django.conf import settings
from django.utils import timezone

from frontdoor.access import ROLE_LABELS, Refused, Role
from frontdoor.printing.setting import Paper, Unprintable, clean, drawn, lines
from frontdoor.ui.formats import day
from referrals.letters.models import Letter

FREE = frozenset({"to", "address", "sender", "subject", "lines", "signed", "role"})


def letter_pdf(letter: Letter, *, hides_home: bool = False) -> bytes:
    """The PDF of a letter that has been checked; with ``hides_home`` without whom it goes to and where.

    Raises Refused for characters that no font here has.
    """
    allocation = letter.referral.current_allocation()
    team = allocation.team.name if allocation else ""
    writer = letter.drafted_by
    role = next((ROLE_LABELS[Role(each)] for each in writer.roles if each in Role._value2member_map_), "")
    subject = clean(letter.subject)
    data = {
        "title": f"Letter {letter.reference}: {subject}",
        "reference": letter.reference,
        "sender": [clean(line) for line in (settings.COUNCIL_NAME, "Children’s services", team) if line],
        "to": letter.to_whom if hides_home else clean(letter.to_name),
        "address": ["Confidential address"] if hides_home else lines(clean(letter.to_lines)),
        "date": day(timezone.localdate(letter.checked_at)) if letter.checked_at else "",
        "subject": subject,
        "paragraphs": [
            {"lines": lines(part)} for part in re.split(r"\n[^\S\n]*\n\s*", letter.printed_text) if part.strip()
        ],
        "signed": clean(writer.name),
        "role": role,
    }
    try:
        return drawn(Paper("letter", data, FREE), whole=True)
    except Unprintable as lacking:
        shown = " ".join(lacking.letters[:5])
        raise Refused(
            f"This letter holds characters that cannot be printed ({shown}): change them first.", code="unprintable",
            field="text",
        ) from lacking  # fmt: skip
