from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs as stdnum_nhs

from frontdoor.db import tidy_reference
from frontdoor.people import dates, identifiers
from frontdoor.people.asking import readings
from frontdoor.people.words import fold, is_no_name, query_words, words

DIGITS = st.text(alphabet="0123456789", min_size=9, max_size=9)


@given(DIGITS, st.integers(0, 9))
def test_nhs_number_check_agrees_with_another_implementation(nine, last):
    value = f"{nine}{last}"
    assert identifiers.nhs_ok(value) == stdnum_nhs.is_valid(value)


@given(st.text(alphabet="0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_a_upn_with_one_digit_wrong_is_noticed(rest, place, change):
    letter = identifiers.upn_check_letter(rest)
    assert identifiers.upn_ok(letter + rest)
    wrong = rest[:place] + str((int(rest[place]) + change) % 10) + rest[place + 1 :]
    assert not identifiers.upn_ok(letter + wrong)


@pytest.mark.parametrize("upn", ["B801200005001", "H801200001001", "A950000178301", "G80120000101A", "J838200018001"])
def test_genuine_upns_are_accepted(upn):
    assert identifiers.check("upn", upn.lower()).check_ok is True


def test_a_upn_of_an_unknown_authority_is_a_warning_only():
    checked = identifiers.check("upn", "A950000178301")
    assert checked.check_ok is True
    assert "950" in checked.warning


@given(st.sampled_from(sorted(identifiers.KINDS)), st.text(max_size=60))
def test_checking_an_identifier_never_fails(kind, value):
    assert identifiers.check(kind, value).value is not None


@given(st.text(max_size=60))
def test_guessing_and_telephone_and_postcode_never_fail(text):
    identifiers.guess(text)
    identifiers.telephone_key(text)
    identifiers.postcode_key(text)
    readings(text, date(2026, 11, 30))


@pytest.mark.parametrize("typed", ["01632 960123", "+44 1632 960123", "0044 (0)1632 960 123", "+44 (0) 1632-960-123"])
def test_a_telephone_number_is_one_however_it_is_typed(typed):
    assert identifiers.telephone_key(typed) == "01632960123"


@given(st.text(max_size=80))
def test_words_of_a_name_do_not_depend_on_case_or_on_doing_it_twice(name):
    assert words(name) == words(" ".join(words(name))) or "-" in name or any(not c.isascii() for c in name)
    assert all(0 < len(word) <= 80 and not any(c.isspace() for c in word) for word in words(name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Zoë O’Brien-Smith", ["zoe", "obrien", "smith", "obriensmith"]),
        ("Łukasz Żółć", ["lukasz", "zolc"]),
        ("Nguyễn Thị", ["nguyen", "thi"]),
        ("محمد", ["محمد"]),
        ("王小明", ["王小明"]),
        ("", []),
    ],
)
def test_names_of_any_script_become_words(name, expected):
    assert words(name) == expected


@pytest.mark.parametrize("name", ["Unknown", "UNKNOWN unknown", "Not known", "?", " - ", "N/K"])
def test_what_says_that_there_is_no_name_is_none(name):
    assert is_no_name(name)


def test_a_title_is_no_part_of_a_query():
    assert query_words("Mrs Smith") == ["smith"]
    assert fold("STRASSE") == fold("straße")


@given(st.dates(date(1930, 1, 1), date(2030, 12, 31)))
def test_day_and_month_exchanged_is_found_again(born):
    other = dates.swapped(born)
    assert other is None or (dates.swapped(other) == born and dates.likeness(born, other) == 0.8)
    assert born in dates.near(born)
    asked = readings(f"smith {born:%d/%m/%Y} jane", date(2026, 11, 30))[0]
    assert (asked.born, asked.words) == (born, ("smith", "jane"))


@pytest.mark.parametrize("typed", ["3/2/2015", "2015-02-03", "03.02.2015", "3 Feb 2015", "3rd February 2015", "3/2/15"])
def test_a_date_of_birth_is_found_in_a_query(typed):
    asked = readings(f"smyth {typed}", date(2026, 11, 30))[0]
    assert (asked.born, asked.words) == (date(2015, 2, 3), ("smyth",))


NHS = "9434765919"
#: One number as it comes out of e-mails, web pages, spreadsheets and other people's keyboards.
PASTED = [
    "943 476 5919", "943\u200b476\u200b5919", "\ufeff9434765919", "943\u00a0476\u00a05919", "943‑476–5919",
    "９４３４７６５９１９", "\u2066943 476 5919\u2069", "943\u00ad476\u202f5919\u200e", "٩٤٣٤٧٦٥٩١٩", "943.476.5919",
    "9434765919\ufe0f", "\t943\u3000476 5919\x7f",
]  # fmt: skip


@pytest.mark.parametrize("typed", PASTED)
def test_an_nhs_number_is_one_however_it_was_pasted(typed):
    assert identifiers.check("nhs", typed) == identifiers.Checked(NHS, True)
    assert identifiers.guess(typed)[0] == ("nhs", NHS)


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200e", "\ufe0f"])
def test_what_nobody_sees_is_no_part_of_any_identifier(unseen):
    def with_it(text):
        return unseen.join(["", *text, ""])

    for kind in identifiers.KINDS:
        assert identifiers.tidy(kind, with_it("A1234/B 56")) == identifiers.tidy(kind, "A1234/B 56")
    assert identifiers.check("upn", with_it("B801200005001")).check_ok
    assert identifiers.telephone_key(with_it("+44 1632 960123")) == "01632960123"
    assert identifiers.postcode_key(with_it("zz99 3vz")) == "ZZ993VZ"
    assert tidy_reference(with_it("p-7k3m9q2d")) == "P-7K3M9Q2D"


@given(st.sampled_from(sorted(identifiers.KINDS)), st.text(max_size=40))
def test_tidying_twice_changes_nothing(kind, value):
    once = identifiers.tidy(kind, value)
    assert identifiers.tidy(kind, once) == once


def test_what_is_odd_about_a_number_is_said_with_its_name():
    assert identifiers.oddities({"nhs": NHS, "upn": ""}) == []
    assert identifiers.oddities({"nhs": "943 476 5918", "upn": ""}) == [
        "NHS number 943 476 5918: The check digit of this NHS number is wrong. Check it with whoever gave it."
    ]
    assert "10 digits" in identifiers.oddities({"nhs": "943 476"})[0]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("01632 960123 ext. 45", "01632960123"),
        ("01632 960123 x45", "01632960123"),
        ("+44 (0)1632 960123 extension 45", "01632960123"),
        ("+353 (0)1 555 0123", "0035315550123"),
        ("00 353 1 555 0123", "0035315550123"),
        ("+353 1 555 0123", "0035315550123"),
        ("+1 (212) 555-0123 ext 9", "0012125550123"),
        ("0163", ""),
        ("ring her sister", ""),
    ],
)
def test_extensions_and_numbers_from_abroad_are_looked_up_as_the_one_number_they_are(typed: str, key: str) -> None:
    assert identifiers.telephone_key(typed) == key


NOT_SAFE = [
    "07700 900123 (Mum) NOT SAFE after 5pm", "07700 900123 not-safe", "unsafe 07700 900123", "07700900123 isn’t safe",
    "07700 900123 do NOT ring", "07700 900123, don't call before 9", "never phone 07700 900123",
    "07700 900123 no calls",
    "07700 900123 he checks her phone", "07700 900123 safe only when he works nights", "07700 900123 not\u00a0safe",
]  # fmt: skip
NOBODY_SAID = [
    "", "07700 900123", "07700 900123 (Mum)", "01632 960001 ext 204", "07700 900123 not after 5pm",
    "07700 900123 Mum, safe", "Nottingham office 01632 960001", "07700 900123 / 01632 960001",
]  # fmt: skip


@pytest.mark.parametrize("typed", NOT_SAFE)
def test_words_with_a_number_that_warn_are_an_answer_until_somebody_gives_one(typed):
    assert identifiers.says_not_safe(typed)
    assert identifiers.safe_to_ring(typed, None) is False
    assert identifiers.safe_to_ring(typed, True) is True, "a person has said so"
    assert identifiers.of_ringing(typed, None) == identifiers.of_ringing(typed, False)
    assert identifiers.of_ringing(typed, None) == "not safe to ring, as said with the number: ask"


@pytest.mark.parametrize("typed", NOBODY_SAID)
def test_words_with_a_number_never_make_it_safe(typed):
    assert identifiers.safe_to_ring(typed, None) is None
    assert identifiers.of_ringing(typed, None) == ""
    assert identifiers.of_ringing(typed, False) == "not safe to ring"


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["not safe", "NOT  SAFE", "Unsafe", "do not ring"]))
def test_whatever_stands_beside_them_such_words_are_found_and_nothing_is_ever_called_safe(before, after, words):
    assert identifiers.safe_to_ring(before, None) is not True
    assert identifiers.safe_to_ring(f"{before} {words} {after}", None) is False
