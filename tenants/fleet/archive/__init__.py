"""One commune in one file: taken out, put back here or elsewhere, and removed."""
