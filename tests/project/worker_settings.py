"""The settings of a worker under test: production's queue, in a hurry."""

from project.settings.test import *  # noqa: F403
from project.settings.test import Q_CLUSTER

# The guard takes its cycle off what a task has left until that is exactly nought: 0.2 never gets
# there, and nobody would kill what hangs where no signal reaches it.
Q_CLUSTER = Q_CLUSTER | {"timeout": 3, "retry": 7, "poll": 0.1, "guard_cycle": 0.25}
