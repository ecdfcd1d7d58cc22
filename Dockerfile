FROM node:22-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.13-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 FRONTDOOR_ENV=production STATIC_ROOT=/srv/static DATA_DIR=/srv/data
WORKDIR /srv/app
# Fonts for every script that families write in are among them: no font of the system is needed to print.
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
COPY --from=assets /build/node_modules node_modules
RUN python -m frontdoor.ui.vendor node_modules frontdoor/ui/static/vendor && rm -rf node_modules \
    && useradd --uid 10001 --home-dir /srv --no-create-home --shell /usr/sbin/nologin frontdoor \
    && mkdir -p /srv/data /srv/static && chown -R frontdoor /srv/data /srv/static \
    && SECRET_KEY=$(python -c "print('b' * 50)") ALLOWED_HOSTS=build DATABASE_URL=postgresql://build/build \
       python manage.py collectstatic --no-input && python -m compileall -q .
# By number, so that whoever runs it can see that it is not root.
USER 10001
EXPOSE 8000
CMD ["gunicorn", "frontdoor.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--worker-class", "frontdoor.serving.worker.WaitingWorker", "--timeout", "60", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--logger-class", "frontdoor.serving.Logger"]
