"""People of the staff, ready to act upon the staff."""

import pytest
from django.test import Client
from django.utils import timezone

from project.lib.access import FRESH
from tests.conftest import pass_second_factor
from tests.factories import UserFactory


def fresh(client):
    """As the second factor's page leaves a session: proved just now."""
    session = client.session
    session[FRESH] = timezone.now().timestamp()
    session.save()


@pytest.fixture
def boss(client, login):
    """An administrator who has just given their second factor."""
    user = UserFactory(administrator=True, mailed=True)
    fresh(login(user))
    return user


@pytest.fixture
def second(boss):
    """Another administrator, in another browser."""
    other, user = Client(), UserFactory(administrator=True, mailed=True)
    other.force_login(user)
    pass_second_factor(other, user)
    fresh(other)
    other.user = user
    return other
