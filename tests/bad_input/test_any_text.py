"""Hypothesis on every form and parser: any text gives a value or a refusal, never an exception."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.sessions.backends.db import SessionStore
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.files.content import inspect as inspect_content
from documents.files.content import kind_of
from documents.files.errors import FileRefused
from documents.files.names import clean_name
from documents.files.stripping import strip_picture
from documents.registers.verification import parse_code
from services.cases.list_filters import filters_of, search
from services.catalogue.expressions import parse as parse_expression
from services.catalogue.loader import load_file
from services.catalogue.positions import ProcedureFileError
from services.reception.confirming import read_token
from services.reception.identity_card import CardUnreadable, parse_card
from tenants.accounts.phone import PhoneNotValid, normalise_phone
from tenants.communes.current import in_commune
from tenants.communes.official_list import code_of_host_label, search_communes
from tenants.history.heads import HeadsUnreadable, read_heads
from tenants.kit.national_id import check_national_id, mask_national_id
from tenants.kit.text import fold, sort_key
from tenants.organisation.models import Department, Official
from tenants.organisation.work import Field
from tests.bad_input.corpus import BYTES, TEXTS, files
from tests.site_people import SitePeople
from tests.site_routes import SITES

OURS = ("config", "citizens", "services", "documents", "tenants")
# Pages of questions have their own: tests/services/catalogue/test_page_form.py.
ELSEWHERE = {"PageForm", "RowForm"}
FEW = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Surrogate halves never come out of a decoded request; everything else does.
ANY_TEXT = st.one_of(
    st.sampled_from(sorted(TEXTS.values())),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)
ANY_BYTES = st.one_of(
    st.sampled_from([file.data for file in files()] + list(BYTES.values())),
    st.binary(max_size=200),
)


def _below(one: type) -> Iterator[type]:
    for child in one.__subclasses__():
        yield child
        yield from _below(child)


def our_forms() -> list[type[forms.BaseForm]]:
    """Every form of the product: its pages are loaded, so each is known."""
    for urls in SITES.values():
        assert get_resolver(urls).url_patterns
    found = {one for one in _below(forms.BaseForm) if one.__module__.split(".")[0] in OURS}
    return sorted(
        (one for one in found if one.__name__ not in ELSEWHERE),
        key=lambda one: (one.__module__, one.__name__),
    )


def _given(people: SitePeople) -> dict[str, Any]:
    """What forms are made with beside what was typed, by the name of the parameter."""
    request = RequestFactory().post("/")
    request.session = SessionStore()
    request.user = people.citizen
    official = Official.objects.get(account_id=people.official.pk)
    return {
        "account": people.citizen,
        "user": people.citizen,
        "request": request,
        "by": official,
        "official": official,
        "by_phone": True,
        "phrases": ("Thiếu giấy tờ", "Ảnh mờ"),
        "fields": [Field("ho-tich", "Hộ tịch", (("1.001193", "Khai sinh"),))],
        "departments": [Department(name="Phòng Kinh tế")],
        "label": "Lý do",
        "missing": "Ghi rõ lý do.",
    }


def made(one: type[forms.BaseForm], data: Any, context: Mapping[str, Any]) -> forms.BaseForm:
    """The form with what was typed, and whatever else it is made with."""
    wanted: dict[str, Any] = {}
    for base in one.__mro__:
        if "__init__" in vars(base):
            wanted |= {
                name: context[name]
                for name, parameter in signature(base.__init__).parameters.items()  # type: ignore[misc]
                if name in context and parameter.kind != Parameter.VAR_POSITIONAL
            }
            if not any(
                parameter.kind == Parameter.VAR_KEYWORD
                for parameter in signature(base.__init__).parameters.values()  # type: ignore[misc]
            ):
                break
    try:
        return one(data=data, **wanted)
    except (TypeError, KeyError):
        # Forms of the sign-in's library take the person, and hand on what they do not know.
        return one(data=data, user=context["user"], **wanted)


def test_every_form_is_known() -> None:
    assert len(our_forms()) >= 20


@pytest.mark.parametrize("one", our_forms(), ids=lambda one: one.__name__)
def test_any_text_in_a_form_is_taken_or_refused(
    one: type[forms.BaseForm], people: SitePeople
) -> None:
    with in_commune(people.here.code):
        context = _given(people)
        fields = made(one, None, context).fields

        @FEW
        @given(st.data())
        def check(data: st.DataObject) -> None:
            sent = QueryDict(mutable=True)
            for name in fields:
                sent.setlist(name, data.draw(st.lists(ANY_TEXT, max_size=2), name))
            form = made(one, sent, context)
            assert form.is_valid() or form.errors
            for messages in form.errors.values():
                assert all(str(message).strip() for message in messages)

        check()


def _in_a_file(read: Callable[[Path], Any]) -> Callable[[bytes], Any]:
    def reading(data: bytes) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "1.000001.yaml"
            path.write_bytes(data)
            return read(path)

    return reading


TEXT_PARSERS: dict[str, tuple[Callable[[str], Any], tuple[type[Exception], ...]]] = {
    "phone": (normalise_phone, (PhoneNotValid,)),
    "identity number": (check_national_id, ()),
    "masking": (mask_national_id, ()),
    "verification code": (parse_code, ()),
    "expression": (parse_expression, (ValueError,)),
    "communes by name": (search_communes, ()),
    "host": (code_of_host_label, ()),
    "folding": (fold, ()),
    "sorting": (sort_key, ()),
    "file name": (lambda text: clean_name(text, "application/pdf"), ()),
    "identity card": (parse_card, (CardUnreadable,)),
    "link to confirm by": (read_token, ()),
    "work list's address": (filters_of, ()),
    "what was searched for": (search, ()),
    "kept heads": (lambda text: read_heads(io.StringIO(text)), (HeadsUnreadable,)),
}
BYTE_PARSERS: dict[str, tuple[Callable[[bytes], Any], tuple[type[Exception], ...]]] = {
    "kind": (kind_of, ()),
    "PDF": (lambda data: inspect_content(data, "application/pdf"), (FileRefused,)),
    "JPEG": (lambda data: inspect_content(data, "image/jpeg"), (FileRefused,)),
    "PNG": (lambda data: inspect_content(data, "image/png"), (FileRefused,)),
    "JPEG's notes": (lambda data: strip_picture(data, "image/jpeg"), (FileRefused, ValueError)),
    "PNG's notes": (lambda data: strip_picture(data, "image/png"), (FileRefused, ValueError)),
    "procedure": (_in_a_file(load_file), (ProcedureFileError,)),
}


@pytest.mark.parametrize("name", sorted(TEXT_PARSERS))
def test_any_text_in_a_parser_is_read_or_refused(name: str) -> None:
    parse, refusals = TEXT_PARSERS[name]

    @settings(max_examples=40)
    @given(ANY_TEXT)
    def check(text: str) -> None:
        try:
            parse(text)
        except refusals as refusal:
            assert str(refusal), "a refusal says why"

    check()


@pytest.mark.parametrize("name", sorted(BYTE_PARSERS))
def test_any_bytes_in_a_parser_are_read_or_refused(name: str) -> None:
    parse, refusals = BYTE_PARSERS[name]

    @settings(max_examples=30)
    @given(ANY_BYTES)
    def check(data: bytes) -> None:
        try:
            parse(data)
        except refusals as refusal:
            assert str(refusal), "a refusal says why"

    check()
