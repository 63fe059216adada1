"""Pages about a commune's own organisation, under `/desk/to-chuc/`."""
