"""How gunicorn serves the portal behind the front server of compose.yaml."""

import os

bind = "0.0.0.0:8000"
workers = min(2 * (os.cpu_count() or 1) + 1, 12)
threads = 4
# A page that takes longer is lost to its reader anyway; uploads are handed to a worker.
timeout = 30
graceful_timeout = 20
keepalive = 75
max_requests = 5_000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # noqa: S108 - heartbeats in memory; nothing is kept there
control_socket_disable = True
loglevel = "warning"
accesslog = None  # addresses of pages can hold tokens (SR-C08, SR-J01)
limit_request_line = 4_094
limit_request_fields = 60
