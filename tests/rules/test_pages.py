"""The pages of rules: for the administrator, and for the service manager weights and thresholds."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from contacts.models import CommunalAddress
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.codelists.models import Code
from frontdoor.dated import TABLES
from frontdoor.rules.readers import rules_of

pytestmark = pytest.mark.django_db
LIST = "codes_contact_outcome"


def advice() -> Code:
    found: Code = Code.objects.filter(list_name="contact_outcome", code="advice").order_by("pk")[0]
    return found


def hidden(answer: Any, name: str) -> str:
    found = re.search(
        rf'name="{name}"[^>]*?value="([^"]*)"|value="([^"]*)"[^>]*?name="{name}"', answer.content.decode()
    )
    return (found[1] or found[2] or "") if found else ""


def asked(office: Client, path: str, **changes: str) -> dict[str, str]:
    """What the form holds when it is opened, with these answers changed."""
    answer = office.get(path)
    assert answer.status_code == 200
    form = answer.context["form"]
    first = {name: form[name].value() for name in form.fields}
    filled = {name: value for name, value in first.items() if value not in (None, False, [])}
    return {
        **filled,
        "begins_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "reason": "Board",
        **changes,
    }


@pytest.fixture(autouse=True)
def _with_contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jinja2 sends no signal of what it rendered: the test client is told."""
    from django.template.backends.jinja2 import Template
    from django.test.signals import template_rendered

    plain = Template.render

    def render(self: Any, context: Any = None, request: Any = None) -> Any:
        template_rendered.send(sender=self, template=self, context=context or {})
        return plain(self, context, request)

    monkeypatch.setattr(Template, "render", render)


def test_every_table_and_every_rule_has_its_pages(office: Client) -> None:
    text = office.get("/rules/").content.decode()
    for name, table in TABLES.items():
        assert f"/rules/{name}/" in text
        answer = office.get(f"/rules/{name}/")
        assert answer.status_code == 200, name
        for rule in rules_of(table, timezone.localdate())[:2]:
            assert rule.now is not None
            assert office.get(f"/rules/{name}/{rule.now.pk}/").status_code == 200, name
            if not table.page:
                assert office.get(f"/rules/{name}/{rule.now.pk}/change/").status_code == 200, name
        if table.key and not table.page:
            assert office.get(f"/rules/{name}/add/").status_code == 200, name
    assert office.get("/rules/nothing/").status_code == 404
    assert office.get(f"/rules/{LIST}/999999/").status_code == 404


def test_a_list_is_filtered_in_the_address_and_says_when_it_is_empty(office: Client) -> None:
    assert "Religions" not in office.get("/rules/?q=outcomes").content.decode()
    assert "No tables or lists match" in office.get("/rules/?q=zzz").content.decode()
    text = office.get(f"/rules/{LIST}/?q=early").content.decode()
    assert "Early help" in text
    assert "Entered in error" not in text
    assert "No rules match" in office.get(f"/rules/{LIST}/?q=zzz").content.decode()
    CommunalAddress.objects.all()
    assert "This table is empty" in office.get("/rules/communal_addresses/").content.decode()
    assert office.get(f"/rules/{LIST}/?on=30+2+2026").status_code == 422


def test_a_change_is_shown_before_it_is_saved_and_can_be_taken_back(office: Client, admin: User) -> None:
    path = f"/rules/{LIST}/{advice().pk}/change/"
    sent = asked(office, path, label="Advice given")
    shown = office.post(path, {**sent, "preview": "1"})
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "Nothing is saved yet" in text
    assert "Advice given" in text
    assert Code.objects.filter(list_name="contact_outcome", code="advice").count() == 1
    unseen = office.post(path, {**sent, "save": "1"})
    assert unseen.status_code == 200, "saved only once it was shown"
    other = office.post(path, {**sent, "shown": hidden(shown, "shown"), "label": "Something else", "save": "1"})
    assert other.status_code == 200
    saved = office.post(path, {**sent, "shown": hidden(shown, "shown"), "save": "1"}, follow=True)
    assert "The change begins on" in saved.content.decode()
    made = Code.objects.get(list_name="contact_outcome", code="advice", label="Advice given")
    assert made.attributes == {"outside": "information_and_advice", "needs_level": True}
    page = office.get(f"/rules/{LIST}/{advice().pk}/")
    assert "A change begins on" in page.content.decode()
    assert "Ada Minns changed the rule" in page.content.decode()
    back = office.post(f"/rules/{LIST}/{made.pk}/take-back/", {"seen": hidden(page, "seen")}, follow=True)
    assert "The change has been cancelled" in back.content.decode()
    assert [row.label for row in Code.objects.filter(code="advice")] == ["Information and advice"]


def test_the_second_of_two_people_sees_the_first_one_s_change_and_loses_no_word(office: Client, admin: User) -> None:
    path = f"/rules/{LIST}/{advice().pk}/change/"
    mine = asked(office, path, label="Mine")
    other = Client()
    bo = User.objects.create_user("bo", "Bo Bell", roles=["administrator"])
    other.force_login(bo, backend="django.contrib.auth.backends.ModelBackend")
    theirs = asked(other, path, label="Theirs")
    theirs["begins_on"] = (timezone.localdate() + timedelta(days=9)).isoformat()
    seen = other.post(path, {**theirs, "preview": "1"})
    assert other.post(path, {**theirs, "shown": hidden(seen, "shown"), "save": "1"}).status_code == 302
    answer = office.post(path, {**mine, "preview": "1"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Bo Bell" in text
    assert "Theirs" in text
    assert 'value="Mine"' in text
    assert Entry.objects.filter(event="act.refused").count() == 1
    again = office.post(path, {**mine, "seen": hidden(answer, "seen"), "preview": "1"})
    assert again.status_code == 200
    assert "Nothing is saved yet" in again.content.decode()


def test_what_was_typed_is_kept_and_comes_back_with_what_somebody_else_changed_since(
    office: Client, admin: User
) -> None:
    path = f"/rules/{LIST}/{advice().pk}/change/"
    sent = asked(office, path, label="Mine")
    assert office.post(path, {**sent, "preview": "1"}).status_code == 200
    text = office.get(path).content.decode()
    assert 'value="Mine"' in text
    assert "You started this on" in text
    assert "What the other change was" not in text
    other = Client()
    bo = User.objects.create_user("bo", "Bo Bell", roles=["administrator"])
    other.force_login(bo, backend="django.contrib.auth.backends.ModelBackend")
    theirs = asked(other, path, label="Theirs")
    theirs["begins_on"] = (timezone.localdate() + timedelta(days=9)).isoformat()
    seen = other.post(path, {**theirs, "preview": "1"})
    assert other.post(path, {**theirs, "shown": hidden(seen, "shown"), "save": "1"}).status_code == 302
    assert "You started this on" not in other.get(path).content.decode(), "used up by the save, not by the preview"
    opened = office.get(path)
    text = opened.content.decode()
    assert 'value="Mine"' in text
    assert "What the other change was" in text
    assert "Theirs" in text
    again = office.post(path, {**sent, "seen": hidden(opened, "seen"), "preview": "1"})
    assert again.status_code == 200


def test_a_table_with_a_page_of_its_own_is_changed_there_alone(office: Client) -> None:
    for name in [name for name, table in TABLES.items() if table.page]:
        for rule in rules_of(TABLES[name], timezone.localdate())[:1]:
            assert rule.now is not None
            for do in ("change", "end"):
                assert office.get(f"/rules/{name}/{rule.now.pk}/{do}/").status_code == 404, (name, do)
                assert office.post(f"/rules/{name}/{rule.now.pk}/{do}/", {"preview": "1"}).status_code == 404


def test_what_is_wrong_is_said_at_its_field(office: Client) -> None:
    path = f"/rules/{LIST}/{advice().pk}/change/"
    sent = asked(office, path)
    for change, words in (
        ({"label": ""}, "Enter the words"),
        ({"reason": ""}, "Answer the question"),
        ({"begins_on": "2020-01-01"}, "the past cannot be changed"),
        ({"attribute_outside": "nowhere"}, "Say what the agency is told"),
    ):
        answer = office.post(path, {**sent, **change, "preview": "1"})
        assert answer.status_code == 422, change
        assert words in answer.content.decode()


def test_a_rule_is_given_a_last_day_and_something_new_is_added(office: Client) -> None:
    path = f"/rules/{LIST}/{advice().pk}/end/"
    sent = {**asked(office, path), "ends_on": (timezone.localdate() + timedelta(days=5)).isoformat()}
    shown = office.post(path, {**sent, "preview": "1"})
    assert "Its last day is" in shown.content.decode()
    assert office.post(path, {**sent, "shown": hidden(shown, "shown"), "save": "1"}).status_code == 302
    assert Code.objects.get(list_name="contact_outcome", code="advice").valid_to is not None
    path = "/rules/communal_addresses/add/"
    new = asked(office, path, name="Haven", kind="refuge", postcode_key="KX12AB", line="1 High Street")
    shown = office.post(path, {**new, "preview": "1"})
    assert office.post(path, {**new, "shown": hidden(shown, "shown"), "save": "1"}).status_code == 302
    assert CommunalAddress.objects.get().name == "Haven"


def test_a_service_manager_reads_all_and_changes_weights_and_thresholds(client: Client, service_manager: User) -> None:
    client.force_login(service_manager, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/rules/").status_code == 200
    assert client.get(f"/rules/{LIST}/").status_code == 200
    assert "Change from a date" not in client.get(f"/rules/{LIST}/{advice().pk}/").content.decode()
    for path in (f"/rules/{LIST}/{advice().pk}/change/", f"/rules/{LIST}/{advice().pk}/end/", f"/rules/{LIST}/add/",
                 "/rules/file/", "/rules/file/export/"):  # fmt: skip
        assert client.get(path).status_code == 403, path
    assert "/contacts/queue/weights/" in client.get("/rules/rank_weights/").content.decode()
    assert client.get("/contacts/queue/weights/").status_code == 200
    assert client.get("/thresholds/new/").status_code == 200


def test_the_rules_go_out_and_come_back_as_a_file(office: Client, admin: User) -> None:
    content = b"".join(office.get("/rules/file/export/"))
    assert Entry.objects.get(event="rules.exported").actor == admin
    wanted = json.loads(content)
    row = next(row for row in wanted["tables"][LIST] if row["code"] == "advice")
    row["label"] = "Advice given"

    def send(document: Any, button: str) -> Any:
        file = SimpleUploadedFile("rules.json", json.dumps(document).encode(), "application/json")
        return office.post("/rules/file/", {"file": file, button: "1"}, follow=True)

    assert "Outcomes of a contact" in send(wanted, "check").content.decode()
    assert advice().label == "Information and advice"
    assert "The rules are imported: 1 change" in send(wanted, "import").content.decode()
    assert advice().label == "Advice given"
    assert "is the same as the rules now" in send(wanted, "check").content.decode()
    row["colour"] = "red"
    answer = send(wanted, "import")
    assert answer.status_code == 422
    assert "nothing was changed" in answer.content.decode()
    assert "colour" in answer.content.decode()
    assert office.post("/rules/file/", {"import": "1"}).status_code == 422
