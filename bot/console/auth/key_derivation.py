"""Keys for one purpose each, made of the one secret: what is known of one tells nothing about the others."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive_key(secret: str, purpose: str) -> bytes:
    """32 bytes for a purpose (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"paligs {purpose}".encode()).derive(secret.encode())


def pseudonymize(key: bytes, text: str) -> str:
    """Tells the same text again, and cannot be turned back into it without the key."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
