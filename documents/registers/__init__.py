"""Number series, and the documents that a commune issues: numbered, frozen, verifiable."""
