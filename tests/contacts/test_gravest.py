"""The one sentence on a line of the queue is the one that says what happened, never just the first."""

import time
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client

from contacts.later.actions import add_later
from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.recording.gravest import first_sentence, gravest
from contacts.recording.sentence import reckon_again
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.codelists.lists import names_for_agencies, refresh, rows
from frontdoor.codelists.models import Code
from tests.contacts.conftest import NOW, some_facts


@pytest.fixture
def own_words() -> Iterator[None]:
    """What this process read of the lists is forgotten again."""
    yield
    refresh()


WEIGHTS = {"bruise": 8, "worried": 2, "hit": 7, "no food": 5}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Jean says Carla moved on Friday. Violet has a new bruise on her cheek.",
            "Violet has a new bruise on her cheek.",
        ),
        ("He is worried. She is well.", "He is worried."),
        ("Jean rang. Jean rang again.", "Jean rang."),
        ("There was no bruise. School is worried about him.", "School is worried about him."),
        ("Seen at 4 St. Mary's Close. Dad hit him! He cried.", "Dad hit him!"),
        ("Log of attending officers\n\nFather HIT the child", "Father HIT the child"),
        ("There is no food at home. All well.", "There is no food at home."),
        ("Bruised feelings. The hit parade was on.", "The hit parade was on."),
        ("", ""),
        ("No hit or bruise seen. School is worried.", "School is worried."),
        ("He was not seen to have a bruise. School is worried.", "School is worried."),
        ("She hasn't got a bruise. School is worried.", "School is worried."),
        ("No sleep, hit or bruise was seen. School is worried.", "School is worried."),
        ("He is worried. He was not at school, he had a bruise.", "He was not at school, he had a bruise."),
        ("He is worried. No coat and a bruise.", "No coat and a bruise."),
        ("He is worried. She did not come because he hit her.", "She did not come because he hit her."),
        ("He is worried. It was not the first time he hit her.", "It was not the first time he hit her."),
        ("He is worried. He did not stop when he hit her.", "He did not stop when he hit her."),
        ("He is worried. There is no food or bed, he was hit.", "There is no food or bed, he was hit."),
    ],
)
def test_the_sentence_that_weighs_most_is_told(said: str, told: str) -> None:
    assert gravest([("", said)], WEIGHTS) == told


def test_what_the_child_said_may_be_what_happened_and_a_long_sentence_is_cut() -> None:
    assert gravest([("", "Mum rang."), ("The child said: ", "Dad hit me.")], WEIGHTS) == "The child said: Dad hit me."
    assert len(gravest([("", "hit " * 200)], WEIGHTS)) == 250
    assert first_sentence("One. Two.") == "One."


def test_the_longest_text_is_weighed_in_no_time() -> None:
    text = "The officer attended the address and spoke to both parents at some length about the boy. " * 225
    gravest([("", text)], WEIGHTS)
    begun = time.process_time()
    gravest([("", text), ("", text), ("", text)], {f"word{number}": 1 for number in range(150)} | WEIGHTS)
    assert time.process_time() - begun < 1


@pytest.mark.django_db
@pytest.mark.usefixtures("own_words")
def test_the_queue_shows_it_and_what_the_council_changes_counts_from_then_on(
    client: Client, officer: User, manager: User
) -> None:
    said = "Jean says Carla moved into the flat on Friday. Violet has a new bruise. The goat escaped."
    facts = some_facts(concerns=said, grade="red")
    first = record_contact(facts=facts, by=officer, at=NOW)
    client.force_login(manager)
    assert first.summary == "Violet has a new bruise."
    assert first.summary in client.get("/contacts/queue/").content.decode()
    Code.objects.create(list_name="harm_word", code="goat", label="goat, goats", attributes={"weight": 50})
    refresh()
    assert record_contact(facts=facts, by=officer, at=NOW).summary == "The goat escaped."
    facts.summary = "What the officer chose."
    assert record_contact(facts=facts, by=officer, at=NOW).summary == "What the officer chose."


@pytest.mark.django_db
def test_the_words_shipped_have_weights_and_agencies_are_not_told_them() -> None:
    shipped = rows("harm_word")
    assert len(shipped) > 15
    assert all(0 < row.attributes["weight"] <= 10 for row in shipped)
    words = [word for row in shipped for word in row.label.split(", ")]
    assert len(words) == len(set(words))
    assert "harm_word" not in names_for_agencies()


def test_a_sentence_too_long_for_a_line_is_cut_around_its_gravest_word() -> None:
    told = "He is late. " + "word " * 60 + "then a knife was pulled and " + "more " * 60 + "."
    found = gravest([("", told)], {"knife": 9})
    assert "a knife was pulled" in found
    assert found.startswith("…")
    assert found.endswith("…")
    assert len(found) <= 250


@pytest.mark.django_db
def test_contacts_on_the_queue_get_the_sentence_of_this_release_and_what_somebody_wrote_stays(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contacts.recording.sentence.BATCH", 2)
    said = "Jean says Carla moved on Friday. Violet has a new bruise."
    facts = some_facts(concerns=said, child_said="Mum cried.")
    old = [record_contact(facts=facts, by=officer, at=NOW) for _ in range(5)]
    Contact.objects.filter(pk__in=[row.pk for row in old]).update(summary="Jean says Carla moved on Friday.")
    Contact.objects.filter(pk=old[1].pk).update(summary="Rang about Violet’s face.")
    Contact.objects.filter(pk=old[2].pk).update(summary="The child said: Mum cried.")
    Contact.objects.filter(pk=old[3].pk).update(is_on_queue=False)
    Contact.objects.filter(pk=old[4].pk).update(summary="")
    assert reckon_again() == 3
    sentences = list(
        Contact.objects.filter(pk__in=[row.pk for row in old]).order_by("pk").values_list("summary", flat=True)
    )
    assert sentences == [
        "Violet has a new bruise.",
        "Rang about Violet’s face.",
        "Violet has a new bruise.",
        "Jean says Carla moved on Friday.",
        "Violet has a new bruise.",
    ]
    assert reckon_again() == 0


SAID = "Jean says Carla moved on Friday. Violet has a new bruise. She will not say who did it."


def test_the_officer_marks_the_sentence_and_it_is_shown_first_and_stays(
    client: Client, officer: User, manager: User
) -> None:
    client.force_login(officer)
    page = f"/contacts/new/{uuid.uuid4()}/"
    sent = {
        "kind": "concern", "how": "telephone", "caller_is": "anonymous", "concerns": SAID, "grade": "amber",
        "no_child_identified": "on", "children-TOTAL_FORMS": "0", "children-INITIAL_FORMS": "0",
        "adults-TOTAL_FORMS": "0", "adults-INITIAL_FORMS": "0", "families-TOTAL_FORMS": "0",
        "families-INITIAL_FORMS": "0",
    }  # fmt: skip
    refused = client.post(page, {**sent, "summary": "Her brother did it."})
    assert refused.status_code == 422
    assert "Copy the sentence from what was said" in refused.content.decode()
    assert client.post(page, {**sent, "summary": "She will  not say who did it."}).status_code == 302
    contact = Contact.objects.get(text__concerns=SAID)
    assert (contact.summary, contact.sentence_is_marked) == ("She will  not say who did it.", True)
    reckon_again()
    contact.refresh_from_db()
    assert contact.sentence_is_marked
    client.force_login(manager)
    for shown in ("queue/", f"{contact.reference}/", f"{contact.reference}/decide/"):
        html = " ".join(client.get(f"/contacts/{shown}").content.decode().split())
        assert "She will not say who did it." in html, shown


def test_the_sentence_may_be_marked_in_what_was_said_later(officer: User) -> None:
    contact = record_contact(facts=some_facts(concerns=SAID), by=officer, at=NOW)
    with pytest.raises(Refused, match="Copy the sentence"):
        add_later(contact=contact, by=officer, at=NOW, text="He pushed her.", summary="He hit her.")
    add_later(contact=contact, by=officer, at=NOW, text="She rang. He pushed her.", summary="He pushed her.")
    contact.refresh_from_db()
    assert contact.summary == "He pushed her."
    reckon_again()
    contact.refresh_from_db()
    assert contact.summary == "He pushed her."
