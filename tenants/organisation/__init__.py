"""A commune's own organisation: letterhead, departments, officials and their roles."""
