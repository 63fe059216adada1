"""Departments: added, renamed, put in order, removed when nobody is in them any more."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tenants.history.events import Actor, record_event
from tenants.organisation.errors import AlreadyThere, DepartmentInUse
from tenants.organisation.models import Department, Invitation, Official


@transaction.atomic
def add_department(*, name: str, by: Official) -> Department:
    """Add a department after the last. Raises AlreadyThere."""
    others = _locked()
    _check_free(name, others)
    position = max((one.position for one in others), default=0) + 1
    department = Department.objects.create(name=name, position=position)
    _record("department.added", department, by)
    return department


@transaction.atomic
def rename_department(*, department: Department, name: str, by: Official) -> Department:
    """Give a department another name. Raises AlreadyThere."""
    others = [one for one in _locked() if one.pk != department.pk]
    _check_free(name, others)
    before, department.name = department.name, name
    if name != before:
        department.save(update_fields=["name"])
        _record("department.renamed", department, by, before=before)
    return department


@transaction.atomic
def move_department(*, department: Department, up: bool, by: Official) -> None:
    """Put a department one place up or down; at the end it stays where it is."""
    order = _locked()
    at = next((i for i, one in enumerate(order) if one.pk == department.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, one in enumerate(order, start=1):
        one.position = position
    Department.objects.bulk_update(order, ["position"])
    _record("department.moved", department, by)


@transaction.atomic
def remove_department(*, department: Department, by: Official) -> None:
    """Remove a department; who left it long ago and old invitations no longer name it.

    Raises DepartmentInUse while somebody works there or is invited to.
    """
    _locked()
    people = Official.objects.filter(department=department)
    asked = Invitation.objects.filter(department=department)
    if (
        people.filter(active=True).exists()
        or asked.filter(accepted_at=None, withdrawn_at=None).exists()
    ):
        raise DepartmentInUse(department.name)
    people.update(department=None)
    asked.update(department=None)
    _record("department.removed", department, by)
    department.delete()


def _locked() -> list[Department]:
    return list(Department.objects.select_for_update().order_by("position", "name", "id"))


def _check_free(name: str, others: list[Department]) -> None:
    if any(one.name.casefold() == name.casefold() for one in others):
        raise AlreadyThere(name)


def _record(verb: str, department: Department, by: Official, **details: Any) -> None:
    record_event(
        verb=verb,
        subject_id=department.pk,
        actor=Actor.official(by),
        details={"name": department.name, **details},
    )
