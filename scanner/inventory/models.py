"""The shape of a site file, as pydantic models; `convert.py` makes the frozen types of `site.py` from them.

The descriptions are what an editor shows: the JSON Schema is generated from here (`schema.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from scanner.inventory import address
from scanner.inventory.site import Limits
from scanner.secret import AGENT, FORMS, RefError, parse_ref
from scanner.suggest import suggest
from scanner.validation import Strict, refuse

Entity = Literal[
    "importer",
    "exporter",
    "customs_broker",
    "foreign_manufacturer",
    "consolidator",
    "third_party_logistics",
    "highway_carrier",
    "mexican_highway_carrier",
    "rail_carrier",
    "sea_carrier",
    "air_carrier",
    "marine_port_terminal",
    "foreign_marine_port_terminal",
]
Role = Literal["server", "domain_controller", "workstation", "laptop", "appliance"]
Transport = Literal["ssh", "winrm", "winrms", "psrp", "ldaps"]
BecomeWord = Literal["none", "sudo", "doas"]

_YES_NO = {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}]}
YesNo = Annotated[bool, WithJsonSchema(_YES_NO)]

_LIMITS = Limits()
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _address(check: Callable[[str], Any]) -> Callable[[str], str]:
    """Make a check of `address.py` a validator that keeps the text as written."""

    def validate(text: str) -> str:
        try:
            check(text)
        except address.AddressError as error:
            raise refuse(str(error), expected=error.expected, hint=error.hint, secret=True) from error
        return text

    return validate


def _reference(value: Any) -> Any:
    """A credential reference; anything else may be a password, so it is never shown."""
    if not isinstance(value, str):
        value = ""
    try:
        parse_ref(value)
    except RefError as error:
        raise refuse(str(error), expected=FORMS, hint=error.advice, secret=True) from error
    return value


def _windows_user(text: str) -> str:
    """Windows allows no colon in account names: what follows one is a password."""
    if ":" in text:
        raise refuse("a password is never written beside the user", expected="'DOMAIN\\user'", secret=True)
    return text


def _month_day(text: str) -> str:
    match = re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", text)
    if match is None:
        raise refuse("'anniversary' is no day of the year", expected='month and day as "MM-DD", such as "03-31"')
    if int(match[2]) > _DAYS[int(match[1]) - 1]:
        raise refuse("'anniversary' is a day that no year has", expected=f"at most {_DAYS[int(match[1]) - 1]} days")
    return text


def _slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", text):
        near = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64]
        raise refuse(
            "'site' is no site name",
            expected="up to 64 of a-z, 0-9, '-', '_' and '.'",
            hint=f"write {near}" if near else None,
        )
    return text


def _fingerprint(text: str) -> str:
    if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", text):
        raise refuse(
            "'host_key' is no SSH host key fingerprint",
            expected="SHA256: and 43 characters",
            hint="print it on the host with: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        )
    return text


def _certificate(text: str) -> str:
    if not address.CERTIFICATE.fullmatch(text):
        raise refuse(
            "'certificate' is no SHA-256 fingerprint of a certificate",
            expected="SHA256: and 64 hexadecimal digits",
            hint="print it with: openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE",
        )
    return text


def _offered(value: Any) -> Any:
    """CredSSP is known, and refused with the reason rather than as a misspelling."""
    if value == "credssp":
        raise refuse(
            "'credssp' is not offered: it hands the password itself to the host, for whoever rules that host",
            expected="ntlm, kerberos, certificate or basic",
            hint="a scan needs no second hop; in a domain write kerberos",
        )
    return value


def _bind_user(text: str) -> str:
    """A distinguished name holds no colon unescaped, the other forms none at all: it may part off a password."""
    if ":" in text:
        raise refuse("a password is never written beside the user", expected="'DOMAIN\\user'", secret=True)
    if not re.search(r"\\|@|=", text):
        raise refuse(
            "a directory needs more than a name", expected="'DOMAIN\\user', user@REALM or a distinguished name"
        )
    return text


def _applies(value: Any) -> Any:
    """`yes` alone is an answer; a `no` is printed in reports with its reason."""
    if value is True:
        return {"applies": True}
    if value is False:
        raise refuse("a 'no' needs its reason", expected='{applies: no, reason: "…"}')
    return value


Auth = Annotated[Literal["ntlm", "kerberos", "certificate", "basic"], BeforeValidator(_offered)]
Configuration = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Line = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
Reference = Annotated[
    str,
    BeforeValidator(_reference),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|keyring:.+/.+|(cmd|command):.+|prompt(:.*)?)$",
            "description": "Where the secret is kept: env:NAME, file:PATH, keyring:SERVICE/NAME, cmd:COMMAND or prompt",
        }
    ),
]
Host = Annotated[str, AfterValidator(_address(address.check_host)), Field(description="Host name or address")]
Hop = Annotated[str, AfterValidator(_address(address.split_authority)), Field(description="[user@]host[:port]")]
User = Annotated[str, AfterValidator(_address(address.read_user))]
WindowsUser = Annotated[str, AfterValidator(_windows_user)]
BindUser = Annotated[str, AfterValidator(_bind_user)]
StatusFile = Annotated[
    str,
    AfterValidator(_address(address.check_status_file)),
    Field(description="File on each Linux host that its backups write: success or failure, after every run"),
]
TargetName = Annotated[str, AfterValidator(_address(address.check_name))]
Port = Annotated[int, Field(ge=1, le=65535)]
Tags = Annotated[list[Line], Field(description="Free words that reports can filter by")]
Keys = Annotated[
    Line | list[Line], Field(description=f"Private key file, a list of them, or {AGENT} for the keys of the agent")
]


# --- Credentials -----------------------------------------------------------------------------------------


class SshModel(Strict):
    """How to log in over SSH."""

    user: User | None = None
    key: Keys | None = None
    certificate: Line | None = Field(None, description="OpenSSH user certificate that belongs to the key")
    passphrase: Reference | None = None
    password: Reference | None = None
    agent: YesNo = Field(False, description="Offer the keys of the running ssh-agent")
    become: BecomeWord = Field("none", description="How the scan may raise its rights on the target")
    become_password: Reference | None = None


class WinrmModel(Strict):
    """How to log in over WinRM."""

    user: WindowsUser | None = Field(
        None, min_length=1, max_length=256, description="DOMAIN\\user, user@REALM, or a local user"
    )
    password: Reference | None = None
    auth: Auth = Field("ntlm", description="basic and certificate over https only")
    keytab: Line | None = Field(None, description="Kerberos key file instead of a password")
    certificate: Line | None = Field(None, description="Client certificate (PEM) for auth: certificate")
    key: Line | None = Field(None, description="Its private key (PEM), where the certificate's file does not hold it")
    passphrase: Reference | None = None
    ca: Line | None = Field(None, description="File of certificates to trust instead of the system's (PEM)")
    configuration: Configuration | None = Field(
        None, description="Session configuration for psrp, such as the endpoint of ctpat explain --jea"
    )


class DirectoryModel(Strict):
    """How to bind to a directory over LDAPS."""

    user: BindUser = Field(
        min_length=3, max_length=1024, description="DOMAIN\\user, user@REALM, or a distinguished name"
    )
    password: Reference
    ca: Line | None = Field(None, description="File of certificates to trust instead of the system's (PEM)")


class CredentialModel(Strict):
    """A named way in."""

    ssh: SshModel | None = None
    winrm: WinrmModel | None = None
    directory: DirectoryModel | None = None

    @model_validator(mode="after")
    def _opens_something(self) -> CredentialModel:
        if self.ssh is None and self.winrm is None and self.directory is None:
            raise refuse("this credential opens nothing", expected="at least one of the keys ssh, winrm and directory")
        return self


# --- Targets ---------------------------------------------------------------------------------------------


class HopModel(Strict):
    """One jump host with its own login."""

    host: Host
    port: Port | None = None
    user: User | None = None
    credential: Line | None = None
    host_key: Annotated[str, AfterValidator(_fingerprint)] | None = None


class _Common(Strict):
    name: TargetName | None = Field(None, description="What reports call it; default: the host as written")
    credential: Line | None = Field(None, description="Name of an entry under credentials")
    role: Role | None = None
    tags: Tags = Field([])
    parameters: dict[str, Any] = Field({}, description="Check parameters for this target alone")
    host_key: Annotated[str, AfterValidator(_fingerprint)] | None = Field(
        None, description="SHA256 fingerprint of the only SSH host key to accept"
    )
    certificate: Annotated[str, AfterValidator(_certificate)] | None = Field(
        None, description="SHA256 fingerprint of the only certificate to accept, whoever signed it"
    )
    ca: Line | None = Field(None, description="File of certificates to trust for this target (PEM)")
    platform: Literal["windows"] | None = Field(
        None, description="Say it where the SSH server of a Windows host does not show that it is one"
    )
    backup_status: StatusFile | None = None
    jump: Hop | list[Hop | HopModel] | None = Field(None, description="Jump hosts in the order they are passed")


class HostTarget(_Common):
    """One machine by name or address."""

    tag: ClassVar[str] = "<host>"
    host: Host
    port: Port | None = None
    user: User | None = None
    transport: Transport | None = Field(None, description="Default: what the credential opens")


class UriTarget(_Common):
    """One machine by URI."""

    tag: ClassVar[str] = "<uri>"
    uri: Line = Field(
        description="ssh://user@host:port, winrm://host, winrms://host, psrp://host, ldaps://host, local:, replay:DIR"
    )


class _FileTarget(Strict):
    credential: Line | None = Field(None, description="For every host that names none itself")
    role: Role | None = None
    tags: Tags = Field([])
    backup_status: StatusFile | None = None
    limit: Line | list[Line] | None = Field(None, description="Only these hosts or groups; '!name' leaves one out")


class AnsibleTarget(_FileTarget):
    """All hosts of an Ansible inventory."""

    tag: ClassVar[str] = "<ansible>"
    ansible: Line = Field(description="Inventory, INI or YAML, a file or a folder of files; relative to this file")


class CsvTarget(_FileTarget):
    """All hosts of a CSV list."""

    tag: ClassVar[str] = "<csv>"
    csv: Line = Field(description="CSV file with a header line; relative to this file")


TARGET_KEYS = ("host", "uri", "ansible", "csv")


def _kind(value: Any) -> str | None:
    """Which kind of target an entry is, by its telling key; a misspelt one still finds its kind.

    Tags stand in angle brackets, so that in the place of an error they are no key of the file.
    """
    if not isinstance(value, dict):
        return None
    for key in TARGET_KEYS:
        if key in value:
            return f"<{key}>"
    near = (suggest(str(key), TARGET_KEYS) for key in value if key not in HostTarget.model_fields)
    return next((f"<{key}>" for key in near if key), None)


TargetEntry = Annotated[
    Annotated[HostTarget, Tag("<host>")]
    | Annotated[UriTarget, Tag("<uri>")]
    | Annotated[AnsibleTarget, Tag("<ansible>")]
    | Annotated[CsvTarget, Tag("<csv>")],
    Discriminator(
        _kind,
        custom_error_type="ctpat",
        custom_error_message="{message}",
        custom_error_context={
            "message": "this target says not what it is",
            "expected": "one of the keys host, uri, ansible or csv",
            "hint": "write - {host: fs01.acme.example, credential: NAME}",
            "secret": True,
        },
    ),
]


# --- The file --------------------------------------------------------------------------------------------


class ApplicabilityModel(Strict):
    """The answer to the question a conditional requirement asks."""

    applies: YesNo
    reason: Line | None = None

    @model_validator(mode="after")
    def _no_has_reason(self) -> ApplicabilityModel:
        if not self.applies and not (self.reason or "").strip():
            raise refuse("a 'no' needs its reason", expected='{applies: no, reason: "…"}')
        return self


Answer = Annotated[
    ApplicabilityModel,
    BeforeValidator(_applies),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [True, "yes", "on"]},
                {
                    "type": "object",
                    "properties": {"applies": _YES_NO, "reason": {"type": "string", "minLength": 1}},
                    "required": ["applies"],
                    "additionalProperties": False,
                },
            ],
            "description": 'yes, or {applies: no, reason: "…"}',
        }
    ),
]


class LimitsModel(Strict):
    """Bounds on one scan."""

    concurrency: int = Field(_LIMITS.concurrency, ge=1, le=1000, description="Targets at the same time")
    per_jump_host: int = Field(_LIMITS.per_jump_host, ge=1, le=1000, description="Connections through one jump host")
    connect_s: float = Field(_LIMITS.connect_s, gt=0, le=600, description="Seconds to connect")
    login_s: float = Field(_LIMITS.login_s, gt=0, le=600, description="Seconds to log in")
    target_s: float = Field(_LIMITS.target_s, gt=0, le=86400, description="Seconds for one target in all")
    output_bytes: int = Field(_LIMITS.output_bytes, ge=65536, le=1 << 30, description="Most bytes read from one target")


class SiteModel(Strict):
    """One client location or company."""

    site: Annotated[str, AfterValidator(_slug)] = Field(description="Short name: a-z, 0-9, '-', '_', '.'")
    company: Line = Field("", description="Name of the company, as reports print it", validate_default=False)
    entities: list[Entity] = Field(min_length=1, description="CTPAT entity types of this site")
    anniversary: Annotated[str, AfterValidator(_month_day)] | None = Field(
        None, description='Day of the yearly security profile review, "MM-DD"'
    )
    profile: Line = Field("ctpat", description="Criteria pack: a name, or a .yaml file relative to this file")
    overlays: list[Line] = Field([], description="Files that change the criteria pack; relative to this file")
    parameters: dict[str, Any] = Field(
        {},
        description="Check parameters, as family.check.parameter: value; "
        "family.check.parameter.windows (.linux, .directory) for targets of that platform alone",
    )
    applicability: dict[str, Answer] = Field({}, description="Answers to the questions of conditional requirements")
    credentials: dict[str, CredentialModel] = Field({}, description="Named ways in; secrets are references")
    targets: list[TargetEntry] = Field([], description="The machines to assess")
    limits: LimitsModel | None = None
