"""Views of the operator's pages, one module a concept. Each is an `operator_view`."""
