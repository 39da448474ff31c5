"""Keys made on the spot: one to sign with, and a clock tower that stamps."""

from datetime import UTC, datetime, timedelta

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.timestamps import DummyTimeStamper

PASSPHRASE = "open sesame"
SIGNER = "R. Okafor"
TOWER = "Clock Tower"
STATED = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
LONG_AGO, FAR_OFF = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


def certified(name, *, private=None, begins=LONG_AGO, ends=FAR_OFF):
    """A key and a certificate that it signed for itself."""
    private = private or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(private, hashes.SHA256())
    )
    return private, certificate


def packed(private, certificate, passphrase=PASSPHRASE):
    """Both as a PKCS#12 file."""
    lock = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    return pkcs12.serialize_key_and_certificates(b"key", private, certificate, None, lock)


def p12(name=SIGNER, passphrase=PASSPHRASE, **how):
    return packed(*certified(name, **how), passphrase)


def tower():
    """An authority that states `STATED`, whatever the clock says."""
    private, certificate = certified(
        TOWER,
        private=rsa.generate_private_key(public_exponent=65537, key_size=2048),
        begins=STATED - timedelta(days=1),
        ends=STATED + timedelta(days=1),
    )
    der = serialization.Encoding.DER
    plain = private.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(der)),
        asn1_keys.PrivateKeyInfo.load(plain),
        fixed_dt=STATED,
    )
