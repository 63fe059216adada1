"""The launcher of the embedded server: what it starts, what it leaves alone."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from config.local import postgres


def ask(url: str, statement: str) -> object:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def server(state_dir: Path) -> Iterator[postgres.LocalServer]:
    home = postgres.Home.of(state_dir)
    yield postgres.start(state_dir, fast=True)
    home.stop()
    shutil.rmtree(home.path)


def test_upper_and_lower_case_are_right_for_vietnamese_letters(server):
    assert ask(server.owner_url, "SELECT lower('ĐẶNG ƯỚC') || upper('đường')") == "đặng ướcĐƯỜNG"


def test_the_owner_may_create_databases_but_no_roles(server):
    rights = "SELECT rolcreatedb AND NOT rolcreaterole AND NOT rolsuper FROM pg_roles"
    assert ask(server.owner_url, f"{rights} WHERE rolname = current_user")


def test_the_application_may_not_create_tables(server):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(server.application_url, "CREATE TABLE public.not_mine ()")


def test_nobody_enters_without_the_password(server):
    wrong = re.sub(r"//(\w+):[^@]+@", r"//\1:guessed@", server.application_url)
    with pytest.raises(psycopg2.OperationalError, match="password"):
        ask(wrong, "SELECT 1")


def test_the_server_listens_on_this_machine_only(server):
    assert ask(server.superuser_url, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(server.superuser_url, "SHOW unix_socket_directories") == ""


def test_the_passwords_are_readable_by_their_owner_only(server, state_dir):
    mode = stat.S_IMODE(postgres.Home.of(state_dir).state_file.stat().st_mode)
    assert mode == 0o600


def test_a_second_process_attaches_and_does_not_stop_what_it_found(server, state_dir):
    second = postgres.start(state_dir, database="another")
    second.stop()
    assert server.started
    assert not second.started
    assert ask(second.application_url, "SELECT current_database()") == "another"


def test_a_pid_file_left_by_a_crash_does_not_hinder_the_start(tmp_path):
    home = postgres.Home.of(tmp_path)
    try:
        postgres.start(tmp_path, fast=True).stop()
        # The number now belongs to another program: to this one.
        (home.data / "postmaster.pid").write_text(f"{os.getpid()}\n{home.data}\n")
        again = postgres.start(tmp_path, fast=True)
        assert again.started
        assert ask(again.application_url, "SELECT 1") == 1
    finally:
        home.stop()
        shutil.rmtree(home.path)


def test_data_does_not_outlive_its_state_folder(tmp_path):
    # The demo's keys lie in that folder: what they sealed could not be read any more.
    home = postgres.Home.of(tmp_path)
    try:
        first = postgres.start(tmp_path, fast=True)
        with contextlib.closing(psycopg2.connect(first.owner_url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("CREATE TABLE sealed ()")
        shutil.rmtree(tmp_path)
        again = postgres.start(tmp_path, fast=True)
        assert ask(again.owner_url, "SELECT to_regclass('sealed')") is None
    finally:
        home.stop()
        shutil.rmtree(home.path)


def test_a_folder_that_somebody_else_may_write_to_is_refused(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(postgres.PostgresUnavailable, match="thuộc người khác"):
        postgres._check_ownership(tmp_path)
