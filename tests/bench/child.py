"""Processes that are measured: what the operating system says of each once it has ended."""

import dataclasses
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from http_body import whole_body

PATIENCE_SECONDS = 300


@dataclasses.dataclass
class Cost:
    """Processor time in seconds, the most memory that was resident in bytes, and what was answered."""

    cpu: float
    peak: int
    replies: list
    wall: list = dataclasses.field(default_factory=list)


def peak_resident(process):
    """Since the program began: the operating system's own figure of a finished child counts its parent's memory too."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) * 1024


def finished(process):
    """The processor time of a process that has ended or is about to."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def program(command, surroundings=None):
    """Runs a program that says in its last line, as JSON, what it did, and `peak` in it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=surroundings)
    text = process.stdout.read()
    cpu = finished(process)
    if process.returncode:
        raise RuntimeError(f"{command[:2]} ended with {process.returncode}")
    said = json.loads(text.splitlines()[-1])
    return Cost(cpu, said.get("peak", 0), [said])


class Api(ThreadingHTTPServer):
    """Lambda's runtime API for one process: hands it its events, one after the other, and takes its replies."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.events, self.replies = queue.Queue(), queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """The process is killed once it has answered, and its connections with it."""

    def close(self):
        self.events.put(None)
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        event = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        self.send_response_only(200)
        self.send_header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("lambda-runtime-deadline-ms", str(int((time.time() + PATIENCE_SECONDS) * 1000)))
        self.send_header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:bench")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self):
        body = whole_body(self)
        self.send_response_only(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.replies.put((self.path.rsplit("/", 1)[1], body))


def function(command, settings, events):
    """Starts a function, sends it these events in turn, and ends it."""
    api = Api()
    surroundings = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}", "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_REGION": "eu-central-1",
        "PATH": os.environ["PATH"], **settings,
    }
    process = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    replies, wall = [], []
    try:
        for event in events:
            begun = time.perf_counter()
            api.events.put(event)
            outcome, body = api.replies.get(timeout=PATIENCE_SECONDS)
            wall.append(time.perf_counter() - begun)
            if outcome != "response":
                raise RuntimeError(f"{command[-1]}: {body.decode()[:500]}")
            replies.append(body)
        peak = peak_resident(process)
    finally:
        process.send_signal(signal.SIGKILL)
        cpu = finished(process)
        api.close()
    return Cost(cpu, peak, replies, wall)
