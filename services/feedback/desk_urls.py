"""What people say about the service, under ``/desk/`` on a commune's site."""

from django.urls import path

from services.feedback import desk_views

urlpatterns = [
    path("phan-anh/", desk_views.petitions, name="desk-petitions"),
    path("phan-anh/ghi-nhan/", desk_views.take_down, name="desk-petition-new"),
    path("phan-anh/<str:code>/", desk_views.petition, name="desk-petition"),
    path("phan-anh/<str:code>/giao/", desk_views.assign, name="desk-petition-assign"),
    path("danh-gia/", desk_views.ratings, name="desk-ratings"),
]
