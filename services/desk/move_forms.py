"""What officials type about the moves that part from the usual way. Forms check; views act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from services.cases.obligations import MAX_AMOUNT
from services.cases.referrals import MAX_DAYS
from services.desk.fee_forms import MoneyField
from services.desk.forms import MAX, PhrasesForm, area
from tenants.organisation.models import Department

MAX_LINES = 30


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())[:MAX_LINES]


def _returned() -> forms.CharField:
    return forms.CharField(
        label=_("Giấy tờ bản chính trả lại người nộp"),
        required=False,
        max_length=MAX,
        widget=area(3),
        help_text=_("Mỗi dòng một loại giấy tờ. Không trả gì thì để trống."),
    )


class StopForm(PhrasesForm):
    """On which ground and why the work on a case stops."""

    own = "ground"
    heading = _("Căn cứ")
    missing = _("Chọn một căn cứ có sẵn, hoặc ghi căn cứ dừng giải quyết.")
    ground = forms.CharField(label=_("Căn cứ khác"), required=False, max_length=MAX, widget=area(2))
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=MAX,
        widget=area(4),
        help_text=_("Việc gì đã xảy ra, từ khi nào. Người nộp đọc nguyên văn phần này."),
        error_messages={"required": _("Ghi lý do dừng giải quyết để người nộp biết.")},
    )

    def ground_text(self) -> str:
        """The chosen grounds and the typed one as one text."""
        typed = self.cleaned_data["ground"]
        return "; ".join([*self.chosen(), typed] if typed else self.chosen())


class StopNoticeForm(StopForm):
    """The same before signing: what goes back to the applicant stands in the notice."""

    returned = _returned()
    refund = MoneyField(label=_("Phí, lệ phí hoàn trả (đồng)"), required=False, most=MAX_AMOUNT)

    def returned_papers(self) -> tuple[str, ...]:
        """The originals that are given back, one a line."""
        return _lines(self.cleaned_data["returned"])


class AgreeWithdrawalForm(PhrasesForm):
    """What the notice says besides the applicant's own reason."""

    own = ""
    returned = _returned()

    def clean(self) -> dict[str, Any]:
        """Nothing has to be said: the applicant's request is the ground."""
        return forms.Form.clean(self) or {}

    def returned_papers(self) -> tuple[str, ...]:
        """The originals that are given back, one a line."""
        return _lines(self.cleaned_data["returned"])


class WordsForm(forms.Form):
    """One text that has to be said; the page words what for."""

    def __init__(self, *args: Any, label: Any, missing: Any, hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(
            label=label,
            help_text=hint,
            max_length=MAX,
            widget=area(4),
            error_messages={"required": missing},
        )

    def text(self) -> str:
        """What was said."""
        return str(self.cleaned_data["reason"])


class PaymentForm(forms.Form):
    """What the applicant has to pay before the case goes on."""

    amount = MoneyField(
        label=_("Số tiền (đồng)"),
        least=1,
        most=MAX_AMOUNT,
        error_messages={"required": _("Ghi số tiền phải nộp, bằng đồng.")},
    )
    reason = forms.CharField(
        label=_("Nộp khoản gì, vì sao"),
        max_length=MAX,
        widget=area(3),
        help_text=_("Người nộp đọc nguyên văn phần này."),
        error_messages={"required": _("Ghi rõ khoản phải nộp để người nộp biết.")},
    )
    HERE, ELSEWHERE = "here", "elsewhere"
    where = forms.ChoiceField(
        label=_("Nộp ở đâu"),
        choices=[
            (HERE, _("Tại đơn vị: quầy, chuyển khoản hoặc cổng thanh toán")),
            (ELSEWHERE, _("Nơi khác: kho bạc, cơ quan thuế")),
        ],
        initial=HERE,
        widget=forms.RadioSelect,
    )

    @property
    def elsewhere(self) -> bool:
        """Whether another office collects it."""
        return bool(self.cleaned_data["where"] == self.ELSEWHERE)


class ReferForm(forms.Form):
    """Who is asked for what, and until when."""

    to = forms.ChoiceField(label=_("Nơi phối hợp"), widget=forms.Select(attrs={"class": "box"}))
    agency = forms.CharField(
        label=_("Tên cơ quan khác"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"class": "box"}),
        help_text=_("Chỉ ghi khi chuyển cho cơ quan ngoài đơn vị làm một phần việc."),
    )
    question = forms.CharField(
        label=_("Nội dung cần phối hợp"),
        max_length=MAX,
        widget=area(4),
        error_messages={"required": _("Ghi rõ cần phối hợp việc gì.")},
    )
    days = forms.IntegerField(
        label=_("Trả lời trong (ngày làm việc)"),
        min_value=1,
        max_value=MAX_DAYS,
        initial=2,
        widget=forms.TextInput(attrs={"class": "box box--short", "inputmode": "numeric"}),
        error_messages={
            "invalid": _("Ghi số ngày bằng chữ số."),
            "min_value": _("Ít nhất 1 ngày làm việc."),
            "max_value": _("Nhiều nhất %(limit_value)d ngày làm việc."),
            "required": _("Ghi số ngày làm việc để trả lời."),
        },
    )

    OTHER = "co-quan-khac"

    def __init__(self, *args: Any, departments: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments = {str(one.pk): one for one in departments}
        choices = [(key, one.name) for key, one in self.departments.items()]
        box = self.fields["to"]
        if isinstance(box, forms.ChoiceField):
            box.choices = [*choices, (self.OTHER, str(_("Cơ quan khác, ghi tên dưới đây")))]

    def clean(self) -> dict[str, Any]:
        """Another agency has a name."""
        cleaned = super().clean() or {}
        if cleaned.get("to") == self.OTHER and not cleaned.get("agency"):
            self.add_error("agency", str(_("Ghi tên cơ quan được đề nghị phối hợp.")))
        return cleaned

    def department(self) -> Department | None:
        """The department that is asked; ``None`` for another agency."""
        return self.departments.get(self.cleaned_data["to"])


class HandOverForm(forms.Form):
    """Who takes the result at the counter, and what they signed on the screen."""

    receiver = forms.CharField(
        label=_("Người nhận"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "box"}),
        help_text=_("Xem căn cước của người nhận trước khi trao; tên được ghi vào sổ."),
        error_messages={"required": _("Ghi họ tên người nhận kết quả.")},
    )

    def signature(self) -> UploadedFile[Any] | None:
        """The picture of the signature; ``None`` when it was given on paper."""
        file = self.files.get("signature")
        return file if isinstance(file, UploadedFile) else None


class PostForm(forms.Form):
    """Under which number the post office carries the result."""

    post_code = forms.CharField(
        label=_("Số hiệu bưu gửi"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "box", "autocapitalize": "characters"}),
        help_text=_(
            "Như in trên phiếu gửi, ví dụ EB123456789VN. Người nộp dùng số này để tra cứu."
        ),
        error_messages={"required": _("Ghi số hiệu bưu gửi.")},
    )
