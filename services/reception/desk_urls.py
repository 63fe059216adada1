"""Addresses of the hall at the desk, under ``/desk/`` on a commune's site."""

from django.urls import path

from services.reception.views import appointments, arranging, confirming, queue, scanning

urlpatterns = [
    path("quay/", queue.window, name="desk-window"),
    path("quay/ngoi/", queue.sit, name="desk-window-sit"),
    path("quay/roi/", queue.leave, name="desk-window-leave"),
    path("quay/goi/", queue.call, name="desk-window-call"),
    path("quay/so/<uuid:ticket_id>/", queue.slip, name="desk-ticket"),
    path("quay/so/<uuid:ticket_id>/ho-so/", queue.begin_filing, name="desk-ticket-filing"),
    path("quay/so/<uuid:ticket_id>/<str:what>/", queue.act, name="desk-ticket-act"),
    path("quay/hang-doi/", queue.today, name="desk-hall"),
    path("quay/phat-so/", queue.give, name="desk-hall-give"),
    path("quay/lich-hen/", appointments.day, name="desk-appointments"),
    path(
        "quay/lich-hen/<uuid:appointment_id>/den/",
        appointments.receive,
        name="desk-appointment-receive",
    ),
    path(
        "quay/lich-hen/<uuid:appointment_id>/",
        appointments.mark,
        name="desk-appointment-mark",
    ),
    path("quay/khung-gio/", arranging.plans, name="desk-plans"),
    path("quay/khung-gio/<uuid:plan_id>/xoa/", arranging.remove_plan, name="desk-plan-remove"),
    path("quay/sap-xep/", arranging.arrange, name="desk-arrange"),
    path("quay/day-so/<uuid:line_id>/", arranging.change_line, name="desk-line"),
    path("quay/cua/<uuid:window_id>/", arranging.change_window, name="desk-window-change"),
    path("quay/thiet-bi/", arranging.device_list, name="desk-devices"),
    path("quay/thiet-bi/<uuid:device_id>/thu-hoi/", arranging.revoke, name="desk-device-revoke"),
    path("quay/xac-nhan/<uuid:draft_id>/", confirming.ask, name="desk-counter-confirm"),
    path(
        "quay/xac-nhan/<uuid:draft_id>/tinh-trang/",
        confirming.state,
        name="desk-counter-confirm-state",
    ),
    path("ho-so/<str:code>/them-giay-to/", scanning.add_paper, name="desk-add-paper"),
]
