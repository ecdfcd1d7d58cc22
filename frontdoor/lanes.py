"""Which kind of process this is: said before the settings are read, which hold limits for each kind.

``web`` answers people and partners, ``worker`` does what nobody waits for; whatever says nothing (a command, a
migration, a test) has no limits.
"""

WEB, WORKER = "web", "worker"

_said = {"lane": ""}


def use(lane: str) -> None:
    """Say which kind this process is."""
    _said["lane"] = lane


def current() -> str:
    """The kind that was said; "" where none was."""
    return _said["lane"]
