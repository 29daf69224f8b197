"""Invented rosters: the same for the same arguments, and nobody's."""

from __future__ import annotations

from itertools import chain

import pytest
from lxml import etree

from schools.edexml.reader import read_roster
from tests.schools.edexml.samples import generate, invent

ORDER = {
    "EDEX": ["school", "groepen", "leerlingen", "leerkrachten"],
    "leerling": [
        "achternaam",
        "voorvoegsel",
        "voornamen",
        "voorletters-1",
        "roepnaam",
        "geboortedatum",
        "geslacht",
        "start_ondw_jgr3",
        "jaargroep",
        "groep",
        "samengestelde_groepen",
        "gebruikersnaam",
        "emailadres",
        "fotourl",
        "etniciteit",
        "land",
        "land_vader",
        "land_moeder",
        "bsn",
        "gewicht_nieuw",
        "gewicht",
        "postcodenl",
        "instroomdatum",
        "toevoegingen",
        "mutatiedatum",
    ],
}


def test_same_arguments_give_the_same_bytes() -> None:
    assert generate() == generate()
    assert generate() != generate(seed=2)


def test_pupils_keep_name_and_keys_when_the_school_grows() -> None:
    small, large = invent(64).pupils, invent(640).pupils

    assert [(p.key, p.eck_id, p.first_name, p.last_name) for p in small] == [
        (p.key, p.eck_id, p.first_name, p.last_name) for p in large[:64]
    ]


@pytest.mark.parametrize(("pupils", "home_groups"), [(1, 4), (64, 4), (111, 4), (220, 8), (640, 24)])
def test_small_years_share_a_group_and_large_ones_are_split(pupils: int, home_groups: int) -> None:
    roster = invent(pupils)

    homes = [group for group in roster.groups if group.kind == "home"]
    assert len(homes) == home_groups
    assert {group.year_group is None for group in homes} == {pupils < 112}
    assert {pupil.year_group for pupil in roster.pupils} <= set("12345678")


def test_every_last_name_says_that_nobody_is_meant() -> None:
    roster = invent(640)

    names = chain((pupil.last_name for pupil in roster.pupils), (person.last_name for person in roster.staff))
    invented = ("Voorbeeld", "Demo", "Proef", "Testema")
    assert all(name.startswith(invented) or name.endswith("-Proefpersoon") for name in names)


def test_generated_file_is_taken_without_a_word() -> None:
    assert read_roster(generate(640)).warnings == ()


@pytest.mark.parametrize("version", ["1.03", "2.0", "2.1"])
def test_version_says_only_what_it_can_say(version: str) -> None:
    root = etree.fromstring(generate(220, version=version))

    assert bool(root.xpath("//@eckid")) == (version == "2.1")
    assert bool(root.xpath("//samengestelde_groep")) == (version != "1.03")
    assert bool(root.xpath("//leerling[jaargroep][groep]")) == (version != "1.03")
    assert bool(root.xpath("//rol")) == (version != "1.03")


def test_elements_stand_in_the_order_of_the_standard() -> None:
    root = etree.fromstring(generate(with_forbidden=True))

    for tag, order in ORDER.items():
        for element in root.iter(tag):
            places = [order.index(child.tag) for child in element]
            assert places == sorted(places)


def test_roster_without_pupils_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pupil"):
        generate(0)
