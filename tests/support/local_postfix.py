"""A real Postfix on loopback: its own configuration, queue and mailboxes."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from amcli.outlook.authority import LocalAuthority

USER, PASSWORD = "approvals", "correct horse battery"
DOMAIN = "contoso.test"

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination = localhost
alias_maps =
alias_database =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = inline:{{ anna@{domain}=anna/, ben@{domain}=ben/ }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
smtpd_tls_chain_files = {root}/tls.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = localhost
cyrus_sasl_config_path = {root}/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
"""

MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """The running server."""

    root: Path
    port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path:
        return self.root / "ca.pem"

    @property
    def password_file(self) -> Path:
        return self.root / "password"

    def next_mail(self, who: str) -> bytes:
        """Return the only new mail in somebody's Maildir, and take it out."""
        for _ in range(200):
            for path in (self.root / "mail" / who / "new").glob("*"):
                content = path.read_bytes()
                path.unlink()
                return content
            time.sleep(0.05)
        log = (self.root / "mail.log").read_text()
        raise AssertionError(f"no mail for {who}:\n{log[-3000:]}")


@contextlib.contextmanager
def running_postfix(program: str, saslpasswd: str) -> Iterator[Postfix]:
    """Run Postfix with STARTTLS, SASL (sasldb) and mailboxes for anna and ben; needs root."""
    # Not pytest's folder: the user postfix must be able to walk there.
    root = Path(tempfile.mkdtemp(prefix="amcli-postfix-"))
    root.chmod(0o755)
    port = _free_port()
    try:
        _configure(root, port)
        _make_login(root, saslpasswd)
        subprocess.run([program, "-c", root / "etc", "start"], check=True, capture_output=True)
        _wait_for(port, root)
        yield Postfix(root, port)
    finally:
        subprocess.run([program, "-c", root / "etc", "stop"], check=False, capture_output=True)
        shutil.rmtree(root, ignore_errors=True)


def _configure(root: Path, port: int) -> None:
    owner = pwd.getpwnam("postfix")
    for name in ("etc", "etc/sasl", "queue", "data", "mail"):
        (root / name).mkdir(mode=0o755)
    for name in ("data", "mail"):
        os.chown(root / name, owner.pw_uid, owner.pw_gid)
    daemons = subprocess.run(
        ["postconf", "-h", "daemon_directory"], check=True, capture_output=True, text=True
    ).stdout.strip()
    (root / "etc" / "main.cf").write_text(
        MAIN_CF.format(root=root, domain=DOMAIN, uid=owner.pw_uid, gid=owner.pw_gid,
                       daemons=daemons)
    )  # fmt: skip
    (root / "etc" / "master.cf").write_text(MASTER_CF.format(port=port))
    (root / "password").write_text(PASSWORD + "\n")
    _make_certificate(root)


def _make_certificate(root: Path) -> None:
    authority = LocalAuthority.create()
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = authority._issue(key.public_key()).public_bytes(Encoding.PEM)
    (root / "tls.pem").write_bytes(private + certificate)
    (root / "tls.pem").chmod(0o600)
    (root / "ca.pem").write_bytes(authority.certificate_pem)


def _make_login(root: Path, saslpasswd: str) -> None:
    folder = root / "etc" / "sasl"  # where Debian looks, whatever main.cf says
    database = folder / "sasldb2"
    (folder / "smtpd.conf").write_text(
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\n"
        f"sasldb_path: {database}\n"
    )
    subprocess.run(
        [saslpasswd, "-p", "-c", "-f", database, "-u", "localhost", USER],
        input=PASSWORD.encode(), check=True, capture_output=True,
    )  # fmt: skip
    shutil.chown(database, "postfix")


def _wait_for(port: int, root: Path) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    log = root / "mail.log"
    raise AssertionError(f"Postfix does not answer:\n{log.read_text() if log.exists() else ''}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
