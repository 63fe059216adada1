"""Measurements of the product, one command each."""

import os

# The official list and the like are read with the product's settings.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
