"""``manage.py docs``: writes docs/reference from the code, or checks that it is in step."""

import sys
from argparse import Action
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
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


def commands_page() -> str:
    """Every command of the product with its options, as `--help` says them."""
    common = {action.dest for action in BaseCommand().create_parser("manage.py", "docs")._actions}
    ours = {app.name for app in apps.get_app_configs() if app.module is not None and _is_ours(app.path)}
    lines = [NOTE + "# Commands\n", "Run as `python3 manage.py COMMAND`.\n"]
    for name, app in sorted(get_commands().items()):
        if app not in ours:
            continue
        parser = load_command_class(app, name).create_parser("manage.py", name)
        lines.append(f"## {name}\n\n{parser.description}\n")
        for action in parser._actions:
            if action.dest not in common:
                words = " ".join(filter(None, [", ".join(action.option_strings), _value(action)]))
                lines.append(f"- `{words}` {action.help or ''}".rstrip())
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _is_ours(path: str) -> bool:
    folder = Path(path)
    return Path(settings.BASE_DIR) in folder.parents and "site-packages" not in folder.parts


def _value(action: Action) -> str:
    if action.nargs == 0:
        return ""
    return str(action.metavar or action.dest.upper())


PAGES = {
    "permissions.md": permissions_page,
    "state-machines.md": machines_page,
    "audit-events.md": events_page,
    "commands.md": commands_page,
}


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
