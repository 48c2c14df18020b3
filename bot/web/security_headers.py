"""The security headers of every page: nothing from elsewhere, nothing inline, in nobody's frame."""

from collections.abc import Mapping
from typing import Final, Literal

_COMMON_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


CspSource = Literal["'self'", "'none'"]


def security_headers(
    *, connect: CspSource = "'none'", form: CspSource = "'none'", trusted: Literal["'none'", "default"] = "'none'"
) -> Mapping[str, str]:
    """For a page or a file: where its scripts may call, its forms may go, and which policy makes trusted markup."""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        f"connect-src {connect}",
        f"form-action {form}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        f"trusted-types {trusted}",
    )
    return {"Content-Security-Policy": "; ".join(policy), **_COMMON_HEADERS}
