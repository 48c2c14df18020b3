"""Derives a key for each purpose from the one secret: one key reveals nothing about the others."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive_key(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for a purpose (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"paligs {purpose}".encode()).derive(secret.encode())


def pseudonymize(key: bytes, text: str) -> str:
    """A pseudonym: equal for equal texts, and not reversible without the key."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
