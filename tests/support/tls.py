"""Uma autoridade de certificados feita na hora, e um Redis que só fala TLS."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.emulator import free_port
from tests.support.redis_process import RedisProcess

LIFE = timedelta(hours=1)


class Authority:
    """Autoridade `name`, com os seus arquivos em `folder`; `ca` é o certificado em que se confia."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder / name
        self._folder.mkdir(parents=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signed = self._certificate(self._name, self._key.public_key(), ca=True)
        self.ca = self._write("ca.crt", signed.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificado e chave para `name` em 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signed = self._certificate(subject, key.public_key(), ca=False)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        certificate = self._write(f"{name}.crt", signed.public_bytes(serialization.Encoding.PEM))
        return certificate, self._write(f"{name}.key", private)

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - LIFE)
            .not_valid_after(now + LIFE)
            .add_extension(here, critical=False)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _write(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path


def tls_options(authority: Authority, *, clients: str = "no") -> tuple[str, ...]:
    """Opções de um servidor que fala TLS; `clients`: exige certificado de quem chega (`yes`/`no`)."""
    certificate, key = authority.issue("server")
    return (
        "--tls-cert-file", str(certificate), "--tls-key-file", str(key),
        "--tls-ca-cert-file", str(authority.ca), "--tls-auth-clients", clients,
    )  # fmt: skip


class TlsRedis(RedisProcess):
    """Um Redis que fala TLS em `tls_port`; a porta comum é só dos testes."""

    def __init__(self, binary: Path, folder: Path, authority: Authority, *, clients: str = "no") -> None:
        self.tls_port = free_port()
        options = tls_options(authority, clients=clients)
        super().__init__(binary, folder, "--tls-port", str(self.tls_port), *options)

    def address(self, **query: Path) -> str:
        """`rediss://…`, com `query` como arquivos de TLS."""
        asked = "&".join(f"{name}={path}" for name, path in query.items())
        return f"rediss://127.0.0.1:{self.tls_port}/0?{asked}"
