import shutil
from pathlib import Path

import pytest

from tests.deploy.repositories import FONTS, clone, commit_all, copy_checkout
from tests.deploy.templates import Stacks, read_templates


@pytest.fixture(scope="session")
def stacks() -> Stacks:
    return Stacks(read_templates())


@pytest.fixture(scope="session")
def git() -> None:
    if shutil.which("git") is None:
        pytest.skip("git is missing, and a bundle is made of a commit")


@pytest.fixture(scope="session")
def repository(git: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this checkout in its one commit; whoever changes something takes a copy."""
    return copy_checkout(tmp_path_factory.mktemp("repository") / "shop")


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    return clone(repository, tmp_path / "copy")


@pytest.fixture(scope="session")
def light_repository(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without the fonts of documents, which take most of the time that a bundle takes."""
    root = clone(repository, tmp_path_factory.mktemp("light") / "shop")
    shutil.rmtree(root / FONTS)
    commit_all(root)
    return root


@pytest.fixture
def light_copy(light_repository: Path, tmp_path: Path) -> Path:
    return clone(light_repository, tmp_path / "light")
