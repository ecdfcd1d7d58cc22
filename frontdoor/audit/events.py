"""Every audit event and the sentence it is shown as. Each app adds its own when it is ready."""

EVENTS: dict[str, str] = {
    "page.listed": "saw in a list",
    "page.opened": "opened",
    "agency.read": "read over the API",
    "link.read": "opened a secure link",
    "looked.exported": "exported who looked",
    "act.refused": "was refused",
    "act.denied": "was not allowed",
    "session.signed_in": "signed in",
    "session.signed_out": "signed out",
    "session.failed": "failed to sign in",
    "session.code_failed": "gave a wrong code of the second factor",
    "session.codes_locked": "was locked out after too many wrong codes",
    "session.locked": "locked the account in one place after too many wrong passwords",
    "session.flooded": "kept strangers out of the account after wrong passwords from many places or at many accounts",
    "session.recovery_code_used": "used a recovery code",
    "session.password_changed": "changed their password",
    "session.password_reset": "chose a new password by the link sent to them",
    "session.factor_added": "added a second step of signing in",
    "session.factor_removed": "removed a second step of signing in",
    "session.codes_made": "made new recovery codes",
    "session.way_changed": "changed how they sign in",
    "session.ended": "ended a session",
}


def register(events: dict[str, str]) -> None:
    """Add an app's events: dotted name in the past tense to the words shown after the actor's name.

    Raises ValueError when a name is taken, so that two apps cannot mean different things by one.
    """
    for name, sentence in events.items():
        if EVENTS.get(name, sentence) != sentence:
            raise ValueError(f"audit event {name} is already registered with other words")
        EVENTS[name] = sentence


def sentence(name: str) -> str:
    """The words for an event."""
    return EVENTS[name]
