"""Reading every row of both communes: which texts are canaries, and from which scopes they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import models

from documents.files.models import StoredFile
from documents.files.storing import open_stored
from documents.registers.models import Document
from documents.registers.verification import display_code
from services.cases.models import Attachment, Case, CaseStep, Draft, SavedView
from services.feedback.models import Petition, Rating
from services.payments.models import Charge, Payment, Receiver, Refund
from services.reception.models import Appointment, Line, SlotPlan, Ticket
from services.tracking.models import TrackedCase
from tenants.accounts.models import Account, Consent
from tenants.history.models import Event
from tenants.kit.fields import EncryptedJSONField
from tenants.notices.models import Audience, Notice
from tenants.organisation.models import (
    Invitation,
    Letterhead,
    Official,
)
from tests.crawl.cash_desk import note_receiver

if TYPE_CHECKING:
    from tests.crawl.world import World

COMMUNE_APPS = (
    "history",
    "organisation",
    "files",
    "registers",
    "payments",
    "cases",
    "reception",
    "feedback",
)


@dataclass
class Harvest:
    """Reads every row of one commune and says from which scopes its texts may be seen."""

    world: World
    code: str
    seen: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Read all tables; `world.texts` gets what a searcher might type."""
        self.cases = {case.pk: case for case in Case.objects.all()}
        self.drafts = {draft.pk: draft for draft in Draft.objects.all()}
        self.petitions = {petition.pk: petition for petition in Petition.objects.all()}
        self.by_file: dict[Any, set[str]] = {}
        for paper in Attachment.objects.all():
            self.by_file.setdefault(paper.file_id, set()).update(self._of_owner(paper.owner_id))
        for document in Document.objects.exclude(file_id=None):
            self.by_file.setdefault(document.file_id, set()).update(self._of_document(document))
        for model in commune_models():
            for row in model._default_manager.all():
                self._row(row)

    def _row(self, row: models.Model) -> None:
        if isinstance(row, Receiver):
            names = note_receiver(self.world, row, f"desk/{self.code}", f"applicant/{self.code}")
            self.seen |= {f"{row._meta.label}.{name}" for name in names}
            return
        scopes = self._scopes(row)
        for one in row._meta.concrete_fields:
            value = getattr(row, one.attname)
            if self.world.canaries.note(value, scopes):
                self.seen.add(f"{row._meta.label}.{one.attname}")
                if isinstance(value, str):
                    self.world.texts.setdefault(self.code, []).append(value)
                elif not isinstance(value, dict | list):
                    self.world.texts.setdefault(self.code, []).append(str(value))
        if isinstance(row, Document):
            self.world.canaries.note(display_code(row.verification_code), scopes)
        if isinstance(row, StoredFile):
            with open_stored(row.pk) as file:
                if self.world.canaries.note(file.read(), scopes):
                    self.seen.add(f"{row._meta.label} (content)")

    def _scopes(self, row: models.Model) -> set[str]:
        desk, public = f"desk/{self.code}", f"public/{self.code}"
        if isinstance(row, Letterhead):
            return {public}
        if isinstance(row, Official):
            # Whoever has a case here reads who dealt with it.
            return {desk, f"applicant/{self.code}", f"account/{row.account_id}"}
        if isinstance(row, Invitation):
            return {f"administrator/{self.code}"}
        if isinstance(row, Draft):
            return self._of_draft(row)
        if isinstance(row, Case):
            return self._of_case(row)
        if isinstance(row, CaseStep | Charge | Payment):
            return self._of_owner(row.case_id)
        if isinstance(row, Refund):
            return self._of_owner(row.payment.case_id)
        if isinstance(row, Attachment):
            return self._of_owner(row.owner_id)
        if isinstance(row, Document):
            return self._of_document(row)
        if isinstance(row, StoredFile):
            return self.by_file.get(row.pk, {desk})
        if isinstance(row, Event):
            return self._of_subject(row.subject_id)
        if isinstance(row, Petition):
            return self._of_petition(row)
        if isinstance(row, SavedView):
            return {f"official/{row.official_id}"}
        if isinstance(row, Rating):
            return self._of_owner(row.case_id)
        if isinstance(row, Line):
            return {desk, f"hall/{self.code}"}
        if isinstance(row, SlotPlan):
            # Times are offered to everybody, by the key of their plan.
            return {public}
        if isinstance(row, Ticket):
            return {desk, f"hall/{self.code}"}
        if isinstance(row, Appointment):
            return {desk, f"account/{row.account_id}"}
        return {desk}

    def _of_subject(self, key: Any) -> set[str]:
        petition = self.petitions.get(key)
        return self._of_petition(petition) if petition else self._of_owner(key)

    def _of_petition(self, petition: Petition) -> set[str]:
        return {f"desk/{self.code}", f"account/{petition.account_id}"}

    def _of_owner(self, key: Any) -> set[str]:
        if key in self.cases:
            return self._of_case(self.cases[key])
        return self._of_draft(self.drafts[key]) if key in self.drafts else {f"desk/{self.code}"}

    def _of_draft(self, draft: Draft) -> set[str]:
        if draft.account_id:
            return {f"account/{draft.account_id}"}
        return {f"official/{draft.official_id}"}

    def _of_case(self, case: Case) -> set[str]:
        return {f"desk/{self.code}", f"account/{case.account_id}"}

    def _of_document(self, document: Document) -> set[str]:
        printed = display_code(document.verification_code).lower()
        return self._of_owner(document.case_id) | {f"knows/{printed}"}


# What no person typed and no page shows for itself: kinds, states, dates and digests by which
# things are found.
MADE_BY_MACHINES = frozenset(
    {
        "cases.Attachment.copy_kind",
        "cases.Attachment.paper_key",
        "cases.Attachment.source",
        "cases.Case.applicant_phone_index",
        "cases.Case.proposal",
        "cases.Case.return_way",
        "cases.PaperCount.paper_key",
        "cases.Referral.kind",
        "cases.SavedView.query",
        "cases.Case.applicant_id_index",
        "cases.Case.channel",
        "registers.Document.title",
        "cases.Case.outcome",
        "cases.Case.procedure_code",
        "cases.Case.procedure_name",
        "cases.Case.step_name",
        "cases.Case.step_role",
        "cases.CaseStep.key",
        "cases.CaseStep.kind",
        "cases.CaseStep.name",
        "cases.CaseStep.outcome",
        "cases.CaseStep.role",
        "cases.Draft.procedure_code",
        "feedback.Petition.code",
        "feedback.Petition.kind",
        "feedback.Petition.state",
        "feedback.Rating.case_code",
        "feedback.Rating.procedure_name",
        "files.StoredFile.kind",
        "files.StoredFile.refusal",
        "files.StoredFile.state",
        "history.Event.actor_kind",
        "history.Event.from_state",
        "history.Event.to_state",
        "history.Event.verb",
        "organisation.Delegation.capacity",
        "organisation.Delegation.roles",
        "organisation.Invitation.roles",
        "organisation.Letterhead.agency_code",
        "organisation.Letterhead.commune_code",
        "organisation.Official.roles",
        "organisation.Official.scope",
        "reception.Appointment.code",
        "reception.Appointment.letter",
        "reception.Appointment.procedure_code",
        "reception.Appointment.state",
        "reception.Device.key_digest",
        "reception.Device.kind",
        "reception.Line.letter",
        "reception.SlotPlan.letter",
        "reception.SlotPlan.procedures",
        "reception.Ticket.letter",
        "reception.Ticket.priority",
        "reception.Ticket.state",
        "reception.Window.letters",
        "payments.BankLine.fingerprint",
        "payments.BankLine.state",
        "payments.Charge.state",
        "payments.Charge.when_paid",
        "payments.Payment.gateway",
        "payments.Payment.method",
        "payments.Payment.outside_number",
        "payments.Payment.reference",
        "payments.Payment.state",
        "payments.Receiver.bank_bin",
        "payments.Refund.method",
        "payments.Refund.state",
        "registers.Document.kind",
        "registers.Document.notation",
        "registers.Document.register",
        "registers.Document.template",
        "registers.Document.when_done",
        "registers.Document.verification_code",
        "registers.Series.name",
    }
)


def columns_without_canaries(
    world: World,
    code: str,
    more: Mapping[type[models.Model], list[models.Field[Any, Any]]] = MappingProxyType({}),
) -> list[str]:
    """Columns of text in which a commune has no canary and of which nobody said why."""
    missing = []
    for model in commune_models():
        for one in [*model._meta.concrete_fields, *more.get(model, [])]:
            name = f"{model._meta.label}.{one.attname}"
            is_text = isinstance(one, models.CharField | models.TextField | EncryptedJSONField)
            if is_text and name not in world.columns[code] | MADE_BY_MACHINES:
                missing.append(name)
    return missing


def commune_models() -> Iterator[type[models.Model]]:
    """The models whose tables lie in every commune."""
    for label in COMMUNE_APPS:
        yield from apps.get_app_config(label).get_models()


def harvest_shared(world: World) -> None:
    """Write down the canaries of shared tables: accounts, tracked cases, consents."""
    official_of: dict[Any, set[str]] = {}
    for person in world.people.by_key.values():
        if person.account is not None and person.commune and person.role != "citizen":
            official_of.setdefault(person.account.pk, set()).add(f"administrator/{person.commune}")
    for account in Account.objects.all():
        scopes = {f"account/{account.pk}"} | official_of.get(account.pk, set())
        for one in account._meta.concrete_fields:
            world.canaries.note(getattr(account, one.attname), scopes)
    for tracked in TrackedCase.objects.all():
        scopes = {f"account/{tracked.account_id}", f"desk/{tracked.commune_code}"}
        world.canaries.note([str(tracked.pk), str(tracked.case_id), tracked.code], scopes)
    for session in UserSession.objects.all():
        world.canaries.note(
            [session.session_key, session.user_agent], {f"account/{session.user_id}"}
        )
    for notice in Notice.objects.prefetch_related("deliveries"):
        told = {f"account/{notice.account_id}"}
        if notice.audience == Audience.CITIZEN:
            told.add(f"desk/{notice.commune_code}")
        world.canaries.note([str(notice.pk), notice.content], told)
        for delivery in notice.deliveries.all():
            world.canaries.note([str(delivery.pk), delivery.address], told)
    for consent in Consent.objects.all():
        world.canaries.note(str(consent.pk), {f"account/{consent.account_id}"})


def texts_of(things: Mapping[str, str]) -> list[str]:
    """The values of things, to be sent where others are asked for."""
    return [value for value in things.values() if value]
