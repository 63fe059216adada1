"""The product's own first migration, in a history that goes on."""

from importlib import import_module

Migration = import_module("tenants.organisation.migrations.0001_initial").Migration
