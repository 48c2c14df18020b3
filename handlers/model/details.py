"""What a person has told of themselves, as they said it; never guessed."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class PersonDetails:
    """Their name, the number to call, the place and the device; the newest words for each.

    `phone` holds Latvian numbers as people read them (+371 26123456), two of them separated by a comma.
    """

    name: str | None = None
    phone: str | None = None
    place: str | None = None
    device: str | None = None

    def __bool__(self) -> bool:
        return any((self.name, self.phone, self.place, self.device))

    @property
    def tells_who(self) -> bool:
        """Whether it says who, where, or which number."""
        return any((self.name, self.phone, self.place))

    def updated(self, newer: "PersonDetails") -> "PersonDetails":
        """These, with what `newer` tells."""
        if not newer:
            return self
        return PersonDetails(
            name=newer.name or self.name,
            phone=newer.phone or self.phone,
            place=newer.place or self.place,
            device=newer.device or self.device,
        )

    def completed(self, *, place: str | None, device: str | None) -> "PersonDetails":
        """These, with a place and a device that are known otherwise where none was told."""
        return PersonDetails(name=self.name, phone=self.phone, place=self.place or place, device=self.device or device)


NO_DETAILS: Final = PersonDetails()
