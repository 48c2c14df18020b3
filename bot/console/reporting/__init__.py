"""What the figures of the page Reports mean, without HTML."""
