"""Communes: the official list, which of them are onboarded, and which one this is."""
