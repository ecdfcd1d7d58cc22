"""A question put into words once is asked afresh each time: of whoever asks, and with the values of now."""

from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from frontdoor.accounts.models import OnDuty, Team, User
from frontdoor.db import as_seen
from frontdoor.notifications.actions import notify
from frontdoor.notifications.models import Notice
from frontdoor.wording import CannotBeWorded, worded

pytestmark = pytest.mark.django_db


def _staff(name: str, *roles: str) -> User:
    return User.objects.create_user(name, name.title(), roles=[*roles])


def test_a_text_is_written_once_for_all_who_have_the_same_roles_and_answers_each_of_them() -> None:
    written = []

    @worded(kinds=[str], keys=[int])
    def own(user: User, *, kinds: Collection[str], keys: Collection[int]) -> QuerySet[Notice, Notice]:
        written.append(user.roles)
        return Notice.objects.of(user).filter(kind__in=kinds).exclude(pk__in=keys).select_related("user").order_by("pk")

    one, two, manager = _staff("one"), _staff("two"), _staff("manager", "duty_manager")
    for user in (one, two, manager):
        for kind in ("news", "late", "other"):
            notify([user], kind=kind, text=f"{kind} for {user.name}")
    for user in (one, two, manager, one):
        asked = own(user, kinds={"news", "late"}, keys=[])
        assert [row.text for row in asked] == [f"news for {user.name}", f"late for {user.name}"]
        assert [row.user for row in asked] == [user, user]
        assert [row.text for row in own(user, kinds=["news", "late"], keys=[asked[0].pk])] == [f"late for {user.name}"]
        assert own(user, kinds=[], keys=[]) == []
    assert written == [[], ["duty_manager"]]


def test_a_change_of_roles_or_an_ended_account_has_a_text_of_its_own() -> None:
    @worded()
    def own(user: User) -> QuerySet[User, User]:
        return (
            User.objects.filter(pk=user.pk) if user.is_active and "duty_manager" in user.roles else User.objects.none()
        )

    user = _staff("one")
    assert own(user) == []
    user.roles = ["duty_manager"]
    assert own(user) == [user]
    user.is_active = False
    assert own(user) == []


def test_each_moment_is_asked_with_and_none_stays_in_the_text() -> None:
    @worded(at=datetime)
    def running(user: User, *, at: datetime) -> QuerySet[OnDuty, OnDuty]:
        return OnDuty.objects.at(at).filter(user=user.pk)

    @worded(at=datetime)
    def yesterday(*, at: datetime) -> QuerySet[OnDuty, OnDuty]:
        return OnDuty.objects.at(at - timedelta(days=1))

    @worded()
    def now() -> QuerySet[OnDuty, OnDuty]:
        return OnDuty.objects.at(timezone.now())

    user, at = _staff("one"), timezone.now()
    turn = OnDuty.objects.create(user=user, kind="on_call", from_at=at, to_at=at + timedelta(hours=1))
    assert [running(user, at=at + timedelta(hours=hours)) for hours in (0, 2)] == [[turn], []]
    for wrong in (lambda: yesterday(at=at), now):
        with pytest.raises(CannotBeWorded, match="stand in the text"):
            wrong()


def test_nothing_of_one_user_but_their_key_is_kept_for_another_and_nothing_looked_up() -> None:
    @worded()
    def of_the_team(user: User) -> QuerySet[Team, Team]:
        return Team.objects.filter(members__team=user.team_id)

    @worded()
    def looked_up(user: User) -> QuerySet[User, User]:
        return User.objects.filter(pk__in=list(User.objects.values_list("pk", flat=True)))

    @worded()
    def by_name(user: User) -> QuerySet[User, User]:
        return User.objects.filter(username=user.username)

    user = _staff("one")
    for wrong in (of_the_team, by_name, looked_up):
        with pytest.raises(CannotBeWorded, match="may ask nothing"):
            wrong(user)


@pytest.mark.parametrize(
    ("typed", "seen"), [("ZZ99 7QQ", "ZZ99 7QQ"), ("ZZ99\t7QQ", "ZZ99 7QQ"), ("ZZ99\u00a07QQ\u200b", "ZZ99 7QQ")]
)
def test_plain_characters_are_seen_as_they_are(typed: str, seen: str) -> None:
    assert as_seen(typed) == seen
