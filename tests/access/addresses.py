"""What the addresses of the service need to be asked: the things they name, and honest forms.

A new address that names something gets its line in THINGS; one that takes a form whose fields the
page itself does not fill gets what somebody honest would type in HONEST. The tests say which is
missing.
"""

from kyc.models import User
from tests.factories import PASSWORD

# What the names in an address stand for, in their order: see `world.Side.things`.
THINGS = {
    "kyc:staff_activate": "token",
    "kyc:staff_detail": "clerk",
    "kyc:staff_close": "clerk",
    "kyc:staff_link": "clerk",
    "kyc:staff_decide": "demand",
    "kyc:staff_end": "clerk",
    "kyc:staff_ask": "other_clerk change",
    "kyc:factor_stop": "stop",
    "kyc:reproofing_detail": "lost",
    "kyc:reproofing_take": "lost",
    "kyc:reproofing_release": "lost_held",
    "kyc:reproofing_code": "lost_held",
    "kyc:reproofing_prove": "lost_held",
    "kyc:reproofing_picture": "lost_held lost_picture",
    "kyc:reproofing_confirm": "lost_proved",
    "kyc:counter_visit": "visit",
    "kyc:counter_code": "visit",
    "kyc:counter_check": "visit",
    "kyc:counter_end": "visit",
    "kyc:dossier_detail": "dossier",
    "kyc:dossier_suspend": "dossier",
    "kyc:dossier_resume": "dossier",
    "kyc:invitation": "invitation",
    "kyc:organisation_detail": "organisation",
    "kyc:organisation_invite": "organisation",
    "kyc:membership_end": "organisation part",
    "kyc:organisation_suspend": "organisation",
    "taxes:vehicle": "vehicle",
    "taxes:pay": "owed",
    "taxes:receipt": "settled",
    "taxes:windscreen": "settled",
    "taxes:code_image": "settled",
    "taxes:payment": "payment",
    "taxes:callback": "provider secret",
    "kyc:check_callback": "checker",
}
for app, paper in (("kyc", "identity"), ("fleet", "declaration")):
    for page in ("case", "reading", "check"):
        THINGS[f"{app}:{page}"] = paper
    THINGS[f"{app}:section"] = f"{paper} section"
    THINGS[f"{app}:upload"] = f"{paper} {paper}_side sha256"
    THINGS[f"{app}:picture"] = f"{paper} {paper}_picture"
    for page in ("case_detail", "case_release", "case_reveal"):
        THINGS[f"{app}:{page}"] = f"held_{paper}"
    THINGS[f"{app}:resemblance"] = f"held_{paper} held_{paper}_pair"
    THINGS[f"{app}:resemblance_picture"] = f"held_{paper} held_{paper}_pair held_{paper}_twin"
    for page in ("case_picture", "case_read_again"):
        THINGS[f"{app}:{page}"] = f"held_{paper} held_{paper}_picture"

# What somebody honest types, beyond what the page has filled in already.
HONEST = {
    "set_language": {"language": "mg"},
    "account_change_password": {
        "oldpassword": PASSWORD,
        "password1": "rizière-camion-1962",
        "password2": "rizière-camion-1962",
    },
    "account_reauthenticate": {"password": PASSWORD},
    "account_reset_password": {"email": "personne@example.mg"},
    "account_change_phone": {"phone": "034 55 666 77"},
    "account_email": {"email": "autre@example.mg", "action_add": ""},
    "account_login": {"login": "034 55 666 77", "password": "faux-mot-de-passe"},
    "account_signup": {"phone": "034 55 666 77", "password1": "rizière-camion-1962"},
    "kyc:second_factor": {"token": "000000"},
    "kyc:factor_enrol": {"token": "000000"},
    "kyc:session_list": {"session": "others"},
    "kyc:staff_activate": {"password": "rizière-camion-1962"},
    "kyc:staff_invite": {
        "role": "officer",
        "email": "nouveau@example.mg",
        "phone": "034 55 666 77",
        "reason": "renfort",
    },
    "kyc:staff_ask": {"role": "finance", "reason": "mutation"},
    "kyc:factor_lost": {"act": "ask"},
    "kyc:factor_stop": {"password": PASSWORD},
    "kyc:reproofing_detail": {"reason": "Ce n'est pas la même personne."},
    "kyc:reproofing_prove": {
        "proof": "counter",
        "number": "101 234 567 890",
        "birth_date": "25/06/1985",
        "words": "Carte originale.",
    },
    "kyc:reproofing_confirm": {"signed": "on"},
    "kyc:counter_list": {"phone": "034 55 666 78", "language": "mg"},
    "kyc:counter_visit": {"code": "000000"},
    "kyc:counter_check": {"code": "000000"},
    "kyc:readings": {"kind": "all", "only_unread": "no"},
    "kyc:dossier_find": {"named": "101 234 567 890"},
    "kyc:dossier_suspend": {"code": "stolen", "reason": "Déclarée volée."},
    "kyc:dossier_resume": {"reason": "Retrouvée."},
    "kyc:organisation_found": {"name": "Transports", "nif": "1234567890"},
    "kyc:organisation_invite": {"role": "checker", "address": "034 55 666 77"},
    "kyc:organisation_suspend": {"reason": "NIF d'une autre.", "state": "suspended"},
    "kyc:invitation": {"answer": "refuse"},
    "kyc:staff_decide": {"verdict": "confirmed"},
    "kyc:privacy_close": {"understood": "on"},
    "taxes:pay": {"provider": "mvola", "phone": "034 55 666 77"},
    "taxes:code": {"asked": "0000 TAA"},
    "taxes:check": {"asked": "0000 TAA"},
}
for app in ("kyc", "fleet"):
    HONEST[f"{app}:resemblance"] = {"verdict": "unrelated", "reason": "Deux voisins."}
    HONEST[f"{app}:case_reveal"] = {"fields_asked": "number", "reason": "reading"}
    HONEST[f"{app}:case_detail"] = {"verdict": "returned", "reason": "La photo est floue."}

# What the policy does not say, because it is no matter of access: (address, method, role).
BESIDES = {
    # Whoever has no factor has no codes either.
    ("kyc:factor_codes", "POST", "citizen"): "hidden",
}
# The staff is told here whom to ask: an administrator, not this page.
for role in ("agent", "officer", "supervisor", "finance", "auditor", "administrator"):
    BESIDES["kyc:factor_lost", "POST", role] = "forbidden"
# What a service did not sign is nobody's word.
for role in ("anonymous", *User.Role.values, "maker", "checker"):
    BESIDES["kyc:check_callback", "POST", role] = "401"
