"""The steps between a right password and a session."""

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, LoginStageController


class ConfirmEmail(EmailVerificationStage):
    """Confirming an e-mail address, for those who gave one: a phone alone is enough."""

    def handle(self):
        """Skip whoever has no address to confirm."""
        user = self.login.user
        if user and not EmailAddress.objects.filter(user=user).exists():
            return None, True
        return super().handle()


def drop_email(request):
    """Go on without the address that waits to be confirmed: it was mistyped, or a stranger's.

    The phone has been confirmed by then, and is enough. Returns the response that ends signing
    in, or None where nobody is at that step.
    """
    stage = LoginStageController.enter(request, ConfirmEmail.key)
    if stage is None or stage.login.user is None:
        return None
    user = stage.login.user
    EmailAddress.objects.filter(user=user, verified=False).delete()
    user.email = ""
    user.save(update_fields=["email"])
    stage.login.email = None
    return stage.exit()
