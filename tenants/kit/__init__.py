"""What everything above may use and what has no models."""
