# Uma imagem para todos os processos: o comando escolhe (`ingress`, `worker --stage ai`, ...).
# Os dois estágios usam a mesma base: o ambiente virtual aponta para o Python dela.
FROM python:3.11-slim-bookworm AS builder

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build

RUN python -m venv /opt/pyloto
COPY requirements.lock ./
RUN /opt/pyloto/bin/pip install --no-deps --require-hashes --only-binary=:all: -r requirements.lock

# O construtor do pacote também vem com versão e resumo fixados, e não fica na imagem final.
COPY requirements-dev.lock ./
RUN awk '/^[^ ]/ { keep = /^setuptools==/ } keep' requirements-dev.lock > build.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-deps --require-hashes --only-binary=:all: -r build.lock
COPY pyproject.toml README.md ./
COPY pyloto_stream pyloto_stream
COPY ingress ingress
COPY consumers consumers
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/pyloto/bin/pip install --no-deps dist/*.whl \
    && /opt/pyloto/bin/python -m compileall -q /opt/pyloto/lib


FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="pyloto-stream" \
      org.opencontainers.image.description="Pyloto's WhatsApp front desk as a stream-processing consumer over Redis Streams" \
      org.opencontainers.image.vendor="Pyloto" \
      org.opencontainers.image.licenses="Proprietary"

# Uid fixo: quem monta volumes e quem exige `runAsNonRoot` precisa do número.
RUN groupadd --system --gid 10001 pyloto \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/pyloto --create-home --shell /usr/sbin/nologin pyloto
COPY --from=builder /opt/pyloto /opt/pyloto

# Nada se escreve fora de volumes: a raiz pode ser só de leitura.
ENV PATH=/opt/pyloto/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production \
    INGRESS_HOST=0.0.0.0 \
    INGRESS_PORT=8080 \
    ADMIN_PORT=9090
WORKDIR /var/lib/pyloto
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM

# Todo processo responde no endereço privado.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:%s/health' % os.environ['ADMIN_PORT'], timeout=2)"]

ENTRYPOINT ["pyloto-stream"]
CMD ["ingress"]
