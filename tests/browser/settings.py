"""The settings of pages and worker under a browser: processes share files, not memory."""

from project.settings import dev
from project.settings.test import *  # noqa: F403
from project.settings.test import STORAGES

SITE_URL = dev.SITE_URL
STORAGES = STORAGES | {"scans": dev.STORAGES["scans"]}
