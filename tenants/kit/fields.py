"""A model field that keeps a JSON value sealed in the database."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from tenants.kit.crypto import seal, unseal


class Sealed(bytes):
    """A value as it lies in the database, not opened yet."""


class _EncryptedAttribute(DeferredAttribute):
    """Opens the value when it is first read, so a list of rows costs no decryption."""

    field: EncryptedJSONField

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            value = json.loads(unseal(bytes(value), context=self.field.context_of(instance)))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedJSONField(models.BinaryField):  # type: ignore[type-arg]
    """A JSON value, sealed on save under its model, field and row.

    It is written by saving the instance: `update()` and `bulk_update()` know no row and are
    refused. A sealed value copied into another row does not open there (SealBroken).
    """

    descriptor_class = _EncryptedAttribute

    def context_of(self, instance: models.Model) -> str:
        """Return what the value is bound to: model, field and key of the row."""
        return f"{instance._meta.label}.{self.name}:{instance.pk}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        """Seal the value for its row; it is sealed anew on every save, with the newest key."""
        value = getattr(model_instance, self.attname)
        if value is None:
            return None
        if model_instance.pk is None:
            raise ValueError(f"{self.name} cannot be sealed before its row has a key.")
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return Sealed(seal(plain, context=self.context_of(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        """Let only sealed values through to the database."""
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError(f"{self.name} is encrypted: write it by saving the instance.")

    def from_db_value(self, value: Any, *args: Any) -> Sealed | None:
        """Wrap what the database gave; it is opened when it is read."""
        return None if value is None else Sealed(value)

    def get_default(self) -> Any:
        """Return the declared default, or None: an empty value is never made up."""
        return super(models.BinaryField, self).get_default() if self.has_default() else None

    def to_python(self, value: Any) -> Any:
        """Return the JSON value as it is."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Refuse to write the value in clear into a dump."""
        raise TypeError(f"{self.name} is encrypted and not serialised.")
