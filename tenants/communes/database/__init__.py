"""The database backend: PostgreSQL, one schema a commune."""
