"""The sheet of cards to print: QR codes that carry venue and till."""
