"""Addresses of the hall for citizens, kiosks and screens, on a commune's site."""

from django.urls import path

from services.reception.views import appointments, confirming, devices

urlpatterns = [
    path("lay-so/", devices.kiosk, name="kiosk"),
    path("lay-so/lay/", devices.kiosk_take, name="kiosk-take"),
    path("lay-so/lich-hen/", devices.kiosk_appointment, name="kiosk-appointment"),
    path("lay-so/ho-so/", devices.kiosk_case, name="kiosk-case"),
    path("lay-so/so/<uuid:ticket_id>/", devices.kiosk_ticket, name="kiosk-ticket"),
    path("lay-so/day/<str:letter>/", devices.kiosk_line, name="kiosk-line"),
    path("man-hinh/", devices.screen, name="screen"),
    path("man-hinh/so/", devices.screen_calls, name="screen-calls"),
    path("dat-lich/", appointments.start, name="appointments"),
    path("dat-lich/hen/<uuid:appointment_id>/", appointments.appointment, name="appointment"),
    path("dat-lich/hen/<uuid:appointment_id>/huy/", appointments.cancel, name="appointment-cancel"),
    path("dat-lich/<str:procedure_code>/", appointments.book, name="appointment-book"),
    path("xac-nhan/<str:token>/", confirming.confirm, name="confirm"),
]
