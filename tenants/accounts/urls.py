"""Signing up, in and out, on the central site only. The names are allauth's, which uses them."""

from allauth.account import views
from django.urls import include, path

from tenants.accounts import session_views
from tenants.accounts.views import invitation

urlpatterns = [
    path("dinh-danh/", include("tenants.accounts.identity.urls")),
    path("moi/<str:token>/", invitation, name="account_invitation"),
    path("", include("tenants.accounts.proving.urls")),
    path("dang-nhap/", views.login, name="account_login"),
    path("dang-xuat/", views.logout, name="account_logout"),
    path("da-dong/", views.account_inactive, name="account_inactive"),
    path("mat-khau/doi/", views.password_change, name="account_change_password"),
    path("mat-khau/dat/", views.password_set, name="account_set_password"),
    path("xac-nhan-lai/", views.reauthenticate, name="account_reauthenticate"),
    path("hai-buoc/", include("tenants.accounts.second_factor.urls")),
    path("thiet-bi/", session_views.open_sessions, name="usersessions_list"),
    path("thiet-bi/khac/", session_views.end_others_view, name="usersessions_end_others"),
    path("thiet-bi/<int:pk>/", session_views.end_session_view, name="usersessions_end"),
    path("thiet-bi/ban/<uuid:pk>/", session_views.close_desk_view, name="usersessions_close_desk"),
]
