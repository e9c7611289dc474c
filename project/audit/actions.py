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
        "check.opened": _("contrôle demandé à un service"),
        "check.answered": _("réponse d'un service de contrôle"),
        "check.forged": _("rappel non signé d'un service de contrôle"),
        "document.received": _("photo reçue"),
        "document.viewed": _("photo consultée"),
        "document.reread": _("photo remise en lecture"),
        "readings.begun": _("relecture de photos commencée"),
        "readings.stopped": _("relecture de photos arrêtée"),
        "case.filled": _("partie du dossier remplie au guichet"),
        "case.warned": _("fin prochaine de la pièce annoncée"),
        "case.expired": _("dossier expiré"),
        "case.suspended": _("dossier suspendu"),
        "case.resumed": _("dossier rétabli"),
        "account.opened": _("compte ouvert au guichet"),
        "assistance.code_sent": _("guichet : code envoyé"),
        "assistance.mismatch": _("guichet : code faux"),
        "assistance.begun": _("guichet : dossier rempli avec un agent"),
        "assistance.agreed": _("guichet : réponses confirmées par code"),
        "assistance.ended": _("guichet : visite terminée"),
        "identity.searched": _("dossier cherché"),
        "identity.consulted": _("dossier consulté par un superviseur"),
        "case.compared": _("dossier comparé à un autre qui lui ressemble"),
        "resemblance.same": _("ressemblance confirmée"),
        "resemblance.unrelated": _("ressemblance écartée"),
        "identity.revealed": _("valeur masquée affichée"),
    },
    Stream.SCAN: {"scan.recorded": _("contrôle")},
    Stream.ACCESS: {
        "login.passed": _("connexion"),
        "login.failed": _("connexion refusée"),
        "login.ended": _("déconnexion"),
        "session.ended": _("connexion fermée"),
        "session.others_ended": _("autres connexions fermées"),
        "session.expired": _("connexion expirée"),
        "password.changed": _("mot de passe changé"),
        "password.reset": _("mot de passe oublié et remplacé"),
        "phone.changed": _("téléphone changé"),
        "email.added": _("adresse e-mail ajoutée"),
        "email.changed": _("adresse e-mail principale changée"),
        "email.dropped": _("adresse e-mail retirée"),
        "factor.passed": _("second code accepté"),
        "factor.failed": _("second code refusé"),
        "factor.enrolled": _("second code installé"),
        "factor.renewed": _("codes de secours renouvelés"),
        "factor.recovered": _("code de secours utilisé"),
        "reproofing.asked": _("second code perdu : demande"),
        "reproofing.taken": _("second code perdu : demande prise en main"),
        "reproofing.released": _("second code perdu : demande remise dans la file"),
        "reproofing.code_sent": _("second code perdu : code envoyé au téléphone du compte"),
        "reproofing.mismatch": _("second code perdu : ce que l'agent a recopié ne correspond pas"),
        "reproofing.matched": _("second code perdu : ce que l'agent a recopié correspond"),
        "reproofing.proved": _("second code perdu : identité prouvée"),
        "reproofing.confirmed": _("second code perdu : confirmé par une seconde personne"),
        "reproofing.removed": _("second code perdu : second code retiré"),
        "reproofing.refused": _("second code perdu : refusé"),
        "reproofing.withdrawn": _("second code perdu : demande annulée"),
        "reproofing.disputed": _("second code perdu : arrêté, ce n'était pas la personne"),
        "reproofing.expired": _("second code perdu : demande expirée"),
        "account.exported": _("copie de ses données remise"),
        "account.closed": _("compte fermé par son titulaire"),
        "access.denied": _("accès refusé"),
        "membership.invited": _("invitation dans une organisation"),
        "membership.begun": _("entrée dans une organisation"),
        "membership.ended": _("sortie d'une organisation, ou fin d'une invitation"),
    },
    Stream.ADMIN: {
        "staff.made": _("compte du personnel créé"),
        # Acts upon somebody else's account, in the stream of the administrators' own: an act that
        # locks two streams takes this one first, always.
        "session.all_ended": _("toutes les connexions fermées"),
        "factor.removed": _("second code retiré"),
        "staff.opened": _("compte du personnel ouvert par son lien"),
        "staff.closed": _("compte du personnel fermé"),
        "staff.link": _("lien d'ouverture d'un compte fait"),
        "staff.posted": _("région confiée"),
        "staff.asked": _("demande sur un compte du personnel"),
        "staff.confirmed": _("demande sur un compte du personnel confirmée"),
        "staff.refused": _("demande sur un compte du personnel refusée"),
        "staff.forced": _("compte du personnel créé sans second administrateur"),
        "organisation.founded": _("organisation créée"),
        "organisation.suspended": _("organisation suspendue"),
        "organisation.resumed": _("organisation rétablie"),
        "task.retried": _("tâche remise dans la file"),
        "session.closed": _("connexion fermée par un administrateur"),
        "limit.released": _("blocage levé par un administrateur"),
        "scans.swept": _("photos gardées comparées aux dossiers"),
        "network.refused": _("administrateur refusé : adresse hors de la liste"),
    },
}
STREAMS = {action: stream for stream, actions in ACTIONS.items() for action in actions}

# Why somebody was shown a value that is masked for everybody.
REASONS = {
    "differs": _("ce qui est déclaré et ce qui est lu diffèrent"),
    "unread": _("la photo n'a pas pu être lue"),
    "duplicate": _("la même pièce sert peut-être à quelqu'un d'autre"),
    "contact": _("il faut joindre la personne"),
    "reproofing": _("second code perdu : il faut vérifier qui le demande"),
    "counter": _("le dossier est rempli au guichet, avec la personne"),
    "other": _("autre raison"),
}


def label(action: str) -> str:
    """What people read for an act; an act without a word is shown as it is stored."""
    stream = STREAMS.get(action)
    return str(ACTIONS[stream][action]) if stream else action


def reason(code: str) -> str:
    """What people read for a reason of the catalogue; any other is shown as it is stored."""
    return str(REASONS.get(code, code))
