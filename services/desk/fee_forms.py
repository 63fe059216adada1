"""What officials type about money. Forms check and convert; amounts become whole đồng."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.payments.models import Payment, Receiver
from services.payments.statements.columns import amount_in

MAX_STATEMENT_MB = 2


class MoneyField(forms.CharField):
    """An amount of đồng as people write it: 20000, 20.000, 20 000 đ."""

    def __init__(self, *, least: int = 0, most: int | None = None, **kwargs: Any) -> None:
        attrs = {"class": "box", "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.least, self.most = least, most

    def clean(self, value: Any) -> Any:
        """Whole đồng, from `least` to `most`. An empty field that may be empty is None."""
        text = super().clean(value)
        if not text:
            return None
        amount = amount_in(text)
        if amount is None:
            raise forms.ValidationError(
                _("Ghi số tiền bằng chữ số, không có phần lẻ, ví dụ 20.000.")
            )
        if amount < self.least:
            raise forms.ValidationError(_("Ghi số tiền lớn hơn 0."))
        if self.most is not None and amount > self.most:
            raise forms.ValidationError(_("Số tiền này quá lớn; xem lại các chữ số."))
        return amount


def _line(size: int, **attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "box", "maxlength": size, **attrs})


class CashForm(forms.Form):
    """Cash at the counter: what the page said is due, and what was handed over."""

    due = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    given = MoneyField(label=_("Khách đưa (đồng)"))


class TransferForm(forms.Form):
    """A transfer that was seen on the account."""

    due = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    number = forms.CharField(
        label=_("Số giao dịch của ngân hàng"),
        max_length=40,
        widget=_line(40, autocomplete="off"),
        help_text=_("Xem trong tin báo có hoặc sao kê."),
    )


class WaiveForm(forms.Form):
    """A fee that is waived or lowered at the counter, on a ground that was shown."""

    charge = forms.UUIDField(widget=forms.HiddenInput)
    ground = forms.CharField(
        label=_("Căn cứ miễn, giảm"), max_length=150, widget=_line(150, list="grounds")
    )
    amount = MoneyField(
        label=_("Còn phải nộp (đồng)"), required=False, help_text=_("Để trống nếu miễn hết.")
    )


class RefundForm(forms.Form):
    """Money that is to go back."""

    payment = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Số tiền hoàn (đồng)"))
    reason = forms.CharField(label=_("Lý do hoàn"), max_length=150, widget=_line(150))
    method = forms.ChoiceField(
        label=_("Hoàn bằng"),
        choices=[
            (Payment.Method.CASH, _("Tiền mặt")),
            (Payment.Method.TRANSFER, _("Chuyển khoản")),
        ],
        widget=forms.Select(attrs={"class": "box"}),
    )


class ClosingForm(forms.Form):
    """The cash that was counted at the end of a day."""

    day = forms.DateField(widget=forms.HiddenInput)
    counted = MoneyField(label=_("Tiền mặt đếm được (đồng)"))
    reason = forms.CharField(
        label=_("Lý do chênh lệch, nếu có"), max_length=150, required=False, widget=_line(150)
    )


class StatementForm(forms.Form):
    """A bank's file."""

    file = forms.FileField(
        label=_("Tệp sao kê (.xlsx hoặc .csv)"),
        help_text=_("Tối đa 2 MB. Xem trước rồi mới ghi sổ."),
        widget=forms.ClearableFileInput(attrs={"class": "box", "accept": ".csv,.xlsx,.txt"}),
    )


class ReceiverForm(forms.Form):
    """Where fees go and what receipts say; the secret is never shown again."""

    bank_bin = forms.RegexField(
        r"^[0-9]{6}$",
        label=_("Mã BIN ngân hàng"),
        required=False,
        widget=_line(6, inputmode="numeric"),
        help_text=_("Sáu chữ số NAPAS cấp, ví dụ 970415 là VietinBank."),
        error_messages={"invalid": _("Mã BIN gồm đúng sáu chữ số.")},
    )
    bank_name = forms.CharField(
        label=_("Tên ngân hàng"), max_length=60, required=False, widget=_line(60)
    )
    account_number = forms.RegexField(
        r"^[0-9A-Za-z]{4,19}$",
        label=_("Số tài khoản"),
        required=False,
        widget=_line(19),
        error_messages={"invalid": _("Số tài khoản gồm 4 đến 19 chữ số, không có dấu cách.")},
    )
    account_holder = forms.CharField(
        label=_("Chủ tài khoản"), max_length=90, required=False, widget=_line(90)
    )
    tax_code = forms.CharField(
        label=_("Mã số thuế"), max_length=14, required=False, widget=_line(14)
    )
    receipt_form = forms.CharField(
        label=_("Mẫu số biên lai"), max_length=20, required=False, widget=_line(20)
    )
    receipt_symbol = forms.CharField(
        label=_("Ký hiệu biên lai"), max_length=20, required=False, widget=_line(20)
    )
    vnpay_terminal = forms.RegexField(
        r"^[0-9A-Za-z]{4,20}$",
        label=_("Mã website tại VNPAY (TmnCode)"),
        required=False,
        widget=_line(20),
        error_messages={"invalid": _("Mã gồm chữ và số, VNPAY cấp khi ký hợp đồng.")},
    )
    vnpay_secret = forms.CharField(
        label=_("Khóa bí mật VNPAY (HashSecret)"),
        max_length=200,
        required=False,
        help_text=_("Để trống để giữ khóa đang dùng; khóa đã lưu không hiện lại."),
        widget=forms.PasswordInput(attrs={"class": "box", "autocomplete": "off"}),
    )

    @classmethod
    def of(cls, receiver: Receiver) -> ReceiverForm:
        """The form with what is set now, but for secrets."""
        names = [name for name in cls.base_fields if name != "vnpay_secret"]
        return cls(initial={name: getattr(receiver, name) for name in names})

    def values(self) -> dict[str, str]:
        """What is set, without secrets."""
        return {k: v for k, v in self.cleaned_data.items() if k != "vnpay_secret"}
