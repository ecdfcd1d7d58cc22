"""``manage.py staff_add``: an account from the server, for the first administrator of a new installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from frontdoor.access import Refused, Role
from frontdoor.staff import actions, mail


class Command(BaseCommand):
    """Opens an account and prints the link at which its holder chooses a password."""

    help = "Open a staff account and print the link at which its holder chooses a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """User name, full name, e-mail address, roles."""
        parser.add_argument("username", help="such as jo.example")
        parser.add_argument("name", help="the full name, in quotes")
        parser.add_argument("email")
        parser.add_argument(
            "--role", action="append", choices=[role.value for role in Role], help="may be repeated; administrator"
        )

    def handle(self, *args: Any, username: str, name: str, email: str, **options: Any) -> None:
        """Open and print; what is wrong is one line on stderr and exit code 1."""
        roles = options["role"] or [Role.ADMINISTRATOR.value]
        try:
            user = actions.add(
                username=username, name=name, email=email, roles=roles, by=None, at=timezone.now(), send_link=False
            )
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(mail.link_of(user))
