"""The settings of a worker under test: production's queue, in a hurry."""

from project.settings.test import *  # noqa: F403
from project.settings.test import Q_CLUSTER

Q_CLUSTER = Q_CLUSTER | {"timeout": 3, "retry": 7, "poll": 0.1, "guard_cycle": 0.2}
