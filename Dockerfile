# The portal as one image; web, worker, beat and migrations are the same image with another command (compose.yaml).
# Nothing secret goes in: settings come from the environment and from files at run time.
FROM python:3.13-slim-trixie AS build
ENV PYTHONDONTWRITEBYTECODE=1 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked
COPY . .
# Translations and static files are made here, so that a running container writes nothing; the keys of this one step
# are thrown away with it. Then the packages that only developers need leave again.
RUN .venv/bin/python -m basispoort.demo.keys exec -- .venv/bin/python manage.py translations --compile \
 && .venv/bin/python -m basispoort.demo.keys exec -- .venv/bin/python manage.py collectstatic --no-input \
 && uv sync --locked --no-default-groups \
 && rm -rf tests docs

FROM python:3.13-slim-trixie
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=basispoort.settings
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home --shell /usr/sbin/nologin portal \
 && install --directory --owner=portal --group=portal --mode=0700 /var/lib/basispoort/audit-heads
WORKDIR /app
COPY --from=build /app /app
USER portal
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "basispoort.deploy.health"]
CMD ["gunicorn", "--config", "basispoort/deploy/gunicorn.py", "basispoort.wsgi"]
