"""Browsers of people of Ba Đình, as at its desk."""

from tests.services.desk.conftest import desk

__all__ = ["desk"]
