"""The demo's invented boards, schools, people, publishers and licences, put in by the portal's own actions.

Everyone here is made up and looks so. The real register of school locations stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from accounts.actions.codes import ensure_codes
from accounts.actions.door import door_of
from accounts.actions.substitutes import LONGEST, give_pass
from accounts.models import CodeKind, PupilCode, Role, RoleName, TotpDevice, User, UserKind, UserStaff
from accounts.models.verification import spoken_seed
from accounts.second_step import STRONG_ROLES
from basispoort.lib.tenancy import school_transaction, unscoped
from dpa.actions.accept import accept_agreement, offer_on
from licences.actions.assign import add_licence, assign
from licences.actions.participants import connect_participant
from licences.actions.sharing import fields_to_share, switch_on
from licences.models import LearningMaterial, Participant, ParticipantField
from schools.actions.apply import apply_delivery
from schools.actions.delivery import read_delivery, receive_delivery
from schools.edexml.generate import generate_roster
from schools.models import Board, Group, Pupil, RosterDelivery, School, SchoolState, StaffMember

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PASSWORD = "Kip7boot9tak"  # noqa: S105 - of people who do not exist, and printed on the screen
CLIENT_ID = "uitgeverij-de-leesplank"


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """One invented school: where it stands on the main road, and how large it is."""

    brin: str
    location: str
    name: str
    board: str
    pupils: int
    has_roster: bool = True
    shares: bool = True

    @property
    def code(self) -> str:
        """BRIN and location."""
        return f"{self.brin}{self.location}"


BOARDS = {"00001": "Stichting Voorbeeldscholen", "00002": "Stichting De Verzonnen Bomen"}
SCHOOLS = (
    DemoSchool("99XX", "00", "Basisschool De Proefballon", "00001", 220),
    DemoSchool("99XX", "01", "Kindcentrum Het Grote Voorbeeld", "00001", 640),
    DemoSchool("99ZZ", "00", "Openbare school De Verzonnen Boom", "00002", 96, shares=False),
    DemoSchool("99DE", "00", "Basisschool De Nieuwe Proef", "00002", 120, has_roster=False),
)
PUPIL_FIELDS = {
    "pseudonym": ("Om je werk terug te vinden.", "To find your work again."),
    "given_name": ("Om je bij je naam te noemen.", "To call you by your name."),
    "year_group": ("Om de goede taken te laten zien.", "To show the right tasks."),
    "group_name": ("Zodat je leerkracht je groep ziet.", "So that your teacher sees your group."),
    "role": ("Om te weten of je leerling of leerkracht bent.", "To know whether you are a pupil or a teacher."),
}
STAFF_FIELDS = {name: PUPIL_FIELDS[name] for name in ("pseudonym", "given_name", "role")}
MATERIALS = (("Leesplankjes", "book", "lezen"), ("Rekenrups", "sums", "rekenen"))

COORDINATOR, SUBSTITUTE = "coordinator", "invaller"  # their mailboxes

OWN_PEOPLE = (
    ("Hanna", "helpdesk1", RoleName.HELPDESK),
    ("Hugo", "helpdesk2", RoleName.HELPDESK),
    ("Olga", "veiligheid", RoleName.SECURITY_OFFICER),
)


def is_seeded() -> bool:
    """Tell whether the demo is there already."""
    return School.objects.filter(code=SCHOOLS[0].code).exists()


def school_year() -> str:
    """Give the school year of today, which starts on 1 August (product S9)."""
    today = timezone.localdate()
    first = today.year if today.month >= 8 else today.year - 1
    return f"{first}-{first + 1}"


def roster_file(demo: DemoSchool) -> bytes:
    """Give the EDEXML file of an invented school, always the same within a school year."""
    return generate_roster(
        brin=demo.brin,
        location=demo.location,
        school_year=school_year(),
        pupils=demo.pupils,
        seed=demo.code,
        reference_date=timezone.localdate().replace(month=10, day=1),
    )


def connect_publisher(url: str, secret: str) -> Participant:
    """Register the demo publisher at its address of today, with the fields it asks for and its material."""
    publisher, _ = Participant.objects.get_or_create(
        name="Uitgeverij De Leesplank",
        defaults={"contact_name": "Lea Voorbeeld", "contact_email": "lea@leesplank.example"},
    )
    for subject, fields in (("pupil", PUPIL_FIELDS), ("staff", STAFF_FIELDS)):
        for key, (dutch, english) in fields.items():
            ParticipantField.objects.get_or_create(
                participant=publisher, subject=subject, key=key, defaults={"purpose_nl": dutch, "purpose_en": english}
            )
    connect_participant(
        participant=publisher,
        client_id=CLIENT_ID,
        secret=secret,
        redirect_uris=[f"{url}/callback"],
        initiate_login_uri=f"{url}/login",
        post_logout_redirect_uris=[f"{url}/"],
        backchannel_logout_uri=f"{url}/backchannel-logout",
    )
    for name, icon, place in MATERIALS:
        LearningMaterial.objects.update_or_create(
            participant=publisher, name=name, defaults={"icon": icon, "url": f"{url}/materiaal/{place}"}
        )
    return publisher


def seed(publisher: Participant, rosters: Path) -> dict[str, Any]:
    """Make boards, schools, people and licences; give who can sign in with what.

    Writes the rosters of the schools under `rosters`, so that they can be delivered by hand as well.
    """
    boards = {
        number: Board.objects.get_or_create(number=number, defaults={"name": name})[0]
        for number, name in BOARDS.items()
    }
    rosters.mkdir(parents=True, exist_ok=True)
    identities: list[dict[str, str]] = []
    pupils: list[dict[str, str]] = []
    for demo in SCHOOLS:
        content = roster_file(demo)
        (rosters / f"{demo.code}.xml").write_bytes(content)
        school = _make_school(demo, boards)
        coordinator = _person(school, RoleName.ICT_COORDINATOR, "Coco", COORDINATOR)
        identities.append(_identity(coordinator, RoleName.ICT_COORDINATOR, school))
        if not demo.has_roster:
            continue
        head = _person(school, RoleName.HEAD, "Dirk", "directie")
        identities.append(_identity(head, RoleName.HEAD, school))
        _accept(school, coordinator)
        _deliver(school, content, coordinator)
        identities += [_identity(user, RoleName.TEACHER, school) for user in _teachers(school)]
        support = _person(school, RoleName.SUPPORT_STAFF, "Olaf", "ondersteuner")
        identities.append(_identity(support, RoleName.SUPPORT_STAFF, school))
        identities.append(_identity(_substitute(school, coordinator), RoleName.SUBSTITUTE, school))
        if demo.shares:
            _share(school, publisher, coordinator)
        pupils += _pupils(school)
    return {"identities": [*identities, *_board_members(boards), *_own_people()], "pupils": pupils}


def renew_passes() -> None:
    """Give the substitutes of the demo a new pass where the last one has ended: it is good for a month at most."""
    for school in School.objects.filter(code__in=[demo.code for demo in SCHOOLS if demo.has_roster]):
        substitute = User.objects.with_email(_address(school, SUBSTITUTE))
        coordinator = User.objects.with_email(_address(school, COORDINATOR))
        if substitute and coordinator and not substitute.running_roles():
            _give_pass(school, substitute, coordinator)


def _address(school: School, mailbox: str) -> str:
    return f"{mailbox}@{school.code.lower()}.voorbeeldschool.example"


def _substitute(school: School, coordinator: User) -> User:
    user = User.objects.create_staff(
        email=_address(school, SUBSTITUTE), first_name="Inge", last_name="Voorbeeld", password=PASSWORD
    )
    _give_pass(school, user, coordinator)
    return user


def _give_pass(school: School, user: User, coordinator: User) -> None:
    now = timezone.now()
    with school_transaction(school):
        homes = list(Group.objects.for_school(school).current().with_home_pupils().in_order())
        give_pass(
            school=school,
            email=str(user.email),
            first_name=user.first_name,
            infix=user.infix,
            last_name=user.last_name,
            groups=[homes[0].pk, homes[-1].pk],
            since=now,
            until=now + LONGEST,
            acting_user=coordinator,
        )


def _make_school(demo: DemoSchool, boards: Mapping[str, Board]) -> School:
    return School.objects.create(
        code=demo.code,
        brin=demo.brin,
        location=demo.location,
        board=boards[demo.board],
        register_name=demo.name,
        street="Voorbeeldlaan",
        house_number="1",
        postcode="0000 AA",
        city="VOORBEELDSTAD",
        state=SchoolState.ACTIVE,
    )


def _person(school: School, role: str, first_name: str, mailbox: str) -> User:
    user = User.objects.create_staff(
        email=_address(school, mailbox), first_name=first_name, last_name="Voorbeeld", password=PASSWORD
    )
    _give_role(user, role, school)
    if role in STRONG_ROLES:
        TotpDevice(user=user, name="app", seed=TotpDevice.new_seed()).save(force_insert=True)
    return user


def _board_members(boards: Mapping[str, Board]) -> Iterator[dict[str, str]]:
    """Give somebody of each board, who sees its schools and checks their lists of staff."""
    for number, board in boards.items():
        user = User.objects.create_staff(
            email=f"bestuur@{number}.voorbeeldbestuur.example",
            first_name="Bea",
            last_name="Voorbeeld",
            password=PASSWORD,
        )
        _give_role(user, RoleName.BOARD_MEMBER, None, board)
        TotpDevice(user=user, name="app", seed=TotpDevice.new_seed()).save(force_insert=True)
        yield _identity(user, RoleName.BOARD_MEMBER, None, board)


def _own_people() -> Iterator[dict[str, str]]:
    """Give the portal's own people: two of the helpdesk, because renewing a second step takes two, and an officer."""
    for first_name, mailbox, role in OWN_PEOPLE:
        user = User.objects.create_staff(
            email=f"{mailbox}@basispoort.example",
            first_name=first_name,
            last_name="Voorbeeld",
            password=PASSWORD,
            kind=UserKind.PORTAL,
        )
        _give_role(user, role, None)
        TotpDevice(user=user, name="app", seed=TotpDevice.new_seed()).save(force_insert=True)
        yield _identity(user, role, None)


def _give_role(user: User, role: str, school: School | None, board: Board | None = None) -> None:
    first = timezone.localdate() - timedelta(days=30)
    with unscoped("the demo gives roles"):
        Role.objects.create(user=user, role=role, school=school, board=board, starts_on=first)
    user.forget_roles()


def _identity(user: User, role: str, school: School | None, board: Board | None = None) -> dict[str, str]:
    facts = {"role": str(role), "name": user.full_name, "email": str(user.email)}
    app = TotpDevice.objects.filter(user=user).first()
    secret = {"totp_secret": spoken_seed(app.seed).replace(" ", "")} if app else {}
    place = f"{school.name} ({school.code})" if school else str(board or "Basispoort")
    return facts | secret | {"password": PASSWORD, "school": place}


def _accept(school: School, user: User) -> None:
    with school_transaction(school):
        accept_agreement(school=school, acting_user=user, sha256=offer_on(timezone.localdate()).sha256)
    school.refresh_from_db()


def _deliver(school: School, content: bytes, user: User) -> None:
    with school_transaction(school):
        delivery = receive_delivery(school=school, content=content, acting_user=user)
    read_delivery(school_id=school.pk, delivery_id=delivery.pk)
    with school_transaction(school):
        read = RosterDelivery.objects.for_school(school).get(pk=delivery.pk)
        apply_delivery(school=school, delivery=read, acting_user=user, digest=read.difference_digest, confirmed=True)


def _teachers(school: School) -> Iterator[User]:
    """Give accounts to two staff members who teach a home group: of the youngest and of the oldest."""
    with school_transaction(school):
        homes = list(Group.objects.for_school(school).current().with_home_pupils().in_order())
        chosen: dict[int, StaffMember] = {}
        for group in (homes[0], homes[-1]):
            teachers = StaffMember.objects.for_school(school).filter(group_places__group=group).exclude(pk__in=chosen)
            teacher = teachers.order_by("pk").first()
            if teacher is not None:
                chosen[teacher.pk] = teacher
    for number, teacher in enumerate(chosen.values(), start=1):
        user = _person(school, RoleName.TEACHER, teacher.first_name, f"leerkracht{number}")
        user.infix, user.last_name = teacher.infix, teacher.last_name
        user.save(update_fields=["infix", "last_name"])
        with school_transaction(school):
            UserStaff.objects.create(school=school, user=user, staff_member=teacher)
        yield user


def _share(school: School, publisher: Participant, user: User) -> None:
    today = timezone.localdate()
    with school_transaction(school):
        groups = list(Group.objects.for_school(school).current().with_home_pupils())
        for material in LearningMaterial.objects.filter(participant=publisher):
            licence = add_licence(
                school=school, material=material, valid_from=today, valid_until=None, seats=None, acting_user=user
            )
            assign(licence=licence, acting_user=user, groups=groups, all_staff=True)
        seen = fields_to_share(school, publisher, day=today)
        switch_on(school=school, participant=publisher, seen=seen, acting_user=user)


def _pupils(school: School) -> list[dict[str, str]]:
    """Give every pupil a code, and name two of each home group with theirs."""
    found = []
    with school_transaction(school):
        everyone = list(Pupil.objects.for_school(school).present().by_name().select_related("home_group"))
        ensure_codes(school=school, pupils=everyone)
        codes = {code.pupil_id: code for code in PupilCode.objects.for_school(school)}
        address = f"{settings.BASE_URL}/s/{door_of(school=school).token}/"
        named: dict[object, int] = {}
        for pupil in everyone:
            group = pupil.home_group
            if group is None or named.get(group.pk, 0) >= 2:
                continue
            named[group.pk] = named.get(group.pk, 0) + 1
            code = codes[pupil.pk]
            kind = "picture_code" if code.kind == CodeKind.PICTURES else "pincode"
            facts = {"name": pupil.full_name, "group": group.name, "school": school.name, "sign_in_url": address}
            found.append(facts | {kind: str(code.value)})
    return found
