"""The language of a page: the one the person chose, and French until they have."""

from django.conf import settings
from django.utils import translation


class LanguageMiddleware:
    """Reads the language cookie. What the browser claims to prefer is not asked: in Madagascar
    phones are sold set to English and French, whatever their owners speak."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.known = {code for code, _name in settings.LANGUAGES}

    def __call__(self, request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
