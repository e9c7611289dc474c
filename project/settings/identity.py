"""Services that check identities: which are asked, what they decide, how they are reached."""

from environs import Env

env = Env()

# Services that check identities: those there is a contract with (docs/checks.md).
IDENTITY_CHECKERS = env.list("IDENTITY_CHECKERS", [])
# Whose answers an agent waits for, by code, and for how many minutes at most.
IDENTITY_CHECKS_FOR_PEOPLE = env.list("IDENTITY_CHECKS_FOR_PEOPLE", [])
IDENTITY_CHECKS_PATIENCE = env.int("IDENTITY_CHECKS_PATIENCE", 15)
# On, a case these services find nothing against approves itself at this score (`kyc.score`).
IDENTITY_APPROVES_ALONE = env.bool("IDENTITY_APPROVES_ALONE", False)
IDENTITY_CHECKS_TO_APPROVE_ALONE = env.list("IDENTITY_CHECKS_TO_APPROVE_ALONE", [])
IDENTITY_SCORE = env.int("IDENTITY_SCORE", 80)

NATIONAL_ID_BASE_URL = env.str("NATIONAL_ID_BASE_URL", "")
NATIONAL_ID_CLIENT = env.str("NATIONAL_ID_CLIENT", "")
NATIONAL_ID_SECRET = env.str("NATIONAL_ID_SECRET", "")
SMILE_ID_BASE_URL = env.str("SMILE_ID_BASE_URL", "https://api.smileidentity.com")
SMILE_ID_PARTNER = env.str("SMILE_ID_PARTNER", "")
SMILE_ID_KEY = env.str("SMILE_ID_KEY", "")
# Hosts, and those below them, that Smile ID may have pictures brought to.
SMILE_ID_STORES = env.list("SMILE_ID_STORES", ["smileidentity.com", "amazonaws.com"])
ONFIDO_BASE_URL = env.str("ONFIDO_BASE_URL", "https://api.eu.onfido.com")
ONFIDO_TOKEN = env.str("ONFIDO_TOKEN", "")
ONFIDO_WEBHOOK_TOKEN = env.str("ONFIDO_WEBHOOK_TOKEN", "")
COMPLY_ADVANTAGE_BASE_URL = env.str(
    "COMPLY_ADVANTAGE_BASE_URL", "https://api.mesh.complyadvantage.com"
)
COMPLY_ADVANTAGE_REALM = env.str("COMPLY_ADVANTAGE_REALM", "")
COMPLY_ADVANTAGE_USERNAME = env.str("COMPLY_ADVANTAGE_USERNAME", "")
COMPLY_ADVANTAGE_PASSWORD = env.str("COMPLY_ADVANTAGE_PASSWORD", "")
COMPLY_ADVANTAGE_SCREENING = env.str("COMPLY_ADVANTAGE_SCREENING", "")
COMPLY_ADVANTAGE_WEBHOOK_SECRET = env.str("COMPLY_ADVANTAGE_WEBHOOK_SECRET", "")
