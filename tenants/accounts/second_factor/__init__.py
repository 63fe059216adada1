"""The second factor: setting it up, showing it, and what showing it opens."""
