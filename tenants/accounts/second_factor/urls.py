"""Showing and setting up the second factor, under `/tai-khoan/hai-buoc/`.

The names that the library asks for are the library's.
"""

from django.urls import path

from tenants.accounts.second_factor import setup_views, show_views

urlpatterns = [
    path("", setup_views.factors, name="mfa_index"),
    path("dang-nhap/", show_views.show_at_sign_in, name="mfa_authenticate"),
    path("xac-thuc/", show_views.show_factor, name="second_factor"),
    path("ung-dung/", setup_views.add_app_view, name="second_factor_app"),
    path("khoa/", setup_views.add_passkey_view, name="second_factor_passkey"),
    path("ma-du-phong/", setup_views.new_codes_view, name="second_factor_codes"),
    path("go/<int:pk>/", setup_views.remove_view, name="second_factor_remove"),
]
