"""A commune's organisation, under `/desk/to-chuc/` on its site."""

from django.urls import path

from tenants.organisation.pages import delegations, departments, invitations, log, people

urlpatterns = [
    path("", people.people, name="organisation"),
    path("can-bo/<uuid:official_id>/", people.official, name="organisation-official"),
    path("can-bo/<uuid:official_id>/nghi/", people.leaving, name="organisation-leaving"),
    path("can-bo/<uuid:official_id>/tro-lai/", people.returning, name="organisation-returning"),
    path("phong/", departments.departments, name="organisation-departments"),
    path("phong/<uuid:department_id>/ten/", departments.rename, name="organisation-rename"),
    path("phong/<uuid:department_id>/thu-tu/", departments.move, name="organisation-move"),
    path("phong/<uuid:department_id>/bo/", departments.remove, name="organisation-remove"),
    path("loi-moi/", invitations.inviting, name="organisation-invitations"),
    path("loi-moi/<uuid:invitation_id>/gui-lai/", invitations.resend, name="organisation-resend"),
    path("loi-moi/<uuid:invitation_id>/rut/", invitations.withdraw, name="organisation-withdraw"),
    path("loi-moi/<str:token>/", invitations.accept, name="organisation-accept"),
    path("uy-quyen/", delegations.delegations, name="organisation-delegations"),
    path(
        "uy-quyen/<uuid:delegation_id>/cham-dut/",
        delegations.end,
        name="organisation-end-delegation",
    ),
    path("nhat-ky/", log.log, name="organisation-log"),
    path("nhat-ky/tai-ve/<str:format>/", log.export, name="organisation-log-export"),
]
