"""Notices to a person: on the page, by letter (e-mail) and by message to the phone (SMS).

`notices.notify` writes a notice in the caller's transaction; everything that leaves the house is
done later by jobs, so that no partner can hold up or undo what the notice tells of.
"""
