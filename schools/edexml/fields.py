"""The standard's names and codes that the reader knows, by what it does with them (EDEXML 1.03, 2.0, 2.1)."""

from __future__ import annotations

VERSIONS = frozenset({"1.03", "2.0", "2.1"})

# Longest value of each field that is read. Initials are six letters by the standard; dots occur.
LENGTHS = {
    "key": 256,
    "eckid": 256,
    "achternaam": 200,
    "voorvoegsel": 10,
    "voornamen": 200,
    "voorletters-1": 20,
    "roepnaam": 64,
    "naam": 64,
    "emailadres": 256,
    "schoolkey": 256,
    "geboortedatum": 40,
    "uitstroomdatum": 40,
    "geslacht": 8,
    "jaargroep": 8,
    "rol": 8,
}
FIRST_NAMES = ("roepnaam", "voornamen", "voorletters-1")
NAMES = frozenset({"achternaam", "voorvoegsel", *FIRST_NAMES})

# Read, or lawful and of no use here. What is in neither set nor in DROPPED is reported as unknown.
SECTIONS = frozenset({"school", "vestigingen", "groepen", "leerlingen", "leerkrachten"})
SCHOOL = frozenset(
    {
        "schooljaar",
        "peildatum",
        "brincode",
        "dependancecode",
        "schoolkey",
        "instellingsnummer",
        "aanmaakdatum",
        "auteur",
        "xsdversie",
    }
)
GROUP = frozenset({"naam", "jaargroep", "mutatiedatum"})
PUPIL = NAMES | {
    "geboortedatum",
    "geslacht",
    "jaargroep",
    "groep",
    "samengestelde_groepen",
    "vestiging",
    "instroomdatum",
    "uitstroomdatum",
    "mutatiedatum",
}
STAFF = NAMES | {"emailadres", "rol", "groepen", "mutatiedatum"}
# In a person's row these hold other elements; everything else that is read is plain text.
REPEATABLE = frozenset({"rol", "samengestelde_groepen", "groepen"})

# What the portal may not keep; only the names of these elements are ever told (SR-D04, contract section 8).
DROPPED = frozenset(
    {
        "bsn",
        "sofinummer",
        "onderwijsnummer",
        "bsn_ondwnr-4",
        "rijksregisternummer",
        "etniciteit",
        "land",
        "land_vader",
        "land_moeder",
        "gewicht",
        "gewicht_nieuw",
        "postcodenl",
        "postnummerbe",
        "postcodeoverig",
        "fotourl",
        "start_ondw_jgr3",
        "gebruikersnaam",
        "emailadres",
        "rolomschrijving",
        "omschrijving",
        "commentaar",
        "toevoegingen",
    }
)

COMBINED = "C"
FORMER = "H"
YEAR_GROUPS = frozenset("BDSVN012345678") | {"11", "12", "13", "14", "15", "16", FORMER}
GENDERS = frozenset("0129")
GENDER_UNKNOWN = "0"
ROLES = frozenset(
    {
        "ADJ",
        "ADM",
        "CON",
        "DIR",
        "ICT",
        "IB",
        "KLA",
        "LRK",
        "LOS",
        "LOC",
        "OWA",
        "OUD",
        "RT",
        "SMW",
        "STA",
        "TAL",
        "VAK",
    }
)
