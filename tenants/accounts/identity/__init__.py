"""Signing in by VNeID and the national portal: who vouches, for whom, and which account it is."""
