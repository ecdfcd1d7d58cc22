"""Staff accounts from opening to ending, by the pages an administrator uses and the message its holder gets."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from frontdoor.access import Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice
from frontdoor.staff import actions
from tests.reading import without_drawn

pytestmark = pytest.mark.django_db
NEW = {
    "name": "Jo Example", "username": "jo.example", "email": "jo@council.example", "roles": ["social_worker"],
    "team": "duty_x",
}  # fmt: skip
PASSWORD = "a-long-walk-to-the-sea"


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("ada", "Ada Minns", roles=["administrator"], email="ada@council.example")


@pytest.fixture
def team() -> Team:
    manager = User.objects.create_user("mana", "Mana Ger", roles=["team_manager"])
    return Team.objects.create(code="duty_x", name="Duty X", kind="duty", manager=manager)


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def opened(office: Client) -> User:
    answer = office.post("/staff/add/", NEW)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return User.objects.get(username="jo.example")


def test_an_account_is_opened_and_its_holder_alone_chooses_the_password(office: Client, team: Team) -> None:
    jo = opened(office)
    assert jo.team == team
    assert not jo.has_usable_password()
    outbox.drain(timezone.now())
    [message] = mail.outbox
    assert message.to == ["jo@council.example"]
    address = re.search(r"https?://[^/]+(/\S+)", str(message.body))
    assert address
    holder = Client()
    answer = holder.get(address[1], follow=True)
    form: Any = {"password1": PASSWORD, "password2": PASSWORD}
    answer = holder.post(answer.request["PATH_INFO"], form, follow=True)
    assert answer.status_code == 200
    asked = {"login": "jo.example", "password": PASSWORD}
    signed = Client().post("/accounts/login/", asked)
    assert signed.status_code == 302, signed.content.decode()[:2000]
    again = Client().get(address[1], follow=True).content.decode()
    assert "no longer works" in again, "a link opens once"


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(office: Client, team: Team) -> None:
    opened(office)
    for change, words in (
        ({"username": "jo.example"}, "This user name is taken"),
        ({"username": "Jo Example!"}, "lower-case letters"),
        ({"username": "j2", "email": "nowhere"}, "Enter an e-mail address"),
        ({"username": "j2", "roles": []}, "Choose at least one role"),
        ({"username": "j2", "name": " "}, "Enter the full name"),
    ):
        answer = office.post("/staff/add/", {**NEW, **change})
        assert answer.status_code == 422, change
        text = answer.content.decode()
        assert words in text
        assert "jo@council.example" in text or "email" in change
    assert User.objects.filter(email="jo@council.example").count() == 1


def test_an_ended_account_is_shut_out_of_a_session_that_is_open(office: Client, team: Team) -> None:
    jo = opened(office)
    theirs = Client()
    theirs.force_login(jo, backend="django.contrib.auth.backends.ModelBackend")
    assert theirs.get("/").status_code == 200
    assert office.post(f"/staff/{jo.pk}/end/", {"reason": ""}).status_code == 422
    assert office.post(f"/staff/{jo.pk}/end/", {"reason": "Left on Friday"}).status_code == 302
    answer = theirs.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    row = Entry.objects.get(event="staff.ended")
    assert row.reference == f"ST-{jo.pk}"
    assert row.reason == "Left on Friday"
    assert "Left on Friday" in office.get(f"/staff/{jo.pk}/").content.decode()
    assert "jo.example" not in office.get("/staff/").content.decode()
    assert "jo.example" in office.get("/staff/?state=ended").content.decode()
    assert office.post(f"/staff/{jo.pk}/restore/", {"reason": "Came back"}).status_code == 302
    jo.refresh_from_db()
    assert jo.is_active
    assert not jo.has_usable_password()


def test_nobody_ends_or_changes_themselves_and_the_last_administrator_stays(office: Client, admin: User) -> None:
    assert office.post(f"/staff/{admin.pk}/end/", {"reason": "Off"}).status_code == 422
    own = {"name": "Ada Minns", "email": "ada@council.example", "roles": ["administrator", "service_manager"]}
    assert office.post(f"/staff/{admin.pk}/change/", own).status_code == 422
    other = User.objects.create_user("bo", "Bo Bell", roles=["administrator"], email="bo@council.example")
    actions.end(user=other, reason="Left", by=admin, at=timezone.now())
    third = User.objects.create_user("cy", "Cy Coe", roles=["administrator"], email="cy@council.example")
    # Two administrators end each other at the same moment: whoever comes second finds the other one gone.
    actions.end(user=admin, reason="Left", by=third, at=timezone.now())
    with pytest.raises(Refused, match="last administrator"):
        actions.end(user=third, reason="Left", by=admin, at=timezone.now())
    third.refresh_from_db()
    assert third.is_active


def test_a_changed_role_counts_at_once_and_its_holder_is_told(office: Client, team: Team) -> None:
    jo = opened(office)
    theirs = Client()
    theirs.force_login(jo, backend="django.contrib.auth.backends.ModelBackend")
    assert theirs.get("/staff/").status_code == 403
    changed = {**NEW, "roles": ["administrator"], "team": ""}
    assert office.post(f"/staff/{jo.pk}/change/", changed).status_code == 302
    assert theirs.get("/staff/").status_code == 200
    assert Notice.objects.filter(user=jo, kind="staff").count() == 1
    row = Entry.objects.get(event="staff.changed")
    assert row.detail == {
        "before": {"roles": ["social_worker"], "team": "duty_x"}, "after": {"roles": ["administrator"], "team": ""},
    }  # fmt: skip


def test_too_many_wrong_passwords_and_a_lost_telephone(office: Client, team: Team) -> None:
    from allauth.mfa.models import Authenticator

    jo = opened(office)
    stranger = Client()
    wrong = {"login": "jo.example", "password": "wrong-wrong-wrong"}
    answers = [stranger.post("/accounts/login/", wrong).status_code for _ in range(6)]
    assert answers[-1] == 429
    assert "Locked out" in office.get("/staff/").content.decode()
    assert office.post(f"/staff/{jo.pk}/", {"unlock": "1"}).status_code == 302
    assert "Locked out" not in office.get("/staff/").content.decode()
    Authenticator.objects.create(user=jo, type="totp", data={})
    assert "Authenticator app" in office.get(f"/staff/{jo.pk}/").content.decode()
    asked = {"reason": "Came to the desk with a council card"}
    assert office.post(f"/staff/{jo.pk}/second-step/", asked).status_code == 302
    assert not Authenticator.objects.filter(user=jo).exists()


def test_the_list_is_filtered_paged_and_asked_with_few_queries(
    office: Client, team: Team, django_assert_max_num_queries: Any
) -> None:
    User.objects.bulk_create(
        User(username=f"w{n:03}", name=f"Worker {n:03}", roles=["social_worker"], password="!", team=team)
        for n in range(120)
    )
    with django_assert_max_num_queries(12):
        text = office.get("/staff/?q=Worker&team=duty_x&role=social_worker").content.decode()
    assert "w000" in text
    assert "w049" in text
    assert "w050" not in without_drawn(text)
    after = re.search(r'href="(\?s=[0-9a-f]{10}[^"]*after=w049)"', text)
    assert after
    text = office.get("/staff/" + after[1].replace("&amp;", "&")).content.decode()
    assert "w050" in text
    assert "w000" not in without_drawn(text)
    assert "No accounts match" in office.get("/staff/?q=nobody%00at%25all").content.decode()


def test_teams_are_added_renamed_and_closed_when_nobody_belongs_to_them(office: Client, team: Team) -> None:
    jo = opened(office)
    answer = office.post("/staff/teams/", {"name": "Duty Y", "code": "duty_y", "kind": "duty"})
    assert answer.status_code == 302
    assert office.post("/staff/teams/", {"name": "Duty Y", "code": "duty_y", "kind": "duty"}).status_code == 422
    answer = office.post(f"/staff/teams/{team.pk}/", {"name": "Duty X"})
    assert answer.status_code == 422
    assert "still belong" in answer.content.decode()
    User.objects.filter(pk=jo.pk).update(team=None)
    assert office.post(f"/staff/teams/{team.pk}/", {"name": "Old duty"}).status_code == 302
    team.refresh_from_db()
    assert team.name == "Old duty"
    assert not team.is_active
    assert "Closed" in office.get("/staff/teams/").content.decode()


def test_the_first_administrator_is_made_at_the_server(capsys: pytest.CaptureFixture[str], client: Client) -> None:
    call_command("staff_add", "first.admin", "First Admin", "first@council.example")
    user = User.objects.get(username="first.admin")
    assert user.roles == ["administrator"]
    address = re.search(r"https?://[^/]+(/\S+)", capsys.readouterr().out)
    assert address
    assert "Change password" in client.get(address[1], follow=True).content.decode()
    with pytest.raises(CommandError, match="taken"):
        call_command("staff_add", "first.admin", "First Admin", "first@council.example")
