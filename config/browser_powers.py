"""Which powers of a browser pages may use: sent with every answer as ``Permissions-Policy``."""

from __future__ import annotations

# Signing in with a passkey, and making one, on our own pages.
USED = ("publickey-credentials-create", "publickey-credentials-get")

# Sensors, devices, money, identity, the screen, other programs and other sites' storage. The
# names are those of the lists that browsers keep; a test compares them with the library's.
DENIED = (
    "accelerometer",
    "ambient-light-sensor",
    "autofill",
    "bluetooth",
    "browsing-topics",
    "camera",
    "captured-surface-control",
    "clipboard-read",
    "compute-pressure",
    "device-attributes",
    "digital-credentials-create",
    "digital-credentials-get",
    "display-capture",
    "encrypted-media",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "interest-cohort",
    "keyboard-map",
    "local-fonts",
    "local-network",
    "local-network-access",
    "loopback-network",
    "magnetometer",
    "microphone",
    "midi",
    "on-device-speech-recognition",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "private-state-token-issuance",
    "private-state-token-redemption",
    "screen-wake-lock",
    "serial",
    "shared-storage",
    "shared-storage-select-url",
    "speaker-selection",
    "storage-access",
    "sync-xhr",
    "usb",
    "web-app-installation",
    "web-share",
    "window-management",
    "xr-spatial-tracking",
)

PERMISSIONS_POLICY: dict[str, list[str]] = {
    **{name: [] for name in DENIED},
    **{name: ["self"] for name in USED},
}
