"""What a person tells of themselves: name, number, place and device, as they said it."""
