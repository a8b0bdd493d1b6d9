"""A secret value: masked wherever it is printed; the value needs a call."""

from __future__ import annotations

import hmac

MASK = "••••••"


class Secret:
    """A value that shows neither itself nor its length; `reveal()` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep `value` out of sight."""
        self._value = value

    def reveal(self) -> str:
        """Return the value: for files on RAM and encrypted stores only, never for output."""
        return self._value

    def __str__(self) -> str:
        """Return the mask."""
        return MASK

    def __repr__(self) -> str:
        """Return the mask, in a traceback too."""
        return f"Secret({MASK})"

    def __format__(self, spec: str) -> str:
        """Return the mask, in an f-string with any format too."""
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        """Compare in constant time."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        """Hash by value; Python salts it for each process."""
        return hash(("dockgate.secret", self._value))

    def __bool__(self) -> bool:
        """Return whether there is a value at all."""
        return bool(self._value)

    def __reduce__(self) -> str:
        """Refuse to be pickled: that would be a copy in clear."""
        msg = "a Secret cannot be pickled"
        raise TypeError(msg)
