"""Opening, changing and ending staff accounts, and the teams people belong to."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from frontdoor.access import Permission, Refused, Role, require, roles_holding
from frontdoor.accounts.lockout import let_in_wholly
from frontdoor.accounts.models import AccountChange, Team, User, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import notify, one_by_one
from frontdoor.people.actions import without_worker
from frontdoor.staff import changes, hooks, mail, readers
from frontdoor.staff.changes import KINDS

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def _check(*, name: str, email: str, roles: Sequence[str]) -> None:
    if not name.strip():
        raise Refused("Enter the full name.", code="name", field="name")
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused("Enter an e-mail address, such as name@council.example.", code="email", field="email") from error
    if not roles:
        raise Refused("Choose at least one role.", code="roles", field="roles")
    if unknown := set(roles) - {role.value for role in Role}:
        raise Refused(f"There is no role called {sorted(unknown)[0]}.", code="roles", field="roles")


def _locked(user: User) -> User:
    """The row, locked; the rows of all administrators as well, so that two acts cannot end the last two."""
    list(readers.administrators().select_related(None).select_for_update().order_by("pk"))
    return User.objects.select_for_update().get(pk=user.pk, is_machine=False)


def _keep_an_administrator(user: User) -> None:
    if not readers.administrators().exclude(pk=user.pk).exists():
        raise Refused(
            f"{user.name} is the last administrator. Make somebody else an administrator first.",
            code="last_administrator",
        )


@transaction.atomic
def add(
    *,
    username: str,
    name: str,
    email: str,
    roles: Sequence[str],
    by: User | None,
    at: datetime,
    team: Team | None = None,
    job_title: str = "",
    telephone: str = "",
    social_work_england_number: str = "",
    send_link: bool = True,
) -> User:
    """Open an account and send its holder a link to choose a password; nobody else ever knows it.

    ``by`` is None only for the command on the server, by which the first administrator is made.
    Raises Denied without the permission; Refused, naming the field, for a user name that is taken or not of lower-case
    letters, digits, dots, hyphens and underscores, for a bad e-mail address, or without a role.
    """
    if by is not None:
        require(by, Permission.STAFF_MANAGE)
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise Refused(
            "A user name has lower-case letters, digits, dots, hyphens and underscores, such as jo.example.",
            code="username", field="username",
        )  # fmt: skip
    if User.objects.filter(username__iexact=username).exists():
        raise Refused("This user name is taken. Choose another.", code="taken", field="username")
    _check(name=name, email=email, roles=roles)
    user = User.objects.create_user(
        username, name.strip(), None, email=email, roles=sorted(set(roles)), team=team, job_title=job_title,
        telephone=telephone, social_work_england_number=social_work_england_number,
    )  # fmt: skip
    detail = {"roles": user.roles, "team": team.code if team else ""}
    write_audit("staff.added", by=by, reference=readers.reference_of(user), detail=detail)
    if send_link:
        outbox.put(mail.KIND, {"user": user.pk}, at=at)
    return user


@transaction.atomic
def change(
    *,
    user: User,
    name: str,
    email: str,
    roles: Sequence[str],
    by: User,
    at: datetime,
    team: Team | None = None,
    job_title: str = "",
    telephone: str = "",
    social_work_england_number: str = "",
) -> AccountChange | None:
    """Change an account. A new role counts from the next page its holder opens.

    A new e-mail address waits, as ``frontdoor.staff.changes`` says; it is returned where it does. Raises Refused when
    somebody would change their own roles, or when no administrator would be left.
    """
    require(by, Permission.STAFF_MANAGE)
    _check(name=name, email=email, roles=roles)
    row = _locked(user)
    before = {"roles": row.roles, "team": row.team.code if row.team else ""}
    if row.pk == by.pk and set(roles) != set(row.roles):
        raise Refused("You cannot change your own roles. Ask another administrator.", code="own", field="roles")
    if Role.ADMINISTRATOR in row.roles and Role.ADMINISTRATOR not in roles:
        _keep_an_administrator(row)
    # As what the account was and as what it becomes: nobody is made less than a manager to get at their address.
    waits = changes.ask(user=row, kind=KINDS.EMAIL, new_email=email, by=by, at=at) if email != row.email else None
    row.refresh_from_db(fields=["email"])
    row.name, row.roles, row.team = name.strip(), sorted(set(roles)), team
    row.job_title, row.telephone = job_title, telephone
    row.social_work_england_number = social_work_england_number
    row.save()
    after = {"roles": row.roles, "team": team.code if team else ""}
    detail = {"before": before, "after": after} if before != after else {}
    write_audit("staff.changed", by=by, reference=readers.reference_of(row), detail=detail)
    if row.pk != by.pk:
        text = f"{by.name} changed your account. If you did not expect it, tell your manager."
        notify([row], kind="staff", text=text)
    return waits


@transaction.atomic
def end(*, user: User, reason: str, by: User, at: datetime) -> User:
    """End an account at once: the next page its holder opens, in any session, asks to sign in and refuses it.

    What the person recorded stays under their name. What they held has no worker from the same moment on, and whoever
    gives it to somebody else is told (``hooks.letting_go``): open work is never a reason to leave a door open.
    Raises Refused for one's own account, the last administrator, an account that has ended, or without a reason.
    """
    require(by, Permission.STAFF_MANAGE)
    if not reason.strip():
        raise Refused("Say why the account ends.", code="reason", field="reason")
    row = _locked(user)
    if row.pk == by.pk:
        raise Refused("You cannot end your own account. Ask another administrator.", code="own")
    if not row.is_active:
        raise Refused("This account has ended already.", code="ended")
    if Role.ADMINISTRATOR in row.roles:
        _keep_an_administrator(row)
    row.is_active = False
    row.save()
    write_audit("staff.ended", by=by, reference=readers.reference_of(row), reason=reason.strip())
    _let_go(row, by=by, at=at)
    return row


def _let_go(user: User, *, by: User, at: datetime) -> None:
    _tell_of_restrictions(user)
    for each in hooks.letting_go:
        each(user, by, at)
    without_worker(worker=user)


def _tell_of_restrictions(user: User) -> None:
    """Tell those who answer for who looked of every restriction on which nobody who is here is named any more."""
    rows = readers.restrictions_held_alone(user)
    for row in rows:
        reference = str(row.person.reference)
        notify(
            User.objects.filter(is_active=True, roles__overlap=roles_holding(Permission.WHO_LOOKED)),
            kind="left",
            text=f"Nobody who works here is named on a restriction of {reference} any more: have somebody named on it.",
            reference=reference,
            path=f"/who-looked/{reference}/",
            urgent=True,
            once_key=f"left-{user.pk}-{row.pk}",
        )


def let_go_of_the_ended(*, at: datetime) -> int:
    """Let go of what accounts still hold that ended before this release, or just when something was given to them.

    Returns how many accounts; one that cannot be helped does not stop the others.
    """
    keys = sorted(readers.ended_workers().union(*(find() for find in hooks.still_held)))
    return one_by_one(keys, lambda key: _let_go_again(key, at), what="let go of an ended account's work", at=at)


@transaction.atomic
def _let_go_again(key: int, at: datetime) -> int:
    user = User.objects.select_for_update().get(pk=key)
    if user.is_active or user.is_machine:
        return 0
    _let_go(user, by=system_user(), at=at)
    return 1


@transaction.atomic
def restore(*, user: User, reason: str, by: User, at: datetime) -> AccountChange | None:
    """Open an ended account again, with no password until its holder has chosen a new one by the link.

    The link is returned where it waits before it is sent.
    """
    require(by, Permission.STAFF_MANAGE)
    if not reason.strip():
        raise Refused("Say why the account is opened again.", code="reason", field="reason")
    row = _locked(user)
    if row.is_active:
        raise Refused("This account is open already.", code="open")
    row.is_active = True
    row.set_unusable_password()
    row.save()
    write_audit("staff.restored", by=by, reference=readers.reference_of(row), reason=reason.strip())
    return changes.ask(user=row, kind=KINDS.LINK, by=by, at=at)


@transaction.atomic
def send_link(*, user: User, by: User, at: datetime) -> AccountChange | None:
    """Have a link for a new password sent; returned where it waits first.

    Raises Refused for an ended account or one without an e-mail address.
    """
    require(by, Permission.STAFF_MANAGE)
    if not user.is_active:
        raise Refused("This account has ended. Open it again first.", code="ended")
    if not user.email:
        raise Refused("This account has no e-mail address. Enter one first.", code="email")
    return changes.ask(user=user, kind=KINDS.LINK, by=by, at=at)


@transaction.atomic
def unlock(*, user: User, by: User) -> None:
    """Let somebody try again at once who typed too many wrong passwords, or gave too many wrong codes."""
    require(by, Permission.STAFF_MANAGE)
    let_in_wholly(user)
    write_audit("staff.unlocked", by=by, reference=readers.reference_of(user))


@transaction.atomic
def remove_second_steps(*, user: User, reason: str, by: User, at: datetime) -> AccountChange | None:
    """Remove the second steps of somebody who lost their telephone or key; returned where it waits first.

    They set up a new one when they next sign in. Raises Refused for one's own, or without a reason.
    """
    require(by, Permission.STAFF_MANAGE)
    if not reason.strip():
        raise Refused("Say how you know who is asking.", code="reason", field="reason")
    if user.pk == by.pk:
        raise Refused("You cannot remove your own second step here. Ask another administrator.", code="own")
    return changes.ask(user=user, kind=KINDS.SECOND_STEP, reason=reason.strip(), by=by, at=at)


@transaction.atomic
def add_team(*, code: str, name: str, kind: str, by: User, manager: User | None = None) -> Team:
    """Add a team. Raises Refused, naming the field, for a code that is taken or not a short word, or without a name."""
    require(by, Permission.STAFF_MANAGE)
    code = code.strip().lower()
    if not CODE.fullmatch(code):
        raise Refused("A code has lower-case letters, digits, hyphens and underscores.", code="code", field="code")
    if Team.objects.filter(code=code).exists():
        raise Refused("This code is taken. Choose another.", code="taken", field="code")
    if not name.strip():
        raise Refused("Enter the name of the team.", code="name", field="name")
    team = Team.objects.create(code=code, name=name.strip(), kind=kind, manager=manager)
    write_audit("team.added", by=by, detail={"team": team.code})
    return team


@transaction.atomic
def change_team(*, team: Team, name: str, is_active: bool, by: User, manager: User | None = None) -> Team:
    """Rename, give another manager, close or open a team. Raises Refused while people still belong to one to close."""
    require(by, Permission.STAFF_MANAGE)
    if not name.strip():
        raise Refused("Enter the name of the team.", code="name", field="name")
    row = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    if row.is_active and not is_active and row.members.filter(is_active=True).exists():
        raise Refused("People still belong to this team. Give them another team first.", code="members")
    row.name, row.manager, row.is_active = name.strip(), manager, is_active
    row.save()
    write_audit("team.changed", by=by, detail={"team": row.code, "open": is_active})
    return row
