"""Addresses of the moves that part from the usual way, and of the ways a result goes out."""

from django.urls import path

from services.desk.views import handing, leaving, waiting

urlpatterns = [
    path("tra-ket-qua/", handing.hand_over_view, name="desk-hand-over"),
    path("gui-buu-chinh/", handing.send_by_post_view, name="desk-send-by-post"),
    path("chu-ky/", handing.signature, name="desk-signature"),
    path("nop-tien/", waiting.require_payment_view, name="desk-require-payment"),
    path("da-nop/", waiting.confirm_payment_view, name="desk-confirm-payment"),
    path("phoi-hop/", waiting.refer_view, name="desk-refer"),
    path(
        "phoi-hop/<uuid:referral_id>/tra-loi/",
        waiting.answer_referral_view,
        name="desk-referral-answer",
    ),
    path(
        "phoi-hop/<uuid:referral_id>/rut/",
        waiting.withdraw_referral_view,
        name="desk-referral-withdraw",
    ),
    path("de-nghi-dung/", leaving.propose_stop_view, name="desk-propose-stop"),
    path("dung/", leaving.stop_view, name="desk-stop"),
    path("khong-dong-y/", leaving.decline_proposal_view, name="desk-decline-proposal"),
    path("ghi-rut/", leaving.ask_withdrawal_view, name="desk-ask-withdrawal"),
    path("cho-rut/", leaving.agree_withdrawal_view, name="desk-agree-withdrawal"),
    path("khong-cho-rut/", leaving.decline_withdrawal_view, name="desk-decline-withdrawal"),
]
