"""What belongs to a commune outside its schema, and what in it must be made anew elsewhere.

Every shared table that names a commune stands here with what becomes of its rows when the
commune is exported, restored and dropped; a test compares the list with the models.
"""

from tenants.fleet.archive.declared import BlindIndex, CommuneData, CommuneRows

_OURS_ALONE = "what this deployment's operators did; the commune has no part in it"

COMMUNE_DATA = CommuneData(
    shared_rows={
        "communes.Domain": CommuneRows(
            exported=True, column="tenant_id", key="domain", given={"id": None}
        ),
        "communes.Figures": CommuneRows(exported=True, key="commune_code"),
        "calendar.SpecialDay": CommuneRows(exported=True, key="date", given={"id": None}),
        "calendar.OfficeHours": CommuneRows(exported=True, key="valid_from"),
        "tracking.TrackedCase": CommuneRows(exported=True),
        "notices.Notice": CommuneRows(exported=True),
        "notices.Delivery": CommuneRows(exported=True),
        "jobs.Schedule": CommuneRows(exported=True),
        # Turns are taken in the receiver's queue.
        "jobs.Job": CommuneRows(exported=True, only="state <> 'done'", given={"turn": "0"}),
        "accounts.DeskSession": CommuneRows(
            exported=False, reason="a browser's way in; the desk is opened anew"
        ),
        "fleet.Upgrade": CommuneRows(exported=False, dropped=False, reason=_OURS_ALONE),
        "fleet.OnboardingItem": CommuneRows(exported=False, dropped=False, reason=_OURS_ALONE),
        "fleet.SupportAccess": CommuneRows(exported=False, dropped=False, reason=_OURS_ALONE),
        "fleet.OperatorAct": CommuneRows(exported=False, dropped=False, reason=_OURS_ALONE),
    },
    blind_indexes={
        "cases.Case.applicant_id_index": BlindIndex("national_id", clear="applicant_national_id"),
        "cases.Case.applicant_phone_index": BlindIndex("phone", clear="applicant_phone"),
        "tracking.TrackedCase.applicant_id_index": BlindIndex("national_id"),
    },
    mentioned_accounts=frozenset({"history.Event.actor_id"}),
    stored_files="files.StoredFile",
)
