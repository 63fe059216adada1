"""Why a file was not taken, in words that say what to do instead."""

from __future__ import annotations

from collections.abc import Callable

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


class FileTooHeavy(FileRefused):
    """Opening the file takes more memory or time than anybody's machine should give."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Tệp này bung ra quá lớn nên không mở được an toàn. Hãy chụp lại giấy tờ, hoặc in "
                "văn bản ra tệp PDF mới rồi chọn lại."
            )
        )


class FileActive(FileRefused):
    """The PDF runs something when it is opened, or carries other files."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Tệp PDF này có mã lệnh, biểu mẫu động hoặc tệp khác đính kèm bên trong. "
                "Hãy mở tệp, in ra tệp PDF mới (Print → Save as PDF) rồi chọn tệp mới đó."
            )
        )


class FileMixed(FileRefused):
    """The file is of two kinds at once, depending on what opens it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Tệp này trộn lẫn nhiều loại nội dung. Hãy chụp lại giấy tờ, hoặc in văn bản ra "
                "tệp PDF mới rồi chọn lại."
            )
        )


class FileInfected(FileRefused):
    """The virus scanner knows what is in the file."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Phần mềm diệt vi-rút phát hiện mã độc trong tệp này. Hãy quét vi-rút máy của "
                "anh/chị, rồi chụp lại giấy tờ bằng máy khác."
            )
        )


class FileNotReady(FileRefused):
    """Nobody may open the file yet."""

    def __init__(self) -> None:
        super().__init__(_("Tệp này đang được kiểm tra an toàn. Hãy mở lại sau ít phút."))


class _TooLargeToOpen(FileRefused):
    """A picture or document beyond the limits, when only the reason's name was kept."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Tệp này vượt quá số điểm ảnh hoặc số trang nhận được. Hãy chụp lại ở chất lượng "
                "thường, hoặc tách thành nhiều tệp."
            )
        )


# Reasons by the names that are kept with the files they were found in.
_REASONS: dict[str, Callable[[], FileRefused]] = {
    "FileActive": FileActive,
    "FileEncrypted": FileEncrypted,
    "FileInfected": FileInfected,
    "FileMixed": FileMixed,
    "FileTooHeavy": FileTooHeavy,
    "FileTruncated": FileTruncated,
    "PictureTooLarge": _TooLargeToOpen,
    "TooManyPages": _TooLargeToOpen,
}


def refused_because(reason: str) -> FileRefused:
    """Return the refusal that was kept by its name; a name of an older version is a broken file."""
    return _REASONS.get(reason, FileUnreadable)()


def megabytes(size: int) -> str:
    """Return a size for people: `32 MB`, `1,5 MB`, `640 KB`."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    number = size / (1024 * 1024)
    text = f"{number:.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"
    return f"{text.replace('.', ',')} MB"
