"""How passwords are hashed; the choice and its price are explained in docs/security.md."""

from __future__ import annotations

from django.contrib.auth.hashers import ScryptPasswordHasher


class PasswordHasher(ScryptPasswordHasher):
    """Scrypt with 16 MB: one of the settings of the OWASP Password Storage Cheat Sheet.

    Memory is what makes guessing on graphics cards dear; 16 MB is as much as every web worker of
    a small server can have at once. The five rounds bring the work up to that of settings with
    more memory.
    """

    work_factor = 2**14
    block_size = 8
    parallelism = 5
