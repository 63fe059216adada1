"""Views of the desk, one module a concept. Each starts by fetching, which is access."""
