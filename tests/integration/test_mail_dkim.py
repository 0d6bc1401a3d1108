"""DKIM signatures, verified by Perl's Mail::DKIM: neither ours nor dkimpy."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from amcli.mail.body import HtmlBody
from amcli.mail.dkim import add_dkim
from amcli.mail.message import compose
from amcli.signing.dkim_key import DkimKey
from amcli.signing.keygen import GeneratedDkimKey, generate_dkim_key

pytestmark = pytest.mark.integration

# Mail::DKIM asks DNS through Mail::DKIM::DNS::query; here a file answers.
VERIFIER = r"""
use strict; use warnings;
use Mail::DKIM::Verifier; use Mail::DKIM::DNS; use Net::DNS::RR;
my ($name, $value) = @ARGV;
{ no warnings 'redefine';
  *Mail::DKIM::DNS::query = sub {
    my ($domain, $type) = @_;
    return () if lc $domain ne lc $name;
    return (Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => [$value =~ /(.{1,255})/g]));
  };
}
my $dkim = Mail::DKIM::Verifier->new;
binmode STDIN;
while (my $line = <STDIN>) { $dkim->PRINT($line) }
$dkim->CLOSE;
print join("\n", map { $_->result_detail } $dkim->signatures), "\n";
"""


@pytest.fixture(scope="module")
def pair() -> GeneratedDkimKey:
    return generate_dkim_key("contoso.com", "cards")


@pytest.fixture
def verify(
    required_program: Callable[[str], str], tmp_path: Path, pair: GeneratedDkimKey
) -> Callable[[bytes], str]:
    perl = required_program("perl")
    has_module = subprocess.run([perl, "-MMail::DKIM", "-e1"], capture_output=True, check=False)
    if has_module.returncode:
        required_program("perl module Mail::DKIM")
    script = tmp_path / "verify.pl"
    script.write_text(VERIFIER)

    def run_it(content: bytes) -> str:
        command = [perl, script, pair.record.name, pair.record.text]
        done = subprocess.run(command, input=content, capture_output=True, check=True)
        return done.stdout.decode().strip()

    return run_it


def signed(pair: GeneratedDkimKey, html: str) -> bytes:
    message = compose(
        HtmlBody(html, "Grüße\n"),
        sender="approvals@contoso.com",
        to=["anna@contoso.com"],
        cc=["ben@contoso.com"],
        subject="Bitte entscheiden: 12 € für Größe XL",
    )
    return add_dkim(message, DkimKey("contoso.com", "cards", pair.private)).content


@pytest.mark.parametrize("html", ["<p>Grüße</p>", "", "\n\n", "x" * 5000, "From me\n.\n  \n\t\n"])
def test_our_signature_verifies(
    html: str, verify: Callable[[bytes], str], pair: GeneratedDkimKey
) -> None:
    assert verify(signed(pair, html)) == "pass"


def test_a_changed_body_and_an_added_sender_do_not(
    verify: Callable[[bytes], str], pair: GeneratedDkimKey
) -> None:
    content = signed(pair, "<p>pay EUR 1</p>")
    assert verify(content.replace(b"EUR 1", b"EUR 9")).startswith("fail")
    added = b"From: eve@evil.com\r\n" + content
    assert verify(added).startswith("fail")
