"""How gunicorn serves the portal: behind the front server of compose.yaml, and, with fewer workers, in the demo."""

import os
from pathlib import Path

bind = "0.0.0.0:8000"
workers = min(2 * (os.cpu_count() or 1) + 1, 12)
threads = 4
# A page that takes longer is lost to its reader anyway; uploads are handed to a worker.
timeout = 30
graceful_timeout = 20
keepalive = 75
max_requests = 5_000
max_requests_jitter = 500
# Heartbeats in memory, where there is such a place.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - nothing is kept there
control_socket_disable = True
loglevel = "warning"
accesslog = None  # addresses of pages can hold tokens (SR-C08, SR-J01)
limit_request_line = 4_094
limit_request_fields = 60
