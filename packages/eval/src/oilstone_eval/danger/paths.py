"""What is lost when everything below a path is."""

import re
from fnmatch import fnmatchcase
from posixpath import normpath

from oilstone_eval.danger.levels import Level
from oilstone_eval.danger.marks import ANY, UNKNOWN
from oilstone_eval.danger.names import names

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
DATA = names("mysql mariadb postgresql pgsql mongodb redis docker etcd kubelet dpkg rpm pacman")
_TAIL = re.compile(
    r"(/(\*|\.\*|\.\[[^/]*\]\*|\?\*|\*\*|\*\.\*|\{\*,\.\*\}|\.\[!\.\]\*|\.\?\?\*))+$"
)
_DISK = re.compile(
    r"/dev/((s|h|v|xv)d[a-z]+\d*|nvme\d+(n\d+(p\d+)?)?|mmcblk\d+(p\d+)?|r?disk\d+(s\d+)?|md\d+|"
    r"dm-\d+"
    r"|mapper/[\w.-]+|disk/by-[\w/.:-]+|a?da\d+(s\d+)?|loop\d+|sg\d+|mtd\w*|mem|kmem|port"
    r"|(s|h|v|xv)d[*?\[][^/]*|nvme[*?\[][^/]*)$"
)
CRITICAL_FILES = re.compile(
    r"/etc/(passwd|shadow|group|gshadow|sudoers|fstab|hosts|crypttab|ld\.so\.\w+|inittab|"
    r"resolv\.conf"
    r"|sudoers\.d/\S*|pam\.d/\S*|ssh/sshd_config|profile|environment)-?$"
    r"|/boot/\S+|/(usr/)?s?bin/\S+|/(usr/)?lib(64|32)?/(ld-|libc|systemd/)\S*|/vmlinu[xz]\S*|"
    r"/initrd\S*"
    r"|/proc/(sysrq-trigger|kcore)|/proc/sys/kernel/\S+|/sys/firmware/\S+|/var/lib/(dpkg|rpm)/\S*"
)


def is_disk(path: str) -> bool:
    """Tell whether this is a whole disk, a partition or the memory; placeholders never are."""
    return bool(_DISK.match(clean(path)))


def clean(path: str) -> str:
    """Return the path without doubled slashes, dots and a trailing slash."""
    if not path or path[0] not in "/~.":
        return path
    tidy = normpath(path)
    return tidy[1:] if tidy.startswith("//") else tidy


def below(path: str) -> tuple[Level, str] | None:
    """Return how bad it is to lose a whole folder, and what it is; None for ordinary ones."""
    bare = _TAIL.sub("", path) if path not in ("/*", "*") else path
    globbed = bare != path
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
    return _relative(tidy, globbed)


def _relative(tidy: str, globbed: bool) -> tuple[Level, str] | None:
    if re.fullmatch(r"\.\.(/\.\.)*", tidy):
        return Level.DANGEROUS, "a folder above this one"
    if tidy in (".", "*", ".*", "**", "*.*", "?*") or (globbed and not tidy):
        return Level.DANGEROUS, "everything in this folder"
    if tidy == ".git":
        return Level.DANGEROUS, "a repository"
    if globbed and tidy and not ANY.sub("", tidy):
        return Level.REVIEW, "all files of a folder that is not known, maybe the root"
    return None


def _absolute(parts: list[str]) -> tuple[Level, str] | None:
    first, rest = parts[0], parts[1:]
    if ANY.search(first) or first == "tmp":
        return None
    if not rest:
        hit = [name for name in TOP if fnmatchcase(name, first)]
        return (Level.CRITICAL, f"/{hit[0]}") if hit else None
    if len(rest) == 1:
        return _second(first, rest[0])
    if (first, rest[0]) == ("var", "lib") and rest[1] in DATA:
        return Level.DANGEROUS, "the data of a service"
    if first in ("etc", "boot", "usr", "lib", "lib64", "bin", "sbin", "sys", "proc"):
        return None if rest[0] == "local" else (Level.REVIEW, f"a part of /{first}")
    return None


def _second(first: str, second: str) -> tuple[Level, str] | None:
    if first in ("home", "Users") and UNKNOWN not in second:
        return Level.DANGEROUS, "a user's home folder"
    if second in SECOND.get(first, ()):
        return Level.CRITICAL, f"/{first}/{second}"
    if first in ("etc", "boot", "usr", "lib", "lib64", "bin", "sbin", "sys", "proc", "dev"):
        return Level.REVIEW, f"a part of /{first}"
    return None
