"""Files that people hand in and documents that the commune makes, in a private store."""
