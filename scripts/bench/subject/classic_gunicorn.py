"""Settings of gunicorn for the classic's vote app: leads its Redis, which its compose file calls `redis`, to that of a benchmark."""

import os
import socket

_PORT = int(os.environ["CLASSIC_REDIS_PORT"])
_look_up = socket.getaddrinfo


def _look_up_redis(host, port, *more, **named):
    if (host, port) == ("redis", 6379):
        return _look_up("127.0.0.1", _PORT, *more, **named)
    return _look_up(host, port, *more, **named)


socket.getaddrinfo = _look_up_redis
