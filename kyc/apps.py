"""The app, as Django knows it."""

from django.apps import AppConfig


class KycConfig(AppConfig):
    """Who people are: accounts, identity papers, and the agents who look at them."""

    name = "kyc"
