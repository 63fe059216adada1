"""What is typed about the service. Forms check; they do not save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.feedback.models import Petition, Score
from services.feedback.rating import COMMENT_LENGTH
from tenants.accounts.phone import PhoneNotValid, normalise_phone
from tenants.organisation.models import Official

TEXT_LENGTH = 4000
_BOX = {"class": "box"}


def _area(rows: int, length: int) -> forms.Textarea:
    return forms.Textarea(attrs={**_BOX, "rows": rows, "maxlength": length})


class RatingForm(forms.Form):
    """How satisfied somebody is, and why."""

    score = forms.TypedChoiceField(
        label=_("Anh/chị hài lòng đến đâu với cách giải quyết hồ sơ này?"),
        choices=list(reversed(Score.choices)),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Chọn một mức.")},
    )
    comment = forms.CharField(
        label=_("Điều gì tốt, điều gì cần làm khác đi?"),
        help_text=_("Không bắt buộc. Cán bộ của xã đọc phần này, kèm mã hồ sơ."),
        required=False,
        max_length=COMMENT_LENGTH,
        widget=_area(4, COMMENT_LENGTH),
    )


class PetitionForm(forms.Form):
    """What is not right, or should be done differently."""

    kind = forms.ChoiceField(
        label=_("Anh/chị muốn gửi"),
        choices=Petition.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Chọn phản ánh hoặc kiến nghị.")},
    )
    subject = forms.CharField(
        label=_("Về việc gì?"),
        max_length=150,
        widget=forms.TextInput(attrs=_BOX),
        error_messages={"required": _("Ghi một câu ngắn cho biết việc gì.")},
    )
    text = forms.CharField(
        label=_("Nội dung"),
        help_text=_("Việc gì, ở đâu, khi nào, anh/chị mong xã làm gì."),
        max_length=TEXT_LENGTH,
        widget=_area(8, TEXT_LENGTH),
        error_messages={"required": _("Ghi nội dung phản ánh, kiến nghị.")},
    )
    case_code = forms.CharField(
        label=_("Mã hồ sơ liên quan"),
        help_text=_("Không bắt buộc. In trên giấy hẹn."),
        required=False,
        max_length=50,
        widget=forms.TextInput(attrs={**_BOX, "autocapitalize": "characters"}),
    )


class CounterPetitionForm(PetitionForm):
    """The same, taken down by an official from somebody who has no account."""

    name = forms.CharField(
        label=_("Họ và tên người phản ánh"),
        max_length=120,
        widget=forms.TextInput(attrs=_BOX),
        error_messages={"required": _("Ghi họ tên người phản ánh, kiến nghị.")},
    )
    phone = forms.CharField(
        label=_("Số điện thoại"),
        help_text=_("Để báo khi có trả lời."),
        max_length=20,
        widget=forms.TextInput(attrs={**_BOX, "inputmode": "tel"}),
        error_messages={"required": _("Ghi số điện thoại để báo khi có trả lời.")},
    )

    def clean_phone(self) -> str:
        """A number that can be told."""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except PhoneNotValid as error:
            raise forms.ValidationError(str(error)) from error


class ReplyForm(forms.Form):
    """The answer, or why the petition is not handled here."""

    answer = forms.CharField(
        label=_("Trả lời"),
        help_text=_("Người gửi đọc nguyên văn: đã xem xét điều gì, kết quả ra sao, làm gì tiếp."),
        max_length=TEXT_LENGTH,
        widget=_area(8, TEXT_LENGTH),
        error_messages={"required": _("Ghi câu trả lời trước khi gửi.")},
    )
    declined = forms.BooleanField(
        label=_("Không xử lý ở đây (khiếu nại, tố cáo theo luật riêng, hoặc việc của nơi khác)"),
        required=False,
    )


class AssignForm(forms.Form):
    """Who is to answer."""

    to = forms.ModelChoiceField(
        label=_("Giao cho"),
        queryset=Official.objects.none(),
        widget=forms.Select(attrs=_BOX),
        error_messages={
            "required": _("Chọn người trả lời."),
            "invalid_choice": _("Người này không còn làm việc ở đây. Hãy chọn người khác."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officials: Any = self.fields["to"]
        officials.queryset = Official.objects.filter(active=True)
