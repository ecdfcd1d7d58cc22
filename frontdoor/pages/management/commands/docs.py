"""``manage.py docs``: writes docs/reference from the code, or checks that it is in step."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from frontdoor.access import ROLE_LABELS, ROLES, Permission
from frontdoor.audit.events import EVENTS
from frontdoor.workflow.machines import MACHINES

FOLDER = Path(settings.BASE_DIR) / "docs" / "reference"
NOTE = "<!-- Made by `manage.py docs` from the code. Change the code, not this page. -->\n\n"


def permissions_page() -> str:
    """Who may do what, as one table."""
    lines = [NOTE + "# Who may do what\n", "| permission | " + " | ".join(ROLE_LABELS[role] for role in ROLES) + " |"]
    lines.append("|" + "---|" * (len(ROLES) + 1))
    lines += [
        f"| `{permission}` | " + " | ".join("yes" if permission in held else "" for held in ROLES.values()) + " |"
        for permission in Permission
    ]
    return "\n".join(lines) + "\n"


def machines_page() -> str:
    """Every state machine, drawn from its declarations."""
    lines = [NOTE + "# State machines"]
    for model, moves in sorted(MACHINES.items(), key=lambda pair: pair[0].__name__):
        lines += [
            f"\n## {str(model._meta.verbose_name).capitalize()}\n",
            "| move | from | to | who may |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {move.label} | {', '.join(move.sources)} | {move.target} | `{move.permission}` |"
            for move in sorted(moves.values(), key=lambda each: each.name)
        ]
        lines += ["\n```mermaid", "stateDiagram-v2"]
        lines += [
            f"    {source} --> {move.target}: {name}" for name, move in sorted(moves.items()) for source in move.sources
        ]
        lines.append("```")
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Every audit event and its words."""
    rows = [f"| `{name}` | {words} |" for name, words in sorted(EVENTS.items())]
    return "\n".join([NOTE + "# Audit events\n", "| event | shown as |", "|---|---|", *rows]) + "\n"


PAGES = {"permissions.md": permissions_page, "state-machines.md": machines_page, "audit-events.md": events_page}


class Command(BaseCommand):
    """Writes the reference pages; ``--check`` exits 1 when one is not what the code says."""

    help = "Write docs/reference from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check`` writes nothing."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Write or compare."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        stale = [
            name
            for name, make in PAGES.items()
            if not (FOLDER / name).exists() or (FOLDER / name).read_text() != make()
        ]
        if check:
            if stale:
                self.stderr.write(
                    f"docs/reference is not in step with the code: {', '.join(stale)}. Run 'manage.py docs'."
                )
                sys.exit(1)
            return
        for name in stale:
            (FOLDER / name).write_text(PAGES[name]())
