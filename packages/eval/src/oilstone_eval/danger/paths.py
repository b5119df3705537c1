"""What is lost when everything below a path is."""

import re
from fnmatch import fnmatchcase
from posixpath import normpath

from oilstone_eval.danger.levels import Level
from oilstone_eval.danger.marks import ANY, DEVICE, UNKNOWN, UNSET
from oilstone_eval.names import names

TOP = names(
    "bin boot dev etc home lib lib32 lib64 libx32 lost+found media mnt nix opt proc root run sbin"
    " srv sys usr var System Library Users Applications Volumes private"
)
# Of these, the second level is the machine too.
SECOND = {
    "usr": names("bin sbin lib lib32 lib64 share local include libexec"),
    "var": names("lib log spool mail www db backups run"),
    "etc": names("ssh ssl pam.d systemd init.d sudoers.d cron.d network apt"),
    "lib": names("modules systemd x86_64-linux-gnu firmware"),
    "boot": names("grub efi"),
    "System": names("Library"),
}
# Below /var/lib.
DATA = names(
    "mysql mariadb postgresql pgsql mongodb mongo redis docker etcd kubelet dpkg rpm pacman"
    " elasticsearch influxdb grafana prometheus cassandra rabbitmq kafka containerd libvirt"
    " jenkins gitlab ldap openldap samba clickhouse couchdb neo4j consul vault minio ceph"
    " zookeeper rancher nfs iscsi mysql-files pgadmin lxc lxd asterisk bind named"
)
_SITES = {("var", "www"), ("var", "backups"), ("var", "mail"), ("var", "spool"), ("var", "opt"),
          ("var", "vmail"), ("var", "db"), ("usr", "local")}  # fmt: skip
_TAIL = re.compile(
    r"(/(\*|\.\*|\.\[[^/]*\]\*|\?\*|\*\*|\*\.\*|\{\*,\.\*\}|\.\[!\.\]\*|\.\?\?\*))+$"
)
_DISK = re.compile(
    r"/dev/((s|h|v|xv)d[a-z]+\d*|nvme\d+(n\d+(p\d+)?)?|mmcblk\d+(p\d+)?|r?disk\d+(s\d+)?|md\d+|"
    r"dm-\d+"
    r"|mapper/[\w.-]+|disk/by-[\w/.:-]+|a?da\d+(s\d+)?|loop\d+|sg\d+|mtd\w*|mem|kmem|port"
    r"|(s|h|v|xv)d[*?\[][^/]*|\x12[^/]*|(s|v|h)d[\x02\x10-\x12]+|nvme[*?\[][^/]*)$"
)
# Top folders whose names say that others keep things there; and folders of such folders.
_KEEPS = re.compile(
    r"(data|backups?|storage|volumes?|vol|exports?|shares?|archives?|databases?|db|www|pool|tank"
    r"|nas|nfs|mail|logs|snapshots?|persistent|postgres|mysql|prod|production|company|records)\d*$"
)
_HOLDERS = names("srv mnt media data backup backups storage export exports Volumes pool tank nfs")
_MADE = re.compile(
    r"(tmp|temp|test\w*|build|dist|cache|out\w*|old|scratch|mnt|cdrom|iso|chroot)", re.I
)
_KEPT = re.compile(r"(?!tmp|temp|test|cache|old)[\w-]+(\.[\w-]+)*|\*")
_OWN = names("Documents Desktop Pictures Photos Music Videos Movies Library Downloads projects"
             " .config .local .mozilla .thunderbird .password-store .gnupg .ssh .aws .kube"
             " .docker .bitcoin .electrum work code")  # fmt: skip


def is_disk(path: str) -> bool:
    """Tell whether this is a whole disk, a partition or the memory; placeholders never are."""
    return bool(_DISK.match(clean(path))) or path.strip() == DEVICE


def clean(path: str) -> str:
    """Return the path without doubled slashes, dots, a trailing slash and ways around the root."""
    if not path or path[0] not in "/~.":
        return path
    tidy = normpath(path)
    if tidy.startswith("/proc/"):
        tidy = re.sub(r"^/proc/(self|thread-self|1|\d+|\$\$)/(root|cwd)(?=/|$)", "", tidy) or "/"
    return tidy[1:] if tidy.startswith("//") else tidy


def below(path: str) -> tuple[Level, str] | None:
    """Return how bad it is to lose a whole folder, and what it is; None for ordinary ones."""
    bare = _TAIL.sub("", path) if path not in ("/*", "*") else path
    globbed = bare != path
    if ANY.match(path) and path.count("/..") > 3:
        return Level.DANGEROUS, "a folder far above this one"
    if bare.startswith("/**/"):
        bare = bare[3:]
    tidy = clean(bare or "/") if bare not in ("/*", "*") else bare
    if tidy in ("/", "/*", "/.", "/..") or (
        tidy and set(tidy) <= {"/", ".", "*"} and path[0] == "/"
    ):
        return Level.CRITICAL, "the root of the file system"
    if tidy.startswith("/"):
        return _absolute(tidy.split("/")[1:])
    if re.fullmatch(r"~[\w-]*(/\.\*)?", tidy):
        return Level.CRITICAL, "a home folder"
    if re.fullmatch(r"~/\.(ssh|gnupg|aws|kube)", tidy):
        return Level.DANGEROUS, "a folder of keys"
    if tidy.startswith("~/") and tidy[2:] in _OWN:
        return Level.DANGEROUS, "what a user keeps"
    return _relative(tidy, globbed)


def _relative(tidy: str, globbed: bool) -> tuple[Level, str] | None:
    if re.fullmatch(r"\.\.(/\.\.)*", tidy):
        return Level.DANGEROUS, "a folder above this one"
    if tidy in (".", "*", ".*", "**", "*.*", "?*") or (globbed and not tidy):
        return Level.DANGEROUS, "everything in this folder"
    if re.fullmatch(r"(\S*/)?\.git/(objects|refs|refs/(heads|tags)|logs)", tidy) or tidy == ".git":
        return Level.DANGEROUS, "a repository"
    if globbed and tidy == UNSET:
        return Level.DANGEROUS, "all files of the root, where a variable that is not set stands"
    if globbed and tidy and not ANY.sub("", tidy):
        return Level.REVIEW, "all files of a folder that is not known, maybe the root"
    return None


def _absolute(parts: list[str]) -> tuple[Level, str] | None:
    first, rest = parts[0], parts[1:]
    if ANY.search(first) or first == "tmp":
        return None
    if not rest:
        hit = [name for name in TOP if fnmatchcase(name, first)]
        kept = (Level.DANGEROUS, f"/{first}") if _KEEPS.match(first) else None
        return (Level.CRITICAL, f"/{hit[0]}") if hit else kept
    if len(rest) == 1:
        return _second(first, rest[0])
    if (first, rest[0]) == ("var", "lib") and (
        rest[1] in DATA or (len(rest) == 2 and re.fullmatch(r"[a-z]\w+", rest[1]))
    ):
        return Level.DANGEROUS, "the data of a service"
    if first in ("home", "Users") and len(rest) == 2 and rest[1] in _OWN:
        return Level.DANGEROUS, "what a user keeps"
    if (first, rest[0]) in _SITES and len(rest) == 2 and _KEPT.fullmatch(rest[1]):
        return Level.DANGEROUS, "what others keep there"
    if first in ("etc", "boot", "usr", "lib", "lib64", "bin", "sbin", "sys", "proc"):
        return None if rest[0] == "local" else (Level.REVIEW, f"a part of /{first}")
    return None


def _second(first: str, second: str) -> tuple[Level, str] | None:
    if first in ("home", "Users") and UNKNOWN not in second:
        return Level.DANGEROUS, "a user's home folder"
    if first in _HOLDERS and not ANY.search(second) and not _MADE.match(second):
        return Level.DANGEROUS, "what others keep there"
    if second in SECOND.get(first, ()):
        return Level.CRITICAL, f"/{first}/{second}"
    if first == "etc" and re.fullmatch(r"[a-z][\w-]+", second):
        return Level.DANGEROUS, f"/etc/{second}"
    if first in ("etc", "boot", "usr", "lib", "lib64", "bin", "sbin", "sys", "proc", "dev"):
        return Level.REVIEW, f"a part of /{first}"
    return None
