"""What holds for every password, every token and every period of a role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.actions.address import confirm_address
from accounts.actions.tokens import LinkUnusable, redeem_link
from accounts.models import MailToken, Role, TokenPurpose
from accounts.models.token import hash_of, new_token
from accounts.passwords import check_rules, normal_password
from basispoort.lib.tenancy import unscoped
from tests import factories
from tests.at_once import many_at_once

if TYPE_CHECKING:
    from schools.models import School

MANY = examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DAYS = st.integers(-2, 2)
# Never the very second of the test itself.
MINUTES = st.integers(-3000, 3000).filter(lambda minutes: abs(minutes) > 5)
LETTERS_AND_SIGNS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("a1é٣ж字 ")), max_size=24
)


@pytest.mark.requirement("SR-A01")
@examples(max_examples=300, deadline=None)
@given(LETTERS_AND_SIGNS)
def test_rules_of_a_password_are_these_four_and_no_others(typed: str) -> None:
    password = normal_password(typed)
    letter, digit = any(one.isalpha() for one in password), any(one in "0123456789" for one in password)
    good = 8 <= len(password) <= 20 and letter and digit

    try:
        check_rules(password)
        accepted = True
    except ValidationError:
        accepted = False

    assert accepted == good


@pytest.mark.requirement("SR-C01")
def test_every_bit_of_a_token_is_random() -> None:
    tokens = [new_token() for _ in range(2000)]

    ones = [sum(UUID(token).int >> bit & 1 for token in tokens) for bit in range(128)]

    assert {len(token) for token in tokens} == {36}
    assert len(set(tokens)) == len({hash_of(token) for token in tokens}) == 2000
    assert all(700 < number < 1300 for number in ones)


@pytest.mark.requirement("SR-A10")
@pytest.mark.requirement("SR-A17")
@MANY
@given(st.tuples(DAYS, st.none() | DAYS, st.none() | MINUTES, st.none() | MINUTES))
def test_role_runs_exactly_within_all_its_bounds(
    school: School, period: tuple[int, int | None, int | None, int | None]
) -> None:
    first, length, since, until = period
    now, today = timezone.now(), timezone.localdate()

    def moment(minutes: int | None) -> datetime | None:
        return None if minutes is None else now + timedelta(minutes=minutes)

    user = factories.make_user()
    starts_on = today + timedelta(days=first)
    ends_on = None if length is None else starts_on + timedelta(days=abs(length))
    factories.make_role(
        user, "teacher", school, starts_on=starts_on, ends_on=ends_on, since=moment(since), until=moment(until)
    )
    expected = (
        starts_on <= today
        and (ends_on is None or ends_on >= today)
        and (since is None or since < 0)
        and (until is None or until > 0)
    )

    assert bool(user.running_roles()) == expected
    assert user.has_perm("schools.school.view", school) == expected
    assert user.school_ids() == ([school.pk] if expected else [])


@pytest.mark.requirement("SR-B09")
@MANY
@given(st.tuples(DAYS, st.none() | st.integers(0, 3), DAYS, st.none() | st.integers(0, 3)))
def test_same_role_never_runs_twice_on_one_day(
    school: School, periods: tuple[int, int | None, int, int | None]
) -> None:
    today, user = timezone.localdate(), factories.make_user()
    (one, one_length), (other, other_length) = periods[:2], periods[2:]

    def last(first: int, length: int | None) -> int:
        return 10**6 if length is None else first + length

    overlap = one <= last(other, other_length) and other <= last(one, one_length)
    refused = False
    for first, length in ((one, one_length), (other, other_length)):
        starts_on = today + timedelta(days=first)
        ends_on = None if length is None else starts_on + timedelta(days=length)
        try:
            with transaction.atomic():
                factories.make_role(user, "teacher", school, starts_on=starts_on, ends_on=ends_on)
        except IntegrityError:
            refused = True

    assert refused == overlap
    with unscoped("a test looks"):
        assert Role.objects.get_queryset().running_today().filter(user=user).count() <= 1


@pytest.mark.requirement("SR-C03")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("purpose", [TokenPurpose.ACTIVATION, TokenPurpose.ADDRESS_CHANGE])
def test_of_ten_who_use_one_link_at_once_one_gets_in(purpose: TokenPurpose) -> None:
    user = factories.make_user()
    new = "nieuw@voorbeeldschool.example" if purpose == TokenPurpose.ADDRESS_CHANGE else None
    token_hash = hash_of(MailToken.issue(user, purpose, new_email=new))

    def use(_number: int) -> bool:
        try:
            if purpose == TokenPurpose.ADDRESS_CHANGE:
                confirm_address(token_hash=token_hash)
            else:
                redeem_link(token_hash=token_hash, purpose=purpose, password="Vis4kano8brug")
        except LinkUnusable:
            return False
        return True

    outcomes = many_at_once(10, use)

    assert sorted(outcomes) == [False] * 9 + [True]
