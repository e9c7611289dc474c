"""Who may be signed in at all."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings


class Backend(AuthenticationBackend):
    """allauth's, for people who exist: the demo's accounts open nothing outside the demo."""

    def user_can_authenticate(self, user):
        """Asked at sign-in and again at every request."""
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)
