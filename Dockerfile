# The product as an image: one for web, workers and sweeper. docs/deploy.md says how it is started.

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
# Collecting files asks for settings and uses none of them: keys are made up for this one command, and kept nowhere.
RUN key() { /venv/bin/python -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes('$1')).decode())'; } && \
    SECRET_KEY="$(key 48)" CREDENTIAL_KEYS="$(key 32)" AUDIT_KEYS="$(key 32)" ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgresql://127.0.0.1:1/none /venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 neurons && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin neurons
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "deploy/livez.py"]
CMD ["gunicorn", "neurons_admin.wsgi", "--worker-class=gthread", "--workers=2", "--threads=4", "--bind=0.0.0.0:8000", "--worker-tmp-dir=/dev/shm", "--graceful-timeout=20", "--no-control-socket"]
