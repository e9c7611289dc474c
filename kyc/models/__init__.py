"""People, the papers they show, and the cases agents decide."""

from kyc.authenticators import TOTPDevice
from kyc.credentials import Code, RecoveryCode, Tally
from kyc.models.documents import Deletion, Document, DocumentView, scan_storage
from kyc.models.identity import IdentityCase, IdentityCaseMove
from kyc.models.organisations import (
    Membership,
    MembershipMove,
    Organisation,
    OrganisationMove,
)
from kyc.models.people import User
from kyc.models.reproofing import Reproofing, ReproofingMove
from kyc.models.staff import Activation, Posting, StaffRequest

__all__ = [
    "Activation",
    "Code",
    "Deletion",
    "Document",
    "DocumentView",
    "IdentityCase",
    "IdentityCaseMove",
    "Membership",
    "MembershipMove",
    "Organisation",
    "OrganisationMove",
    "Posting",
    "RecoveryCode",
    "Reproofing",
    "ReproofingMove",
    "StaffRequest",
    "TOTPDevice",
    "Tally",
    "User",
    "scan_storage",
]
