"""Write a roster as an EDEXML file, in the order and with the elements of the version it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schools.edexml.roster import Roster, RosterPupil, RosterStaff

XSI = "http://www.w3.org/2001/XMLSchema-instance"
# The last version without composite groups, roles, e-mail and a year beside the group.
LEGACY_VERSION = "1.03"
ECK_ID_VERSION = "2.1"


def write_roster(roster: Roster, *, with_forbidden: bool = False) -> bytes:
    """Give the file, in UTF-8, one element a line. `read_roster` reads the same roster from it.

    `with_forbidden` adds what the portal must throw away, in its lawful places, with made-up values: for tests.
    What the roster's version cannot say is left out; give it nothing of the kind.
    """
    root = etree.Element("EDEX", nsmap={"xsi": XSI})
    root.set(f"{{{XSI}}}noNamespaceSchemaLocation", "EDEXML.structuur.xsd")
    _write_school(root, roster)
    if roster.groups:
        groups = etree.SubElement(root, "groepen")
        for group in roster.groups:
            element = etree.SubElement(
                groups, "groep" if group.kind == "home" else "samengestelde_groep", {"key": group.key}
            )
            _texts(element, ("naam", group.name))
            if group.kind == "home":
                _texts(element, ("jaargroep", group.year_group or "C"))
    pupils = etree.SubElement(root, "leerlingen")
    for pupil in roster.pupils:
        _write_pupil(pupils, pupil, roster.version, with_forbidden=with_forbidden)
    if roster.staff:
        staff = etree.SubElement(root, "leerkrachten")
        for person in roster.staff:
            _write_staff(staff, person, roster, with_forbidden=with_forbidden)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _texts(parent: etree._Element, *pairs: tuple[str, str]) -> None:
    """Add one element for each text that is not empty."""
    for tag, text in pairs:
        if text:
            etree.SubElement(parent, tag).text = text


def _write_school(root: etree._Element, roster: Roster) -> None:
    school = etree.SubElement(root, "school")
    day = roster.reference_date.isoformat()
    _texts(
        school,
        ("schooljaar", roster.school_year),
        ("peildatum", "" if roster.version == LEGACY_VERSION else day),
        ("brincode", roster.brin or ""),
        ("dependancecode", roster.location if roster.brin else ""),
        ("schoolkey", roster.school_key or ""),
        ("aanmaakdatum", f"{day}T07:15:00"),
        ("auteur", "Voorbeeld-LAS"),
        ("xsdversie", roster.version),
    )


def _person(parent: etree._Element, tag: str, person: RosterPupil | RosterStaff, version: str) -> etree._Element:
    element = etree.SubElement(parent, tag, {"key": person.key})
    if person.eck_id and version >= ECK_ID_VERSION:
        element.set("eckid", person.eck_id)
    legacy = version == LEGACY_VERSION
    _texts(
        element,
        ("achternaam", person.last_name),
        ("voorvoegsel", person.infix),
        ("voornamen", "" if legacy else person.first_name),
        ("voorletters-1", person.first_name[:1]),
        ("roepnaam", person.first_name),
    )
    return element


def _write_pupil(parent: etree._Element, pupil: RosterPupil, version: str, *, with_forbidden: bool) -> None:
    legacy = version == LEGACY_VERSION
    element = _person(parent, "leerling", pupil, version)
    _texts(
        element,
        ("geboortedatum", pupil.birth_date.isoformat() if pupil.birth_date else ""),
        ("geslacht", pupil.gender),
        ("start_ondw_jgr3", "2099-08-01" if with_forbidden and not legacy else ""),
        # 1.03 lets a pupil have a group or a year, not both.
        ("jaargroep", "" if legacy and pupil.group_key else pupil.year_group or "C"),
    )
    if pupil.group_key:
        etree.SubElement(element, "groep", {"key": pupil.group_key})
    if pupil.subgroup_keys:
        _keys(etree.SubElement(element, "samengestelde_groepen"), "samengestelde_groep", pupil.subgroup_keys)
    if with_forbidden:
        _texts(element, *(FORBIDDEN_LEGACY if legacy else FORBIDDEN))
    _texts(element, ("instroomdatum", "2020-08-01"))
    if with_forbidden and not legacy:
        _write_remark(element)
    _texts(element, ("mutatiedatum", "2020-08-01T12:00:00"))


def _write_staff(parent: etree._Element, person: RosterStaff, roster: Roster, *, with_forbidden: bool) -> None:
    element = _person(parent, "leerkracht", person, roster.version)
    if with_forbidden and roster.version != LEGACY_VERSION:
        _texts(element, ("gebruikersnaam", "FORBIDDEN-gebruiker"))
    _texts(element, ("emailadres", person.email), *(("rol", role) for role in person.roles))
    if person.groups:
        homes = {group.key for group in roster.groups if group.kind == "home"}
        groups = etree.SubElement(element, "groepen")
        for key, roles in person.groups:
            group = etree.SubElement(groups, "groep" if key in homes else "samengestelde_groep", {"key": key})
            _texts(group, *(("rol", role) for role in roles))
    if with_forbidden and roster.version != LEGACY_VERSION:
        _write_remark(element)
    _texts(element, ("mutatiedatum", "2020-08-01T12:00:00"))


def _keys(parent: etree._Element, tag: str, keys: Iterable[str]) -> None:
    for key in keys:
        etree.SubElement(parent, tag, {"key": key})


def _write_remark(parent: etree._Element) -> None:
    """Add the one standard kind of extension, free text about a person."""
    block = etree.SubElement(etree.SubElement(parent, "toevoegingen"), "blok")
    block.set(f"{{{XSI}}}type", "OpmerkingGegevensType")
    _texts(block, ("code", "FORBIDDEN-code"), ("omschrijving", "FORBIDDEN-blok"), ("opmerking", "FORBIDDEN-opmerking"))


# The number is the one that tests of the eleven-check use, and nobody's.
FORBIDDEN = (
    ("gebruikersnaam", "FORBIDDEN-gebruiker"),
    ("emailadres", "forbidden.adres@voorbeeld.example"),
    ("fotourl", "https://forbidden.example/pasfoto.jpg"),
    ("etniciteit", "1"),
    ("land", "AF"),
    ("land_vader", "AF"),
    ("land_moeder", "AF"),
    ("bsn", "123456782"),
    ("gewicht_nieuw", "0,3"),
    ("gewicht", "0.25"),
    ("postcodenl", "9999XX"),
)
FORBIDDEN_LEGACY = (
    ("etniciteit", "1"),
    ("land", "AF"),
    ("land_vader", "AF"),
    ("land_moeder", "AF"),
    ("sofinummer", "123456782"),
    ("gewicht_nieuw", "0,3"),
    ("gewicht", "0.25"),
    ("postcodenl", "9999XX"),
)
