"""The WSGI application, on production settings unless told otherwise."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.base")
django.setup(set_prefix=False)

from project import checks  # noqa: E402 - the apps had to be ready

checks.refuse_to_start()
application = get_wsgi_application()
