"""Changes by which one administrator could become somebody else: asked by one, done with a second person's yes.

A new e-mail address, a removed second step, a link for a new password. Each is told to whose account it is, at the
address it had, with a link that stops or undoes it; and to whoever may say yes. Without a yes it takes effect after
``ACCOUNT_CHANGE_HOURS``; for privileged roles never. An account nobody has signed in to yet is nobody's to become:
there each happens at once.
"""

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from frontdoor.access import PRIVILEGED, Permission, Refused, holds, require, roles_holding
from frontdoor.accounts import sign_ins
from frontdoor.accounts.models import AccountChange, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import notify
from frontdoor.staff import mail, readers
from frontdoor.ui.formats import moment

DUE, TOLD = "staff.change_due", "staff.change_told"
KINDS = AccountChange.Kind
#: How long whose account it is can undo what was done.
UNDO_DAYS = 7


def _signer() -> Signer:
    return Signer(salt="front-door-account-change", sep=".")


def is_nobodys_yet(user: User) -> bool:
    """Whether nobody has signed in to this account nor chosen a password for it."""
    return user.last_login is None and not user.has_usable_password()


def needs_a_second(user: User) -> bool:
    """Whether only a second person's yes will do, however long one waits.

    A privileged role counts once it was held: taking it away first opens no way around the second person.
    """
    if settings.ACCOUNT_CHANGE_HOURS == 0 or PRIVILEGED.intersection(user.roles):
        return True
    history = apps.get_model("accounts", "UserEvent")._default_manager
    return bool(history.filter(pgh_obj=user.pk, roles__overlap=sorted(PRIVILEGED)).exists())


@transaction.atomic
def ask(
    *, user: User, kind: str, by: User, at: datetime, reason: str = "", new_email: str = ""
) -> AccountChange | None:
    """Ask for a change; returns it waiting, or None when it was done at once. What waited of this kind is replaced."""
    require(by, Permission.STAFF_MANAGE)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    for earlier in AccountChange.objects.waiting().filter(user=user, kind=kind):
        _refused(earlier, by=by, at=at)
    at_once = is_nobodys_yet(user)
    change = AccountChange.objects.create(
        user=user, kind=kind, old_email=user.email, new_email=new_email, reason=reason, asked_by=by, asked_at=at,
        takes_effect_at=None if needs_a_second(user) else at + timedelta(hours=settings.ACCOUNT_CHANGE_HOURS),
    )  # fmt: skip
    if at_once:
        _do(change, at=at)
        return None
    write_audit(
        "staff.change_asked", by=by, reference=readers.reference_of(user), reason=reason, detail={"kind": change.kind}
    )
    _tell_owner(change, "asked", at)
    notify(
        [each for each in seconds() if each.pk not in (by.pk, user.pk)],
        kind="staff",
        text=f"{by.name} asks for {change.get_kind_display()} on the account {user.username}. Say yes or no.",
        reference=readers.reference_of(user),
        path=reverse("pages:account_changes"),
        urgent=True,
    )
    if change.takes_effect_at is not None:
        outbox.put(DUE, {"change": change.pk}, at=change.takes_effect_at)
    return change


def seconds() -> list[User]:
    """Who may say yes to what an administrator asked for."""
    return list(readers.people().filter(is_active=True, roles__overlap=roles_holding(Permission.STAFF_CONFIRM)))


def waiting() -> list[AccountChange]:
    """Every change that waits, the oldest first."""
    rows = AccountChange.objects.waiting().select_related("user", "asked_by")
    return list(rows.order_by("asked_at", "pk"))


def waiting_for(user: User) -> list[AccountChange]:
    """Those that wait on this person's own account."""
    return list(AccountChange.objects.waiting().filter(user=user).select_related("asked_by").order_by("asked_at", "pk"))


def lead(user: User) -> str:
    """What whoever is about to ask reads first; nothing where it is done at once."""
    if is_nobodys_yet(user):
        return ""
    begins = "This waits for the yes of another administrator or a service manager"
    return f"{begins}." if needs_a_second(user) else f"{begins}, or {settings.ACCOUNT_CHANGE_HOURS} hours."


def said(change: AccountChange | None, done: str) -> str:
    """What whoever asked is told: ``done``, or for what it waits."""
    if change is None:
        return done
    until = f", or until {moment(change.takes_effect_at)}" if change.takes_effect_at else ""
    what = change.get_kind_display()
    return f"{what[0].upper()}{what[1:]} waits for another administrator’s or a service manager’s yes{until}"


@transaction.atomic
def confirm(*, key: int, by: User, at: datetime) -> AccountChange:
    """Say yes: it takes effect now. Raises Refused for one's own asking or account, and for what waits no longer."""
    require(by, Permission.STAFF_CONFIRM)
    change = _locked(key)
    if by.pk == change.asked_by_id:
        raise Refused("You asked for this yourself. Somebody else has to say yes.", code="own")
    if by.pk == change.user_id:
        raise Refused("This is your own account. Somebody else has to say yes.", code="own")
    change.confirmed_at, change.confirmed_by = at, by
    write_audit(
        "staff.change_confirmed", by=by, reference=readers.reference_of(change.user), detail={"kind": change.kind}
    )
    _do(change, at=at)
    return change


@transaction.atomic
def refuse(*, key: int, by: User, at: datetime) -> AccountChange:
    """Say no, or stop what was asked for on one's own account. Raises Refused for what waits no longer."""
    change = _locked(key)
    if by.pk != change.user_id and not holds(by, Permission.STAFF_CONFIRM):
        require(by, Permission.STAFF_CONFIRM)
    _refused(change, by=by, at=at)
    if by.pk == change.user_id:
        notify(
            [each for each in seconds() if each.pk != by.pk],
            kind="staff",
            text=f"{by.username} stopped a change of their account: {change.get_kind_display()}.",
            reference=readers.reference_of(change.user),
            path=reverse("pages:account_changes"),
            urgent=True,
        )
    return change


def of_link(token: str, at: datetime) -> AccountChange | None:
    """The change this link of its owner stops or undoes; None when it is no link of ours or its time is over."""
    try:
        key = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    found = AccountChange.objects.filter(pk=key, refused_at=None, undone_at=None).select_related("user").first()
    if found is None or (found.done_at is not None and found.done_at < at - timedelta(days=UNDO_DAYS)):
        return None
    return found


@transaction.atomic
def stop_by_link(*, token: str, at: datetime) -> AccountChange:
    """Whose account it is stops a change, or undoes one that was done.

    Undone, the account has its old address, no session and no password, none of the ways in that were added since, and
    a link for a new password goes to the old address: whoever got in is out. What was asked for later is undone with
    it, whoever’s address that was told to, and what waits is refused. Raises Refused when the link no longer works.
    """
    found = of_link(token, at)
    if found is None:
        raise Refused("This link no longer works.", code="link_ended")
    user = User.objects.select_for_update(of=("self",)).get(pk=found.user_id)
    change = of_link(token, at)  # once more, now that nobody else changes anything of this account
    if change is None:
        raise Refused("This link no longer works.", code="link_ended")
    if change.done_at is None:
        return refuse(key=change.pk, by=user, at=at)
    undone = [change, *_after(change)]
    addresses = [each for each in undone if each.kind == KINDS.EMAIL]
    if addresses:
        if user.email not in [each.new_email for each in addresses]:
            raise Refused("This link no longer works.", code="link_ended")
        user.email = addresses[0].old_email
    user.set_unusable_password()
    user.save()
    for open_now in sign_ins.live(user, at):
        sign_ins.end(open_now)
    _take_ways_in(user, since=min(each.done_at for each in undone if each.done_at is not None))
    for each in AccountChange.objects.waiting().filter(user=user):
        _refused(each, by=user, at=at)
    for each in undone:
        each.undone_at, each.undone_by = at, user
        each.save()
    write_audit("staff.change_undone", by=user, reference=readers.reference_of(user), detail={"kind": change.kind})
    outbox.put(mail.KIND, {"user": user.pk}, at=at)
    notify(
        [each for each in seconds() if each.pk != user.pk],
        kind="staff",
        text=f"{user.username} undid a change of their account: {change.get_kind_display()}. Find out who asked.",
        reference=readers.reference_of(user),
        path=reverse("pages:account_changes"),
        urgent=True,
    )
    return change


def _after(change: AccountChange) -> list[AccountChange]:
    """What was done on the same account by an asking after this one, and stands; in the order of asking."""
    done = AccountChange.objects.filter(user=change.user_id, done_at__isnull=False, undone_at=None)
    later = Q(asked_at__gt=change.asked_at) | Q(asked_at=change.asked_at, pk__gt=change.pk)
    return list(done.filter(later).order_by("asked_at", "pk"))


def _take_ways_in(user: User, *, since: datetime) -> None:
    """Take off an account what somebody else may have added since, and the recovery codes they may have read."""
    added = Q(created_at__gte=since) | Q(type=Authenticator.Type.RECOVERY_CODES)
    Authenticator.objects.filter(added, user=user).delete()
    SocialAccount.objects.filter(user=user, date_joined__gte=since).delete()


@outbox.handler(DUE)
def take_effect(payload: dict[str, Any], at: datetime) -> None:
    """Nobody said no in time: do it, unless its owner has become somebody it needs a second person for."""
    change = _waiting_and_locked(payload["change"])
    if change is None or change.takes_effect_at is None or change.takes_effect_at > at or needs_a_second(change.user):
        return
    _do(change, at=at)


def _locked(key: int) -> AccountChange:
    found = _waiting_and_locked(key)
    if found is None:
        raise Refused("This change waits no longer.", code="over")
    return found


def _waiting_and_locked(key: int) -> AccountChange | None:
    """A change that still waits; its account is locked first, as everywhere here: no two wait for each other."""
    of_one = AccountChange.objects.filter(pk=key).values("user")
    list(User.objects.select_for_update(of=("self",)).filter(pk__in=of_one))
    rows = AccountChange.objects.waiting().select_for_update(of=("self",)).select_related("user")
    return rows.filter(pk=key).first()


def _refused(change: AccountChange, *, by: User, at: datetime) -> None:
    change.refused_at, change.refused_by = at, by
    change.save()
    write_audit(
        "staff.change_refused", by=by, reference=readers.reference_of(change.user), detail={"kind": change.kind}
    )


def _do(change: AccountChange, *, at: datetime) -> None:
    """Carry the change out, and tell whose account it is at the address it had."""
    user = User.objects.select_for_update(of=("self",)).get(pk=change.user_id)
    reference, by = readers.reference_of(user), change.asked_by
    if change.kind == KINDS.EMAIL:
        user.email = change.new_email
        user.save()
        write_audit("staff.email_changed", by=by, reference=reference)
    elif change.kind == KINDS.SECOND_STEP:
        Authenticator.objects.filter(user=user).delete()
        write_audit("staff.factors_removed", by=by, reference=reference, reason=change.reason)
    else:
        write_audit("staff.link_sent", by=by, reference=reference)
        outbox.put(mail.KIND, {"user": user.pk}, at=at)
    change.done_at = at
    change.save()
    if not is_nobodys_yet(user):
        _tell_owner(change, "done", at)


def _tell_owner(change: AccountChange, how: str, at: datetime) -> None:
    done = "There was" if how == "done" else "An administrator asks for"
    text = f"{done} {change.get_kind_display()} on your account. If you did not ask for it, stop it."
    notify([change.user], kind="staff", text=text, path=reverse("pages:sign_ins"), urgent=True)
    outbox.put(TOLD, {"change": change.pk, "how": how}, at=at)


def link_of(change: AccountChange) -> str:
    """The address at which whose account it is stops the change, or undoes it."""
    return f"{settings.PUBLIC_URL}{reverse('pages:stop_change', args=[_signer().sign(str(change.pk))])}"


@outbox.handler(TOLD)
def send(payload: dict[str, Any], at: datetime) -> None:
    """The e-mail to the address the account had when the change was asked for; its link is written down nowhere."""
    change = AccountChange.objects.select_related("user", "asked_by").get(pk=payload["change"])
    if not change.old_email:
        return
    begins = "There was" if payload["how"] == "done" else f"{change.asked_by.name} asks for"
    text = (
        f"{begins} {change.get_kind_display()} on your {settings.SERVICE_NAME} account, {change.user.username}.\n\n"
        "If this is right, you need not do anything.\n\n"
        f"If you did not ask for it, stop it here within {UNDO_DAYS} days: {link_of(change)}\n\n"
        f"{settings.COUNCIL_NAME}\n"
    )
    title = f"Your {settings.SERVICE_NAME} account"
    EmailMessage(title, text, settings.DEFAULT_FROM_EMAIL, [change.old_email]).send()
