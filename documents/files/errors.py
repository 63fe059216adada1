"""Why a file was not taken, in words that say what to do instead."""

from __future__ import annotations

from django.utils.translation import gettext as _

_ENDINGS = {"PDF": "PDF", "JPG": "JPEG", "JPEG": "JPEG", "PNG": "PNG"}


def _listed(names: list[str]) -> str:
    """Return `PDF, JPEG hoặc PNG`."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s hoặc %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


class FileRefused(Exception):
    """A file that cannot be taken; `str()` is the sentence for the person who sent it."""


class FileEmpty(FileRefused):
    """The file has no content."""

    def __init__(self) -> None:
        super().__init__(_("Tệp này rỗng. Hãy mở thử tệp trên máy, rồi chọn lại."))


class FileTooLarge(FileRefused):
    """The file has more bytes than its paper allows."""

    def __init__(self, *, size: int, limit: int) -> None:
        super().__init__(
            _(
                "Tệp này nặng %(size)s, hơn mức %(limit)s. "
                "Hãy chụp lại ở chất lượng thường hoặc tách thành hai tệp."
            )
            % {"size": megabytes(size), "limit": megabytes(limit)}
        )


class KindRefused(FileRefused):
    """The content is of no kind that is asked for, whatever the name says.

    `found` and `allowed` are the kinds as people call them: PDF, JPEG, PNG.
    """

    def __init__(self, *, name: str, found: str | None, allowed: list[str]) -> None:
        ending = name.rpartition(".")[2].upper() if "." in name else ""
        values = {"ending": ending, "allowed": _listed(allowed)}
        if ending in _ENDINGS and _ENDINGS[ending] != found:
            sentence = _(
                "Nội dung tệp này không phải %(ending)s như tên của nó, hoặc tệp đã hỏng. "
                "Hãy chọn tệp %(allowed)s khác, hoặc chụp lại giấy tờ."
            )
        else:
            sentence = _(
                "Chỉ nhận tệp %(allowed)s. Hãy chụp ảnh giấy tờ, hoặc lưu văn bản thành PDF rồi "
                "chọn lại."
            )
        super().__init__(sentence % values)


class FileTruncated(FileRefused):
    """The end of the file is missing."""

    def __init__(self) -> None:
        super().__init__(
            _("Tệp này bị thiếu phần cuối, có lẽ do tải dở. Hãy tải hoặc chụp lại rồi chọn lại.")
        )


class FileUnreadable(FileRefused):
    """The file's structure makes no sense."""

    def __init__(self) -> None:
        super().__init__(
            _("Tệp này đã hỏng, không đọc được. Hãy chụp lại hoặc xuất lại tệp rồi chọn lại.")
        )


class FileEncrypted(FileRefused):
    """The PDF opens only with a password or restricts its use."""

    def __init__(self) -> None:
        super().__init__(
            _("Tệp PDF này đặt mật khẩu nên cán bộ không mở được. Hãy bỏ mật khẩu rồi chọn lại.")
        )


class PictureTooLarge(FileRefused):
    """The picture has more pixels than anybody can open safely."""

    def __init__(self, *, width: int, height: int) -> None:
        super().__init__(
            _(
                "Ảnh này rộng %(width)s × %(height)s điểm ảnh, quá lớn để mở. "
                "Hãy chụp lại ở chất lượng thường."
            )
            % {"width": width, "height": height}
        )


class TooManyPages(FileRefused):
    """The PDF has more pages than are taken in one file."""

    def __init__(self, *, pages: int, limit: int) -> None:
        super().__init__(
            _("Tệp này có %(pages)s trang, hơn mức %(limit)s trang. Hãy tách thành nhiều tệp.")
            % {"pages": pages, "limit": limit}
        )


def megabytes(size: int) -> str:
    """Return a size for people: `32 MB`, `1,5 MB`, `640 KB`."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    number = size / (1024 * 1024)
    text = f"{number:.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"
    return f"{text.replace('.', ',')} MB"
