"""What a machine that serves needs besides the program: see docs/deploy.md."""
