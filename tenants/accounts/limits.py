"""How often things of accounts may be tried, by whom; the numbers of the whole platform.

A whole office, and thousands of phones of one carrier, come from one address of the network: the
limits of an address are generous, those of an account or a phone number are tight.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.accounts import tries

_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60


@dataclass(frozen=True)
class Limit:
    """So many tries in so many seconds for each subject."""

    scope: str
    times: int
    seconds: int

    def take(self, subject: str) -> bool:
        """Count one try; tell whether it may go on. See `tries.take`."""
        return tries.take(self.scope, subject, self.times, self.seconds)

    def give_back(self, subject: str) -> None:
        """Take back what turned out to be no try."""
        tries.give_back(self.scope, subject)

    def forget(self, subject: str) -> None:
        """Begin anew for this subject."""
        tries.forget(self.scope, subject)


# Wrong passwords for one login. Five in five minutes leave room for a forgetful person; a hundred
# in a day are a tenth of what guessing the commonest passwords would take. A right password, or a
# new one by code, begins anew.
SIGN_IN = Limit("sign_in", 5, 5 * _MINUTE)
SIGN_IN_DAY = Limit("sign_in_day", 100, _DAY)
# Wrong passwords from one address: also bounds the processor time that guessing can take.
SIGN_IN_ADDRESS = Limit("sign_in_address", 60, _MINUTE)
# Wrong passwords of somebody who is signed in: confirming who they are, changing the password.
PASSWORD = Limit("password", 5, 5 * _MINUTE)

SIGN_UP_ADDRESS = Limit("sign_up_address", 60, 10 * _MINUTE)
RESET_ADDRESS = Limit("reset_address", 60, 10 * _MINUTE)

# Messages cost money and disturb people who did not ask for them.
SMS_MINUTE = Limit("sms_minute", 1, _MINUTE)
SMS_DAY = Limit("sms_day", 5, _DAY)
SMS_ADDRESS = Limit("sms_address", 120, _HOUR)
MAIL_MINUTE = Limit("mail_minute", 1, _MINUTE)
MAIL_DAY = Limit("mail_day", 10, _DAY)
MAIL_ADDRESS = Limit("mail_address", 120, _HOUR)

# Of a million codes five may be tried; then a new one must be asked for, of which SMS_DAY are sent.
CODE = Limit("code", 5, _HOUR)
CODE_ADDRESS = Limit("code_address", 200, 10 * _MINUTE)

# Complaints and proposals of one account in one day: each is read by a person.
PETITIONS = Limit("petitions", 10, _DAY)

# Looking up a case without an account: two numbers of which neither may be guessed.
TRACK_ADDRESS = Limit("track_address", 20, _MINUTE)


def client_address(request: HttpRequest) -> str:
    """Return the address a request is counted for: the client's before our own proxies.

    Of an IPv6 address the network, of which one household has the whole.
    """
    return str(get_ip(request))


def too_often(request: HttpRequest) -> HttpResponse:
    """Return the page that says to wait a minute."""
    return render(request, "429.html", status=429)
