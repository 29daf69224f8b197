"""Rosters of people who do not exist, for the demo, the tests and the benchmark.

First names are real, as a made-up list reads badly; every last name says that nobody is meant.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from schools.edexml.roster import Roster, RosterGroup, RosterPupil, RosterStaff
from schools.edexml.write import write_roster

YEAR_GROUPS = 8
LARGEST_GROUP = 28
# Two years with fewer pupils than this each share one home group.
SMALLEST_YEAR = 14

FIRST_NAMES = (  # noqa: SIM905 - words read best as words
    "Aafje Abel Adam Aicha Amber Amir Anouk Arda Aya Bas Beau Bilal Björn Boaz Bram Chloé Daan Defne Dewi "
    "Dilan Eef Elif Emma Esra Faas Fay Fedde Femke Fenna Finn Floor Gijs Guus Hamza Hanna Hidde Ilias Imke Isa "
    "Jaouad Jens Jesse Jip Joëlle Jort Julia Kasper Kees Kiki Lars Levi Liang Lieke Lina Loïs Lotte Mees Mila "
    "Milan Mira Mohamed Naomi Nienke Noa Noël Nour Olivier Pien Pim Quinn Rafaël Renée Ruben Saar Sanne Sem "
    "Senna Siem Sofie Stijn Tess Thijs Tijn Umut Vera Wouter Xander Yara Yusuf Zeynep Zoë"
).split()
WORDS = (  # noqa: SIM905 - words read best as words
    "Ahorn Appel Beuk Bij Boomgaard Braam Brug Citroen Dadel Das Distel Duin Eekhoorn Egel Eik Els Es Fazant "
    "Framboos Fuut Gans Haas Hazelaar Heide Hop Iep Kastanje Kers Kievit Klaver Klei Kornoelje Kraai Lariks "
    "Lelie Linde Lijster Madelief Meidoorn Merel Mier Molen Mos Mus Narcis Otter Peer Pinksterbloem Populier "
    "Pruim Reiger Roos Specht Spar Terp Tulp Uil Vijg Vlier Vlinder Vos Walnoot Wilg Winde Zeester Zwaluw"
).split()
LAST_NAMES = (
    ("", "Voorbeeld"),
    ("van der", "Demo"),
    ("de", "Proef"),
    ("van", "Voorbeeldstra"),
    ("", "Testema"),
    *(("", f"{word}-Proefpersoon") for word in WORDS),
)
SUBGROUPS = ("Plusgroep", "Taalklas", "Rekenhulp", "Bovenbouwkoor")


@dataclass(frozen=True, slots=True)
class _Teaching:
    """Which home group each pupil of a year is in."""

    groups: tuple[RosterGroup, ...]
    of_year: dict[int, tuple[RosterGroup, ...]]


def generate_roster(  # noqa: PLR0913 - each is a plain choice of the caller
    *,
    brin: str,
    location: str,
    school_year: str,
    pupils: int,
    seed: int | str,
    version: str = "2.1",
    reference_date: date,
    with_forbidden: bool = False,
) -> bytes:
    """Give an EDEXML file of a school with that many invented pupils; the same arguments give the same bytes.

    Pupil number n keeps name and keys when `pupils` grows. `with_forbidden` adds what the portal must throw away.
    """
    roster = invent_roster(
        brin=brin,
        location=location,
        school_year=school_year,
        pupils=pupils,
        seed=seed,
        version=version,
        reference_date=reference_date,
    )
    return write_roster(roster, with_forbidden=with_forbidden)


def invent_roster(  # noqa: PLR0913 - each is a plain choice of the caller
    *,
    brin: str,
    location: str,
    school_year: str,
    pupils: int,
    seed: int | str,
    version: str = "2.1",
    reference_date: date,
) -> Roster:
    """Give the roster that `generate_roster` writes, save for the line numbers."""
    if pupils < 1:
        message = "A roster has at least one pupil."
        raise ValueError(message)
    prefix = f"{brin}{location}"
    modern = version != "1.03"
    teaching = _invent_groups(prefix, school_year, pupils, may_combine=modern)
    subgroups = tuple(
        RosterGroup(f"{prefix}-{school_year}-s{number}", name, None, "subgroup", 0)
        for number, name in enumerate(SUBGROUPS if modern else (), start=1)
    )
    people = tuple(
        _invent_pupil(
            number,
            seed=f"{prefix}:{seed}",
            prefix=prefix,
            teaching=teaching,
            subgroups=subgroups,
            reference_date=reference_date,
            version=version,
        )
        for number in range(pupils)
    )
    return Roster(
        version=version,
        school_year=school_year,
        brin=brin,
        location=location,
        school_key=None,
        reference_date=reference_date,
        groups=teaching.groups + subgroups,
        pupils=people,
        staff=_invent_staff(f"{prefix}:{seed}", prefix, teaching.groups, subgroups, version),
    )


def _invent_groups(prefix: str, school_year: str, pupils: int, *, may_combine: bool) -> _Teaching:
    """Deal the pupils' years over home groups of at most `LARGEST_GROUP`; small years go two and two."""
    groups: list[RosterGroup] = []
    of_year: defaultdict[int, list[RosterGroup]] = defaultdict(list)
    combine = may_combine and pupils < SMALLEST_YEAR * YEAR_GROUPS
    step = 2 if combine else 1
    for first in range(1, YEAR_GROUPS + 1, step):
        count = step * -(-pupils // YEAR_GROUPS)
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: -(-count // LARGEST_GROUP)]:
            name = f"{first}/{first + 1}{letter}" if combine else f"{first}{letter}"
            group = RosterGroup(
                f"{prefix}-{school_year}-{name.replace('/', '')}", name, None if combine else str(first), "home", 0
            )
            groups.append(group)
            for year in range(first, first + step):
                of_year[year].append(group)
    return _Teaching(tuple(groups), {year: tuple(found) for year, found in of_year.items()})


def _chance(*parts: object) -> random.Random:
    """Give a source of choices that depends on nothing but the parts."""
    return random.Random(":".join(map(str, parts)))  # noqa: S311 - inventing names is no secret


def _eck_id(*parts: object) -> str:
    """Give an ECK iD of the lawful form, in the standard's own name space for trials."""
    return f"https://ketenid.nl/pilot/{hashlib.sha512(':'.join(map(str, parts)).encode()).hexdigest()}"


def _invent_pupil(  # noqa: PLR0913 - one flat row
    number: int,
    *,
    seed: str,
    prefix: str,
    teaching: _Teaching,
    subgroups: tuple[RosterGroup, ...],
    reference_date: date,
    version: str,
) -> RosterPupil:
    chance = _chance(seed, "pupil", number)
    year = number % YEAR_GROUPS + 1
    homes = teaching.of_year[year]
    infix, last_name = chance.choice(LAST_NAMES)
    # A pupil of year n is about n + 3 at the start of it.
    born = date(reference_date.year - year - 3, 9, 30) - timedelta(days=chance.randrange(364))
    return RosterPupil(
        key=f"{prefix}-L{number + 1:04}",
        eck_id=_eck_id(seed, "pupil", number) if version >= "2.1" else "",
        first_name=chance.choice(FIRST_NAMES),
        infix=infix,
        last_name=last_name,
        birth_date=born,
        gender=chance.choice("1122129"),
        year_group=str(year),
        group_key=homes[number // YEAR_GROUPS % len(homes)].key,
        subgroup_keys=tuple(group.key for group in subgroups if chance.random() < 1 / len(SUBGROUPS) / 2),
        line=0,
    )


def _invent_staff(
    seed: str, prefix: str, homes: tuple[RosterGroup, ...], subgroups: tuple[RosterGroup, ...], version: str
) -> tuple[RosterStaff, ...]:
    """Give each home group a teacher, each third one a second, and the school its other people."""
    modern = version != "1.03"
    posts: list[tuple[tuple[str, ...], tuple[str, ...]]] = [(("LRK",), (group.key,)) for group in homes]
    posts += [(("LRK", "VAK"), (group.key,)) for group in homes[::3]]
    posts += [((role,), tuple(group.key for group in subgroups)) for role in ("IB", "OWA")]
    posts += [((role,), ()) for role in ("DIR", "ICT", "ADM", "CON")]
    staff = []
    for number, (roles, keys) in enumerate(posts):
        chance = _chance(seed, "staff", number)
        first_name = chance.choice(FIRST_NAMES)
        infix, last_name = chance.choice(LAST_NAMES)
        staff.append(
            RosterStaff(
                key=f"{prefix}-K{number + 1:03}",
                eck_id=_eck_id(seed, "staff", number) if version >= "2.1" else "",
                first_name=first_name,
                infix=infix,
                last_name=last_name,
                email=f"medewerker{number + 1}.{prefix.lower()}@voorbeeldschool.example" if modern else "",
                roles=roles if modern else (),
                groups=tuple((key, roles[:1] if modern else ()) for key in keys),
                line=0,
            )
        )
    return tuple(staff)
