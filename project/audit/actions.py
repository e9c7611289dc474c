"""The words of the log: every act, the stream it belongs to, and what people read."""

from django.utils.translation import gettext_lazy as _

from project.audit.models import Stream

ACTIONS = {
    Stream.MONEY: {
        "notice.issued": _("avis émis"),
        "payment.started": _("paiement commencé"),
        "payment.held": _("paiement sans réponse de l'opérateur"),
        "payment.confirmed": _("paiement confirmé"),
        "payment.suspense": _("paiement à rapprocher"),
        "payment.failed": _("paiement échoué"),
        "payment.expired": _("paiement expiré"),
        "receipt.issued": _("reçu délivré"),
        "code.issued": _("code de pare-brise délivré"),
        "refund.opened": _("remboursement ouvert"),
        "callback.stranger": _("rappel d'une adresse inconnue"),
    },
    Stream.IDENTITY: {
        "case.opened": _("dossier ouvert"),
        "case.submitted": _("dossier envoyé"),
        "case.claimed": _("dossier pris en main"),
        "case.released": _("dossier remis dans la file"),
        "case.returned": _("dossier renvoyé pour correction"),
        "case.approved": _("dossier approuvé"),
        "case.rejected": _("dossier rejeté"),
        "document.received": _("photo reçue"),
        "document.viewed": _("photo consultée"),
    },
    Stream.SCAN: {"scan.recorded": _("contrôle")},
    Stream.ACCESS: {
        "login.passed": _("connexion"),
        "login.failed": _("connexion refusée"),
        "login.ended": _("déconnexion"),
        "factor.passed": _("second code accepté"),
        "factor.failed": _("second code refusé"),
        "factor.enrolled": _("second code installé"),
    },
    Stream.ADMIN: {
        "staff.made": _("compte du personnel créé"),
        "staff.closed": _("compte du personnel fermé"),
        "staff.asked": _("changement de rôle ou de second code demandé"),
        "staff.confirmed": _("changement de rôle ou de second code confirmé"),
        "staff.refused": _("changement de rôle ou de second code refusé"),
    },
}
STREAMS = {action: stream for stream, actions in ACTIONS.items() for action in actions}


def label(action: str) -> str:
    """What people read for an act; an act without a word is shown as it is stored."""
    stream = STREAMS.get(action)
    return str(ACTIONS[stream][action]) if stream else action
