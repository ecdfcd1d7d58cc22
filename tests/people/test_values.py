"""One number however it is written: identifiers, postcodes and telephones, from typing to record, search and match."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.pages.forms import AddressForm, IdentifierForm
from frontdoor.people import identifiers
from frontdoor.people.actions import GivenName, add_telephone, create_person
from frontdoor.people.matching.candidates import Sought, candidates
from frontdoor.people.matching.records import Record, Sketch
from frontdoor.people.models import Telephone
from frontdoor.people.search import search
from tests.people.conftest import AT

NHS = "9991234578"
UPN = "B801200005001"
#: What comes between the groups of a number: typed, pasted from a web page, a mail or a sheet, or not seen at all.
BETWEEN = st.text(st.sampled_from(" \u00a0\u202f\u2009\u200b\u200d\u2060\ufeff\u00ad-‐‑–—−./_·•"), max_size=3)


def spelt(value: str) -> st.SearchStrategy[str]:
    """The same value with anything people put between its signs, in either case."""
    pieces = st.lists(BETWEEN, min_size=len(value) + 1, max_size=len(value) + 1)
    mixed = pieces.map(lambda between: "".join(a + b for a, b in zip(between, [*value, ""], strict=True)))
    return st.one_of(mixed, mixed.map(str.lower))


@given(spelt(NHS), spelt(UPN), spelt("QQ123456C"), spelt("KX11AA"))
def test_a_number_is_one_however_it_is_spelt(nhs: str, upn: str, insurance: str, postcode: str) -> None:
    assert identifiers.check("nhs", nhs) == identifiers.Checked(NHS, True)
    assert ("nhs", NHS) in identifiers.guess(nhs)
    assert identifiers.tidy("upn", upn) == UPN
    assert ("upn", UPN) in identifiers.guess(upn)
    assert identifiers.tidy("national_insurance", insurance) == "QQ123456C"
    assert identifiers.postcode_key(postcode) == identifiers.place_key(postcode) == "KX11AA"


@pytest.mark.parametrize("digit", "0123456789")
def test_one_digit_all_through_is_nobodys_number(digit: str) -> None:
    given = " ".join([digit * 3, digit * 3, digit * 4])
    checked = identifiers.check("nhs", given)
    assert checked.check_ok is False
    assert "nobody’s" in checked.warning
    assert identifiers.oddities({"nhs": given}) == [f"NHS number {given}: {checked.warning}"]
    assert identifiers.guess(given) == []
    assert Record(Sketch(key="a", system="s", nhs=digit * 10, nhs_ok=True), 0).nhs == ""
    assert identifiers.check("upn", f"A{digit * 12}").check_ok is False


def test_two_children_who_bear_a_placeholder_are_not_put_up_for_one(officer, make_person) -> None:
    make_person("Perpetua", "Placeholder", identifiers_given={"nhs": "0000000000", "upn": ""})
    sought = Sought(given="Quentin", family="Otherwise", identifiers={"nhs": "000 000 0000"})
    assert candidates(sought, officer) == []
    assert search(officer, "0000000000").total == 0


@pytest.mark.parametrize("typed", [
    "999\u200d123\u200d4578", "999-123-4578", "999\u2011123\u20114578", "999 123 4578\u200b", "999.123.4578",
])  # fmt: skip
def test_a_child_is_found_and_matched_by_a_pasted_number(officer, make_person, typed: str) -> None:
    who = make_person("Xo", "Firstname", identifiers_given={"nhs": NHS})
    assert [hit.person for hit in search(officer, typed).hits] == [who]
    sought = Sought(given="Xo", family="Differentname", identifiers={"nhs": typed})
    assert [found.person for found in candidates(sought, officer)] == [who]


def test_a_postcode_is_found_with_a_hyphen(officer, make_person) -> None:
    who = make_person("Hy", "Phen", address={"lines": "1 Example Street", "postcode": "ZZ99-7qq"})
    assert [hit.person for hit in search(officer, "zz99 7qq").hits] == [who]
    assert [hit.person for hit in search(officer, "ZZ99‑7QQ").hits] == [who]


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("07700 900123 (Mum) NOT SAFE after 5pm", ["07700900123"]),
        ("ring after 5pm on 07700900123", ["07700900123"]),
        ("01632 960001 ext 204", ["01632960001"]),
        ("01632 960001#204", ["01632960001"]),
        ("07700 900123 / 07700 900456", ["07700900123", "07700900456"]),
        ("07700 900123 07700 900456", ["07700900123", "07700900456"]),
        ("home 01632 960001 mob 07700 900123", ["01632960001", "07700900123"]),
        ("07700 900123 until 25/12/2026", ["07700900123"]),
        ("07700‑900‑123", ["07700900123"]),
        ("+44 (0)7700 900123 or +353 1 555 0123", ["07700900123", "0035315550123"]),
        ("", []),
        ("ask her sister", []),
    ],
)
def test_words_and_extensions_are_no_part_of_a_number_and_two_are_two(written: str, keys: list[str]) -> None:
    assert [*identifiers.telephone_keys(written)] == keys
    assert identifiers.telephone_key(written) == (keys[0] if keys else "")


@given(
    st.integers(0, 999), st.sampled_from(["07700 900{}", "07700900{}", "+44 7700 900{}", "0044 (0)7700-900-{}"]),
    st.text(st.characters(categories=["L", "Zs"], max_codepoint=0x24F), max_size=12),
    st.sampled_from(["", " ext 204", " x12", " after 5pm", " not before 10.30", " (sister)"]),
)  # fmt: skip
def test_a_number_is_found_whatever_stands_beside_it(last: int, form: str, before: str, after: str) -> None:
    written = f"{before} {form.format(f'{last:03}')}{after}"
    assert f"07700900{last:03}" in identifiers.telephone_keys(written)


@given(st.text(max_size=60))
def test_telephones_apart_lose_nothing(written: str) -> None:
    apart = identifiers.telephones_apart(written)
    digits = re.sub(r"\D", "", written)
    assert re.sub(r"\D", "", "".join(apart)) == digits
    assert apart == [" ".join(written.split())] or len(apart) > 1


def test_a_telephone_is_kept_whole_and_found_by_its_digits(officer, manager, make_person) -> None:
    told = "07700 900123 (Mum) NOT SAFE after 5pm, text only in school hours"
    who = make_person("Tele", "Phone", telephone=told)
    assert Telephone.objects.get(person=who).number == told
    for typed in ("07700 900123", "+447700900123", told):
        assert [hit.person for hit in search(officer, typed).hits] == [who]


def test_two_numbers_are_two_and_each_finds_the_person(officer, manager, make_person) -> None:
    who = make_person("Two", "Phones")
    add_telephone(person=who, by=manager, at=AT, number="07700 900123 / 07700 900456")
    assert sorted(Telephone.objects.filter(person=who).values_list("number", flat=True)) == [
        "07700 900123", "07700 900456",
    ]  # fmt: skip
    add_telephone(person=who, by=manager, at=AT, number="01632 960001 ext 204")
    for typed in ("07700 900123", "07700900456", "01632 960001", "01632 960001 ext 204"):
        assert [hit.person for hit in search(officer, typed).hits] == [who]


def test_somebody_is_matched_by_the_second_number_given(officer, manager) -> None:
    who = create_person(
        by=manager, at=AT, names=[GivenName("Alma", "Ringer")], telephone="home 01632 960001 mob 07700 900456"
    )
    one = Sought(given="Alma", family="Ringer", telephone="07700 900456")
    two = Sought(given="Alma", family="Ringer", telephone="07700 900999 / 07700 900456")
    score, both = (candidates(sought, officer)[0] for sought in (one, two))
    assert score.person == both.person == who
    assert both.score == score.score


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("999 123 4579", "Nobody found. The check digit of this NHS number is wrong. Check it with whoever gave it."),
        ("A801200005001", "Nobody found. The check letter of this UPN is wrong. Check it with the school."),
        (
            "000\u200d000 0000",
            "Nobody found. This stands where no number is known: it is nobody’s",
        ),
        ("0163296000", "Nobody found"),
        ("Smith", "Nobody found"),
    ],
)
def test_a_search_that_finds_nobody_says_what_is_wrong_with_the_number(officer, typed: str, said: str) -> None:
    assert search(officer, typed).sentence.startswith(said)


def test_a_record_takes_numbers_as_they_are_seen() -> None:
    typed = "\u200b".join(["", *"ZZ99 7QQ", ""])
    place = AddressForm({"lines": "1 Example Street", "postcode": typed})
    place.is_valid()
    assert place.cleaned_data["postcode"] == "ZZ99 7QQ"
    number = IdentifierForm({"kind": "nhs", "value": ("\u200b" * 8).join(NHS)})
    number.is_valid()
    assert number.cleaned_data["value"] == NHS
