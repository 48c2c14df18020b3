"""The security headers of every page: nothing external, nothing inline, no framing."""

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
    """Headers of a page or a file: where scripts may connect, forms may post, and which policy makes trusted markup."""
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "manifest-src 'self'",
        f"connect-src {connect}",
        f"form-action {form}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        f"trusted-types {trusted}",
    )
    return {"Content-Security-Policy": "; ".join(policy), **_COMMON_HEADERS}
