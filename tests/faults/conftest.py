"""What tests of faults share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from parts.faultproxy import COMMIT, FaultProxy, Wire
from parts.postgres import Postgres
from parts.site import short_folder


@pytest.fixture
def wire(postgres: Postgres) -> Iterator[Wire]:
    folder = short_folder()
    proxy = FaultProxy(postgres.folder / ".s.PGSQL.5432", folder / ".s.PGSQL.5432", COMMIT)
    yield Wire(proxy, postgres.fresh().replace(str(postgres.folder), str(folder)))
    proxy.close()
    shutil.rmtree(folder, ignore_errors=True)
