"""What can go wrong when somebody asks for a procedure."""

from __future__ import annotations

from django.utils.translation import gettext as _


class CatalogueError(Exception):
    """An error whose text can be shown to the person who caused it."""


class ProcedureNotFound(CatalogueError, LookupError):
    """No procedure of this code (and version) is published."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _(
                "Không có thủ tục mang mã %(code)s đang áp dụng. "
                "Anh/chị tìm lại theo tên việc cần làm."
            )
            % {"code": code[:20]}
        )


class VersionAlreadyPublished(CatalogueError):
    """A published version may not change; the file must carry a higher version."""

    def __init__(self, code: str, version: int) -> None:
        super().__init__(
            _(
                "Thủ tục %(code)s phiên bản %(version)s đã công bố với nội dung khác. "
                "Hãy tăng version trong tệp rồi nạp lại."
            )
            % {"code": code, "version": version}
        )


class FeeTableAlreadyPublished(CatalogueError):
    """A published fee table may not change; a new resolution is a table of its own."""

    def __init__(self, province: str, resolution: str) -> None:
        super().__init__(
            _(
                "Biểu phí của tỉnh %(province)s theo %(resolution)s đã công bố với nội dung khác. "
                "Ghi nghị quyết mới thành một biểu mới rồi nạp lại."
            )
            % {"province": province, "resolution": resolution}
        )
