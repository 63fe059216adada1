"""What can go wrong with an archive, in sentences for the operator."""

from __future__ import annotations

from pathlib import Path


class ArchiveError(Exception):
    """Nothing was changed; the sentence says why and what to do."""


class NotAnArchive(ArchiveError):
    """The file is something else."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Tệp {path} không phải bản lưu trữ dữ liệu đơn vị. Hãy kiểm tra lại đường dẫn."
        )


class FormatUnknown(ArchiveError):
    """The file was written by later software."""

    def __init__(self, found: object, known: int) -> None:
        super().__init__(
            f"Bản lưu trữ có định dạng số {found}, phần mềm này chỉ đọc được định dạng số {known}. "
            "Hãy dùng phiên bản phần mềm đã xuất nó hoặc mới hơn."
        )


class WrongKey(ArchiveError):
    """The key is not the one that sealed the archive."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Khóa trong tệp {path} không phải khóa của bản lưu trữ này. "
            "Hãy tìm tệp khóa được ghi lúc xuất."
        )


class KeyUnreadable(ArchiveError):
    """The key file is missing or is no key."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Không đọc được khóa trong tệp {path}: tệp phải có đúng một dòng khóa như lúc xuất."
        )


class ArchiveDamaged(ArchiveError):
    """The archive was cut, changed or put together of others."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Bản lưu trữ đã bị hỏng hoặc bị sửa: {reason}. Không có gì bị thay đổi; "
            "hãy chép lại từ bản gốc."
        )


class AlreadyThere(ArchiveError):
    """A file stands where the archive should go."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"Đã có tệp {path}. Hãy chọn tên khác để không ghi đè bản cũ.")


class VersionDiffers(ArchiveError):
    """The schema of the commune or of the archive is not of a version this code can take."""


class FilesMissing(ArchiveError):
    """Stored files are not what their rows say, so an archive would not be whole."""

    def __init__(self, code: str, keys: list[str]) -> None:
        super().__init__(
            f"{len(keys)} tệp của đơn vị {code} bị thiếu hoặc sai mã băm trong kho, ví dụ "
            f"{keys[0]}. Hãy khôi phục các tệp đó từ bản sao lưu của kho rồi xuất lại."
        )


class ValueUnreadable(ArchiveError):
    """A sealed value of the commune does not open."""

    def __init__(self, table: str, key: str | None) -> None:
        super().__init__(
            f"Không mở được giá trị đã niêm phong ở bảng {table}, dòng {key}: ENCRYPTION_KEYS "
            "thiếu khóa cũ, hoặc dữ liệu đã bị sửa. Hãy bổ sung khóa cũ rồi làm lại."
        )


class NotRestorable(ArchiveError):
    """The commune or something of it is in the way of restoring."""


class NotDroppable(ArchiveError):
    """The commune may not be removed as it is."""
