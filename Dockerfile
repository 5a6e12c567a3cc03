# One image for the server and the worker: `docker build -t meiyaku .`
# The translation model that ships with the repository is inside; PyTorch is not.
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY glossary glossary
COPY migrations migrations
COPY models models
COPY service service
RUN python -m venv /opt/meiyaku && /opt/meiyaku/bin/pip install --no-cache-dir ".[postgres]"

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home meiyaku && install -d -o meiyaku -g meiyaku /data
COPY --from=build /opt/meiyaku /opt/meiyaku
# Any address but loopback needs API keys, so a container without MEIYAKU_API_KEYS refuses to start.
ENV PATH=/opt/meiyaku/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MEIYAKU_DATA_DIR=/data \
    MEIYAKU_HOST=0.0.0.0
USER meiyaku
VOLUME /data
EXPOSE 8300
CMD ["meiyaku", "serve"]
