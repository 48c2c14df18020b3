"""How long tests wait for what happens at once on a quiet machine."""

from typing import Final

PATIENCE_SECONDS: Final = 90.0
"""A busy machine may need ten times what a quiet one does; whoever waits in vain learns of it in time all the same."""
