"""Encrypted fields: bound to their place, unreadable without the key, renewed under a new one."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from basispoort.lib import crypto
from basispoort.lib.crypto import SealBroken
from basispoort.lib.rotation import reencrypt
from basispoort.lib.tenancy import school_scope
from schools.models import Pupil
from tests import factories

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from schools.models import School

NEW_KEY = base64.b64decode("/" * 42 + "8=")


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_sealed_value_opens_at_its_own_place(value: bytes, place: bytes) -> None:
    assert crypto.open_seal(crypto.seal(value, place), place) == value


@given(st.binary(max_size=50), st.integers(min_value=0))
def test_changed_value_does_not_open(value: bytes, position: int) -> None:
    sealed = bytearray(crypto.seal(value, b"table|column|1"))
    sealed[position % len(sealed)] ^= 1

    with pytest.raises(SealBroken):
        crypto.open_seal(bytes(sealed), b"table|column|1")


@pytest.mark.requirement("SR-I01")
def test_value_copied_to_another_row_does_not_open(school: School) -> None:
    one = factories.make_pupil(school, las_key="L-one")
    other = factories.make_pupil(school, las_key="L-other")
    with school_scope(school):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE schools_pupil SET las_key = (SELECT las_key FROM schools_pupil WHERE id = %s) WHERE id = %s",
                [one.pk, other.pk],
            )

        with pytest.raises(SealBroken):
            _ = Pupil.objects.for_school(school).get(pk=other.pk).las_key


@pytest.mark.requirement("SR-I02")
def test_table_holds_no_key_in_clear(school: School) -> None:
    factories.make_pupil(school, las_key="planted-key-4711")

    with school_scope(school), connection.cursor() as cursor:
        cursor.execute("SELECT schools_pupil::text FROM schools_pupil")
        text = cursor.fetchone()[0]

    assert b"planted-key-4711".hex() not in text
    assert "planted-key-4711" not in text


def test_value_that_nobody_opened_is_saved_as_it_was(school: School) -> None:
    factories.make_pupil(school, las_key="L1")
    with school_scope(school):
        pupil = Pupil.objects.for_school(school).get()
        before = pupil.__dict__["las_key"].content
        pupil.save()

        assert Pupil.objects.for_school(school).get().__dict__["las_key"].content == before


def test_encrypted_column_cannot_be_updated_with_a_plain_value(school: School) -> None:
    factories.make_pupil(school)

    with school_scope(school), pytest.raises(TypeError):
        Pupil.objects.for_school(school).update(las_key="plain")


@pytest.mark.requirement("SR-H02")
def test_after_rotation_old_values_are_readable_and_then_under_the_new_key(school: School, settings: Settings) -> None:
    pupil = factories.make_pupil(school, las_key="L1")
    old_keys = settings.FIELD_KEYS

    settings.FIELD_KEYS = {"new": NEW_KEY, **old_keys}
    done = reencrypt()
    settings.FIELD_KEYS = {"new": NEW_KEY}
    with school_scope(school):
        read = Pupil.objects.for_school(school).get(pk=pupil.pk).las_key

    assert read == "L1"
    assert done["schools_pupil.las_key"] == 1
    assert reencrypt() == {}


@pytest.mark.requirement("SR-H02")
def test_value_is_found_by_its_index_while_index_keys_are_changed(school: School, settings: Settings) -> None:
    user = factories.make_coordinator(school, email="Demo@voorbeeldschool.example")

    settings.INDEX_KEYS = {"new": NEW_KEY, **settings.INDEX_KEYS}

    assert type(user).objects.with_email(" demo@VOORBEELDSCHOOL.example ") == user
