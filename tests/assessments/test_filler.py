"""“Complete” is not said of a section that holds nothing but filler."""

from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from assessments import actions
from assessments.filler import PASTED as PASTED_IN
from assessments.filler import only_filler, says_nothing
from assessments.models import Assessment
from frontdoor.accounts.models import User
from tests.assessments.conftest import AT

PASTED = "Family is doing fine and no concerns were seen at the visit."


@pytest.mark.parametrize(
    "text",
    ["x", "x x x", "xxx", "TBC", "tbc.", "To be completed", "Lorem ipsum dolor sit amet", "...", "–", "as above",
     "好 好 好", "好好好好", "He is fine. He is fine. He is fine.", "asdf"],
)  # fmt: skip
def test_filler_says_nothing(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["No.", "I want Mum to get up.", "Not known.", "No concerns.", "Ja", "Wants to see Dad. Wants to see Mum.", "زينب",
     "None", "2", "12", "0", "07700 900123", "+44 7700 900123", "01632 960001 / 01632 960002", "٢", "无", "好", "妈妈",
     "不知道"],
)  # fmt: skip
def test_few_words_may_say_something(text: str) -> None:
    assert not says_nothing(text)


def test_the_same_words_everywhere_are_filler_and_beside_others_they_are_not() -> None:
    said = {"purpose": [PASTED], "child": [PASTED, ""], "parenting": [PASTED.upper(), PASTED], "outcome": ["tbc"]}
    assert set(only_filler(said)) == {"purpose", "child", "parenting", "outcome"}
    assert only_filler({**said, "child": [PASTED, "I miss Gran."]}).keys() == {"purpose", "parenting", "outcome"}
    assert only_filler({"purpose": [PASTED], "child": [PASTED], "analysis": []}) == {}


@pytest.mark.parametrize(
    "said", ["None known", "No concerns", "No concerns at this time.", "Not known", "2", "没有", "没有已知的问题"]
)
def test_a_short_answer_is_honest_however_often_it_is_the_answer(said: str) -> None:
    boxes = {name: [said] for name in ("purpose", "child", "development", "parenting", "outcome")}
    assert only_filler(boxes) == {}
    assert only_filler({**boxes, "development": [said, said, "tbc"]}) == {}


SHORT = st.lists(
    st.sampled_from(["no", "concerns", "known", "about", "his", "health", "Mum", "says", "none", "2", "没有"]),
    min_size=1,
    max_size=7,
)


@given(st.text(alphabet="0123456789 +-()/.", min_size=1, max_size=40).filter(lambda text: any(map(str.isdigit, text))))
def test_numbers_alone_are_never_filler(text: str) -> None:
    assert not says_nothing(text)


@given(st.integers(0x4E00, 0x9FFF).map(chr))
def test_one_ideograph_is_a_word(letter: str) -> None:
    assert not says_nothing(letter)


@given(SHORT.map(" ".join), st.integers(PASTED_IN, 9))
def test_few_words_are_told_of_only_when_they_say_nothing_by_themselves(said: str, times: int) -> None:
    told = only_filler({str(number): [said] for number in range(times)})
    assert bool(told) == says_nothing(said)


@given(st.integers(PASTED_IN, 9), st.lists(st.sampled_from(["", "tbc", "x x x", PASTED]), max_size=4))
def test_pasted_words_are_filler_until_something_of_its_own_stands_beside_them(times: int, beside: list[str]) -> None:
    boxes = {str(number): [PASTED, *beside] for number in range(times)}
    assert only_filler(boxes).keys() == boxes.keys()
    assert "0" not in only_filler({**boxes, "0": [PASTED, *beside, "He sleeps at Gran’s."]})


@pytest.mark.django_db
def test_boxes_for_a_fact_are_not_judged(complete: Assessment, worker: User) -> None:
    def judged() -> dict[str, str]:
        return actions.filler_in(Assessment.objects.get(pk=complete.pk))

    assert judged() == {}
    typed = {"purpose": "tbc", "information_from": "School: Ms Ode, 01632 960001"}
    actions.save_section(assessment=complete, section="purpose", by=worker, at=AT, given=typed)
    assert judged().keys() == {"purpose"}
    typed = {"purpose": "Bruising seen at school on Monday.", "information_from": "x"}
    actions.save_section(assessment=complete, section="purpose", by=worker, at=AT, given=typed)
    assert judged() == {}


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
