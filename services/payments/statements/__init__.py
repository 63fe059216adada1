"""Bank statements: read, recognised, matched with what cases owe, booked once."""
