"""“Complete” is not said of a section that holds nothing but filler."""

from collections.abc import Callable

import pytest
from django.test import Client

from assessments import actions
from assessments.filler import only_filler, says_nothing
from assessments.models import Assessment
from frontdoor.accounts.models import User
from tests.assessments.conftest import AT

PASTED = "Family is doing fine and no concerns were seen at the visit."


@pytest.mark.parametrize(
    "text",
    ["x", "x x x", "xxx", "TBC", "tbc.", "To be completed", "Lorem ipsum dolor sit amet", "...", "12", "as above",
     "He is fine. He is fine. He is fine.", "asdf"],
)  # fmt: skip
def test_filler_says_nothing(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["No.", "I want Mum to get up.", "Not known.", "No concerns.", "Ja", "Wants to see Dad. Wants to see Mum.", "زينب",
     "None"],
)  # fmt: skip
def test_few_words_may_say_something(text: str) -> None:
    assert not says_nothing(text)


def test_the_same_words_everywhere_are_filler_and_beside_others_they_are_not() -> None:
    said = {"purpose": [PASTED], "child": [PASTED, ""], "parenting": [PASTED.upper(), PASTED], "outcome": ["tbc"]}
    assert set(only_filler(said)) == {"purpose", "child", "parenting", "outcome"}
    assert only_filler({**said, "child": [PASTED, "I miss Gran."]}).keys() == {"purpose", "parenting", "outcome"}
    assert only_filler({"purpose": [PASTED], "child": [PASTED], "analysis": []}) == {}


@pytest.mark.django_db
def test_the_page_says_filler_and_not_complete_to_author_and_manager(
    complete: Assessment, worker: User, second_manager: User, signed: Callable[[User], Client]
) -> None:
    client = signed(worker)
    address = f"/assessments/{complete.reference}/"
    purpose = 'id="state-purpose">'
    page = " ".join(client.get(address).content.decode().split())
    assert page.split(purpose)[1].split("</div>")[0].strip() == "Complete"
    actions.save_section(assessment=complete, section="purpose", by=worker, at=AT, given={"purpose": "x x x"})
    page = " ".join(client.get(address).content.decode().split())
    assert "Complete" not in page.split(purpose)[1].split("</div>")[0]
    assert "Filler only" in page.split(purpose)[1].split("</div>")[0]
    told = "Why we are assessing: It holds only filler, and says nothing about the child."
    assert told in " ".join(client.get(f"{address}submit/").content.decode().split())
    complete.refresh_from_db()
    actions.submit(assessment=complete, by=worker, at=AT)
    assert told in " ".join(signed(second_manager).get(f"{address}authorise/").content.decode().split())
