"""From features to calibrated confidences: fit, store, score."""
