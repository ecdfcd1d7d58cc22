"""The referral source of a contact for the statutory return, where nobody has typed it. Pure."""

import re

# Within health the role of whoever tells us decides the source (children in need census, 3A to 3F). First match wins.
HEALTH_ROLES: tuple[tuple[str, str], ...] = (
    (r"\bgp\b|general practi", "3A"),
    (r"health visit", "3B"),
    (r"school nurse|school health", "3C"),
    (r"emergency|\ba\s*&\s*e\b|\ba and e\b|casualty|paramedic|ambulance", "3E"),
    (r"midwi|dentist|dental|optom|pharmac|community nurse|district nurse|practice nurse|walk-in", "3D"),
)


def source_of(*, default: str, role: str) -> str:
    """The referral source of an agency whose usual source is ``default``, told by somebody in this role.

    Only within health does the role decide: another health role is 3F (other health), a role not given leaves the
    agency's own. Everywhere else it is the agency's.
    """
    if not default.startswith("3") or not role.strip():
        return default
    text = role.casefold()
    return next((code for pattern, code in HEALTH_ROLES if re.search(pattern, text)), "3F")
