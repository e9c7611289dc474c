"""People, the papers they show, and the cases agents decide."""

from kyc.authenticators import TOTPDevice
from kyc.credentials import Activation, Code, RecoveryCode, StaffRequest, Tally
from kyc.models.documents import Deletion, Document, DocumentView, scan_storage
from kyc.models.identity import IdentityCase, IdentityCaseMove
from kyc.models.people import User

__all__ = [
    "Activation",
    "Code",
    "Deletion",
    "Document",
    "DocumentView",
    "IdentityCase",
    "IdentityCaseMove",
    "RecoveryCode",
    "StaffRequest",
    "TOTPDevice",
    "Tally",
    "User",
    "scan_storage",
]
