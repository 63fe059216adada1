"""Forms made from a procedure's definition."""
