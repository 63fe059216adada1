"""`manage.py seed_demo`: people for every role in communes of a demo."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from config.env import env
from config.local import people
from config.local.code import demo_secret
from config.local.sample_cases import make_cases
from config.local.sample_desk import arrange_desk
from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import vouch_for
from tenants.accounts.second_factor.codes import TOTP, add_app
from tenants.communes.current import CommuneInfo, at_centre, current_commune, in_commune
from tenants.communes.hosts import central_url, commune_url
from tenants.organisation.models import Department, Official


class Command(BaseCommand):
    """Creates what is missing, changes nothing that is there, and prints how to sign in."""

    help = "Tạo người dùng mẫu cho các xã, phường, đặc khu đã có trong hệ thống (chỉ để dùng thử)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The communes that get officials, and how many cases."""
        parser.add_argument("codes", nargs="+", metavar="MÃ", help="mã xã đã được đưa vào")
        parser.add_argument(
            "--cases", type=int, default=0, metavar="N", help="số hồ sơ mẫu ở mỗi nơi chưa có hồ sơ"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, then say who there is."""
        password = env.str("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("Hãy đặt DEMO_PASSWORD: mật khẩu chung của các tài khoản dùng thử.")
        codes: list[str] = options["codes"]
        with at_centre():
            accounts = self._seed_accounts(codes, password)
        communes = [self._seed_commune(code, accounts, options["cases"]) for code in codes]
        self._report(communes, password)

    @transaction.atomic
    def _seed_accounts(self, codes: list[str], password: str) -> dict[str, Account]:
        """Return all accounts of the demo by address; those that are missing are created."""
        wanted = {
            people.official_email(post, code): people.official_name(i * len(people.POSTS) + j)
            for i, code in enumerate(codes)
            for j, post in enumerate(people.POSTS)
        } | {people.OPERATOR_EMAIL: people.OPERATOR_NAME}
        emails = [*wanted, *(citizen.email for citizen in people.CITIZENS)]
        found = {str(a.email): a for a in Account.objects.filter(email__in=emails)}
        made = [
            Account.objects.create_account(
                full_name=name, email=email, is_operator=email == people.OPERATOR_EMAIL
            )
            for email, name in wanted.items()
            if email not in found
        ]
        made += [_create_citizen(c) for c in people.CITIZENS if c.email not in found]
        if made:
            # One hash for all: hashing is slow by design, and sixty would take half a minute.
            hashed = make_password(password)
            Account.objects.filter(pk__in=[a.pk for a in made]).update(password=hashed)
        for account in made:
            vouch_for(account)
        accounts = found | {str(account.email): account for account in made}
        _give_app([accounts[email] for email in wanted], demo_secret(password))
        return accounts

    def _seed_commune(self, code: str, accounts: dict[str, Account], cases: int) -> CommuneInfo:
        """Give a commune its departments, one official for every post, and sample cases."""
        with in_commune(code), transaction.atomic():
            departments = {
                name: Department.objects.get_or_create(name=name, defaults={"position": position})[
                    0
                ]
                for position, name in enumerate(people.DEPARTMENTS, start=1)
            }
            there = set(Official.objects.values_list("account_id", flat=True))
            for post in people.POSTS:
                account = accounts[people.official_email(post, code)]
                if account.pk not in there:
                    Official.objects.create(
                        account_id=account.pk,
                        name=account.full_name,
                        title=post.title,
                        department=departments[post.department],
                        roles=post.role,
                        may_sign=post.may_sign,
                    )
            officials = {o.roles: o for o in Official.objects.order_by("id") if o.active}
            make_cases(
                number=cases,
                applicants=[(citizen, accounts[citizen.email]) for citizen in people.CITIZENS],
                officials=officials,
            )
            arrange_desk(officials=officials, citizen=accounts[people.CITIZENS[0].email])
            return current_commune()

    def _report(self, communes: list[CommuneInfo], password: str) -> None:
        self.stdout.write(f"Trang chung: {central_url('/')}\n")
        for commune in communes:
            self.stdout.write(f"  {commune.code}  {commune.name:<20} {commune_url(commune, '/')}")
        self.stdout.write(f"\nMọi tài khoản dùng thử có chung mật khẩu: {password}")
        self.stdout.write(
            "Cán bộ và đơn vị vận hành nhập thêm mã xác thực: chạy “make code” để xem mã lúc này, "
            f"hoặc thêm khóa {demo_secret(password)} vào ứng dụng xác thực.\n"
        )
        self.stdout.write("Công dân (đăng nhập bằng số điện thoại hoặc thư điện tử):")
        for citizen in people.CITIZENS:
            self.stdout.write(
                f"  {citizen.phone}  {citizen.full_name:<22} số định danh {citizen.national_id}"
            )
        desk = commune_url(communes[0], "/desk/")
        self.stdout.write(f"\nCán bộ (bàn làm việc của mỗi nơi ở /desk/, ví dụ {desk}):")
        for post in people.POSTS:
            email = people.official_email(post, communes[0].code)
            self.stdout.write(f"  {email:<34} {post.title}")
        others = ", ".join(commune.code for commune in communes[1:])
        if others:
            self.stdout.write(f"  Nơi khác: thay {communes[0].code} bằng {others}")
        self.stdout.write(f"\nĐơn vị vận hành: {people.OPERATOR_EMAIL}")


def _give_app(accounts: list[Account], secret: str) -> None:
    have = set(
        Authenticator.objects.filter(user__in=accounts, type=TOTP).values_list("user_id", flat=True)
    )
    for account in accounts:
        if account.pk not in have:
            add_app(account=account, secret=secret, step=0)


def _create_citizen(person: people.Person) -> Account:
    return Account.objects.create_account(
        full_name=person.full_name,
        email=person.email,
        phone=person.phone,
        national_id=person.national_id,
        birth_date=person.birth_date,
        address=person.address,
    )
