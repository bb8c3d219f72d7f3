"""A stand-in of what moto lacks of Auto Scaling: an instance in its group, and the answers to a lifecycle hook."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

KEYS = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}  # those of whoever calls the stand-in
GROUP = "awseb-worker-group"
LET_GO = {
    "AutoScalingGroupName": GROUP,
    "InstanceId": "i-1",
    "LifecycleActionResult": "CONTINUE",
    "LifecycleHookName": "drain",
}
DESCRIBED = (
    "<AutoScalingInstances><member><InstanceId>{0}</InstanceId>"
    f"<AutoScalingGroupName>{GROUP}</AutoScalingGroupName></member></AutoScalingInstances>"
)
REFUSED = (
    "<ErrorResponse><Error><Code>ValidationError</Code><Message>no active action</Message></Error></ErrorResponse>"
)


def _nobody() -> list[int]:
    return []


@dataclass
class AutoScaling:
    """What it was told.

    Attributes:
        url: where it answers.
        at_work: asked at each completion; who of the instance's processes still lives.
        completed: of each completion that was taken, its parameters and who was at work.
    """

    url: str = ""
    at_work: Callable[[], list[int]] = _nobody
    heartbeats: int = 0
    completed: list[tuple[Mapping[str, str], list[int]]] = field(default_factory=list)

    def answer(self, asked: Mapping[str, str]) -> tuple[int, str]:
        """Status and XML for the form of a call."""
        action, result = asked["Action"], ""
        if action == "DescribeAutoScalingInstances":
            result = DESCRIBED.format(asked["InstanceIds.member.1"])
        elif action == "RecordLifecycleActionHeartbeat":
            self.heartbeats += 1
        elif action != "CompleteLifecycleAction":
            return 400, REFUSED
        else:
            told = {name: value for name, value in asked.items() if name not in ("Action", "Version")}
            self.completed.append((told, self.at_work()))
        return 200, f"<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"


@contextmanager
def auto_scaling() -> Iterator[AutoScaling]:
    stand_in = AutoScaling()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, text = stand_in.answer(dict(parse_qsl(form)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class calls it so)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        stand_in.url = f"http://127.0.0.1:{server.server_port}"
        yield stand_in
        server.shutdown()
        thread.join()
