"""Where codes are asked for and typed. Names that allauth knows are allauth's."""

from django.urls import path

from tenants.accounts.proving import change, reset, sign_in, sign_up

urlpatterns = [
    path("dang-ky/", sign_up.sign_up, name="account_signup"),
    path("dang-ky/ma/", sign_up.SignUpCodePage.as_view(), name="account_signup_code"),
    path("dang-nhap/ma/", sign_in.SignInCodePage.as_view(), name="account_sign_in_code"),
    path("mat-khau/quen/", reset.ask_reset, name="account_reset_password"),
    path(
        "mat-khau/quen/ma/",
        reset.ResetCodePage.as_view(),
        name="account_confirm_password_reset_code",
    ),
    path("mat-khau/quen/moi/", reset.new_password, name="account_complete_password_reset"),
    path("mat-khau/quen/xong/", reset.reset_done, name="account_password_reset_completed"),
    path("so-dien-thoai/", change.ChangePhonePage.as_view(), name="account_change_phone"),
    path("so-dien-thoai/ma/", change.ChangePhoneCodePage.as_view(), name="account_verify_phone"),
    path("thu-dien-tu/", change.ChangeEmailPage.as_view(), name="account_change_email"),
    path(
        "thu-dien-tu/ma/",
        change.ChangeEmailCodePage.as_view(),
        name="account_email_verification_sent",
    ),
]
