"""One administrator cannot become anyone: a second person says yes, and whose account it is can stop and undo it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdoor.accounts.models import AccountChange, User
from frontdoor.audit.models import Entry
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice
from frontdoor.quiet import fit_to_log
from frontdoor.staff import changes

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "a-long-walk-to-the-sea"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def someone(username: str, name: str, role: str) -> User:
    return User.objects.create_user(
        username, name, PASSWORD, roles=[role], email=f"{username}@council.example", last_login=NOW - timedelta(days=1)
    )


@pytest.fixture
def ada() -> User:
    return someone("ada", "Ada Minns", "administrator")


@pytest.fixture
def bo() -> User:
    return someone("bo", "Bo Bell", "administrator")


@pytest.fixture
def sol() -> User:
    return someone("sol", "Sol Worker", "social_worker")


@pytest.fixture
def dora() -> User:
    return someone("dora", "Dora Manager", "duty_manager")


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def change_email(client: Client, user: User, to: str = "mine@elsewhere.example") -> str:
    sent = {"name": user.name, "email": to, "roles": user.roles, "team": ""}
    answer = client.post(f"/staff/{user.pk}/change/", sent, follow=True)
    return answer.content.decode()


def email_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


def deliver(at: datetime | None = None) -> None:
    outbox.drain(at or timezone.now())


def test_a_managers_address_waits_for_a_second_person_however_long(ada: User, bo: User, dora: User) -> None:
    assert "waits for another administrator’s or a service manager’s yes" in change_email(at_desk(ada), dora)
    deliver(NOW + timedelta(days=90))
    assert email_of(dora) == "dora@council.example"
    [message] = mail.outbox
    assert message.to == ["dora@council.example"]
    assert "Ada Minns asks for a new e-mail address" in str(message.body)
    assert "Ada Minns asks for a new e-mail address on the account dora" in Notice.objects.get(user=bo).text
    assert not Notice.objects.filter(user=ada).exists()
    change = AccountChange.objects.get()
    own = at_desk(ada).post("/account-changes/", {"yes": str(change.pk)}, follow=True)
    assert "You asked for this yourself" in own.content.decode()
    assert at_desk(dora).post("/account-changes/", {"yes": str(change.pk)}).status_code == 403
    page = at_desk(bo).get("/account-changes/").content.decode()
    assert "dora@council.example → mine@elsewhere.example" in page
    at_desk(bo).post("/account-changes/", {"yes": str(change.pk)})
    assert email_of(dora) == "mine@elsewhere.example"
    rows = Entry.objects.filter(reference=f"ST-{dora.pk}").order_by("pk").values_list("event", "actor__username")
    kept = [row for row in rows if row[0].startswith("staff.") and row[0] != "staff.changed"]
    assert kept == [
        ("staff.change_asked", "ada"), ("staff.change_confirmed", "bo"), ("staff.email_changed", "ada"),
    ]  # fmt: skip
    deliver(NOW + timedelta(days=90))
    assert [message.to for message in mail.outbox] == [["dora@council.example"]] * 2, "never the new one"


def test_a_workers_second_step_is_removed_after_a_day_unless_somebody_says_no(ada: User, bo: User, sol: User) -> None:
    Authenticator.objects.create(user=sol, type="totp", data={})
    asked = {"reason": "Rang from the desk"}
    page = at_desk(ada).get(f"/staff/{sol.pk}/second-step/").content.decode()
    assert "the yes of another administrator or a service manager, or 24 hours." in page
    at_desk(ada).post(f"/staff/{sol.pk}/second-step/", asked)
    deliver(NOW + timedelta(hours=23))
    assert Authenticator.objects.filter(user=sol).exists()
    deliver(NOW + timedelta(hours=25))
    assert not Authenticator.objects.filter(user=sol).exists()
    Authenticator.objects.create(user=sol, type="totp", data={})
    at_desk(ada).post(f"/staff/{sol.pk}/second-step/", asked)
    at_desk(bo).post("/account-changes/", {"no": str(AccountChange.objects.waiting().get().pk)})
    deliver(NOW + timedelta(days=90))
    assert Authenticator.objects.filter(user=sol).exists()


def test_whose_account_it_is_stops_it_at_their_desk(ada: User, bo: User, sol: User) -> None:
    at_desk(ada).post(f"/staff/{sol.pk}/", {"link": "1"})
    theirs = at_desk(sol)
    page = theirs.get("/sign-ins/").content.decode()
    assert "Ada Minns asked for a link for a new password" in page
    theirs.post("/sign-ins/", {"stop": str(AccountChange.objects.get().pk)})
    deliver(NOW + timedelta(days=90))
    assert not [message for message in mail.outbox if "Choose your password" in str(message.body)]
    told = Notice.objects.get(user=bo, text__contains="sol stopped a change of their account")
    assert at_desk(someone("sheila", "Sheila Service", "service_manager")).get(told.path).status_code == 200


def link_in(message: EmailMessage) -> str:
    found = re.search(r"https?://[^/]+(/account-changes/\S+)", str(message.body))
    assert found
    return found[1]


def test_by_the_link_in_the_message_it_is_stopped_without_signing_in(ada: User, sol: User) -> None:
    change_email(at_desk(ada), sol)
    deliver()
    anybody, link = Client(), link_in(mail.outbox[0])
    assert "Stop it" in anybody.get(link).content.decode()
    assert "It has been stopped" in anybody.post(link).content.decode()
    deliver(NOW + timedelta(days=90))
    assert email_of(sol) == "sol@council.example"
    assert anybody.get(link).status_code == 404, "once"
    assert anybody.get("/account-changes/1.guessed/").status_code == 404
    token = link.split("/")[-2]
    assert token not in fit_to_log(f"GET {link} 200")


def test_what_was_done_is_undone_and_whoever_got_in_is_out(ada: User, bo: User, sol: User) -> None:
    change_email(at_desk(ada), sol)
    at_desk(bo).post("/account-changes/", {"yes": str(AccountChange.objects.get().pk)})
    deliver()
    intruder = Client()
    intruder.post("/accounts/login/", {"login": "sol", "password": PASSWORD})
    assert intruder.get("/drafts/").status_code == 200
    assert "It has been undone" in Client().post(link_in(mail.outbox[-1])).content.decode()
    assert email_of(sol) == "sol@council.example"
    assert intruder.get("/drafts/").status_code == 302
    assert not User.objects.get(pk=sol.pk).has_usable_password()
    deliver()
    assert mail.outbox[-1].to == ["sol@council.example"]
    assert "Choose your password" in str(mail.outbox[-1].body)


def moved(ada: User, bo: User, user: User, to: str) -> EmailMessage:
    """The message, with its link, by which whoever had the address before undoes a change that was done."""
    user.refresh_from_db()
    change_email(at_desk(ada), user, to)
    at_desk(bo).post("/account-changes/", {"yes": str(AccountChange.objects.waiting().get().pk)})
    deliver()
    return mail.outbox[-1]


def test_what_was_undone_is_not_done_again_by_a_link_of_the_other_address(ada: User, bo: User, sol: User) -> None:
    owners = link_in(moved(ada, bo, sol, "mine@elsewhere.example"))
    theirs = moved(ada, bo, sol, "other@elsewhere.example")
    assert theirs.to == ["mine@elsewhere.example"]
    sol.refresh_from_db()
    change_email(at_desk(ada), sol, "third@elsewhere.example")
    assert "It has been undone" in Client().post(owners).content.decode(), "however often it was changed since"
    assert email_of(sol) == "sol@council.example"
    assert Client().post(link_in(theirs)).status_code == 404
    assert not AccountChange.objects.waiting().exists(), "what waited is refused"
    deliver(NOW + timedelta(days=90))
    assert email_of(sol) == "sol@council.example"
    assert mail.outbox[-1].to == ["sol@council.example"]


def test_a_link_undoes_no_address_that_something_else_gave(ada: User, bo: User, sol: User) -> None:
    message = moved(ada, bo, sol, "mine@elsewhere.example")
    User.objects.filter(pk=sol.pk).update(email="found.out@council.example")
    assert Client().post(link_in(message)).status_code == 404
    assert email_of(sol) == "found.out@council.example"


def test_an_address_changed_after_the_second_step_goes_back_with_it(ada: User, bo: User, sol: User) -> None:
    at_desk(ada).post(f"/staff/{sol.pk}/second-step/", {"reason": "Rang from the desk"})
    at_desk(bo).post("/account-changes/", {"yes": str(AccountChange.objects.get().pk)})
    deliver()
    link = link_in(mail.outbox[-1])
    moved(ada, bo, sol, "mine@elsewhere.example")
    Client().post(link)
    deliver()
    assert email_of(sol) == "sol@council.example"
    assert mail.outbox[-1].to == ["sol@council.example"]


def test_the_keys_of_whoever_got_in_are_taken_off_and_ones_own_stay(ada: User, bo: User, sol: User) -> None:
    before = timezone.now() - timedelta(days=3)
    Authenticator.objects.create(user=sol, type="totp", data={}, created_at=before)
    Authenticator.objects.create(user=sol, type="recovery_codes", data={}, created_at=before)
    message = moved(ada, bo, sol, "mine@elsewhere.example")
    Authenticator.objects.create(user=sol, type="webauthn", data={})
    SocialAccount.objects.create(user=sol, provider="openid_connect", uid="theirs")
    page = Client().post(link_in(message)).content.decode()
    assert "Passkeys, security keys, codes and linked accounts that were added since" in page
    assert list(Authenticator.objects.filter(user=sol).values_list("type", flat=True)) == ["totp"]
    assert not SocialAccount.objects.filter(user=sol).exists()


def test_after_a_week_nothing_is_undone(ada: User, bo: User, sol: User) -> None:
    change_email(at_desk(ada), sol)
    at_desk(bo).post("/account-changes/", {"yes": str(AccountChange.objects.get().pk)})
    AccountChange.objects.update(done_at=timezone.now() - timedelta(days=8))
    deliver()
    assert Client().post(link_in(mail.outbox[-1])).status_code == 404
    assert email_of(sol) == "mine@elsewhere.example"


def test_taking_the_role_away_first_is_no_way_around(ada: User, bo: User, dora: User) -> None:
    office = at_desk(ada)
    sent = {"name": dora.name, "email": dora.email, "roles": ["social_worker"], "team": ""}
    office.post(f"/staff/{dora.pk}/change/", sent)
    dora.refresh_from_db()
    assert dora.roles == ["social_worker"]
    change_email(office, dora)
    deliver(NOW + timedelta(days=90))
    assert email_of(dora) == "dora@council.example"


def test_with_no_hours_given_everybody_needs_a_second_person(ada: User, sol: User, settings: LazySettings) -> None:
    settings.ACCOUNT_CHANGE_HOURS = 0
    change_email(at_desk(ada), sol)
    deliver(NOW + timedelta(days=90))
    assert email_of(sol) == "sol@council.example"


def test_an_account_nobody_has_used_yet_is_nobodys_to_become(ada: User) -> None:
    new = User.objects.create_user("jo", "Jo Example", roles=["duty_manager"], email="typo@council.example")
    assert changes.is_nobodys_yet(new)
    assert "The account has been changed" in change_email(at_desk(ada), new, "jo@council.example")
    assert email_of(new) == "jo@council.example"


def test_the_list_asks_as_much_for_one_as_for_many(ada: User, bo: User) -> None:
    client = at_desk(bo)
    asked = []
    for number in range(12):
        change_email(at_desk(ada), someone(f"w{number}", f"Worker {number}", "social_worker"))
        if number in (1, 11):
            with CaptureQueriesContext(connection) as queries:
                client.get("/account-changes/")
            asked.append(len(queries))
    assert asked[1] <= asked[0]
