"""Text that is encrypted at rest: bank account numbers. Readable with the installation's key alone, never logged."""

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def seal(text: str) -> str:
    """The text, encrypted and authenticated (Fernet: AES-128 in CBC with an HMAC)."""
    return _fernet().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The text of what `seal` made. Raises cryptography's InvalidToken where it was altered or the key is another."""
    return _fernet().decrypt(sealed.encode("ascii")).decode()


def sealed_account(number: str) -> dict[str, str]:
    """The columns in which a bank account's number is kept: encrypted, and the end that is shown."""
    return {"account_sealed": seal(number), "account_end": number[-4:]}


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.BANK_ACCOUNT_KEY.encode()).digest()))
