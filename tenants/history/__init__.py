"""What happened in a commune: events that are only ever added, in one hash chain."""
