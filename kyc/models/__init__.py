"""People, the papers they show, and the cases agents decide."""

from kyc.authenticators import TOTPDevice
from kyc.credentials import Code, RecoveryCode, Tally
from kyc.models.assistance import Assistance
from kyc.models.checks import Breaker, Check, CheckCallback, CheckMove
from kyc.models.documents import Deletion, Document, DocumentView, Sweep, scan_storage
from kyc.models.duplicates import IdentityResemblance, PersonKey, PictureMark, Resemblance
from kyc.models.history import Decision, IdentityCaseMove
from kyc.models.identity import IdentityCase
from kyc.models.organisations import (
    Membership,
    MembershipMove,
    Organisation,
    OrganisationMove,
)
from kyc.models.people import User
from kyc.models.readings import ReadingBatch, ReadingItem
from kyc.models.reproofing import Reproofing, ReproofingMove
from kyc.models.staff import Activation, Posting, StaffRequest
from kyc.models.uploads import Upload

__all__ = [
    "Activation",
    "Assistance",
    "Breaker",
    "Check",
    "CheckCallback",
    "CheckMove",
    "Code",
    "Decision",
    "Deletion",
    "Document",
    "DocumentView",
    "IdentityCase",
    "IdentityCaseMove",
    "IdentityResemblance",
    "Membership",
    "MembershipMove",
    "Organisation",
    "OrganisationMove",
    "PersonKey",
    "PictureMark",
    "Posting",
    "ReadingBatch",
    "ReadingItem",
    "RecoveryCode",
    "Reproofing",
    "ReproofingMove",
    "Resemblance",
    "StaffRequest",
    "Sweep",
    "TOTPDevice",
    "Tally",
    "Upload",
    "User",
    "scan_storage",
]
