"""Who may open what: participants, material, licences, sharing, and what left the house."""

from licences.models.disclosure import Disclosure, Refusal
from licences.models.launch import AuthorizationCode, Launch
from licences.models.licence import Assignment, Licence, LicenceSource
from licences.models.logout import BackChannelLogout
from licences.models.material import LearningMaterial
from licences.models.participant import Participant, ParticipantField, ParticipantKind, ParticipantState, Subject
from licences.models.pseudonym import Pseudonym
from licences.models.sharing import DataSharing, SharingRequest

__all__ = [
    "Assignment",
    "AuthorizationCode",
    "BackChannelLogout",
    "DataSharing",
    "Disclosure",
    "Launch",
    "LearningMaterial",
    "Licence",
    "LicenceSource",
    "Participant",
    "ParticipantField",
    "ParticipantKind",
    "ParticipantState",
    "Pseudonym",
    "Refusal",
    "SharingRequest",
    "Subject",
]
