# Semblance for production. One image serves web, worker, beat and migrate; the same build of torch
# runs on processors and on NVIDIA GPUs.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt constraints.txt /tmp/
RUN /opt/venv/bin/pip install -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 app && useradd --uid 10001 --gid app --no-create-home --home-dir /data app \
    && install -d -o app -g app /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY manage.py ./
COPY searchsite ./searchsite
COPY gallery ./gallery
COPY templates ./templates
COPY static ./static
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/data \
    STATIC_ROOT=/app/staticfiles \
    MODEL_DIR=/data/models \
    HF_HOME=/data/models
# Static files are part of the image. The key and the database named here are used by this step only.
RUN VAR_DIR=/tmp/build SECRET_KEY=build DATABASE_URL=postgres://none/none REDIS_URL=redis://none \
    python manage.py first_start static && rm -rf /tmp/build
USER app
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "searchsite.wsgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--workers", "1", "--blocking-threads", "4", "--workers-kill-timeout", "8"]
