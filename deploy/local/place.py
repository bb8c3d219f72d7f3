"""Where one stack keeps its things: below one folder, `.local` for `./shop run`, a temporary one for tests."""

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
STATE = CHECKOUT / ".local"
PRIVATE_ROOT = STATE / "root"  # Debian packages that ./shop unpacked instead of installing


@dataclass(frozen=True)
class Place:
    """The folders of one stack."""

    state: Path

    @property
    def mysql(self) -> Path:
        return self.state / "mysql"

    @property
    def readers(self) -> Path:
        """The data folders of the writer's replicas, by their numbers."""
        return self.state / "readers"

    @property
    def redis(self) -> Path:
        return self.state / "redis"

    @property
    def mail(self) -> Path:
        return self.state / "mail"

    @property
    def payment(self) -> Path:
        return self.state / "payment"

    @property
    def media(self) -> Path:
        return self.state / "media"

    @property
    def log(self) -> Path:
        return self.state / "log"

    @property
    def crash(self) -> Path:
        """Marks of the crash points of this run."""
        return self.state / "crash"

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def lock(self) -> Path:
        return self.state / "stack.lock"

    @property
    def control(self) -> Path:
        """The socket that takes orders from other terminals."""
        return self.run / "control.sock"

    @property
    def bundles(self) -> Path:
        """What `bundle` made."""
        return self.state / "bundles"

    @property
    def machines(self) -> Path:
        """A folder for each machine of `run --like-aws`."""
        return self.state / "machines"

    @property
    def secrets(self) -> Path:
        return self.state / "secrets.json"

    @property
    def demo(self) -> Path:
        return self.state / "demo.json"

    @property
    def data(self) -> tuple[Path, ...]:
        """What `reset` deletes; installed parts and logs stay."""
        databases = (self.mysql, self.state / "mysql.new", self.readers)
        folders = (self.redis, self.mail, self.payment, self.media)
        return (*databases, *folders, self.crash, self.secrets, self.demo)

    def make(self) -> None:
        for folder in (self.redis, self.mail, self.payment, self.media, self.log, self.run):
            folder.mkdir(parents=True, exist_ok=True)
