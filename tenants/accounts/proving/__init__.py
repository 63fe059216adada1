"""Proving by a code that a phone number or an address is somebody's."""
