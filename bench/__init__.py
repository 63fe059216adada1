"""What filing, the desk, pages and papers cost, measured on a stack of the bench's own."""
