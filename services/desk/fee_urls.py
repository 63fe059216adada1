"""Addresses of the cash desk, under ``/desk/`` on a commune's site."""

from django.urls import path

from services.desk.views import collecting, fees, statements

urlpatterns = [
    path("ho-so/<str:code>/phi/", fees.money, name="desk-fees"),
    path("ho-so/<str:code>/phi/tien-mat/", fees.cash, name="desk-fees-cash"),
    path("ho-so/<str:code>/phi/chuyen-khoan/", fees.transfer, name="desk-fees-transfer"),
    path("ho-so/<str:code>/phi/mien-giam/", fees.waive_fee, name="desk-fees-waive"),
    path("ho-so/<str:code>/phi/hoan/", fees.refund, name="desk-fees-refund"),
    path(
        "ho-so/<str:code>/phi/hoan/<uuid:refund_id>/", fees.settle_refund, name="desk-refund-settle"
    ),
    path("thu-phi/", collecting.day, name="desk-collecting"),
    path("thu-phi/chot/", collecting.close, name="desk-collecting-close"),
    path("thu-phi/tai-ve/<str:format>/", collecting.save, name="desk-collecting-save"),
    path("thu-phi/bao-cao/<uuid:report_id>/", collecting.report, name="desk-collecting-report"),
    path("thu-phi/noi-nhan/", collecting.receiver, name="desk-receiver"),
    path("thu-phi/sao-ke/", statements.listing, name="desk-statements"),
    path("thu-phi/sao-ke/<uuid:statement_id>/", statements.statement, name="desk-statement"),
    path(
        "thu-phi/sao-ke/<uuid:statement_id>/cot/", statements.columns, name="desk-statement-columns"
    ),
    path(
        "thu-phi/sao-ke/<uuid:statement_id>/ghi-so/",
        statements.confirm,
        name="desk-statement-confirm",
    ),
    path("thu-phi/dong/<uuid:bank_line_id>/ghi/", statements.choose, name="desk-line-book"),
    path("thu-phi/dong/<uuid:bank_line_id>/go/", statements.undo, name="desk-line-undo"),
]
