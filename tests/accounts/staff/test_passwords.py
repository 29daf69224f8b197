"""The rules for passwords."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.passwords import check_rules, check_strength, normal_password

OWN = ["Sanne van der Demo", "sanne@voorbeeldschool.example", "Basisschool De Proef", "VOORBEELDSTAD"]


@pytest.mark.requirement("SR-A01")
@pytest.mark.parametrize("password", ["abcdef1", "a1" * 10 + "a", "abcdefgh", "12345678", "€€€€€€€1"])
def test_password_that_breaks_a_rule_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        check_rules(password)


@pytest.mark.requirement("SR-A01")
@pytest.mark.parametrize("password", ["abcdefg1", "a1" * 10, "ééééééé1", " spatie 1 ", "жжжжжжж1"])
def test_password_that_keeps_the_rules_is_accepted(password: str) -> None:
    check_rules(password)


@pytest.mark.requirement("SR-A01")
@given(st.text(min_size=8, max_size=20))
def test_accepted_password_has_a_letter_and_a_digit(password: str) -> None:
    try:
        check_rules(password)
    except ValidationError:
        return

    assert any(character.isalpha() for character in password)
    assert any(character in "0123456789" for character in password)


@pytest.mark.requirement("SR-A01")
def test_accent_typed_in_two_ways_is_one_password() -> None:
    assert normal_password(unicodedata.normalize("NFD", "Café1234")) == normal_password("Café1234")


@pytest.mark.requirement("SR-A02")
@pytest.mark.parametrize(
    "password",
    [
        "Password1",
        "P4ssw0rd",
        "Qwerty123",
        "Welkom01",
        "Zomer2026",
        "Basispoort1",
        "Sanne123",
        "Voorbeeldstad1",
        "aaaaaaa1",
        "w3lk0m123",
        "appeltaart12",
        "!!Fietsbel!2",
        "boom12345",
        "Fi3tsb3l",
        "reünie2026",
    ],
)
def test_password_that_is_guessed_at_once_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match=r"easy|makkelijk"):
        check_strength(password, OWN)


@pytest.mark.requirement("SR-A02")
@pytest.mark.parametrize("password", ["Kip7boot9tak", "Vis4kano8brug", "x7Qm2pLw9"])
def test_password_of_several_words_is_accepted(password: str) -> None:
    check_strength(password, OWN)


@pytest.mark.requirement("SR-A02")
@pytest.mark.parametrize("password", ["sannevanderdemo1", "SannevdDemo1", "5annevanderDem0!", "basisschooldeproef1"])
def test_own_name_or_school_written_as_one_word_is_refused(password: str) -> None:
    own = ["Sanne van der Demo", "Sanne vd Demo", "Basisschool De Proef"]

    with pytest.raises(ValidationError):
        check_strength(password, own)
