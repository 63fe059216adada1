"""What is typed about the organisation. Forms check and convert; they do not save."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import normalise_email
from tenants.accounts.phone import PhoneNotValid, normalise_phone
from tenants.organisation.delegations import may_give
from tenants.organisation.models import Delegation, Department, Official, Role
from tenants.organisation.people import Post
from tenants.organisation.work import Field

SCOPE_LENGTH = 180


def _box(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "box", "autocomplete": "off", **attrs})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"class": "box", "type": "date"}, format="%Y-%m-%d")


class Words(forms.CharField):
    """A line of text with single spaces; a NUL, which no database takes, is refused by Django."""

    def clean(self, value: Any) -> str:
        """Return the line without spaces around or doubled ones in it."""
        text: str = super().clean(" ".join(str(value or "").split()))
        return text


class DepartmentForm(forms.Form):
    """A department's name."""

    name = Words(
        label=_("Tên phòng"),
        max_length=100,
        widget=_box(),
        error_messages={"required": _("Hãy ghi tên phòng.")},
    )


class PostForm(forms.Form):
    """Who somebody is in the commune and what they may do."""

    name = Words(
        label=_("Họ và tên"),
        max_length=100,
        widget=_box(),
        error_messages={"required": _("Hãy ghi họ và tên.")},
    )
    title = Words(
        label=_("Chức vụ"),
        help_text=_("In trên văn bản người này ký, ví dụ: Phó Chủ tịch."),
        max_length=100,
        widget=_box(),
        error_messages={"required": _("Hãy ghi chức vụ.")},
    )
    department = forms.ModelChoiceField(
        label=_("Phòng"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("Không thuộc phòng nào"),
        widget=forms.Select(attrs={"class": "box"}),
        error_messages={"invalid_choice": _("Phòng này không còn nữa. Hãy chọn lại.")},
    )
    roles = forms.MultipleChoiceField(
        label=_("Vai trò"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Hãy chọn ít nhất một vai trò.")},
    )
    may_sign = forms.BooleanField(
        label=_("Được ký kết quả giải quyết (chỉ với lãnh đạo)"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments: Any = self.fields["department"]
        departments.queryset = Department.objects.all()

    def clean(self) -> dict[str, Any]:
        """Only who leads signs."""
        cleaned = super().clean() or {}
        if cleaned.get("may_sign") and Role.LEADER not in cleaned.get("roles", ()):
            self.add_error("may_sign", _("Chỉ người có vai trò lãnh đạo mới được giao quyền ký."))
        return cleaned

    def post(self) -> Post:
        """Return what was typed."""
        typed = self.cleaned_data
        return Post(
            name=typed["name"],
            title=typed["title"],
            department=typed["department"],
            roles=typed["roles"],
            may_sign=typed["may_sign"],
            scope=typed.get("scope", ()),
        )


class OfficialForm(PostForm):
    """An official's post, with the fields and procedures that their rights reach."""

    scope = forms.MultipleChoiceField(
        label=_("Lĩnh vực, thủ tục được làm"),
        help_text=_("Không chọn gì là làm mọi thủ tục; chọn thì không thấy hồ sơ ngoài số đó."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, fields: list[Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fields_of_work = fields
        known = {key for key, _name in _scope_choices(fields)}
        # What was chosen and is no longer in the catalogue stays chosen until taken out.
        kept = [one for one in self.initial.get("scope", ()) if one not in known]
        scope: Any = self.fields["scope"]
        scope.choices = _scope_choices(fields) + [(one, one) for one in kept]

    def clean_scope(self) -> list[str]:
        """The choice without procedures of a field that is chosen whole."""
        chosen = set(self.cleaned_data["scope"])
        for field in self._fields_of_work:
            if field.key in chosen:
                chosen -= {code for code, _name in field.procedures}
        if len(" ".join(chosen)) > SCOPE_LENGTH:
            raise forms.ValidationError(
                _("Đã chọn quá nhiều thủ tục lẻ. Hãy chọn cả lĩnh vực thay cho từng thủ tục.")
            )
        return sorted(chosen)


def _scope_choices(fields: list[Field]) -> list[tuple[str, Any]]:
    choices: list[tuple[str, Any]] = []
    for field in fields:
        whole = _("Cả lĩnh vực %(name)s") % {"name": field.name}
        choices.append((field.key, format_html("<b>{}</b>", whole)))
        choices += field.procedures
    return choices


class InvitationForm(PostForm):
    """A post, and where its invitation is sent."""

    contact = Words(
        label=_("Thư điện tử hoặc số điện thoại"),
        help_text=_("Người được mời phải đăng nhập bằng chính địa chỉ hay số này."),
        max_length=120,
        widget=_box(),
        error_messages={"required": _("Hãy ghi thư điện tử hoặc số điện thoại.")},
    )
    field_order = ("contact", "name", "title", "department", "roles", "may_sign")

    def clean_contact(self) -> str:
        """The address or number in its stored form."""
        contact: str = self.cleaned_data["contact"]
        if "@" in contact:
            try:
                validate_email(contact)
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    _("Địa chỉ thư điện tử chưa đúng. Ví dụ: lan@vidu.vn")
                ) from error
            return normalise_email(contact)
        try:
            return normalise_phone(contact)
        except PhoneNotValid as error:
            raise forms.ValidationError(str(error)) from error


class LeavingForm(forms.Form):
    """When somebody stops working here, and who goes on with their cases."""

    left_on = forms.DateField(
        label=_("Nghỉ hoặc chuyển đi từ ngày"),
        widget=_day(),
        error_messages={
            "required": _("Hãy ghi ngày."),
            "invalid": _("Ngày chưa đúng. Ví dụ: 22/11/2026."),
        },
    )
    to = forms.ModelChoiceField(
        label=_("Giao hồ sơ đang giữ cho"),
        help_text=_("Hồ sơ mà người nhận không được làm thì trả về bước, ai đúng vai trò sẽ nhận."),
        queryset=Official.objects.none(),
        required=False,
        empty_label=_("Không ai: trả về bước"),
        widget=forms.Select(attrs={"class": "box"}),
        error_messages={"invalid_choice": _("Người này không còn làm việc. Hãy chọn lại.")},
    )

    def __init__(self, *args: Any, official: Official, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others: Any = self.fields["to"]
        others.queryset = Official.objects.filter(active=True).exclude(pk=official.pk)

    def clean_left_on(self) -> datetime.date:
        """Today or a day before."""
        day: datetime.date = self.cleaned_data["left_on"]
        if day > timezone.localdate() or day.year < 1945:
            raise forms.ValidationError(
                _("Quyền chấm dứt ngay khi bấm, nên ngày nghỉ là hôm nay hoặc một ngày đã qua.")
            )
        return day


class DelegationForm(forms.Form):
    """Who gives which roles to whom, for which days and on which ground."""

    giver = forms.ModelChoiceField(
        label=_("Người giao"),
        queryset=Official.objects.none(),
        empty_label=_("Chọn một người"),
        widget=forms.Select(attrs={"class": "box"}),
        error_messages={"required": _("Hãy chọn người giao.")},
    )
    receiver = forms.ModelChoiceField(
        label=_("Người nhận"),
        queryset=Official.objects.none(),
        empty_label=_("Chọn một người"),
        widget=forms.Select(attrs={"class": "box"}),
        error_messages={"required": _("Hãy chọn người nhận.")},
    )
    capacity = forms.ChoiceField(
        label=_("Tư cách ký"),
        choices=Delegation.Capacity.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "KT.: lãnh đạo giao cho cấp phó. TL.: giao cho trưởng phòng, không ký kết quả."
            " TUQ.: giao bằng văn bản cho người khác."
        ),
        error_messages={"required": _("Hãy chọn tư cách ký.")},
    )
    roles = forms.MultipleChoiceField(
        label=_("Vai trò được giao"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Hãy chọn ít nhất một vai trò.")},
    )
    ground = Words(
        label=_("Căn cứ"),
        help_text=_("Số, ngày của văn bản ủy quyền hoặc phân công."),
        max_length=200,
        widget=_box(),
        error_messages={"required": _("Hãy ghi văn bản làm căn cứ.")},
    )
    starts_on = forms.DateField(
        label=_("Từ ngày"),
        widget=_day(),
        error_messages={"required": _("Hãy ghi ngày."), "invalid": _("Ngày chưa đúng.")},
    )
    ends_on = forms.DateField(
        label=_("Đến hết ngày"),
        widget=_day(),
        error_messages={"required": _("Hãy ghi ngày."), "invalid": _("Ngày chưa đúng.")},
    )

    def __init__(self, *args: Any, by: Official, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at_work = Official.objects.filter(active=True)
        receivers: Any = self.fields["receiver"]
        receivers.queryset = at_work.exclude(pk=by.pk)
        roles: Any = self.fields["roles"]
        if by.has_role(Role.ADMINISTRATOR):
            givers: Any = self.fields["giver"]
            givers.queryset = at_work
            if may_give(by):
                self.initial.setdefault("giver", by.pk)
            roles.choices = [one for one in Role.choices if one[0] != Role.ADMINISTRATOR]
        else:
            del self.fields["giver"]
            mine = may_give(by)
            roles.choices = [one for one in Role.choices if one[0] in mine]
