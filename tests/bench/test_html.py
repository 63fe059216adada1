"""What the bench's browser reads out of a page, as a real one would send it."""

from __future__ import annotations

import pytest

from bench.html import Document, css_loads

PAGE = """
<link rel="stylesheet" href="/a.css"><link rel="canonical" href="/x"><script src="/b.js"></script>
<svg><use href="/icons.svg#go"/></svg><img src="data:image/png;base64,AA">
<a href="/nop/1/">one</a>
<form action="/tim/"><input name="q" value="x"></form>
<form method="post" action="/nop/1/bat-dau/"><input type="hidden" name="token" value="t"></form>
<form method="post"><input name="name" value="Khuê &amp; An"><textarea name="note">
hai dòng</textarea>
<select name="kind"><option value="">–</option><option value="b" selected>b</option></select>
<select name="first"><option value="1">1</option><option value="2">2</option></select>
<input type="radio" name="sex" value="f"><input type="radio" name="sex" value="m" checked>
<input type="checkbox" name="yes" checked><input type="checkbox" name="no" value="1">
<input type="file" name="paper"><button name="leave" value="1">x</button>
<input type="submit" name="go" value="1"></form>
"""


def test_a_form_sends_what_stands_in_it_and_no_button() -> None:
    fields = Document(PAGE).form().fields
    assert fields.pop("note").strip() == "hai dòng"
    assert fields == {"name": "Khuê & An", "kind": "b", "first": "1", "sex": "m", "yes": "on"}


def test_a_form_is_found_by_where_it_leads() -> None:
    document = Document(PAGE)
    assert document.form("/bat-dau/").fields == {"token": "t"}
    with pytest.raises(LookupError):
        document.form("/nowhere/")


def test_everything_that_the_browser_fetches_at_once_is_counted() -> None:
    assert Document(PAGE).loaded == ["/a.css", "/b.js", "/icons.svg"]
    assert css_loads("a{background:url('x.svg')}b{mask:url(data:x)}c{fill:url(#y)}") == ["x.svg"]
