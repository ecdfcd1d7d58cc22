"""An address or an identifier ends on a day; a colleague is named on a restriction: from the person's record."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people import actions
from frontdoor.people.models import RestrictionHolder
from frontdoor.people.protection import actions as protection

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SECRET = "7 Hidden Court"


def text(response):
    return " ".join(response.content.decode().split())


def day(field, when):
    return {f"{field}_{name}": str(getattr(when, name)) for name in ("day", "month", "year")}


def sent(person, when):
    person.refresh_from_db()
    return {"version": person.version, **day("ended_on", when)}


@pytest.fixture(params=["addresses", "identifiers"])
def part(request, child):
    """The one address or identifier of the child, and where its end is given."""
    row = getattr(child, request.param).get()
    return row, f"/people/{child.reference}/{request.param}/{row.pk}/end/"


def end_of(row):
    row.refresh_from_db()
    return row.ended_on if hasattr(row, "ended_on") else row.valid_to


def test_it_ends_from_the_record_on_the_day_given(client, sign_in, child, part):
    row, address = part
    sign_in("contact_officer", username="looker")
    assert address not in text(client.get(f"/people/{child.reference}/"))
    sign_in("social_worker", "contact_officer")
    assert address in text(client.get(f"/people/{child.reference}/"))
    page = client.get(address)
    assert page.status_code == 200
    assert Entry.objects.filter(kind="opened", people=[child.pk]).exists()
    done = client.post(address, sent(child, date(2026, 11, 1)))
    assert done["Location"] == f"/people/{child.reference}/"
    assert end_of(row) == date(2026, 11, 1)
    after = text(client.get(f"/people/{child.reference}/"))
    assert "until 1 Nov" in after
    assert address not in after
    assert Entry.objects.filter(event__in=["person.address_ended", "person.identifier_ended"]).count() == 1


def test_what_is_wrong_with_the_day_is_said_at_the_day(client, sign_in, child, part):
    row, address = part
    sign_in("social_worker")
    tomorrow = timezone.localdate() + timedelta(days=1)
    for given, told in (
        ({"version": child.version}, "Enter the day"),
        (sent(child, tomorrow), "must be today or in the past"),
    ):
        answer = client.post(address, given)
        assert answer.status_code == 422
        assert told in text(answer)
    if hasattr(row, "ended_on"):
        row.started_on = date(2026, 10, 1)
    else:
        row.valid_from = date(2026, 10, 1)
    row.save()
    early = client.post(address, sent(child, date(2026, 9, 30)))
    assert early.status_code == 422
    assert "before" in text(early)
    assert 'id="id_ended_on-error"' in text(early)
    assert end_of(row) is None


def test_the_day_may_not_be_to_come_for_the_action_either(child, manager):
    for act, row in (
        (lambda **given: actions.end_address(address=child.addresses.get(), **given), child.addresses.get()),
        (lambda **given: actions.end_identifier(identifier=child.identifiers.get(), **given), child.identifiers.get()),
    ):
        with pytest.raises(Refused) as refused:
            act(by=manager, at=AT, ended_on=date(2026, 11, 24))
        assert refused.value.field == "ended_on"
        assert end_of(row) is None


def test_what_two_joined_records_both_say_ends_once_for_all(client, sign_in, child, part):
    """The record shows it once: it must not stand there as before when it has been ended."""
    row, address = part
    twin, other = type(row).objects.get(pk=row.pk), type(row).objects.get(pk=row.pk)
    twin.pk = other.pk = None
    if hasattr(row, "ended_on"):
        twin.lines = row.lines.upper()
        other.lines = "13 Mill Lane"
    else:
        other.value = "9990000026"
    twin.save()
    other.save()
    sign_in("social_worker")
    assert client.post(address, sent(child, date(2026, 11, 1))).status_code == 302
    assert [end_of(each) for each in (row, twin, other)] == [date(2026, 11, 1), date(2026, 11, 1), None]


def test_only_those_who_edit_records_end_anything(client, sign_in, child, part):
    _, address = part
    sign_in("quality_officer")
    assert client.get(address).status_code == client.post(address, sent(child, date(2026, 11, 1))).status_code == 403


def test_nobody_ends_anything_of_somebody_hidden_or_of_somebody_else(client, sign_in, child, part, manager):
    _, address = part
    other = actions.create_person(by=manager, at=AT, names=[actions.GivenName("Ben", "Other")])
    sign_in("social_worker")
    assert client.get(address.replace(child.reference, other.reference)).status_code == 404
    protection.set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Threats")
    assert client.get(address).status_code == client.post(address, sent(child, date(2026, 11, 1))).status_code == 404


def test_a_change_meanwhile_is_told_and_a_second_end_refused(client, sign_in, child, part, manager):
    row, address = part
    sign_in("social_worker")
    opened = sent(child, date(2026, 11, 1))
    actions.add_name(person=child, by=manager, at=AT, given="Zo", kind="alias")
    overtaken = client.post(address, opened)
    assert overtaken.status_code == 409
    assert "Mary Manager changed this record" in text(overtaken)
    assert end_of(row) is None
    assert client.post(address, sent(child, date(2026, 11, 1))).status_code == 302
    again = client.post(address, sent(child, date(2026, 11, 2)))
    assert again.status_code == 422
    assert "already ended" in text(again)
    assert end_of(row) == date(2026, 11, 1)


def test_a_confidential_address_ends_without_being_shown(client, sign_in, child, manager):
    row = actions.add_address(
        person=child, by=manager, at=AT, lines=SECRET, postcode="KX9 9ZZ", is_confidential=True, why="Threats",
        review_on=date(2027, 1, 1),
    )  # fmt: skip
    sign_in("social_worker", "contact_officer")
    address = f"/people/{child.reference}/addresses/{row.pk}/end/"
    record = text(client.get(f"/people/{child.reference}/"))
    assert address in record
    page = text(client.get(address))
    assert "Confidential address" in page
    wrong = text(client.post(address, {"version": "1"}))
    done = client.post(address, sent(child, date(2026, 11, 1)), follow=True)
    assert end_of(row) == date(2026, 11, 1)
    for seen in (record, page, wrong, text(done)):
        assert SECRET not in seen
        assert "KX9 9ZZ" not in seen
    assert not Entry.objects.filter(event="person.address_shown").exists()


@pytest.fixture
def restricted(child, manager):
    return protection.set_restriction(person=child, holders=[manager], by=manager, at=AT, reason="Threats")


@pytest.fixture
def colleague(db):
    return User.objects.create_user("colleague", "Cora Colleague", roles=["social_worker"])


def name_on(restriction):
    return f"/people/{restriction.person.reference}/restrictions/{restriction.pk}/holders/add/"


def test_a_holder_names_one_more_colleague(client, child, manager, restricted, colleague):
    client.force_login(colleague)
    assert client.get(f"/people/{child.reference}/").status_code == 404
    client.force_login(manager)
    session = client.session
    session[f"reason-for-{child.reference}"] = "To look at who may see it"
    session.save()
    assert name_on(restricted) in text(client.get(f"/people/{child.reference}/"))
    assert client.get(name_on(restricted)).status_code == 200
    done = client.post(name_on(restricted), {"holder": "Colleague"})
    assert done["Location"] == f"/people/{child.reference}/"
    assert "Cora Colleague" in text(client.get(f"/people/{child.reference}/"))
    assert Entry.objects.get(event="person.holder_added").detail["holder"] == colleague.pk
    client.force_login(colleague)
    assert client.get(f"/people/{child.reference}/").status_code == 200


def test_a_name_that_is_nobodys_or_stands_there_is_refused_at_its_field(client, manager, restricted):
    client.force_login(manager)
    for given, told in (
        ("", "Enter a user name"),
        ("nobody", "There is no colleague with this user name"),
        ("manager", "Mary Manager is already named on this restriction."),
    ):
        answer = client.post(name_on(restricted), {"holder": given})
        assert answer.status_code == 422
        assert told in text(answer)
        assert 'id="id_holder-error"' in text(answer)
    assert RestrictionHolder.objects.count() == 1


def test_only_who_sets_restrictions_and_sees_the_record_names_anybody(client, sign_in, restricted, manager, colleague):
    """A role that sets none gets 403, named or not; one that does and is not named gets 404, as for nothing there."""
    protection.add_holder(restriction=restricted, holder=colleague, by=manager, at=AT)
    client.force_login(colleague)
    assert client.post(name_on(restricted), {"holder": "colleague"}).status_code == 403
    for role in ("service_manager", "data_protection_officer"):
        sign_in(role, username=f"outside-{role}"[:20])
        assert client.get(name_on(restricted)).status_code == 404
        assert client.post(name_on(restricted), {"holder": "colleague"}).status_code == 404


def test_nobody_is_named_on_a_restriction_that_has_ended(client, manager, restricted, colleague):
    client.force_login(manager)
    protection.end_restriction(restriction=restricted, by=manager, at=AT, reason="It has passed.")
    assert client.post(name_on(restricted), {"holder": "colleague"}).status_code == 404
    with pytest.raises(Refused, match="has ended"):
        protection.add_holder(restriction=restricted, holder=colleague, by=manager, at=AT)
    assert RestrictionHolder.objects.count() == 1
